"""Reads of the associations' capacity reports, and the figures that rest on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from multaqa.observatory.models import CapacityReport
from multaqa.territories.models import Territory

VALID_DAYS = 365
REVIEW_DAYS = 15


def reports(*, territory: str = "", kind: str = "", state: str = "") -> QuerySet[CapacityReport]:
    """The reports that match, newest first; an empty filter matches all."""
    found = CapacityReport.objects.select_related("territory", "organisation")
    for name, asked in (("territory__code", territory), ("kind", kind), ("state", state)):
        found = found.filter(**{name: asked}) if asked else found
    return found


def reports_to_lapse(today: date) -> QuerySet[CapacityReport]:
    """The accepted reports whose last day of validity is over."""
    return CapacityReport.objects.filter(state=CapacityReport.State.ACCEPTED, valid_until__lt=today)


@dataclass(frozen=True, slots=True)
class Capacity:
    """What associations can bring in one commune, and the reports that say so: one an association."""

    territory: Territory
    volunteers: int
    vehicles: int
    reports: tuple[CapacityReport, ...]


def capacities(today: date) -> list[Capacity]:
    """The capacity of each commune with a valid accepted report, by code: one statement.

    Of each association only the latest report counts: seen last, then sent last.
    """
    valid = reports(state=CapacityReport.State.ACCEPTED).filter(valid_until__gte=today)
    behind: dict[str, dict[int, CapacityReport]] = {}
    for report in valid.order_by("seen_on", "number"):
        behind.setdefault(report.territory.code, {})[report.organisation_id] = report
    return [_capacity(found.values()) for _code, found in sorted(behind.items())]


def _capacity(found: Iterable[CapacityReport]) -> Capacity:
    behind = tuple(sorted(found, key=lambda report: report.number))
    return Capacity(
        behind[0].territory,
        sum(report.volunteers for report in behind),
        sum(report.vehicles for report in behind),
        behind,
    )
