"""From a draft to a text in force, and its end."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor
from multaqa.directory.models import Office, Organisation
from multaqa.kit import clock, states
from multaqa.kit.policy import Forbidden, Refused, require
from multaqa.kit.translated import Translated
from multaqa.ledger.actions import Due, record
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import register
from multaqa.partnerships.documents import render_agreement
from multaqa.partnerships.models import (
    Agreement,
    Commitment,
    Document,
    Party,
    Report,
    Signature,
)
from multaqa.partnerships.queries import parties_of
from multaqa.partnerships.rules import SIGNING
from multaqa.territories.models import RegionPack, Territory

register(
    {
        "partnerships.agreement_drafted": _("Agreement drafted"),
        "partnerships.commitment_added": _("Commitment added to a draft"),
        "partnerships.agreement_put_to_signature": _("Agreement put to signature"),
        "partnerships.agreement_signed": _("Agreement signed by a party"),
        "partnerships.agreement_ended": _("Agreement ended"),
        "partnerships.agreement_cancelled": _("Agreement cancelled"),
    }
)


State = Agreement.State


@dataclass(frozen=True, slots=True)
class PartyTerms:
    """Who enters an agreement, acting as what, on which deliberation of its council."""

    organisation: Organisation
    capacity: Translated = field(default_factory=Translated)
    deliberation: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """What one organisation promises by a day, and what will show that it was done."""

    organisation: Organisation
    text: Translated
    due_on: date
    indicator: Translated = field(default_factory=Translated)


def draft_agreement(
    *,
    actor: Actor,
    title: Translated,
    purpose: Translated,
    territory: Territory,
    starts_on: date,
    ends_on: date,
    parties: Sequence[PartyTerms],
    commitments: Sequence[Promise] = (),
    amount: int | None = None,
    causes: Sequence[Model] = (),
    is_demo: bool = False,
) -> Agreement:
    """Write the draft of an agreement between two or more organisations.

    amount: minor units of the pack's currency, None when no money is promised. causes: what it follows from,
    for example an award. Raises Refused for fewer than two parties, one party twice, an end before the start,
    or a promise of somebody who is no party.
    """
    require(actor, "partnerships.draft_agreement")
    organisations = [terms.organisation for terms in parties]
    if len(organisations) < 2:
        raise Refused(_("An agreement needs at least two parties."), field="parties")
    if len({organisation.pk for organisation in organisations}) < len(organisations):
        raise Refused(_("Name each party once."), field="parties")
    if ends_on < starts_on:
        raise Refused(_("The last day comes before the first one."), field="ends_on")
    if any(promise.organisation not in organisations for promise in commitments):
        raise Refused(_("Only a party can promise something."), field="commitments")
    with transaction.atomic():
        # references are numbered one after the other: drafts wait for each other on the pack's row
        pack = RegionPack.objects.select_for_update().order_by("pk").first()
        agreement = Agreement.objects.create(
            reference=_next_reference(clock.today().year),
            title=title,
            purpose=purpose,
            territory=territory,
            starts_on=starts_on,
            ends_on=ends_on,
            amount=amount,
            currency=pack.currency if pack else "MAD",
            is_demo=is_demo,
        )
        seats = {
            terms.organisation.pk: Party.objects.create(
                agreement=agreement,
                organisation=terms.organisation,
                order=order,
                capacity=terms.capacity,
                deliberation=terms.deliberation,
            )
            for order, terms in enumerate(parties, start=1)
        }
        Commitment.objects.bulk_create(
            Commitment(
                agreement=agreement,
                party=seats[promise.organisation.pk],
                number=number,
                text=promise.text,
                due_on=promise.due_on,
                indicator=promise.indicator,
            )
            for number, promise in enumerate(commitments, start=1)
        )
        facts = {
            "reference": agreement.reference,
            "parties": [organisation.code for organisation in organisations],
            "territory": territory.code,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "amount": amount,
            "currency": agreement.currency,
        }
        record(actor, "partnerships.agreement_drafted", agreement, facts=facts, causes=causes)
    return agreement


def add_commitment(
    *,
    actor: Actor,
    agreement: Agreement,
    party: Party,
    text: Translated,
    due_on: date,
    indicator: Translated | None = None,
) -> Commitment:
    """Add to a draft what one of its parties promises. Raises Refused once the text is frozen."""
    require(actor, "partnerships.add_commitment", agreement)
    with transaction.atomic():
        agreement = _locked(agreement)
        if agreement.state != State.DRAFT:
            raise Refused(_("The text is frozen: a commitment can be added to a draft only."))
        if party.agreement_id != agreement.pk:
            raise Refused(_("Only a party can promise something."), field="party")
        commitment = Commitment.objects.create(
            agreement=agreement,
            party=party,
            number=agreement.commitments.count() + 1,
            text=text,
            due_on=due_on,
            indicator=indicator or Translated(),
        )
        facts = {"number": commitment.number, "party": party.organisation.code, "due_on": due_on}
        record(actor, "partnerships.commitment_added", commitment, facts=facts, causes=[agreement])
    return commitment


def put_to_signature(
    *, actor: Actor, agreement: Agreement, deliberations: Mapping[int, str] | None = None
) -> Agreement:
    """Freeze the text: render it once, keep its bytes and its SHA-256, and open it to the parties.

    deliberations: number of the deliberation by a party's order, where the draft lacks it. Raises Refused
    without a commitment, or when a council promises money without a deliberation.
    """
    require(actor, "partnerships.put_to_signature", agreement)
    with transaction.atomic():
        agreement = _locked(agreement)
        if agreement.state != State.DRAFT:
            raise Refused(_("This text is frozen already."))
        if not agreement.commitments.exists():
            raise Refused(_("Write at least one commitment before the text is frozen."))
        for party in agreement.parties.select_related("organisation"):
            party.deliberation = (deliberations or {}).get(party.order) or party.deliberation
            is_council = party.organisation.kind == Organisation.Kind.COUNCIL
            if is_council and agreement.amount is not None and not party.deliberation:
                raise Refused(
                    _("Give the number of the deliberation of %(council)s: councils decide by deliberating."),
                    council=party.organisation,
                    field=f"deliberation_{party.order}",
                )
            party.save(update_fields=["deliberation"])
        content = render_agreement(agreement)
        Document.objects.create(agreement=agreement, content=content)
        agreement.document_sha256 = hashlib.sha256(content).hexdigest()
        agreement.save(update_fields=["document_sha256"])
        states.move(agreement, State.SIGNING, Agreement.STEPS)
        facts = {"reference": agreement.reference, "sha256": agreement.document_sha256, "bytes": len(content)}
        record(actor, "partnerships.agreement_put_to_signature", agreement, facts=facts)
    return agreement


def sign_agreement(*, actor: Actor, agreement: Agreement) -> Agreement:
    """Sign the frozen text for the party the actor speaks for; the last signature brings it into force.

    Raises Refused when that party has signed, when this person has signed for another party, or when the text
    is not open for signature.
    """
    require(actor, "partnerships.sign_agreement", agreement)
    with transaction.atomic():
        agreement = _locked(agreement)
        if agreement.state == State.DRAFT:
            raise Refused(_("The text is still a draft: wait until it is put to signature."))
        if agreement.state == State.CANCELLED:
            raise Refused(_("This agreement was cancelled."))
        mine = parties_of(actor, agreement)
        unsigned = [party for party in mine if not hasattr(party, "signature")]
        if not unsigned:
            raise Refused(_("Your organisation has signed already."))
        party = unsigned[0]
        office = _office(actor, party.organisation)
        if Signature.objects.filter(party__agreement=agreement, office__person=office.person_id).exists():
            raise Refused(_("One person cannot sign for two parties."))
        if agreement.document.sha256 != agreement.document_sha256:
            raise Refused(_("The kept text no longer has the hash it was frozen with: signing is stopped."))
        Signature.objects.create(
            party=party, office=office, signed_at=clock.now(), document_sha256=agreement.document_sha256
        )
        is_last = not agreement.parties.filter(signature__isnull=True).exists()
        due = None
        if is_last:
            agreement.in_force_on = clock.today()
            agreement.evaluation_due_on = agreement.evaluation_due_on or _a_year_after(clock.today())
            agreement.save(update_fields=["in_force_on", "evaluation_due_on"])
            states.move(agreement, State.IN_FORCE, Agreement.STEPS)
            due = Due(Step.EVALUATED, agreement.evaluation_due_on, met_by="partnerships.agreement_evaluated")
        facts = {
            "reference": agreement.reference,
            "party": party.organisation.code,
            "function": office.function,
            "sha256": agreement.document_sha256,
            "in_force": is_last,
        }
        record(
            actor,
            "partnerships.agreement_signed",
            agreement,
            facts=facts,
            private={"signer": office.person.title},
            step=Step.AGREED if is_last else None,
            due=due,
        )
    return agreement


def end_agreement(*, actor: Actor, agreement: Agreement) -> Agreement:
    """Close an agreement whose last day has passed."""
    require(actor, "partnerships.end_agreement", agreement)
    with transaction.atomic():
        agreement = _locked(agreement)
        if clock.today() <= agreement.ends_on:
            raise Refused(_("The agreement runs until its last day; to stop it before, cancel it."))
        states.move(agreement, State.ENDED, Agreement.STEPS)
        facts = {"reference": agreement.reference, "ends_on": agreement.ends_on}
        record(actor, "partnerships.agreement_ended", agreement, facts=facts)
    return agreement


def cancel_agreement(*, actor: Actor, agreement: Agreement, reason: str) -> Agreement:
    """Stop a draft, a signature or an agreement in force, publicly and with the reason."""
    require(actor, "partnerships.cancel_agreement", agreement)
    if not reason.strip():
        raise Refused(_("Say why the agreement is cancelled."), field="reason")
    with transaction.atomic():
        agreement = _locked(agreement)
        before = agreement.state
        agreement.cancel_reason = reason
        agreement.save(update_fields=["cancel_reason"])
        states.move(agreement, State.CANCELLED, Agreement.STEPS)
        facts = {"reference": agreement.reference, "before": before, "reason": reason}
        record(actor, "partnerships.agreement_cancelled", agreement, facts=facts)
    return agreement


def _locked(agreement: Agreement) -> Agreement:
    return Agreement.objects.select_for_update().get(pk=agreement.pk)


def _decided(report: Report, state: str, reason: str = "") -> Report:
    report = (
        Report.objects.select_for_update(of=("self",)).select_related("party__organisation").get(pk=report.pk)
    )
    report.reason = reason
    report.decided_on = clock.today()
    report.save(update_fields=["reason", "decided_on"])
    states.move(report, state, Report.STEPS)
    return report


def _office(actor: Actor, organisation: Organisation) -> Office:
    for office in actor.offices:
        if office.function in SIGNING and office.organisation_id == organisation.pk:
            return office
    raise Forbidden("partnerships.sign_agreement")


def _next_reference(year: int) -> str:
    given = Agreement.objects.filter(reference__startswith=f"{year}-").values_list("reference", flat=True)
    return f"{year}-{max((int(one.split('-')[1]) for one in given), default=0) + 1:02d}"


def _a_year_after(day: date) -> date:
    """The same day next year; 28 February for 29 February."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if is_leap_day else day.day)
