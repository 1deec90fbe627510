"""The page of an indicator: place by place, over the years, and spread over all communes of the country."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Q

from multaqa.kit.translated import Translated
from multaqa.observatory.models import Indicator, Value
from multaqa.observatory.queries.places import Cell, cell
from multaqa.territories.models import RegionPack, Territory
from multaqa.territories.queries import within

BINS = 12


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
    """The figures of an indicator for the region, its provinces and communes: one statement."""
    inside = Q(territory=root) | Q(territory__parent=root) | Q(territory__parent__parent=root)
    values = Value.objects.filter(inside, indicator=indicator, milieu="all").select_related("territory")
    places: dict[int, Territory] = {}
    found: dict[tuple[int, int, str], Value] = {}
    for value in values:
        places[value.territory_id] = value.territory
        found[value.territory_id, value.year, value.sex] = value
    years = sorted({year for _place, year, _sex in found}, reverse=True)
    latest, earlier = (years[0] if years else None), (years[1] if len(years) > 1 else None)

    def at(place: Territory, year: int | None, sex: str) -> Cell:
        return cell(found.get((place.pk, year or 0, sex)), indicator)

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


@dataclass(frozen=True, slots=True)
class Bin:
    """Communes whose figure lies from `low` to below `high` (the last bin holds its end too)."""

    low: float
    high: float
    communes: int
    at_home: int


@dataclass(frozen=True, slots=True)
class Spread:
    """An indicator over the communes of the country, or of the region where no country is loaded."""

    bins: tuple[Bin, ...]
    measured: int
    hidden: int
    missing: int
    median: float | None

    @property
    def tallest(self) -> int:
        return max((item.communes for item in self.bins), default=0)


def spread(indicator: Indicator, pack: RegionPack) -> Spread:
    """How the latest figures are spread: two statements, nothing of what may not be shown."""
    whole = pack.country or pack.root
    places = set(within(whole, str(Territory.Level.COMMUNE)).order_by().values_list("pk", flat=True))
    rows = list(
        Value.objects.filter(
            indicator=indicator,
            year=indicator.latest_year or 0,
            sex=Value.Sex.ALL,
            milieu=Value.Milieu.ALL,
            territory__level=Territory.Level.COMMUNE,
        ).values_list("territory", "value", "hidden", "territory__parent", "territory__parent__parent")
    )
    shown = [
        (value, pack.root_id in (parent, grandparent))
        for place, value, hidden, parent, grandparent in rows
        if place in places and value is not None and not hidden
    ]
    hidden = sum(place in places and value is not None and held for place, value, held, _p, _g in rows)
    if not shown:
        return Spread((), 0, hidden, len(places) - hidden, None)
    values = np.array([value for value, _home in shown])
    counts, edges = np.histogram(values, bins=BINS)
    homes, _edges = np.histogram(values[[home for _value, home in shown]], bins=edges)
    bins = zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), homes.tolist(), strict=True)
    return Spread(
        tuple(Bin(*item) for item in bins),
        len(shown),
        hidden,
        len(places) - len(shown) - hidden,
        float(np.median(values)),
    )


@dataclass(frozen=True, slots=True)
class Trend:
    """A place's figures by year; None where there is none to show."""

    title: Translated
    points: tuple[tuple[int, float | None], ...]


def trends(indicator: Indicator, pack: RegionPack) -> tuple[Trend, ...]:
    """The region and the country over the years: one statement."""
    places = [place for place in (pack.root, pack.country) if place is not None]
    found: dict[int, dict[int, Any]] = {place.pk: {} for place in places}
    values = Value.objects.filter(
        indicator=indicator, territory__in=places, sex=Value.Sex.ALL, milieu=Value.Milieu.ALL
    )
    for place, year, value, hidden in values.values_list("territory", "year", "value", "hidden"):
        found[place][year] = None if hidden else value
    years = sorted({year for points in found.values() for year in points})
    return tuple(
        Trend(place.title, tuple((year, found[place.pk].get(year)) for year in years)) for place in places
    )
