from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Path, Query, Router

from multaqa.kit.api import Mistake, Page, UnknownError, Window, paged, words
from multaqa.kit.translated import LANGUAGES
from multaqa.observatory import queries
from multaqa.observatory.api.figures import figure_rows, links, score_row
from multaqa.observatory.api.shapes import FigureRow, Place, PlaceRow, page
from multaqa.territories.models import Territory

router = Router()


@router.get(
    "/territories",
    response={200: Page[PlaceRow], 422: Mistake},
    url_name="territories",
    summary=_("Territories, by level, by what they lie in, or by a part of their name or code"),
)
def territories(
    request: HttpRequest,
    window: Query[Window],
    level: Territory.Level | None = None,
    within: str = "",
    q: str = "",
) -> Any:
    found = Territory.objects.select_related("parent").order_by("code")
    if level:
        found = found.filter(level=level)
    if within:
        root = a_territory(within, "within")
        inside = Q(pk=root.pk) | Q(parent=root) | Q(parent__parent=root) | Q(parent__parent__parent=root)
        found = found.filter(inside)
    if q:
        names = Q(code__startswith=q)
        for language in LANGUAGES:
            names |= Q(**{f"title__{language}__icontains": q})
        found = found.filter(names)
    return paged(found, window, lambda part: [_row(place) for place in part])


@router.get(
    "/territories/{str:code}",
    response={200: Place, 404: Mistake},
    url_name="territory",
    summary=_("One territory: who was counted there, its scores in the newest releases, its files"),
)
def territory(request: HttpRequest, code: Path[str]) -> Any:
    place = get_object_or_404(Territory.objects.select_related("parent"), code=code)
    counts = place.populations.order_by("-year", "kind").values("kind", "year", "count", "source")
    scores = [
        {**score_row(score), "root": score.release.root.code, "ranked": getattr(score, "ranked", 0)}
        for score in queries.scores_of_place(place)
    ]
    own = links("territory_values", place.code)
    return {**_row(place), "populations": list(counts), "scores": scores, "links": own}


@router.get(
    "/territories/{str:code}/values",
    response={200: Page[FigureRow], 404: Mistake, 422: Mistake},
    url_name="territory_values",
    summary=_("The figures of one territory"),
)
def territory_values(
    request: HttpRequest, code: Path[str], window: Query[Window], year: int | None = None
) -> Any:
    place = get_object_or_404(Territory, code=code)
    return paged(queries.values_of(territory=place, year=year), window, figure_rows)


def a_territory(code: str, name: str = "territory") -> Territory:
    """The territory that a parameter names. Raises UnknownError for an unknown code."""
    found = Territory.objects.filter(code=code).first()
    if found is None:
        raise UnknownError(name, code)
    return found


def _row(place: Territory) -> dict[str, Any]:
    return {
        "code": place.code,
        "title": words(place.title),
        "level": place.level,
        "milieu": place.milieu,
        "parent": place.parent.code if place.parent else None,
        "has_indicators": place.has_indicators,
        "page": page(place),
    }
