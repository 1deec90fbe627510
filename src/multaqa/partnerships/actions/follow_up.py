"""What the parties report, and how the agreement is judged."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor, Function
from multaqa.directory.models import Organisation
from multaqa.kit import clock
from multaqa.kit.policy import Refused, require
from multaqa.ledger.actions import Due, record
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import register
from multaqa.partnerships.actions.agreements import State, _a_year_after, _decided, _locked, _office
from multaqa.partnerships.models import (
    Agreement,
    Commitment,
    Evaluation,
    Finding,
    Reply,
    Report,
)
from multaqa.partnerships.queries import parties_of
from multaqa.recommendations.models import Recommendation

register(
    {
        "partnerships.commitment_updated": _("Progress of a commitment reported"),
        "partnerships.report_submitted": _("Report submitted"),
        "partnerships.report_accepted": _("Report accepted"),
        "partnerships.report_returned": _("Report returned"),
        "partnerships.agreement_evaluated": _("Agreement evaluated"),
        "partnerships.evaluation_replied": _("Evaluation answered by a party"),
        "partnerships.finding_linked": _("Finding turned into a recommendation"),
    }
)


_EVALUATING = (Function.AUDITOR, Function.COORDINATOR, Function.COUNCIL_OFFICER)


def update_commitment(
    *, actor: Actor, commitment: Commitment, progress: int, evidence: str = ""
) -> Commitment:
    """Say how far a commitment is, from 0 to 100 percent, and what shows it."""
    require(actor, "partnerships.update_commitment", commitment)
    with transaction.atomic():
        agreement = _locked(commitment.agreement)
        _must_bind(agreement)
        commitment = Commitment.objects.select_for_update(of=("self",)).get(pk=commitment.pk)
        if not 0 <= progress <= 100:
            raise Refused(_("Progress goes from 0 to 100."), field="progress")
        before = commitment.progress
        commitment.progress = progress
        commitment.evidence = evidence
        commitment.save(update_fields=["progress", "evidence"])
        facts = {"number": commitment.number, "before": before, "progress": progress, "evidence": evidence}
        record(actor, "partnerships.commitment_updated", commitment, facts=facts, causes=[agreement])
    return commitment


def submit_report(
    *,
    actor: Actor,
    agreement: Agreement,
    kind: str,
    period_start: date,
    period_end: date,
    text: str,
    spent: int | None = None,
) -> Report:
    """Account for a period to the other parties. spent: minor units, None when the report names no money.

    Raises Refused when a report of this kind stands for the same period, or a financial one names no amount.
    """
    require(actor, "partnerships.submit_report", agreement)
    with transaction.atomic():
        agreement = _locked(agreement)
        _must_bind(agreement)
        party = parties_of(actor, agreement)[0]
        if period_end < period_start:
            raise Refused(_("The last day comes before the first one."), field="period_end")
        if kind == Report.Kind.FINANCIAL and spent is None:
            raise Refused(
                _("A financial report says how much was spent; if nothing, write 0."), field="spent"
            )
        same = party.reports.filter(kind=kind, period_start=period_start, period_end=period_end)
        if same.exclude(state=Report.State.RETURNED).exists():
            raise Refused(_("A report of this kind stands for this period already."), field="period_start")
        report = Report.objects.create(
            agreement=agreement,
            party=party,
            kind=kind,
            period_start=period_start,
            period_end=period_end,
            text=text,
            spent=spent,
            submitted_on=clock.today(),
            submitted_by=_office(actor, party.organisation),
        )
        facts = {
            "party": party.organisation.code,
            "kind": kind,
            "period_start": period_start,
            "period_end": period_end,
            "spent": spent,
            "currency": agreement.currency,
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
        }
        record(actor, "partnerships.report_submitted", report, facts=facts, causes=[agreement])
    return report


def accept_report(*, actor: Actor, report: Report) -> Report:
    """Accept another party's report. Raises Forbidden for whoever works in the reporting organisation."""
    require(actor, "partnerships.accept_report", report)
    with transaction.atomic():
        report = _decided(report, Report.State.ACCEPTED)
        facts = {"party": report.party.organisation.code, "kind": report.kind}
        record(actor, "partnerships.report_accepted", report, facts=facts, causes=[report.agreement])
    return report


def return_report(*, actor: Actor, report: Report, reason: str) -> Report:
    """Send another party's report back with the reason, so that it is corrected and submitted again."""
    require(actor, "partnerships.return_report", report)
    if not reason.strip():
        raise Refused(_("Say why the report is returned."), field="reason")
    with transaction.atomic():
        report = _decided(report, Report.State.RETURNED, reason)
        facts = {"party": report.party.organisation.code, "kind": report.kind, "reason": reason}
        record(actor, "partnerships.report_returned", report, facts=facts, causes=[report.agreement])
    return report


def evaluate_agreement(
    *,
    actor: Actor,
    agreement: Agreement,
    scores: Mapping[str, int | None],
    conclusion: str,
    findings: Sequence[str] = (),
) -> Evaluation:
    """Judge the year that is due.

    scores: each of the six criteria from 1 to 4, None for not measured. Raises Refused when the year was
    evaluated, nothing was measured, or the agreement never came into force.
    """
    require(actor, "partnerships.evaluate_agreement", agreement)
    with transaction.atomic():
        agreement = _locked(agreement)
        _must_bind(agreement)
        assert agreement.evaluation_due_on is not None
        kept = {criterion.value: scores.get(criterion.value) for criterion in Evaluation.Criterion}
        if any(score not in (None, 1, 2, 3, 4) for score in kept.values()):
            raise Refused(_("A score is a whole number from 1 to 4, or not measured."))
        if not any(kept.values()):
            raise Refused(_("Measure at least one criterion."))
        if agreement.evaluations.filter(due_on=agreement.evaluation_due_on).exists():
            raise Refused(_("This year has been evaluated already."))
        evaluation = Evaluation.objects.create(
            agreement=agreement,
            year=agreement.evaluations.count() + 1,
            due_on=agreement.evaluation_due_on,
            scores=kept,
            evaluator=_evaluator(actor, agreement),
            conclusion=conclusion,
            published_on=clock.today(),
        )
        Finding.objects.bulk_create(
            Finding(evaluation=evaluation, number=number, text=text)
            for number, text in enumerate(findings, start=1)
        )
        due = None
        following = _a_year_after(agreement.evaluation_due_on)
        if following <= agreement.ends_on:
            agreement.evaluation_due_on = following
            agreement.save(update_fields=["evaluation_due_on"])
            due = Due(Step.EVALUATED, following, met_by="partnerships.agreement_evaluated")
        facts = {
            "reference": agreement.reference,
            "year": evaluation.year,
            "due_on": evaluation.due_on,
            "scores": kept,
            "evaluator": evaluation.evaluator.code,
            "findings": len(findings),
        }
        record(
            actor, "partnerships.agreement_evaluated", agreement, facts=facts, step=Step.EVALUATED, due=due
        )
    return evaluation


def reply_to_evaluation(*, actor: Actor, evaluation: Evaluation, text: str) -> Reply:
    """Answer an evaluation for the party the actor speaks for, once."""
    require(actor, "partnerships.reply_to_evaluation", evaluation)
    with transaction.atomic():
        agreement = _locked(evaluation.agreement)
        answered = set(evaluation.replies.values_list("party", flat=True))
        waiting = [party for party in parties_of(actor, agreement) if party.pk not in answered]
        if not waiting:
            raise Refused(_("Your organisation has answered this evaluation already."))
        party = waiting[0]
        reply = Reply.objects.create(evaluation=evaluation, party=party, text=text, replied_on=clock.today())
        facts = {
            "party": party.organisation.code,
            "year": evaluation.year,
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
        }
        record(actor, "partnerships.evaluation_replied", evaluation, facts=facts, causes=[agreement])
    return reply


def link_finding(*, actor: Actor, finding: Finding, recommendation: Recommendation) -> Finding:
    """Say which recommendation a finding became. The recommendation itself is adopted by its own action."""
    require(actor, "partnerships.link_finding", finding.evaluation)
    with transaction.atomic():
        finding = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
        if finding.becomes_recommendation_id:
            raise Refused(_("This finding has become a recommendation already."))
        finding.becomes_recommendation = recommendation
        finding.save(update_fields=["becomes_recommendation"])
        facts = {"year": finding.evaluation.year, "number": finding.number, "recommendation": recommendation}
        record(
            actor, "partnerships.finding_linked", finding, facts=facts, causes=[finding.evaluation.agreement]
        )
    return finding


def _must_bind(agreement: Agreement) -> None:
    """An ended agreement still owes its last reports and its evaluation."""
    if agreement.state not in (State.IN_FORCE, State.ENDED):
        raise Refused(_("This agreement is not in force."))


def _evaluator(actor: Actor, agreement: Agreement) -> Organisation:
    """The organisation the evaluator acts for, one that is no party when there is a choice."""
    parties = set(agreement.parties.values_list("organisation", flat=True))
    return sorted(actor.organisations(*_EVALUATING), key=lambda organisation: organisation.pk in parties)[0]
