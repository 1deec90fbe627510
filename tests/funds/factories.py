"""A fund in each of its moments, built by the real actions on the days they would happen."""

from contextlib import AbstractContextManager
from datetime import date, datetime

from multaqa.directory.actors import Actor, actor_of
from multaqa.funds import actions, lots
from multaqa.funds.actions.awards import Instalment
from multaqa.funds.models import Allocation, Application, Award, Call, Envelope, LotSeed, Priority, Tranche
from multaqa.kit import clock
from multaqa.kit.translated import Translated
from multaqa.partnerships.models import Agreement, Party, Report
from multaqa.territories.models import LegalRule
from tests.factories import Role, account, actor, appoint, commune, organisation

APPLYING, REVIEWING, VOTING, COUNTING = "2026-07-15", "2026-09-15", "2026-10-15", "2026-11-05"
REVEALING = "2026-11-02"
DATES = {
    "opens_on": date(2026, 7, 1),
    "closes_on": date(2026, 8, 31),
    "vote_opens_on": date(2026, 10, 1),
    "vote_closes_on": date(2026, 10, 31),
    "award_due_on": date(2026, 11, 30),
}


def on(day: str) -> AbstractContextManager[None]:
    """Noon of a day."""
    return clock.at(datetime.fromisoformat(f"{day}T12:00:00+00:00"))


def dirhams(units: int) -> int:
    return units * 100


def text(words: str) -> Translated:
    return Translated.of(f"ع {words}", f"f {words}", words)


def an_envelope(**overrides) -> Envelope:
    given = {"cell": organisation("cell"), "title": text("water"), "year": 2026, "amount": dirhams(3_000_000)}
    return actions.create_envelope(actor=actor(Role.COUNCIL_OFFICER), **{**given, **overrides})


def a_priority(**overrides) -> Priority:
    given = {
        "cell": organisation("cell"),
        "title": text("water first"),
        "text": text("wells are dry"),
        "rank": 1,
    }
    return actions.set_priority(actor=actor(Role.COORDINATOR), territory=commune(), **{**given, **overrides})


def a_call(**overrides) -> Call:
    """Open to applications on APPLYING."""
    given = {"title": text("rural water"), "text": text("propose"), **DATES}
    given |= {"amount": dirhams(1_000), "max_per_application": dirhams(800)}
    given["envelope"] = overrides.pop("envelope", None) or an_envelope()
    given["priorities"] = overrides.pop("priorities", None) or [a_priority()]
    coordinator = overrides.pop("coordinator", None) or actor(Role.COORDINATOR)
    with on("2026-06-20"):
        return actions.open_call(actor=coordinator, **{**given, **overrides})


def a_foreign_call() -> Call:
    """Of another cell, with another coordinator."""
    envelope = an_envelope(cell=organisation("other-cell", kind="cell"))
    office = appoint("other coordinator", "other-cell", "coordinator")
    return a_call(envelope=envelope, coordinator=actor_of(office.person.account))


def a_foreign_award() -> Award:
    """To association C, in a call of another cell, with two instalments."""
    call = a_foreign_call()
    application = Application.objects.create(
        call=call,
        number=1,
        organisation=organisation("association-c"),
        title=text("foreign"),
        summary=text("foreign"),
        territory=commune(),
        requested=dirhams(400),
        state=Application.State.AWARDED,
    )
    award = Award.objects.create(
        application=application, amount=dirhams(400), planned=dirhams(400), deliberation="1"
    )
    for number in (1, 2):
        Tranche.objects.create(award=award, number=number, amount=dirhams(200))
    return award


def an_application(call: Call | None = None, officer: Role = Role.OFFICER_A, **overrides) -> Application:
    given = {"title": text("tanks"), "summary": text("tanks for hamlets"), "requested": dirhams(400)}
    given |= {"territory": commune(), "details": "bank details of the applicant"}
    code = "association-a" if officer is Role.OFFICER_A else "association-b"
    with on(APPLYING):
        return actions.submit_application(
            actor=actor(officer),
            call=call or a_call(),
            organisation=organisation(code),
            **{**given, **overrides},
        )


def an_eligible_application(**overrides) -> Application:
    application = an_application(**overrides)
    with on(APPLYING):
        return actions.screen_application(
            actor=actor(Role.COORDINATOR), application=application, eligible=True
        )


def a_call_in_vote(costs: tuple[int, ...] = (600, 400, 300), **overrides) -> Call:
    """In the vote on VOTING, with one eligible application of each cost (dirhams)."""
    call = a_call(**overrides)
    for place, cost in enumerate(costs, start=1):
        an_eligible_application(call=call, title=text(f"initiative {place}"), requested=dirhams(cost))
    with on(REVIEWING):
        actions.close_call(actor=actor(Role.COORDINATOR), call=call)
    with on(VOTING):
        return actions.open_vote(actor=actor(Role.COORDINATOR), call=call)


def a_voter(number: int) -> Actor:
    return actor_of(account(f"voter {number}"))


def voted(call: Call, ballots: tuple[tuple[int, ...], ...]) -> None:
    """One online ballot for each tuple of application numbers."""
    listed = {application.number: application for application in call.applications.all()}
    with on(VOTING):
        for place, numbers in enumerate(ballots, start=1):
            chosen = [listed[number] for number in numbers]
            actions.cast_ballot(actor=a_voter(place), call=call, approvals=chosen)


def committed(call: Call, role: Role, secret: str, day: str = VOTING) -> LotSeed:
    """A party of the lot commits to a secret."""
    with on(day):
        return actions.commit_seed(actor=actor(role), call=call, commitment=lots.commitment(secret))


def revealed(call: Call, role: Role, secret: str, day: str = REVEALING) -> LotSeed:
    with on(day):
        return actions.reveal_seed(actor=actor(role), call=call, seed=secret)


def an_allocation(**overrides) -> Allocation:
    """Three initiatives of 600, 400 and 300 with 1 000 to share: 1 and 2 win, 3 does not."""
    call = a_call_in_vote(**overrides)
    voted(call, ((1,), (1, 2), (1, 2), (1,), (2,), (3,)))
    with on(COUNTING):
        return actions.allocate_call(actor=actor(Role.COORDINATOR), call=call)


def a_selected_application(**overrides) -> Application:
    """Waiting for its award; made without the vote that took it there."""
    application = an_eligible_application(**overrides)
    Application.objects.filter(pk=application.pk).update(state=Application.State.SELECTED)
    Call.objects.filter(pk=application.call_id).update(state=Call.State.ALLOCATED)
    application.refresh_from_db()
    return application


def an_award(amount: int = 400, **overrides) -> Award:
    application = a_selected_application(**overrides)
    with on(COUNTING):
        return actions.award_application(
            actor=actor(Role.COORDINATOR),
            application=application,
            amount=dirhams(amount),
            deliberation="2026/17",
        )


def a_plan(award: Award, *shares: tuple[int, bool]) -> list:
    """Instalments of these dirhams, waiting for a report or not."""
    rows = [Instalment(dirhams(amount), text("condition"), waits) for amount, waits in shares]
    return actions.plan_tranches(actor=actor(Role.COORDINATOR), award=award, instalments=rows)


def an_agreement(reference: str = "2026-014", state: str = "in_force") -> Agreement:
    """Between the council and association A."""
    found = Agreement.objects.create(
        reference=reference,
        title=text("agreement"),
        purpose=text("water"),
        territory=commune(),
        starts_on=date(2026, 1, 1),
        ends_on=date(2027, 12, 31),
        currency="MAD",
        state=state,
        document_sha256="" if state == "draft" else reference.replace("-", "").ljust(64, "0"),
        in_force_on=date(2026, 1, 2) if state == "in_force" else None,
        evaluation_due_on=date(2027, 1, 2) if state == "in_force" else None,
    )
    for order, code in enumerate(("council", "association-a"), start=1):
        Party.objects.create(agreement=found, organisation=organisation(code), order=order)
    return found


def a_report(
    agreement: Agreement, state: str = "accepted", kind: str = "financial", year: int = 2026
) -> Report:
    office = appoint(Role.OFFICER_A, "association-a", "officer")
    return Report.objects.create(
        agreement=agreement,
        party=agreement.parties.get(organisation__code="association-a"),
        kind=kind,
        period_start=date(year, 1, 1),
        period_end=date(year, 12, 31),
        text="accounts",
        state=state,
        reason="incomplete" if state == "returned" else "",
        submitted_on=date(2026, 11, 1),
        submitted_by=office,
    )


def the_agreement_rule(amount: int = 50_000) -> LegalRule:
    """An award above `amount` dirhams needs an agreement."""
    return LegalRule.objects.create(
        key="PUB-50K",
        sets="agreement_threshold",
        text=text("agreement above the threshold"),
        parameters={"amount_minor": dirhams(amount), "currency": "MAD", "comparator": "above"},
        citation="Circular 7/2003",
        valid_from=date(2003, 6, 27),
        checked_on="2026-11",
        verified="yes",
    )


def the_report_rule() -> LegalRule:
    """The financial report of a year is due before 15 March of the next."""
    return LegalRule.objects.create(
        key="PUB-15MAR",
        sets="annual_report_day",
        text=text("report before 15 March"),
        parameters={"month": 3, "day": 15},
        citation="Circular 13/2022",
        valid_from=date(2022, 8, 31),
        checked_on="2026-11",
        verified="secondary",
    )


def selected_copies(call: Call, count: int, **overrides) -> list[Application]:
    """Many applications waiting for their awards; written at once, for tests of what happens to many."""
    first = a_selected_application(call=call, **overrides)
    copied = ("call_id", "organisation_id", "title", "summary", "territory_id", "requested", "state")
    same = {name: getattr(first, name) for name in copied}
    Application.objects.bulk_create(Application(number=number, **same) for number in range(2, count + 1))
    return list(Application.objects.filter(call=call).order_by("number"))
