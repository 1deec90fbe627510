"""What associations report: sent, reviewed by others, counted while it is valid."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor, Function
from multaqa.directory.models import Organisation
from multaqa.kit import clock, states
from multaqa.kit.policy import Refused, require
from multaqa.ledger.actions import Due, record
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import register
from multaqa.observatory.models import REPORT_STEPS, CapacityReport, Channel, Indicator, Value
from multaqa.observatory.queries import next_number
from multaqa.observatory.queries.reports import REVIEW_DAYS, VALID_DAYS, capacities
from multaqa.observatory.reported import VEHICLES, VOLUNTEERS, reported_indicator
from multaqa.territories.models import Territory

VERBS = {
    "observatory.report_sent": _("Capacity report sent"),
    "observatory.report_keyed_in": _("Capacity report keyed in from paper"),
    "observatory.report_reviewed": _("Capacity report reviewed"),
    "observatory.report_corrected": _("Capacity report corrected"),
    "observatory.report_lapsed": _("Capacity report no longer valid"),
}
register(VERBS)
REVIEWERS = (Function.COUNCIL_OFFICER, Function.COORDINATOR)
_REVIEWED = "observatory.report_reviewed"


def send_report(
    *,
    actor: Actor,
    organisation: Organisation,
    territory: Territory,
    seen_on: date,
    kind: str,
    seen: str,
    volunteers: int,
    vehicles: int,
    skills: Sequence[str] = (),
    stock: str = "",
    opening_hours: str = "",
    is_demo: bool = False,
) -> CapacityReport:
    """Send what an association sees in a commune and can bring, as its officer.

    Raises Refused for an association the actor is no officer of, for a day to come, and for one so long ago
    that the report would not be valid any more.
    """
    require(actor, "observatory.send_report")
    if organisation not in actor.organisations(Function.OFFICER):
        raise Refused(_("You report for an association of which you are an officer."), field="organisation")
    _check_day(seen_on)
    with transaction.atomic():
        report = CapacityReport.objects.create(
            number=next_number(CapacityReport),
            organisation=organisation,
            territory=territory,
            seen_on=seen_on,
            kind=kind,
            seen=seen,
            volunteers=volunteers,
            vehicles=vehicles,
            skills=sorted(skills),
            stock=stock,
            opening_hours=opening_hours,
            valid_until=seen_on + timedelta(days=VALID_DAYS),
            is_demo=is_demo,
        )
        record(
            actor,
            "observatory.report_sent",
            report,
            facts=_facts(report),
            step=Step.OBSERVED,
            due=_review_due(),
        )
    return report


def key_in_report(
    *,
    actor: Actor,
    receipt: str,
    organisation: Organisation,
    territory: Territory,
    seen_on: date,
    kind: str,
    seen: str,
    volunteers: int,
    vehicles: int,
    skills: Sequence[str] = (),
    stock: str = "",
    opening_hours: str = "",
    channel: str = Channel.PAPER,
    is_demo: bool = False,
) -> CapacityReport:
    """Key in the paper form of an association, as a facilitator; the receipt is the code on the form.

    Raises Refused for a form keyed in before, and as `send_report` for its days.
    """
    require(actor, "observatory.key_in_report")
    receipt = receipt.strip().upper()
    if organisation.kind != Organisation.Kind.ASSOCIATION:
        raise Refused(_("Choose the association that filled in the form."), field="organisation")
    _check_day(seen_on)
    with transaction.atomic():
        if not receipt or CapacityReport.objects.select_for_update().filter(receipt=receipt).exists():
            raise Refused(_("The form with this code was already keyed in."), field="receipt")
        report = CapacityReport.objects.create(
            number=next_number(CapacityReport),
            organisation=organisation,
            territory=territory,
            seen_on=seen_on,
            kind=kind,
            seen=seen,
            volunteers=volunteers,
            vehicles=vehicles,
            skills=sorted(skills),
            stock=stock,
            opening_hours=opening_hours,
            channel=channel,
            receipt=receipt,
            valid_until=seen_on + timedelta(days=VALID_DAYS),
            is_demo=is_demo,
        )
        record(
            actor,
            "observatory.report_keyed_in",
            report,
            facts=_facts(report),
            private={"receipt": receipt},
            step=Step.OBSERVED,
            due=_review_due(),
        )
    return report


def review_report(
    *, actor: Actor, report: CapacityReport, verdict: str, question: str = ""
) -> CapacityReport:
    """Accept a report, or return it with a public question; another organisation than the reporter does it.

    verdict: `accepted` or `returned`. An accepted report counts at once in the figures of its commune. Raises
    Refused when it does not wait for review, or when a returned one has no question.
    """
    require(actor, "observatory.review_report", report)
    accepted = verdict == CapacityReport.State.ACCEPTED
    if not accepted and not question.strip():
        raise Refused(_("Write the question that the association must answer."), field="question")
    with transaction.atomic():
        report = CapacityReport.objects.select_for_update().get(pk=report.pk)
        if all(office.pk == report.organisation_id for office in actor.organisations(*REVIEWERS)):
            raise Refused(_("Another organisation than the one that reports reviews a report."))
        report.reviewed_at = clock.now()
        report.reason = "" if accepted else question.strip()
        report.save(update_fields=["reviewed_at", "reason"])
        states.move(report, CapacityReport.State(verdict), REPORT_STEPS)
        if accepted:
            _count_capacity()
        record(
            actor,
            "observatory.report_reviewed",
            report,
            facts={**_facts(report), "verdict": report.state},
            step=Step.OBSERVED,
        )
    return report


def correct_report(
    *,
    actor: Actor,
    report: CapacityReport,
    seen_on: date,
    kind: str,
    seen: str,
    volunteers: int,
    vehicles: int,
    skills: Sequence[str] = (),
    stock: str = "",
    opening_hours: str = "",
) -> CapacityReport:
    """Correct a returned report and send it again; the question stays on its page until it is accepted.

    Raises Refused when it was not returned, and as `send_report` for its days.
    """
    require(actor, "observatory.correct_report", report)
    _check_day(seen_on)
    with transaction.atomic():
        report = CapacityReport.objects.select_for_update().get(pk=report.pk)
        states.move(report, CapacityReport.State.SENT, REPORT_STEPS)
        report.seen_on, report.kind, report.seen = seen_on, kind, seen
        report.volunteers, report.vehicles, report.skills = volunteers, vehicles, sorted(skills)
        report.stock, report.opening_hours = stock, opening_hours
        report.sent_at, report.valid_until = clock.now(), seen_on + timedelta(days=VALID_DAYS)
        report.save()
        record(
            actor,
            "observatory.report_corrected",
            report,
            facts=_facts(report),
            step=Step.OBSERVED,
            due=_review_due(),
        )
    return report


def lapse_report(*, actor: Actor, report: CapacityReport) -> CapacityReport:
    """Stop counting an accepted report whose last valid day is over. Raises Refused before that."""
    require(actor, "observatory.lapse_report", report)
    with transaction.atomic():
        report = CapacityReport.objects.select_for_update().get(pk=report.pk)
        if report.valid_until >= clock.today():
            raise Refused(_("This report is still valid."))
        states.move(report, CapacityReport.State.LAPSED, REPORT_STEPS)
        _count_capacity()
        record(actor, "observatory.report_lapsed", report, facts=_facts(report))
    return report


def _check_day(seen_on: date) -> None:
    today = clock.today()
    if seen_on > today:
        raise Refused(_("Write the day on which it was seen, today at the latest."), field="seen_on")
    if seen_on + timedelta(days=VALID_DAYS) < today:
        raise Refused(
            _("What was seen more than a year ago no longer counts: report what is there today."),
            field="seen_on",
        )


def _review_due() -> Due:
    return Due(Step.OBSERVED, clock.today() + timedelta(days=REVIEW_DAYS), met_by=_REVIEWED)


def _facts(report: CapacityReport) -> dict[str, object]:
    return {
        "number": report.number,
        "organisation": report.organisation.code,
        "territory": report.territory.code,
        "seen_on": report.seen_on,
        "volunteers": report.volunteers,
        "vehicles": report.vehicles,
        "channel": report.channel,
    }


def _count_capacity() -> None:
    """Bring the figures of this year up to date in every commune, so that all share the latest year.

    Where the last report lapsed the figure becomes «not measured»; earlier years stay as they were.
    """
    today = clock.today()
    counted = {capacity.territory.pk: capacity for capacity in capacities(today)}
    for code, name in ((VOLUNTEERS, "volunteers"), (VEHICLES, "vehicles")):
        indicator = reported_indicator(code)
        known = set(Value.objects.filter(indicator=indicator).values_list("territory_id", flat=True))
        Value.objects.bulk_create(
            [
                Value(
                    indicator=indicator,
                    territory_id=place,
                    year=today.year,
                    value=getattr(counted[place], name) if place in counted else None,
                    n=len(counted[place].reports) if place in counted else None,
                )
                for place in sorted(known | counted.keys())
            ],
            update_conflicts=True,
            unique_fields=["indicator", "territory", "year", "sex", "milieu"],
            update_fields=["value", "n"],
        )
        Indicator.objects.filter(pk=indicator.pk).update(
            latest_year=today.year,
            is_demo=any(report.is_demo for found in counted.values() for report in found.reports),
        )
