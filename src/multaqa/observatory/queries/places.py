"""What may be shown of each place, and the latest index over all of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Subquery
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from multaqa.kit import formats
from multaqa.kit.templatetags.kit import isolated
from multaqa.observatory.models import (
    IndexRelease,
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


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as it may be shown: `missing`, `hidden` (rests on too few), `small` or `shown`."""

    status: str
    value: float | None = None
    n: int | None = None
    unit: str = ""

    @property
    def words(self) -> SafeString | str:
        """The figure with its unit, ready to print; empty when there is none to show."""
        if self.value is None:
            return ""
        if self.unit == Indicator.Unit.PERCENT:
            return isolated(formats.percent(self.value))
        if self.unit == Indicator.Unit.KILOMETRES:
            return isolated(_("%(distance)s km") % {"distance": formats.number(self.value, 1)})
        return isolated(formats.number(self.value, 0 if self.unit == Indicator.Unit.COUNT else 1))


MISSING = Cell("missing")


def cell(value: Value | None, indicator: Indicator, households: int | None) -> Cell:
    """What may be published of a figure, in a place of so many households (None: unknown)."""
    if value is None or value.value is None:
        return MISSING
    rate = indicator.unit != Indicator.Unit.COUNT
    few = households is not None and households < LEAST_HOUSEHOLDS
    if rate and (few or (value.n is not None and value.n < LEAST_HOUSEHOLDS)):
        return Cell("hidden", n=value.n)
    small = rate and value.n is not None and value.n < SMALL
    return Cell("small" if small else "shown", value.value, value.n, indicator.unit)


def households_of(places: Iterable[Territory]) -> dict[int, int]:
    """The households of the latest census, by territory: one statement. A place nobody counted is absent."""
    counted = Population.objects.filter(kind=Population.Kind.HOUSEHOLDS, territory__in=places).order_by(
        "year"
    )
    return dict(counted.values_list("territory_id", "count"))


def latest_release() -> IndexRelease | None:
    return IndexRelease.objects.defer("snapshot").first()


def scores_of(release: IndexRelease | None = None) -> list[Score]:
    """The scores of a release, else of the latest; highest risk first, no rank last: one statement."""
    found = Score.objects.select_related("release", "territory", "territory__boundary").defer(
        "release__snapshot"
    )
    newest = IndexRelease.objects.order_by("-number").values("pk")[:1]
    return list(found.filter(release=release if release else Subquery(newest)))


def latest_scores() -> list[Score]:
    """What the latest release says of each commune; empty before any release."""
    return scores_of()


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


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator of a place, by sex, beside town and country of the region."""

    indicator: Indicator
    year: int
    all: Cell
    men: Cell
    women: Cell
    urban: Cell
    rural: Cell
    by_sex: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A count of people or households; None where the census did not count."""

    label: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Place:
    territory: Territory
    populations: dict[str, int]  # «legal_2024»: …
    latest: int | None
    earlier: int | None
    households: int | None
    rows: tuple[Row, ...]
    scores: tuple[Score, ...]
    score: Score | None
    observations: tuple[Observation, ...]
    premises: Cell

    @property
    def is_suppressed(self) -> bool:
        few = self.households is not None and self.households < LEAST_HOUSEHOLDS
        return self.territory.level == Territory.Level.COMMUNE and few

    @property
    def ranked(self) -> int:
        return sum(score.is_measured for score in self.scores)

    @property
    def release(self) -> IndexRelease | None:
        return self.scores[0].release if self.scores else None

    @property
    def facts(self) -> list[Fact]:
        """The counts of the place, the latest census first, with the earlier legal one to compare."""
        kinds = [(kind, self.latest) for kind in Population.Kind] + [(Population.Kind.LEGAL, self.earlier)]
        return [
            Fact(f"{kind.label} {year}", self.populations.get(f"{kind.value}_{year}"))
            for kind, year in kinds
            if year
        ]


def place(territory: Territory, root: Territory) -> Place:
    """Everything the page of a place shows: four SQL statements, whatever the place."""
    counted = list(Population.objects.filter(territory__in={territory, root}))
    # the region's censuses, so that one which left this place out shows as a gap
    years = sorted({row.year for row in counted}, reverse=True)
    populations = {f"{row.kind}_{row.year}": row.count for row in counted if row.territory_id == territory.pk}
    latest = years[0] if years else None
    households = populations.get(f"households_{latest}")
    rows = _rows(territory, root, households if territory.level == Territory.Level.COMMUNE else None)
    scores = tuple(scores_of())
    open_ones = Observation.objects.filter(territory=territory).select_related("territory", "reporter")[:5]
    return Place(
        territory=territory,
        populations=populations,
        latest=latest,
        earlier=years[1] if len(years) > 1 else None,
        households=households,
        rows=tuple(rows),
        scores=scores,
        score=next((score for score in scores if score.territory_id == territory.pk), None),
        observations=tuple(open_ones),
        premises=next((row.all for row in rows if row.indicator.code == "non-profit"), MISSING),
    )


def _rows(territory: Territory, root: Territory, households: int | None) -> list[Row]:
    wanted = Value.objects.filter(Q(territory=territory) | Q(territory=root)).select_related("indicator")
    cells: dict[tuple[int, int, str, str], dict[int, Value]] = {}
    indicators: dict[int, tuple[Indicator, int]] = {}
    for value in wanted:
        key = value.indicator_id, value.territory_id, value.sex, value.milieu
        cells.setdefault(key, {})[value.year] = value
        known = indicators.get(value.indicator_id)
        if value.territory_id == territory.pk and (known is None or value.year > known[1]):
            indicators[value.indicator_id] = value.indicator, value.year
    rows = []
    for indicator, year in sorted(indicators.values(), key=lambda pair: (pair[0].position, pair[0].code)):

        def at(
            place: Territory, sex: str, milieu: str, indicator: Indicator = indicator, year: int = year
        ) -> Cell:
            value = cells.get((indicator.pk, place.pk, sex, milieu), {}).get(year)
            return cell(value, indicator, households if place.pk == territory.pk else None)

        by_sex = (indicator.pk, root.pk, "female", "all") in cells
        rows.append(
            Row(
                indicator,
                year,
                at(territory, "all", "all"),
                at(territory, "male", "all"),
                at(territory, "female", "all"),
                at(root, "all", "urban"),
                at(root, "all", "rural"),
                by_sex,
            )
        )
    return rows


@dataclass(frozen=True, slots=True)
class Line:
    """One place of an indicator's table."""

    territory: Territory
    all: Cell
    men: Cell
    women: Cell
    before: Cell


@dataclass(frozen=True, slots=True)
class Table:
    """An indicator in every place of the region: the latest figure, by sex if split, and the one before."""

    latest: int | None
    earlier: int | None
    by_sex: bool
    lines: tuple[Line, ...]


_ORDER = ("country", "region", "province", "commune")


def indicator_table(indicator: Indicator, root: Territory) -> Table:
    """The figures of an indicator for the region, its provinces and communes: two statements."""
    inside = Q(territory=root) | Q(territory__parent=root) | Q(territory__parent__parent=root)
    values = Value.objects.filter(inside, indicator=indicator, milieu="all").select_related("territory")
    places: dict[int, Territory] = {}
    found: dict[tuple[int, int, str], Value] = {}
    for value in values:
        places[value.territory_id] = value.territory
        found[value.territory_id, value.year, value.sex] = value
    years = sorted({year for _place, year, _sex in found}, reverse=True)
    latest, earlier = (years[0] if years else None), (years[1] if len(years) > 1 else None)
    households = households_of(places.values())

    def at(place: Territory, year: int | None, sex: str) -> Cell:
        few = households.get(place.pk) if place.level == Territory.Level.COMMUNE else None
        return cell(found.get((place.pk, year or 0, sex)), indicator, few)

    lines = (
        Line(
            place,
            at(place, latest, "all"),
            at(place, latest, "male"),
            at(place, latest, "female"),
            at(place, earlier, "all"),
        )
        for place in sorted(places.values(), key=lambda place: (_ORDER.index(place.level), place.code))
    )
    return Table(latest, earlier, any(sex != "all" for _place, _year, sex in found), tuple(lines))


def observations(*, territory: str = "", kind: str = "", state: str = "") -> QuerySet[Observation]:
    """The observations that match, newest first; an empty filter matches all."""
    found = Observation.objects.select_related("territory", "reporter")
    for name, asked in (("territory__code", territory), ("kind", kind), ("state", state)):
        found = found.filter(**{name: asked}) if asked else found
    return found
