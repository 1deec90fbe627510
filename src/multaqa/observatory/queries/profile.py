"""The page of a place: who lives there, how it stands in region and country, its figures by the page."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, When

from multaqa.observatory.models import (
    IndexRelease,
    Indicator,
    Need,
    Observation,
    Offer,
    Score,
    Value,
)
from multaqa.observatory.queries.aid import LEAST_COUNT
from multaqa.observatory.queries.figures import scores_of_place
from multaqa.observatory.queries.places import MISSING, Cell, cell
from multaqa.observatory.queries.releases import scores_of
from multaqa.territories.models import Population, RegionPack, Territory

PER_PAGE = 20
SPLITS = {
    "men": (str(Value.Sex.MALE), str(Value.Milieu.ALL)),
    "women": (str(Value.Sex.FEMALE), str(Value.Milieu.ALL)),
    "urban": (str(Value.Sex.ALL), str(Value.Milieu.URBAN)),
    "rural": (str(Value.Sex.ALL), str(Value.Milieu.RURAL)),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A count of people or households; None where the census did not count."""

    label: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator of a place, by sex, beside town and country of the region and beside the country."""

    indicator: Indicator
    all: Cell
    men: Cell
    women: Cell
    urban: Cell
    rural: Cell
    country: Cell
    by_sex: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """rows: one page of figures. scores: the latest release of the home region, when the place lies in it."""

    territory: Territory
    counted: tuple[Population, ...]
    facts: tuple[Fact, ...]
    rows: tuple[Row, ...]
    page: Page[Indicator]
    scores: tuple[Score, ...]
    national: Score | None
    observations: tuple[Observation, ...]

    @property
    def score(self) -> Score | None:
        """What the latest release says of the place itself."""
        return next((score for score in self.scores if score.territory_id == self.territory.pk), None)

    @property
    def ranked(self) -> int:
        return sum(score.is_measured for score in self.scores)

    @property
    def release(self) -> IndexRelease | None:
        return self.scores[0].release if self.scores else None


def places_with_counts() -> QuerySet[Territory]:
    """Territories with their parents and how many needs and offers are open inside: one statement.

    open_needs is None for a commune, and where they are too few to say.
    """
    places = Territory.objects.select_related("parent", "parent__parent").alias(
        needs_inside=_open(Need, Need.State.OPEN)
    )
    enough = ~Q(level=Territory.Level.COMMUNE) & Q(needs_inside__gte=LEAST_COUNT)
    return places.annotate(
        open_needs=Case(When(enough, then=F("needs_inside")), default=None, output_field=IntegerField()),
        open_offers=_open(Offer, Offer.State.OPEN),
    )


def _open(model: type[Need] | type[Offer], state: str) -> Subquery:
    here = OuterRef("pk")
    inside = Q(territory=here) | Q(territory__parent=here) | Q(territory__parent__parent=here)
    found = model._default_manager.filter(inside, state=state).order_by()
    # Count() would count row by row
    return Subquery(found.annotate(open=Func(F("pk"), function="count")).values("open"), IntegerField())


def profile(territory: Territory, pack: RegionPack, page: Any = 1) -> Profile:
    """Everything the page of a place shows: six statements, whatever the place and however many figures."""
    counted = list(Population.objects.filter(territory__in={territory.pk, pack.root_id}))
    at_home = _is_at_home(territory, pack)
    scores = tuple(scores_of()) if at_home else ()
    shown = Paginator(list(_indicators()), PER_PAGE).get_page(page)
    observed = Observation.objects.filter(territory=territory).select_related("territory", "reporter")[:5]
    return Profile(
        territory=territory,
        counted=tuple(row for row in counted if row.territory_id == territory.pk),
        facts=tuple(_facts(territory, counted)),
        rows=tuple(_rows(territory, pack, list(shown.object_list))),
        page=shown,
        scores=scores,
        national=next((one for one in scores_of_place(territory) if one.release.root == pack.country), None),
        observations=tuple(observed),
    )


def _indicators() -> QuerySet[Indicator]:
    """Those that have figures; those of the index first."""
    in_index = Case(When(weight__gt=0, then=0), default=1, output_field=IntegerField())
    return Indicator.objects.filter(latest_year__isnull=False).order_by(in_index, "position", "code")


def _is_at_home(territory: Territory, pack: RegionPack) -> bool:
    above: Territory | None = territory
    while above is not None:
        if above.pk == pack.root_id:
            return True
        above = above.parent
    return False


def _facts(territory: Territory, counted: list[Population]) -> list[Fact]:
    """The counts of the place, the latest census first, with the earlier legal one to compare."""
    # the region's censuses too, so that one which left this place out shows as a gap
    years = sorted({row.year for row in counted}, reverse=True)
    own = {(row.kind, row.year): row.count for row in counted if row.territory_id == territory.pk}
    wanted = [(kind, years[0]) for kind in Population.Kind] if years else []
    wanted += [(Population.Kind.LEGAL, year) for year in years[1:2]]
    return [Fact(f"{kind.label} {year}", own.get((kind.value, year))) for kind, year in wanted]


def _rows(territory: Territory, pack: RegionPack, indicators: list[Indicator]) -> list[Row]:
    places = {territory.pk, pack.root_id, pack.country_id} - {None}
    found = {
        (value.indicator_id, value.territory_id, value.sex, value.milieu): value
        for value in Value.objects.filter(
            territory__in=places, indicator__in=indicators, year=F("indicator__latest_year")
        )
    }
    rows = []
    for indicator in indicators:

        def at(place: int | None, sex: str = "all", milieu: str = "all", item: Indicator = indicator) -> Cell:
            return cell(found.get((item.pk, place or 0, sex, milieu)), item)

        by_sex = (indicator.pk, pack.root_id, *SPLITS["women"]) in found
        rows.append(
            Row(
                indicator,
                all=at(territory.pk),
                men=at(territory.pk, *SPLITS["men"]),
                women=at(territory.pk, *SPLITS["women"]),
                urban=at(pack.root_id, *SPLITS["urban"]),
                rural=at(pack.root_id, *SPLITS["rural"]),
                country=at(pack.country_id) if pack.country_id else MISSING,
                by_sex=by_sex,
            )
        )
    return rows
