"""Awards, plans, releases, payments."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from multaqa.funds import actions
from multaqa.funds.models import Application, Award, Call, Envelope, Payment, Tranche
from multaqa.kit.policy import Forbidden, Refused
from multaqa.ledger.actions import reference
from multaqa.ledger.models import Entry, Link
from tests.factories import Role, actor, verbs_in_ledger
from tests.funds.factories import (
    COUNTING,
    a_call,
    a_plan,
    a_report,
    a_selected_application,
    an_agreement,
    an_application,
    an_award,
    an_envelope,
    dirhams,
    on,
    the_agreement_rule,
    the_report_rule,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def award(application: Application, amount: int = 400, deliberation: str = "2026/17") -> Award:
    return actions.award_application(
        actor=actor(Role.COORDINATOR),
        application=application,
        amount=dirhams(amount),
        deliberation=deliberation,
    )


def release(tranche: Tranche) -> Tranche:
    return actions.release_tranche(actor=actor(Role.COORDINATOR), tranche=tranche)


def pay(tranche: Tranche, order: str = "OP-1") -> Payment:
    return actions.pay_tranche(actor=actor(Role.COUNCIL_OFFICER), tranche=tranche, order_number=order)


def test_award_application_commits_the_envelope_and_the_call():
    application = a_selected_application()

    made = award(application, 350)

    envelope, call = Envelope.objects.get(), Call.objects.get()
    assert (made.amount, envelope.committed, call.committed) == (35_000, 35_000, 35_000)
    assert (Application.objects.get().state, call.state) == ("awarded", "awarded")
    entry = Entry.objects.first()
    assert (entry.verb, entry.step, entry.due_on) == ("funds.award_made", "awarded", None)
    assert Link.objects.get(subject=reference(made)).cause == reference(application)


def test_award_application_above_the_threshold_owes_an_agreement():
    the_agreement_rule(amount=300)
    application = a_selected_application()

    with on("2026-11-10"):
        award(application)

    entry = Entry.objects.get(verb="funds.award_made")
    assert (entry.due_step, entry.due_on) == ("agreed", date(2026, 12, 10))


def test_award_application_once():
    application = a_selected_application()
    award(application)

    with pytest.raises(Refused, match="already has its award"):
        award(application)

    assert (Award.objects.count(), Envelope.objects.get().committed) == (1, dirhams(400))
    assert verbs_in_ledger().count("funds.award_made") == 1


def test_award_application_refuses_more_than_was_asked():
    application = a_selected_application()

    with pytest.raises(Refused) as refusal:
        award(application, 401)

    assert refusal.value.field == "amount"
    assert not Award.objects.exists()


def test_award_application_refuses_beyond_what_is_left_of_the_envelope():
    envelope = an_envelope(amount=dirhams(1_000))
    application = a_selected_application(call=a_call(envelope=envelope))
    Envelope.objects.filter(pk=envelope.pk).update(committed=dirhams(601))

    with pytest.raises(Refused, match="envelope are left"):
        award(application)
    Envelope.objects.filter(pk=envelope.pk).update(committed=dirhams(600))
    award(application)

    assert Envelope.objects.get().committed == dirhams(1_000)


def test_award_application_refuses_beyond_what_is_left_of_the_call():
    application = a_selected_application()
    Call.objects.update(committed=dirhams(700))

    with pytest.raises(Refused, match="call are left"):
        award(application)


def test_award_application_needs_a_deliberation():
    application = a_selected_application()

    with pytest.raises(Refused) as refusal:
        award(application, deliberation="  ")

    assert refusal.value.field == "deliberation"


def test_award_application_refuses_one_that_was_not_selected_and_other_actors():
    application = an_application()

    with pytest.raises(Refused):
        award(application)
    with pytest.raises(Forbidden):
        actions.award_application(
            actor=actor(Role.CELL_MEMBER), application=application, amount=1, deliberation="1"
        )


def test_attach_agreement_joins_the_award_to_it_in_the_thread():
    made, agreement = an_award(), an_agreement()

    actions.attach_agreement(actor=actor(Role.COORDINATOR), award=made, agreement=agreement)

    made.refresh_from_db()
    assert made.agreement == agreement
    assert Link.objects.get(subject=reference(agreement)).cause == reference(made)
    assert verbs_in_ledger()[-1] == "funds.agreement_attached"


def test_attach_agreement_refuses_one_without_the_beneficiary_and_other_actors():
    made, agreement = an_award(), an_agreement()
    agreement.parties.filter(organisation__code="association-a").delete()

    with pytest.raises(Refused) as refusal:
        actions.attach_agreement(actor=actor(Role.COORDINATOR), award=made, agreement=agreement)
    with pytest.raises(Forbidden):
        actions.attach_agreement(actor=actor(Role.OFFICER_A), award=made, agreement=agreement)

    assert refusal.value.field == "agreement"


def test_plan_tranches_adds_up_to_the_award():
    made = an_award()

    a_plan(made, (150, False), (250, True))

    assert list(Tranche.objects.values_list("number", "amount", "needs_report")) == [
        (1, dirhams(150), False),
        (2, dirhams(250), True),
    ]
    assert verbs_in_ledger()[-1] == "funds.tranches_planned"


@pytest.mark.parametrize("amounts", [(150, 249), (150, 251)])
def test_plan_tranches_refuses_another_sum(amounts):
    made = an_award()

    with pytest.raises(Refused, match="add up"):
        a_plan(made, *((amount, False) for amount in amounts))

    assert not Tranche.objects.exists()


def test_plan_tranches_once_and_by_the_coordinator():
    made = an_award()
    a_plan(made, (400, False))

    with pytest.raises(Refused, match="already has its payment plan"):
        a_plan(made, (400, False))
    with pytest.raises(Forbidden):
        actions.plan_tranches(actor=actor(Role.OFFICER_A), award=made, instalments=[])


def test_release_tranche_below_the_threshold_needs_no_agreement():
    the_agreement_rule(amount=400)
    made = an_award()
    first, _second = a_plan(made, (150, False), (250, False))

    with on(COUNTING):
        release(first)

    made.refresh_from_db()
    assert (made.released, Tranche.objects.get(number=1).state) == (dirhams(150), "released")
    assert verbs_in_ledger()[-1] == "funds.tranche_released"


def test_release_tranche_above_the_threshold_waits_for_an_agreement_in_force():
    the_agreement_rule(amount=399)
    made = an_award()
    [only] = a_plan(made, (400, False))
    agreement = an_agreement(state="signing")

    with on(COUNTING), pytest.raises(Refused, match="needs a signed agreement"):
        release(only)
    actions.attach_agreement(actor=actor(Role.COORDINATOR), award=made, agreement=agreement)
    with on(COUNTING), pytest.raises(Refused, match="not in force"):
        release(only)
    type(agreement).objects.update(
        state="in_force", in_force_on=date(2026, 11, 1), evaluation_due_on=date(2027, 11, 1)
    )
    with on(COUNTING):
        release(only)

    assert Tranche.objects.get().state == "released"


def test_release_tranche_waits_for_its_accepted_report_and_uses_it_once():
    made, agreement = an_award(), an_agreement()
    actions.attach_agreement(actor=actor(Role.COORDINATOR), award=made, agreement=agreement)
    first, second, third = a_plan(made, (100, False), (100, True), (200, True))
    waiting = a_report(agreement, state="submitted")

    with on(COUNTING):
        release(first)
        with pytest.raises(Refused, match="report is not accepted"):
            release(second)
        type(waiting).objects.update(state="accepted")
        released = release(second)
        with pytest.raises(Refused, match="report is not accepted"):
            release(third)

    assert released.report == waiting
    assert Link.objects.filter(subject=reference(second), cause=reference(waiting)).exists()


def test_release_tranche_keeps_their_order_and_is_for_the_coordinator():
    first, second = a_plan(an_award(), (150, False), (250, False))

    with pytest.raises(Refused, match="1 comes first"):
        release(second)
    with pytest.raises(Forbidden):
        actions.release_tranche(actor=actor(Role.OFFICER_A), tranche=first)


def test_release_tranche_is_blocked_by_last_years_missing_financial_report():
    the_report_rule()
    made, agreement = an_award(), an_agreement()
    actions.attach_agreement(actor=actor(Role.COORDINATOR), award=made, agreement=agreement)
    first, second = a_plan(made, (150, False), (250, False))
    with on(COUNTING):
        pay(release(first))

    with on("2027-03-15"), pytest.raises(Refused, match="financial report of 2026"):
        release(second)
    a_report(agreement, state="submitted")
    with on("2027-03-15"):
        release(second)

    assert Tranche.objects.get(number=2).state == "released"


def test_pay_tranche_once_after_its_release():
    made = an_award()
    [only] = a_plan(made, (400, False))

    with on(COUNTING):
        with pytest.raises(Refused, match="not released yet"):
            pay(only)
        release(only)
        payment = pay(only)
        with pytest.raises(Refused):
            pay(only, "OP-2")

    made.refresh_from_db()
    assert (payment.amount, made.paid, made.released, made.amount) == (dirhams(400),) * 4
    assert verbs_in_ledger().count("funds.tranche_paid") == 1


def test_pay_tranche_refuses_a_used_order_and_other_actors():
    first, second = a_plan(an_award(), (150, False), (250, False))
    with on(COUNTING):
        pay(release(first))
        release(second)

        with pytest.raises(Refused) as refusal:
            pay(second, "OP-1")
        with pytest.raises(Forbidden):
            actions.pay_tranche(actor=actor(Role.OFFICER_A), tranche=second, order_number="OP-2")

    assert refusal.value.field == "order_number"


@pytest.mark.parametrize(
    "wrong", [{"released": 1}, {"planned": dirhams(401)}, {"paid": 1}, {"deliberation": ""}]
)
def test_the_database_keeps_paid_within_released_within_planned_within_the_award(wrong):
    made = an_award()

    with pytest.raises(IntegrityError), transaction.atomic():
        Award.objects.filter(pk=made.pk).update(**wrong)
