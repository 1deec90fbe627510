"""Envelopes, priorities, calls, applications, reviews."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from multaqa.directory.models import Tie
from multaqa.funds import actions
from multaqa.funds.models import Application, Call, Envelope, Priority, Recusal, Review
from multaqa.kit.policy import Forbidden, Refused
from multaqa.kit.translated import Translated
from multaqa.ledger.actions import reference
from multaqa.ledger.models import Entry, Link
from tests.factories import Role, actor, commune, organisation, person, verbs_in_ledger
from tests.funds.factories import (
    APPLYING,
    DATES,
    REVIEWING,
    VOTING,
    a_call,
    a_call_in_vote,
    a_priority,
    an_application,
    an_eligible_application,
    an_envelope,
    dirhams,
    on,
    text,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
SCORES = {"relevance": 4, "reach": 3, "feasibility": 2, "lasting": 1}


def test_create_envelope_entrusts_money_to_a_cell():
    envelope = an_envelope(amount=dirhams(500))

    assert (envelope.amount, envelope.committed, envelope.cell.code) == (50_000, 0, "cell")
    assert verbs_in_ledger() == ["funds.envelope_created"]


def test_create_envelope_refuses_an_organisation_that_is_no_cell():
    with pytest.raises(Refused, match="joint cell"):
        an_envelope(cell=organisation("council"))


@pytest.mark.parametrize("amount", [0, 10**15 + 1])
def test_create_envelope_refuses_an_amount_no_fund_holds(amount):
    with pytest.raises(Refused) as refusal:
        an_envelope(amount=amount)

    assert refusal.value.field == "amount"


def test_create_envelope_is_for_council_officers():
    with pytest.raises(Forbidden):
        actions.create_envelope(
            actor=actor(Role.COORDINATOR), cell=organisation("cell"), title=text("x"), year=2026, amount=1
        )
    assert not Envelope.objects.exists()


def test_the_database_refuses_awards_above_the_envelope():
    envelope = an_envelope(amount=100)

    with pytest.raises(IntegrityError), transaction.atomic():
        Envelope.objects.filter(pk=envelope.pk).update(committed=101)


def test_set_priority_takes_the_next_number_and_the_step_of_the_thread():
    a_priority()
    second = a_priority(rank=2)

    assert (second.number, second.rank) == (2, 2)
    assert verbs_in_ledger() == ["funds.priority_set"] * 2
    assert Entry.objects.first().step == "prioritised"


def test_set_priority_is_for_the_cell():
    with pytest.raises(Forbidden):
        actions.set_priority(
            actor=actor(Role.OFFICER_A),
            cell=organisation("cell"),
            title=text("x"),
            text=text("y"),
            territory=commune(),
            rank=1,
        )
    assert not Priority.objects.exists()


def test_open_call_follows_from_its_priorities_and_owes_awards_by_a_day():
    priority = a_priority()

    call = a_call(priorities=[priority])

    assert (call.reference, call.state, call.currency) == ("2026-01", "open", "MAD")
    entry = Entry.objects.get(verb="funds.call_opened")
    assert (entry.step, entry.due_step, entry.due_on) == ("called", "awarded", date(2026, 11, 30))
    assert Link.objects.get(subject=reference(call)).cause == reference(priority)


def test_open_call_refuses_money_already_promised():
    envelope = an_envelope(amount=dirhams(1_500))
    a_call(envelope=envelope, amount=dirhams(1_000))

    with pytest.raises(Refused) as refusal:
        a_call(envelope=envelope, amount=dirhams(501), max_per_application=dirhams(100))

    assert refusal.value.field == "amount"
    assert Call.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"vote_opens_on": date(2026, 8, 31)}, "closes_on"),
        ({"max_per_application": dirhams(1_001)}, "max_per_application"),
        ({"rule": {"name": "wishful"}}, "rule"),
    ],
)
def test_open_call_refuses_what_cannot_work(wrong, field):
    with pytest.raises(Refused) as refusal:
        a_call(**wrong)

    assert refusal.value.field == field


def test_open_call_refuses_a_call_that_answers_no_priority():
    with pytest.raises(Refused, match="at least one priority"):
        actions.open_call(
            actor=actor(Role.COORDINATOR),
            envelope=an_envelope(),
            priorities=[],
            title=text("x"),
            text=text("y"),
            amount=10,
            max_per_application=5,
            **DATES,
        )


def test_open_call_is_for_the_coordinator_of_that_cell():
    foreign = an_envelope(cell=organisation("other-cell", kind="cell"))

    with pytest.raises(Forbidden):
        a_call(envelope=foreign)


def test_submit_application_is_numbered_and_follows_from_the_call():
    call = a_call()
    an_application(call)

    second = an_application(call, Role.OFFICER_B)

    assert (second.number, second.state, second.organisation.code) == (2, "submitted", "association-b")
    assert Link.objects.get(subject=reference(second)).cause == reference(call)
    assert verbs_in_ledger()[-2:] == ["funds.application_submitted"] * 2


def test_submit_application_keeps_private_details_out_of_the_ledger():
    an_application(details="account 007")

    assert "account 007" not in Entry.objects.get(verb="funds.application_submitted").payload


@pytest.mark.parametrize("day", ["2026-06-30", "2026-09-01"])
def test_submit_application_refuses_outside_the_dates(day):
    call = a_call()

    with on(day), pytest.raises(Refused):
        actions.submit_application(
            actor=actor(Role.OFFICER_A),
            call=call,
            organisation=organisation("association-a"),
            title=text("x"),
            summary=text("y"),
            territory=commune(),
            requested=1,
        )
    assert not Application.objects.exists()


def test_submit_application_accepts_the_ceiling_and_refuses_one_centime_more():
    call = a_call()

    assert an_application(call, requested=dirhams(800)).requested == 80_000
    with pytest.raises(Refused) as refusal:
        an_application(call, requested=dirhams(800) + 1)

    assert refusal.value.field == "requested"


def test_submit_application_is_for_the_officers_of_the_applicant():
    with on(APPLYING), pytest.raises(Forbidden):
        actions.submit_application(
            actor=actor(Role.OFFICER_B),
            call=a_call(),
            organisation=organisation("association-a"),
            title=text("x"),
            summary=text("y"),
            territory=commune(),
            requested=1,
        )
    assert not Application.objects.exists()


def test_withdraw_application_before_the_vote():
    application = an_application()

    with on(APPLYING):
        actions.withdraw_application(actor=actor(Role.OFFICER_A), application=application)

    application.refresh_from_db()
    assert application.state == "withdrawn"
    assert verbs_in_ledger()[-1] == "funds.application_withdrawn"


def test_withdraw_application_is_refused_during_the_vote_and_to_others():
    call = a_call_in_vote()
    application = call.applications.first()

    with on(VOTING), pytest.raises(Refused, match="vote is open"):
        actions.withdraw_application(actor=actor(Role.OFFICER_A), application=application)
    with on(VOTING), pytest.raises(Forbidden):
        actions.withdraw_application(actor=actor(Role.OFFICER_B), application=application)


def test_screen_application_writes_the_reason_of_a_refusal():
    application = an_application()

    with on(REVIEWING):
        actions.screen_application(
            actor=actor(Role.COORDINATOR), application=application, eligible=False, reason=text("no report")
        )

    application.refresh_from_db()
    assert (application.state, application.reason["en"]) == ("ineligible", "no report")
    assert Entry.objects.first().facts["eligible"] is False


def test_screen_application_refuses_without_a_reason_and_to_members():
    application = an_application()

    with pytest.raises(Refused, match="why"):
        actions.screen_application(
            actor=actor(Role.COORDINATOR), application=application, eligible=False, reason=Translated()
        )
    with pytest.raises(Forbidden):
        actions.screen_application(actor=actor(Role.CELL_MEMBER), application=application, eligible=True)


def test_review_application_keeps_the_last_scores_and_hides_them_from_the_ledger():
    application = an_application()
    with on(REVIEWING):
        actions.review_application(actor=actor(Role.CELL_MEMBER), application=application, **SCORES)

        review = actions.review_application(
            actor=actor(Role.CELL_MEMBER),
            application=application,
            comment="solid",
            **{**SCORES, "lasting": 3},
        )

    assert (Review.objects.count(), review.mean, review.comment) == (1, 3, "solid")
    assert verbs_in_ledger()[-2:] == ["funds.review_made"] * 2
    assert "solid" not in Entry.objects.first().payload


def test_review_application_is_refused_to_a_member_with_a_declared_tie():
    application = an_application()
    member = person(Role.CELL_MEMBER)
    Tie.objects.create(
        person=member, organisation=application.organisation, kind="family", declared_on=date(2026, 1, 1)
    )

    with on(REVIEWING), pytest.raises(Refused, match="declared tie"):
        actions.review_application(actor=actor(Role.CELL_MEMBER), application=application, **SCORES)

    assert not Review.objects.exists()


def test_review_application_is_refused_once_the_vote_is_open_and_to_outsiders():
    call = a_call_in_vote()
    application = call.applications.first()

    with on(VOTING), pytest.raises(Refused, match="locked"):
        actions.review_application(actor=actor(Role.CELL_MEMBER), application=application, **SCORES)
    with on(VOTING), pytest.raises(Forbidden):
        actions.review_application(actor=actor(Role.OFFICER_A), application=application, **SCORES)


def test_review_application_refuses_a_score_out_of_range():
    application = an_application()

    with on(REVIEWING), pytest.raises(Refused) as refusal:
        actions.review_application(
            actor=actor(Role.CELL_MEMBER), application=application, **{**SCORES, "reach": 5}
        )

    assert refusal.value.field == "reach"


def test_recuse_once_and_no_more_scores():
    application = an_application()
    with on(REVIEWING):
        actions.recuse(
            actor=actor(Role.CELL_MEMBER), application=application, reason="my brother works there"
        )

        with pytest.raises(Refused, match="already stood aside"):
            actions.recuse(actor=actor(Role.CELL_MEMBER), application=application, reason="again")
        with pytest.raises(Refused, match="stood aside"):
            actions.review_application(actor=actor(Role.CELL_MEMBER), application=application, **SCORES)

    assert Recusal.objects.get().reason == "my brother works there"
    assert "brother" not in Entry.objects.get(verb="funds.member_recused").payload


def test_recuse_is_for_members():
    application = an_application()

    with pytest.raises(Forbidden):
        actions.recuse(actor=actor(Role.OFFICER_A), application=application, reason="x")


def test_close_call_after_its_last_day_only():
    call = a_call()

    with on("2026-08-31"), pytest.raises(Refused, match="after it"):
        actions.close_call(actor=actor(Role.COORDINATOR), call=call)
    with on("2026-09-01"):
        closed = actions.close_call(actor=actor(Role.COORDINATOR), call=call)

    assert closed.state == "reviewing"
    assert verbs_in_ledger()[-1] == "funds.call_closed"


def test_close_call_is_for_the_coordinator():
    with pytest.raises(Forbidden):
        actions.close_call(actor=actor(Role.CELL_MEMBER), call=a_call())


def test_open_vote_waits_for_every_decision_on_eligibility():
    call = a_call()
    an_eligible_application(call=call)
    an_application(call, Role.OFFICER_B)
    with on(REVIEWING):
        actions.close_call(actor=actor(Role.COORDINATOR), call=call)

    with on(VOTING), pytest.raises(Refused, match="still wait"):
        actions.open_vote(actor=actor(Role.COORDINATOR), call=call)

    call.refresh_from_db()
    assert call.state == "reviewing"


def test_open_vote_puts_the_eligible_numbers_on_the_ballot():
    call = a_call_in_vote()

    assert call.state == "voting"
    assert Entry.objects.get(verb="funds.vote_opened").facts["ballot"] == [1, 2, 3]
    with on(VOTING), pytest.raises(Forbidden):
        actions.open_vote(actor=actor(Role.OFFICER_A), call=call)
