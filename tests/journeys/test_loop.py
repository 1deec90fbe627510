"""One full turn of the loop, as people take it: the product's specification that runs.

observe → consult → recommend → fund → partner → evaluate → publish, on the real census of the real region.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from multaqa.consultations.actions import cast_vote, close_consultation, enter_paper_votes, open_consultation
from multaqa.directory.actors import MACHINE
from multaqa.directory.models import Organisation
from multaqa.funds import actions as funds
from multaqa.funds.actions.awards import Instalment
from multaqa.kit import clock
from multaqa.kit.policy import Forbidden, Refused
from multaqa.kit.translated import Translated
from multaqa.ledger import log
from multaqa.ledger.models import Entry, reference
from multaqa.ledger.queries import thread
from multaqa.observatory.actions import (
    confirm_observation,
    load_indicators,
    record_observation,
)
from multaqa.observatory.releasing import release_index
from multaqa.partnerships import actions as partnerships
from multaqa.partnerships.actions import PartyTerms, Promise
from multaqa.recommendations.actions import adopt_recommendation, answer_recommendation
from multaqa.territories.actions import load_pack
from multaqa.territories.models import Territory
from tests.factories import Role, account, actor, organisation
from tests.newsroom.factories import an_article

pytestmark = pytest.mark.django_db
DIRHAM = 100


def on(day: str):
    return clock.at(datetime.fromisoformat(f"{day}T11:00").replace(tzinfo=ZoneInfo("Africa/Casablanca")))


def text(words: str) -> Translated:
    return Translated.of(ar=f"{words} (ar)", fr=f"{words} (fr)", en=words)


def states(item) -> str:
    """The nine beads as letters: done, current, missing, overdue, next."""
    return "".join(bead.state[0] for bead in thread(item).beads)


def test_one_turn_of_the_loop():
    # a region with its census, and those who act in it
    with on("2025-12-01"):
        region = load_pack(actor=MACHINE, source="dakhla").root
        load_indicators(actor=MACHINE, pack="dakhla")
    argoub = Territory.objects.get(code="12.391.09.01")
    council, cell = organisation("council"), organisation("cell")
    association: Organisation = organisation("association-a")
    officer, facilitator = actor(Role.OFFICER_A), actor(Role.FACILITATOR)
    official = actor(Role.COUNCIL_OFFICER)
    coordinator, member, auditor = actor(Role.COORDINATOR), actor(Role.CELL_MEMBER), actor(Role.AUDITOR)
    residents = [actor_named(f"resident {number}") for number in range(12)]

    # observe: what threatens whom, where, how sure are we?
    with on("2026-01-10"):
        wells = record_observation(
            actor=officer, reporter=association, territory=argoub, kind="water", title=text("Two dry wells"),
            text="No water for ten days.", seen_on=date(2026, 1, 8), households=95,
        )  # fmt: skip
        confirm_observation(actor=official, observation=wells)
        release = release_index(actor=official, title=text("Vulnerability"))
        assert states(wells) == "cnnnnnnnn"
    assert release.scores.filter(status="measured").count() == 7
    assert release.scores.filter(status="not_measured").count() == 4

    # consult: what do people say? Paper counts as much as the screen
    with on("2026-02-01"):
        talk = open_consultation(
            actor=official, title=text("Water"), question=text("Where first?"), territory=argoub,
            opens_on=date(2026, 2, 1), closes_on=date(2026, 2, 20),
            statements=[text("Schools first"), text("Mobile tanks")], causes=[wells, release],
        )  # fmt: skip
        first, second = talk.statements.order_by("number")
        for resident in residents:
            cast_vote(actor=resident, statement=first, value=1)
        enter_paper_votes(actor=facilitator, consultation=talk, receipt="A-001", votes={1: 1, 2: -1})
        cast_vote(actor=residents[0], statement=second, value=1)
    with on("2026-02-21"):
        talk = close_consultation(actor=official, consultation=talk)
        assert states(talk) == "dcnnnnnnn"

    # recommend: who was asked to do what by when, and what did they answer?
    with on("2026-03-01"):
        asked = adopt_recommendation(
            actor=official, title=text("A fund for water"), text=text("Before the summer"), addressee=cell,
            proposer=council, territory=argoub, due_on=date(2026, 4, 1), causes=[talk],
        )  # fmt: skip
    with on("2026-04-11"):
        assert states(asked) == "ddconnnnn"
        assert thread(asked).overdue.days_late == 10
        answer_recommendation(actor=coordinator, recommendation=asked, verdict="accepted")
        assert thread(asked).overdue is None

    # fund: which initiatives answer the pressing priorities, and why these?
    with on("2026-05-01"):
        priority = funds.set_priority(
            actor=coordinator, cell=cell, title=text("Water"), text=text("First"), territory=region, rank=1,
            recommendations=[asked],
        )  # fmt: skip
        envelope = funds.create_envelope(
            actor=official, cell=cell, title=text("2026"), year=2026, amount=500_000 * DIRHAM
        )
        call = funds.open_call(
            actor=coordinator, envelope=envelope, priorities=[priority], title=text("Rural water"),
            text=text("Propose"), amount=100_000 * DIRHAM, max_per_application=80_000 * DIRHAM,
            opens_on=date(2026, 5, 1), closes_on=date(2026, 5, 31), vote_opens_on=date(2026, 6, 10),
            vote_closes_on=date(2026, 6, 20), award_due_on=date(2026, 7, 15),
        )  # fmt: skip
    with on("2026-05-20"):
        tanks = apply(call, officer, association, argoub, 70_000)
        pumps = apply(call, actor(Role.OFFICER_B), organisation("association-b"), argoub, 60_000)
    with on("2026-06-01"):
        call = funds.close_call(actor=coordinator, call=call)
        tanks, pumps = (
            funds.screen_application(actor=coordinator, application=application, eligible=True)
            for application in (tanks, pumps)
        )
        for application in (tanks, pumps):
            funds.review_application(
                actor=member, application=application, relevance=4, reach=3, feasibility=3, lasting=3
            )
    with on("2026-06-10"):
        call = funds.open_vote(actor=coordinator, call=call)
        for number, resident in enumerate(residents):
            funds.cast_ballot(actor=resident, call=call, approvals=[tanks] if number < 9 else [pumps])
        funds.enter_paper_ballot(actor=facilitator, call=call, serial="B-1", approvals=[tanks, pumps])
    with on("2026-06-21"):
        allocation = funds.allocate_call(actor=coordinator, call=call)
        tanks.refresh_from_db()
        pumps.refresh_from_db()
    assert (tanks.state, pumps.state) == ("selected", "not_selected")
    with on("2026-07-01"):
        award = funds.award_application(
            actor=coordinator, application=tanks, amount=70_000 * DIRHAM, deliberation="42"
        )
        with pytest.raises(Refused):
            funds.award_application(actor=coordinator, application=tanks, amount=1, deliberation="42")
        assert states(award) == "dddddcnnn"
    assert allocation.call == call

    # partner: who promised what? Nothing is paid before both have signed the same bytes
    with on("2026-07-05"):
        agreement = partnerships.draft_agreement(
            actor=official, title=text("Tanks"), purpose=text("Two rounds a week"), territory=argoub,
            starts_on=date(2026, 7, 10), ends_on=date(2027, 8, 1), amount=70_000 * DIRHAM, causes=[award],
            parties=[PartyTerms(council, deliberation="42"), PartyTerms(association)],
            commitments=[Promise(association, text("Serve each douar"), date(2026, 12, 1))],
        )  # fmt: skip
        agreement = partnerships.put_to_signature(actor=official, agreement=agreement)
        award = funds.attach_agreement(actor=coordinator, award=award, agreement=agreement)
        first_part, second_part = funds.plan_tranches(
            actor=coordinator,
            award=award,
            instalments=[
                Instalment(40_000 * DIRHAM, text("On signature")),
                Instalment(30_000 * DIRHAM, text("On report"), needs_report=True),
            ],
        )
        with pytest.raises(Refused):
            funds.release_tranche(actor=coordinator, tranche=first_part)
        with pytest.raises(Forbidden):
            partnerships.sign_agreement(actor=actor(Role.OFFICER_B), agreement=agreement)
        agreement = partnerships.sign_agreement(actor=official, agreement=agreement)
        agreement = partnerships.sign_agreement(actor=officer, agreement=agreement)
    assert agreement.state == "in_force"
    with on("2026-07-12"):
        assert states(award) == "ddddddcnn"
        first_part = funds.release_tranche(actor=coordinator, tranche=first_part)
        funds.pay_tranche(actor=coordinator, tranche=first_part, order_number="OP-1")
        with pytest.raises(Refused):
            funds.release_tranche(actor=coordinator, tranche=second_part)
    with on("2026-12-05"):
        report = partnerships.submit_report(
            actor=officer, agreement=agreement, kind="financial", period_start=date(2026, 7, 10),
            period_end=date(2026, 12, 1), text="All spent on tanks.", spent=40_000 * DIRHAM,
        )  # fmt: skip
        with pytest.raises(Forbidden):
            partnerships.accept_report(actor=officer, report=report)
        report = partnerships.accept_report(actor=official, report=report)
        second_part = funds.release_tranche(actor=coordinator, tranche=second_part, report=report)
        funds.pay_tranche(actor=coordinator, tranche=second_part, order_number="OP-2")
    award.refresh_from_db()
    assert (award.amount, award.released, award.paid) == (7_000_000, 7_000_000, 7_000_000)

    # evaluate: what changed after a year? Late is a public state
    with on("2027-08-01"):
        assert states(agreement) == "ddddddcon"
        evaluation = partnerships.evaluate_agreement(
            actor=auditor, agreement=agreement, conclusion="Water arrives twice a week.",
            scores={
                "relevance": 4, "coherence": 3, "effectiveness": 3, "efficiency": 3, "impact": None,
                "sustainability": 2,
            },
            findings=["Nobody pays for upkeep."],
        )  # fmt: skip
        again = adopt_recommendation(
            actor=official, title=text("Pay for upkeep"), text=text("Every year"), addressee=cell,
            proposer=council, territory=argoub, due_on=date(2027, 12, 1), causes=[agreement],
        )  # fmt: skip
        partnerships.link_finding(actor=official, finding=evaluation.findings.get(), recommendation=again)

    # publish: who knows? The article shows where all of it came from
    with on("2027-08-02"):
        article = an_article(about=[reference(agreement)], dateline_place=argoub)
        assert states(agreement) == "ddddddddd"
        assert states(article) == "ddddddddd"
        assert states(again) == "ddcnnnnnn"

    # and all of it can be checked by anybody
    checkpoint = log.integrate()
    assert checkpoint.size == Entry.objects.count()
    assert log.verify(log.public_folder(), log.verifier_key()).fault is None


def actor_named(name: str):
    from multaqa.directory.actors import actor_of

    return actor_of(account(name))


def apply(call, officer, applicant, place, dirhams):
    return funds.submit_application(
        actor=officer, call=call, organisation=applicant, title=text("Tanks"), summary=text("For the douars"),
        territory=place, requested=dirhams * DIRHAM, own_contribution=5_000 * DIRHAM, beneficiaries=90,
    )  # fmt: skip
