"""What may be shown of each place."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from multaqa.kit import formats
from multaqa.kit.templatetags.kit import isolated
from multaqa.observatory.models import (
    Indicator,
    Observation,
    Score,
    Value,
    risk_class,
)
from multaqa.territories.models import Population, Territory

LEAST_HOUSEHOLDS = 30


SMALL = 100


NOT_MEASURED, NOT_PUBLISHED = "kx", "ks"


_IN_WORDS: dict[str, Any] = {
    Indicator.Unit.KILOMETRES: _("%(figure)s km"),
    Indicator.Unit.PER_THOUSAND: _("%(figure)s per 1,000"),
    Indicator.Unit.MILLIMETRES: _("%(figure)s mm"),
    Indicator.Unit.DIRHAMS: _("%(figure)s dirhams"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as it may be shown: `missing`, `hidden` (rests on too few), `small` or `shown`."""

    status: str
    value: float | None = None
    n: int | None = None
    unit: str = ""

    @property
    def plain(self) -> str:
        """The figure with its unit; empty when there is none to show."""
        if self.value is None:
            return ""
        if self.unit == Indicator.Unit.PERCENT:
            return formats.percent(self.value)
        if self.unit in _IN_WORDS:
            return str(_IN_WORDS[self.unit] % {"figure": formats.number(self.value, 1)})
        return formats.number(self.value, 0 if self.unit == Indicator.Unit.COUNT else 1)

    @property
    def words(self) -> SafeString | str:
        """The same, ready to print on a page."""
        return isolated(self.plain) if self.value is not None else ""


MISSING, HIDDEN = Cell("missing"), Cell("hidden")


def cell(value: Value | None, indicator: Indicator, households: int | None) -> Cell:
    """What may be published of a figure, in a place of so many households (None: unknown)."""
    if value is None or value.value is None:
        return MISSING
    rate = indicator.unit != Indicator.Unit.COUNT
    few = households is not None and households < LEAST_HOUSEHOLDS
    if rate and (few or value.hidden or (value.n is not None and value.n < LEAST_HOUSEHOLDS)):
        return HIDDEN
    small = rate and value.n is not None and value.n < SMALL
    return Cell("small" if small else "shown", value.value, value.n, indicator.unit)


def households_of(places: Iterable[Territory]) -> dict[int, int]:
    """The households of the latest census, by territory: one statement. A place nobody counted is absent."""
    counted = Population.objects.filter(kind=Population.Kind.HOUSEHOLDS, territory__in=places).order_by(
        "year"
    )
    return dict(counted.values_list("territory_id", "count"))


@dataclass(frozen=True, slots=True)
class Shape:
    """A place on the map; see `web.maps.Shape`."""

    name: str
    geometry: dict[str, Any]
    label_longitude: float
    label_latitude: float
    fill: str
    words: str
    selected: bool = False


def shapes(scores: Iterable[Score], selected: Territory | None = None) -> list[Shape]:
    """The communes that have a boundary, filled by class; hatched or dotted where there is no score."""
    found = []
    for score in scores:
        boundary = getattr(score.territory, "boundary", None)
        if boundary is not None:
            found.append(
                Shape(
                    name=str(score.territory.title),
                    geometry=boundary.geometry,
                    label_longitude=boundary.label_longitude,
                    label_latitude=boundary.label_latitude,
                    fill=fill(score),
                    words=formats.number(score.score, 1)
                    if score.score is not None
                    else score.get_status_display(),
                    selected=selected is not None and score.territory_id == selected.pk,
                )
            )
    return found


def fill(score: Score) -> str:
    """The class of the risk scale, or the pattern that says why there is none."""
    if score.score is None:
        return NOT_PUBLISHED if score.status == Score.Status.SUPPRESSED else NOT_MEASURED
    return risk_class(score.score)


def households_in(territory: Territory, counted: Iterable[Population]) -> int | None:
    """The households of the latest census among these counts of one commune; None for a larger place."""
    if territory.level != Territory.Level.COMMUNE:
        return None
    found = {row.year: row.count for row in counted if row.kind == Population.Kind.HOUSEHOLDS}
    return found[max(found)] if found else None


def observations(*, territory: str = "", kind: str = "", state: str = "") -> QuerySet[Observation]:
    """The observations that match, newest first; an empty filter matches all."""
    found = Observation.objects.select_related("territory", "reporter")
    for name, asked in (("territory__code", territory), ("kind", kind), ("state", state)):
        found = found.filter(**{name: asked}) if asked else found
    return found
