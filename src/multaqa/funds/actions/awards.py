"""Granting and paying. Every sum is checked under a lock on its own row, and again by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor
from multaqa.funds import legal, queries
from multaqa.funds.models import Application, Award, Call, Envelope, Payment, Tranche
from multaqa.kit import clock
from multaqa.kit.money import Money
from multaqa.kit.policy import Refused, require
from multaqa.kit.states import move
from multaqa.kit.translated import Translated
from multaqa.ledger.actions import Due, record
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import register
from multaqa.partnerships.models import Agreement, Report

VERBS = {
    "funds.award_made": _("Award made"),
    "funds.agreement_attached": _("Agreement attached to its award"),
    "funds.tranches_planned": _("Instalments planned"),
    "funds.tranche_released": _("Instalment released"),
    "funds.tranche_paid": _("Instalment paid"),
}
register(VERBS)

AGREEMENT_DAYS = 30  # days from an award to the agreement it needs: shown as a promise, not required by law


@dataclass(frozen=True, slots=True)
class Instalment:
    """One line of a payment plan; amount in minor units."""

    amount: int
    condition: Translated
    needs_report: bool = False


def award_application(
    *, actor: Actor, application: Application, amount: int, deliberation: str, awarded_on: date | None = None
) -> Award:
    """Grant public money (minor units) to a selected application by a numbered deliberation, once.

    Raises Forbidden unless the actor coordinates the cell; Refused above the amount asked for, beyond what is
    left of the call or of the envelope, without a deliberation, or when the application is not waiting for an
    award.
    """
    require(actor, "funds.award_application", application)
    deliberation = deliberation.strip()
    if not deliberation:
        raise Refused(
            _("Write the number of the deliberation that decided this award."), field="deliberation"
        )
    with transaction.atomic():
        # always in this order, so that two awards never wait for each other
        envelope = Envelope.objects.select_for_update().get(calls=application.call_id)
        call = Call.objects.select_for_update(of=("self",)).get(pk=application.call_id)
        application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
        application.call = call
        if application.state == Application.State.AWARDED:
            raise Refused(_("This application already has its award."))
        if not 0 < amount <= application.requested:
            raise Refused(
                _("The award is above zero and at most %(requested)s, the amount asked for."),
                field="amount",
                requested=application.money,
            )
        for fund, sentence in (
            (envelope, _("Only %(left)s of the envelope are left.")),
            (call, _("Only %(left)s of the call are left.")),
        ):
            if fund.committed + amount > fund.amount:
                left = Money(fund.amount - fund.committed, fund.currency)
                raise Refused(sentence, field="amount", left=left)
        day = awarded_on or clock.today()
        move(application, Application.State.AWARDED, Application.STEPS)
        award = Award.objects.create(
            application=application,
            amount=amount,
            currency=call.currency,
            awarded_on=day,
            deliberation=deliberation,
        )
        Envelope.objects.filter(pk=envelope.pk).update(committed=F("committed") + amount)
        Call.objects.filter(pk=call.pk).update(committed=F("committed") + amount)
        if not call.applications.filter(state=Application.State.SELECTED).exists():
            move(call, Call.State.AWARDED, Call.STEPS)
        facts = {"call": call.reference, "application": application.number, "amount": amount}
        facts |= {"currency": call.currency, "deliberation": deliberation, "awarded_on": day}
        due = (
            Due(Step.AGREED, day + timedelta(days=AGREEMENT_DAYS))
            if legal.needs_agreement(award.money)
            else None
        )
        record(
            actor, "funds.award_made", award, facts=facts, step=Step.AWARDED, causes=[application], due=due
        )
    return award


def attach_agreement(*, actor: Actor, award: Award, agreement: Agreement) -> Award:
    """Say which agreement carries an award, so that its instalments can follow.

    Raises Forbidden unless the actor coordinates the cell; Refused when the beneficiary is not a party to it.
    """
    require(actor, "funds.attach_agreement", award)
    with transaction.atomic():
        award = _locked(award)
        if not agreement.parties.filter(organisation=award.application.organisation_id).exists():
            raise Refused(_("The beneficiary is not a party to this agreement."), field="agreement")
        if award.released:
            raise Refused(_("An instalment is already released under another agreement."), field="agreement")
        award.agreement = agreement
        award.save(update_fields=["agreement"])
        facts = {"award": award.pk, "amount": award.amount, "agreement": agreement.reference}
        record(actor, "funds.agreement_attached", agreement, facts=facts, causes=[award])
    return award


def plan_tranches(*, actor: Actor, award: Award, instalments: Sequence[Instalment]) -> list[Tranche]:
    """Cut an award into instalments that add up to it exactly.

    Raises Forbidden unless the actor coordinates the cell; Refused when they do not add up or a plan exists.
    """
    require(actor, "funds.plan_tranches", award)
    with transaction.atomic():
        award = _locked(award)
        if award.planned:
            raise Refused(_("This award already has its payment plan."))
        total = sum(instalment.amount for instalment in instalments)
        if total != award.amount:
            raise Refused(
                _("The instalments add up to %(total)s; they must add up to %(award)s."),
                total=Money(total, award.currency),
                award=award.money,
            )
        planned = [
            Tranche(
                award=award,
                number=number,
                amount=instalment.amount,
                condition=instalment.condition,
                needs_report=instalment.needs_report,
            )
            for number, instalment in enumerate(instalments, start=1)
        ]
        Tranche.objects.bulk_create(planned)
        award.planned = total
        award.save(update_fields=["planned"])
        amounts = [instalment.amount for instalment in instalments]
        record(actor, "funds.tranches_planned", award, facts={"amounts": amounts, "currency": award.currency})
    return planned


def release_tranche(*, actor: Actor, tranche: Tranche, report: Report | None = None) -> Tranche:
    """Allow an instalment to be paid; a report opens the one that waits for it.

    Raises Forbidden unless the actor coordinates the cell; Refused, naming the rule, while something blocks
    it.
    """
    require(actor, "funds.release_tranche", tranche)
    with transaction.atomic():
        award = _locked(tranche.award)
        tranche = award.tranches.select_for_update().get(pk=tranche.pk)
        tranche.award = award
        ground = queries.footing(award)
        blocks = queries.blocks(tranche, ground, report)
        if blocks:
            raise Refused("%(sentence)s", sentence=blocks[0].sentence)
        move(tranche, Tranche.State.RELEASED, Tranche.STEPS)
        tranche.report = ground.opening(report) if tranche.needs_report else None
        tranche.released_on = clock.today()
        tranche.save(update_fields=["report", "released_on"])
        Award.objects.filter(pk=award.pk).update(released=F("released") + tranche.amount)
        facts = {
            "award": award.pk,
            "number": tranche.number,
            "amount": tranche.amount,
            "currency": award.currency,
        }
        causes = [award, *([tranche.report] if tranche.report else [])]
        record(actor, "funds.tranche_released", tranche, facts=facts, causes=causes)
    return tranche


def pay_tranche(*, actor: Actor, tranche: Tranche, order_number: str, paid_on: date | None = None) -> Payment:
    """Write down that a released instalment was paid, with the number of its payment order.

    Raises Forbidden unless the actor coordinates the cell or is a council's officer; Refused before the
    release, when already paid, or for an order number already used.
    """
    require(actor, "funds.pay_tranche", tranche)
    order_number = order_number.strip()
    with transaction.atomic():
        award = _locked(tranche.award)
        tranche = award.tranches.select_for_update().get(pk=tranche.pk)
        tranche.award = award
        if tranche.state == Tranche.State.PLANNED:
            raise Refused(_("This instalment is not released yet."))
        if Payment.objects.filter(order_number=order_number).exists():
            raise Refused(
                _("This payment order is already used for another instalment."), field="order_number"
            )
        move(tranche, Tranche.State.PAID, Tranche.STEPS)
        payment = Payment.objects.create(
            tranche=tranche,
            amount=tranche.amount,
            order_number=order_number,
            paid_on=paid_on or clock.today(),
        )
        Award.objects.filter(pk=award.pk).update(paid=F("paid") + tranche.amount)
        facts = {
            "award": award.pk,
            "number": tranche.number,
            "amount": tranche.amount,
            "currency": award.currency,
        }
        facts |= {"order": order_number, "paid_on": payment.paid_on}
        record(actor, "funds.tranche_paid", tranche, facts=facts)
    return payment


def _locked(award: Award) -> Award:
    """The award as it is now, kept so until the transaction ends."""
    found = Award.objects.select_related("application__call__envelope__cell", "agreement")
    return found.select_for_update(of=("self",)).get(pk=award.pk)
