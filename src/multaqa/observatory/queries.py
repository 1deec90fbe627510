"""Reads of the observatory: what may be published, the latest index, a place's page, the region's pulse."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import rfc8785
from django.db.models import Q, QuerySet, Subquery
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from multaqa.engine import composite
from multaqa.kit import formats
from multaqa.kit.templatetags.kit import isolated
from multaqa.kit.translated import Translated
from multaqa.observatory.models import (
    Dimension,
    IndexRelease,
    Indicator,
    Observation,
    Score,
    Value,
    risk_class,
)
from multaqa.territories.models import Population, RegionPack, Territory
from multaqa.territories.queries import communes, home_pack

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
    open_ones = Observation.objects.filter(territory=territory).select_related("reporter")[:5]
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


# ---- what a release reads


@dataclass(frozen=True, slots=True)
class Inputs:
    """The figures of an index: one row a commune, one column an indicator; NaN where not measured."""

    places: tuple[Territory, ...]
    indicators: tuple[Indicator, ...]
    households: tuple[int | None, ...]
    values: composite.Floats
    error: composite.Floats
    years: tuple[int, ...]

    @property
    def content(self) -> dict[str, Any]:
        """The figures in a form that hashes the same everywhere."""
        rows = {
            place.code: [None if value != value else float(value) for value in row]
            for place, row in zip(self.places, self.values.tolist(), strict=True)
        }
        return {
            "indicators": [indicator.code for indicator in self.indicators],
            "years": list(self.years),
            "households": {
                place.code: count for place, count in zip(self.places, self.households, strict=True)
            },
            "values": rows,
        }


def fingerprint(content: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON (RFC 8785), in hexadecimal."""
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()


def index_inputs(root: Territory) -> Inputs:
    """The latest figures of the weighted indicators for every commune of `root`: four statements."""
    places = tuple(communes(root))
    counted = households_of(places)
    weighted = list(Indicator.objects.filter(weight__gt=0))
    latest: dict[tuple[int, int], Value] = {}
    year_of: dict[int, int] = {}
    for value in Value.objects.filter(
        indicator__in=weighted, territory__in=places, sex="all", milieu="all"
    ).order_by("year"):
        latest[value.territory_id, value.indicator_id] = value
        year_of[value.indicator_id] = value.year
    measured = {key[1] for key, value in latest.items() if value.value is not None}
    indicators = tuple(indicator for indicator in weighted if indicator.pk in measured)
    shape = len(places), len(indicators)
    values, error = np.full(shape, np.nan), np.zeros(shape)
    for row, territory in enumerate(places):
        for column, indicator in enumerate(indicators):
            known = latest.get((territory.pk, indicator.pk))
            # a year is one year for all: a figure of an older census is no figure of this one
            if known is not None and known.value is not None and known.year == year_of[indicator.pk]:
                values[row, column] = known.value
                error[row, column] = _error(known, indicator)
    return Inputs(
        places,
        indicators,
        tuple(counted.get(territory.pk) for territory in places),
        values,
        error,
        tuple(year_of[indicator.pk] for indicator in indicators),
    )


def _error(value: Value, indicator: Indicator) -> float:
    """The standard error of a share that rests on n people or households; nothing is known of other units."""
    if indicator.unit != Indicator.Unit.PERCENT or not value.n or value.value is None:
        return 0.0
    share = (value.value / 100 * value.n + 1) / (value.n + 2)
    return float(100 * (share * (1 - share) / value.n) ** 0.5)


# ---- the front page


@dataclass(frozen=True, slots=True)
class Figure:
    label: Any
    value: Any
    note: Any = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A share of households in town and country, in percent; None where it was not measured."""

    label: Translated
    urban: float | None
    rural: float | None


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the region stands, ready to print on the front page."""

    figures: tuple[Figure, ...] = ()
    gaps: tuple[Gap, ...] = ()
    shapes: tuple[Shape, ...] = ()
    map_note: Any = ""
    map_is_demo: bool = False
    source: Any = ""


GAPS = 5


def region_pulse(pack: RegionPack | None = None) -> Pulse:
    """The region in four figures, town beside country, and the map: five SQL statements."""
    pack = pack or home_pack()
    if pack is None:
        return Pulse()
    root = pack.root
    values = list(Value.objects.filter(territory=root).select_related("indicator").order_by("year"))
    cells = {(value.indicator.code, value.sex, value.milieu): value for value in values}
    scores = scores_of()
    figures = [
        _people(root),
        _rate(
            cells.get(("running-water", "all", "rural")),
            _("Running water in the countryside"),
            _("of households"),
        ),
        _rate(cells.get(("unemployment", "female", "all")), _("Women's unemployment"), _men(cells)),
        _silent(root),
    ]
    return Pulse(
        figures=tuple(figure for figure in figures if figure),
        gaps=tuple(_gaps(values, cells)),
        shapes=tuple(shapes(scores)),
        map_note=scores[0].release.title if scores else "",
        map_is_demo=bool(scores) and scores[0].release.is_demo,
        source=pack.credit,
    )


def _people(root: Territory) -> Figure | None:
    counted = list(
        Population.objects.filter(territory=root, kind=Population.Kind.LEGAL).order_by("-year")[:2]
    )
    if not counted:
        return None
    note = ""
    if len(counted) > 1:
        change = formats.percent(100 * (counted[0].count / counted[1].count - 1))
        note = _("%(change)s since %(year)s") % {
            "change": isolated(change),
            "year": isolated(str(counted[1].year)),
        }
    label = _("Legal population in %(year)s") % {"year": counted[0].year}
    return Figure(label, isolated(formats.number(counted[0].count)), SafeString(note))


def _rate(value: Value | None, label: str, note: Any) -> Figure | None:
    if value is None or value.value is None:
        return None
    return Figure(label, isolated(formats.percent(value.value)), note)


def _men(cells: dict[tuple[str, str, str], Value]) -> SafeString | str:
    men = cells.get(("unemployment", "male", "all"))
    if men is None or men.value is None:
        return ""
    return SafeString(_("men: %(rate)s") % {"rate": isolated(formats.percent(men.value))})


def _silent(root: Territory) -> Figure | None:
    flags = list(communes(root).values_list("has_indicators", flat=True))
    if not flags:
        return None
    note = SafeString(
        _("of %(total)s; shown as missing, never as zero") % {"total": isolated(str(len(flags)))}
    )
    return Figure(_("Communes without any indicator"), isolated(str(flags.count(False))), note)


def _gaps(values: list[Value], cells: dict[tuple[str, str, str], Value]) -> list[Gap]:
    indicators = {value.indicator.code: value.indicator for value in values}
    found = []
    for indicator in sorted(indicators.values(), key=lambda item: item.position):
        pair = [cells.get((indicator.code, "all", milieu)) for milieu in ("urban", "rural")]
        if (
            indicator.of_households
            and indicator.unit == Indicator.Unit.PERCENT
            and indicator.weight
            and all(pair)
        ):
            urban, rural = (value.value if value else None for value in pair)
            found.append(Gap(indicator.title, urban, rural))
    return found[:GAPS]


def dimension_weights(release: IndexRelease) -> list[tuple[Any, float | None]]:
    """Each dimension and its weight in a release; None where the release had no figure for it."""
    weights = dict(release.method["dimensions"])
    return [(dimension, weights.get(dimension.value)) for dimension in Dimension]
