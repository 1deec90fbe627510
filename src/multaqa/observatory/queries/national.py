"""All communes of the country beside one another: filtered, sorted and paged by the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, FloatField, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from multaqa.kit.translated import LANGUAGES
from multaqa.observatory.models import IndexRelease, Indicator, Score, Value
from multaqa.observatory.queries.places import HIDDEN, MISSING, Cell
from multaqa.territories.models import Population, RegionPack, Territory
from multaqa.territories.queries import communes

SORTS = ("name", "residents", "score", "figure")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the table is narrowed to and ordered by; empty texts narrow nothing."""

    indicator: Indicator | None = None
    region: str = ""
    milieu: str = ""
    text: str = ""
    sort: str = "score"
    descending: bool = True
    language: str = "ar"


def commune_table(pack: RegionPack, asked: Asked) -> QuerySet[Territory]:
    """The communes with `residents`, `score`, `rank`, `status`, and `figure` of one indicator.

    One statement a page, whatever the size of the country: what may not be shown is null in the database, so
    that no order tells it; null always comes last.
    """
    found = _narrowed(communes(pack.country or pack.root), asked).select_related("parent", "parent__parent")
    found = found.annotate(residents=_counted(Population.Kind.MUNICIPAL))
    for name in ("score", "rank", "rank_low", "rank_high", "status"):
        found = found.annotate(**{name: _of_release(pack, name)})
    if asked.indicator is not None:
        found = found.annotate(figure=_figure(asked.indicator), figure_state=_figure_state(asked.indicator))
    keys: dict[str, Any] = {
        "name": Coalesce(KT(f"title__{asked.language}"), KT("title__ar")),
        "figure": F("figure") if asked.indicator else F("score"),
    }
    key = keys.get(asked.sort, F(asked.sort if asked.sort in SORTS else "score"))
    order = key.desc(nulls_last=True) if asked.descending else key.asc(nulls_last=True)
    return found.order_by(order, "code")


def with_cells(places: Iterable[Any], indicator: Indicator | None) -> list[tuple[Any, Cell | None]]:
    """Each row of `commune_table` with its figure as it may be shown; None where none is asked for."""
    if indicator is None:
        return [(place, None) for place in places]
    return [
        (
            place,
            Cell("shown", place.figure, None, indicator.unit)
            if place.figure is not None
            else HIDDEN
            if place.figure_state
            else MISSING,
        )
        for place in places
    ]


def _narrowed(found: QuerySet[Territory], asked: Asked) -> QuerySet[Territory]:
    if asked.region:
        found = found.filter(Q(parent__parent__code=asked.region) | Q(parent__code=asked.region))
    if asked.milieu:
        found = found.filter(milieu=asked.milieu)
    if asked.text:
        names = Q(code__startswith=asked.text)
        for language in LANGUAGES:
            names |= Q(**{f"title__{language}__icontains": asked.text})
        found = found.filter(names)
    return found


def _counted(kind: str) -> Subquery:
    counted = Population.objects.filter(territory=OuterRef("pk"), kind=kind).order_by("-year")
    return Subquery(counted.values("count")[:1], output_field=IntegerField())


def _of_release(pack: RegionPack, name: str) -> Subquery:
    newest = IndexRelease.objects.filter(
        root=pack.country_id or pack.root_id, state=IndexRelease.State.READY
    ).order_by("-number")
    scores = Score.objects.filter(release=Subquery(newest.values("pk")[:1]), territory=OuterRef("pk"))
    return Subquery(scores.order_by().values(name)[:1])


def _cell(indicator: Indicator) -> QuerySet[Value]:
    return Value.objects.filter(
        indicator=indicator,
        year=indicator.latest_year or 0,
        sex=Value.Sex.ALL,
        milieu=Value.Milieu.ALL,
        territory=OuterRef("pk"),
    ).order_by()


def _figure(indicator: Indicator) -> Any:
    return Subquery(
        _cell(indicator).filter(hidden=False).values("value")[:1], output_field=FloatField(null=True)
    )


def _figure_state(indicator: Indicator) -> Any:
    """True where there is a figure, shown or not."""
    return Subquery(_cell(indicator).exclude(value=None).values("pk")[:1])
