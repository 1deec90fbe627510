"""Figures as they may be published, row by row: for files and for programs, whatever their number."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from multaqa.observatory.models import IndexRelease, Indicator, Score, Value
from multaqa.observatory.queries.places import state
from multaqa.territories.models import Territory

DECIMALS = 1  # of a rate, as published; a count is what it is
_CHUNK = 5_000
_COLUMNS = ("territory_id", "indicator_id", "year", "sex", "milieu", "value", "n", "hidden")


class PublishedFigure(NamedTuple):
    """state: shown, small (on fewer than 100), hidden or missing; the last two have neither value nor n."""

    place: Territory
    indicator: Indicator
    year: int
    sex: str
    milieu: str
    value: float | None
    n: int | None
    state: str


def values_of(
    *,
    indicator: Indicator | None = None,
    territory: Territory | None = None,
    year: int | None = None,
    level: str = "",
) -> QuerySet[Value]:
    """The values that match, in the order of the index of the table, so that the database sorts nothing."""
    wanted = {"indicator": indicator, "territory": territory, "year": year, "territory__level": level}
    found = Value.objects.filter(**{name: asked for name, asked in wanted.items() if asked not in (None, "")})
    return found.order_by("indicator_id", "year", "sex", "milieu", "territory_id")


def latest_values(
    *, indicator: Indicator | None = None, territory: Territory | None = None
) -> QuerySet[Value]:
    """The values of each indicator's latest year, place by place."""
    found = values_of(indicator=indicator, territory=territory).filter(year=F("indicator__latest_year"))
    return found.order_by("territory__code", "indicator__position", "indicator__code", "sex", "milieu")


def figures(values: QuerySet[Value]) -> Iterator[PublishedFigure]:
    """All of them, a chunk at a time: three statements."""
    places, indicators = Territory.objects.in_bulk(), Indicator.objects.in_bulk()
    rows = values.values_list(*_COLUMNS).iterator(chunk_size=_CHUNK)
    return _published(rows, places, indicators)


def some_figures(values: QuerySet[Value]) -> list[PublishedFigure]:
    """Those of one page, with only what they name: three statements."""
    rows = list(values.values_list(*_COLUMNS))
    places = Territory.objects.in_bulk({row[0] for row in rows})
    indicators = Indicator.objects.in_bulk({row[1] for row in rows})
    return list(_published(rows, places, indicators))


def _published(
    rows: Iterable[tuple[Any, ...]], places: Mapping[int, Territory], indicators: Mapping[int, Indicator]
) -> Iterator[PublishedFigure]:
    for place, indicator, year, sex, milieu, value, n, hidden in rows:
        said = state(value, n, indicators[indicator].unit, hidden=hidden)
        if said in ("missing", "hidden"):
            value = n = None
        elif indicators[indicator].unit != Indicator.Unit.COUNT:
            value = round(value, DECIMALS)
        yield PublishedFigure(places[place], indicators[indicator], year, sex, milieu, value, n, said)


def scores_of_place(place: Territory) -> list[Score]:
    """What the newest release of its region, then of its country, says of a place: one statement.

    Each has `ranked`, how many places its release measured.
    """
    newest = IndexRelease.objects.filter(root=OuterRef("release__root"), state=IndexRelease.State.READY)
    measured = Score.objects.filter(release=OuterRef("release"), status=Score.Status.MEASURED)
    counted = measured.order_by().values("release").annotate(ranked=Count("pk"))
    found = (
        Score.objects.filter(territory=place, release=Subquery(newest.order_by("-number").values("pk")[:1]))
        .select_related("release__root", "territory")
        .defer("release__snapshot")
        .annotate(ranked=Coalesce(Subquery(counted.values("ranked"), output_field=IntegerField()), 0))
    )
    return sorted(found, key=lambda score: score.release.root.level != Territory.Level.REGION)
