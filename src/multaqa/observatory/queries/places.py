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
from multaqa.territories.models import Territory

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


def state(value: float | None, n: int | None, unit: str, *, hidden: bool) -> str:
    """What may be said of a figure: see `Cell`. `hidden` is the mark that `protection` keeps."""
    if value is None:
        return "missing"
    if hidden:
        return "hidden"
    return "small" if unit != Indicator.Unit.COUNT and n is not None and n < SMALL else "shown"


def cell(value: Value | None, indicator: Indicator) -> Cell:
    """A figure as a page may show it; None: there is none."""
    if value is None:
        return MISSING
    said = state(value.value, value.n, indicator.unit, hidden=value.hidden)
    if said in ("missing", "hidden"):
        return Cell(said)
    return Cell(said, value.value, value.n, indicator.unit)


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


def observations(*, territory: str = "", kind: str = "", state: str = "") -> QuerySet[Observation]:
    """The observations that match, newest first; an empty filter matches all."""
    found = Observation.objects.select_related("territory", "reporter")
    for name, asked in (("territory__code", territory), ("kind", kind), ("state", state)):
        found = found.filter(**{name: asked}) if asked else found
    return found
