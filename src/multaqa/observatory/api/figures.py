from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from ninja import Path, Query, Router

from multaqa.kit.api import Mistake, Page, Window, paged, words
from multaqa.observatory import queries
from multaqa.observatory.api.shapes import (
    FigureRow,
    IndicatorFull,
    IndicatorRow,
    ReleaseFull,
    ReleaseRow,
    ScoreRow,
    page,
)
from multaqa.observatory.models import Dimension, IndexRelease, Indicator, Score
from multaqa.territories.models import Territory

router = Router()
FILES = ("csv", "geojson", "parquet")


@router.get(
    "/indicators",
    response={200: Page[IndicatorRow], 422: Mistake},
    url_name="indicators",
    summary=_("Indicators with their unit, source and licence"),
)
def indicators(request: HttpRequest, window: Query[Window], dimension: Dimension | None = None) -> Any:
    found = Indicator.objects.order_by("position", "code")
    if dimension:
        found = found.filter(dimension=dimension)
    return paged(found, window, lambda part: [_indicator(indicator) for indicator in part])


@router.get(
    "/indicators/{slug:code}",
    response={200: IndicatorFull, 404: Mistake},
    url_name="indicator",
    summary=_("One indicator: its years, the hazards and branches it speaks of, its files"),
)
def indicator(request: HttpRequest, code: Path[str]) -> Any:
    found = get_object_or_404(Indicator, code=code)
    years = found.values.order_by("-year").values_list("year", flat=True).distinct()
    return {
        **_indicator(found),
        "years": list(years),
        "hazards": list(found.hazards.values_list("code", flat=True)),
        "branches": list(found.branches.values_list("code", flat=True)),
        "links": links("indicator_values", found.code),
    }


@router.get(
    "/indicators/{slug:code}/values",
    response={200: Page[FigureRow], 404: Mistake, 422: Mistake},
    url_name="indicator_values",
    summary=_("The figures of one indicator, by year and level"),
)
def indicator_values(
    request: HttpRequest,
    code: Path[str],
    window: Query[Window],
    year: int | None = None,
    level: Territory.Level | None = None,
) -> Any:
    found = get_object_or_404(Indicator, code=code)
    values = queries.values_of(indicator=found, year=year, level=level.value if level else "")
    return paged(values, window, figure_rows)


@router.get(
    "/releases",
    response={200: Page[ReleaseRow], 422: Mistake},
    url_name="releases",
    summary=_("Releases of the index, newest first"),
)
def releases(request: HttpRequest, window: Query[Window]) -> Any:
    found = queries.releases().defer("snapshot", "method")
    return paged(found, window, lambda part: [_release(release) for release in part])


@router.get(
    "/releases/{int:number}",
    response={200: ReleaseFull, 404: Mistake},
    url_name="release",
    summary=_("One release with its method and its files"),
)
def release(request: HttpRequest, number: Path[int]) -> Any:
    found = get_object_or_404(queries.releases(), number=number)
    own = links("release_scores", found.number)
    if found.is_ready:
        own["snapshot"] = _address("release_snapshot", found.number)
    return {**_release(found), "method": found.method, "links": own}


@router.get(
    "/releases/{int:number}/scores",
    response={200: Page[ScoreRow], 404: Mistake, 422: Mistake},
    url_name="release_scores",
    summary=_("The scores of one release, highest risk first, those without a rank last"),
)
def release_scores(request: HttpRequest, number: Path[int], window: Query[Window]) -> Any:
    found = get_object_or_404(queries.releases(), number=number)

    def rows(part: Any) -> list[dict[str, Any]]:
        for score in part:
            score.release = found
        return [score_row(score) for score in part]

    return paged(queries.ranking(found), window, rows)


def figure_rows(values: Any) -> Sequence[dict[str, Any]]:
    return [
        {
            **figure._asdict(),
            "territory": figure.place.code,
            "indicator": figure.indicator.code,
            "unit": figure.indicator.unit,
            "is_demo": figure.indicator.is_demo,
        }
        for figure in queries.some_figures(values)
    ]


def score_row(score: Score) -> dict[str, Any]:
    same = ("status", "score", "low", "high", "rank", "rank_low", "rank_high", "share_missing")
    return {
        **{name: getattr(score, name) for name in same},
        "release": score.release.number,
        "territory": score.territory.code,
        "title": words(score.territory.title),
        "dimensions": {dimension.value: part for dimension, part, _class in score.dimension_rows},
        "households": score.n_households,
        "is_demo": score.release.is_demo,
    }


def links(name: str, key: str | int) -> dict[str, str]:
    """The files of a table by format."""
    return {fmt: _address(name, key, fmt) for fmt in FILES}


def _address(name: str, *key: str | int) -> str:
    with override("ar"):
        return f"{settings.BASE_URL}{reverse(f'observatory:{name}', args=key)}"


def _indicator(indicator: Indicator) -> dict[str, Any]:
    same = ("code", "dimension", "direction", "unit", "low", "high", "weight", "latest_year", "licence")
    return {
        **{name: getattr(indicator, name) for name in (*same, "is_demo")},
        **{name: words(getattr(indicator, name)) for name in ("title", "source", "note")},
        "page": page(indicator),
    }


def _release(release: IndexRelease) -> dict[str, Any]:
    same = ("number", "state", "released_at", "code_version", "snapshot_hash", "result_hash", "is_demo")
    return {
        **{name: getattr(release, name) for name in same},
        "title": words(release.title),
        "root": release.root.code,
        "page": page(release),
    }
