"""The figures of each page as rows and as features of a map: what is not published has a state, no number."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from multaqa.kit.tables import feature
from multaqa.kit.translated import Translated
from multaqa.observatory import queries
from multaqa.observatory.models import Indicator, Observation, Score, Value
from multaqa.observatory.queries import Move, PublishedFigure
from multaqa.territories.models import Boundary, Territory

VALUE_COLUMNS = ["territory", "name_ar", "name_fr", "level", "indicator", "title_ar", "title_fr", "unit"]
VALUE_COLUMNS += ["year", "sex", "milieu", "value", "n", "state", "source", "licence", "is_demo"]
SCORE_COLUMNS = ["release", "territory", "name_ar", "name_fr", "status", "score", "low", "high"]
SCORE_COLUMNS += ["rank", "rank_low", "rank_high", "hazard", "vulnerability", "coping"]
SCORE_COLUMNS += ["share_missing", "households", "is_demo"]
MOVE_COLUMNS = ["territory", "name_ar", "name_fr", "change", "score_before", "low_before", "high_before"]
MOVE_COLUMNS += ["rank_before", "status_before", "score_after", "low_after", "high_after", "rank_after"]
MOVE_COLUMNS += ["status_after", "score_change", "places_gained"]
OBSERVATION_COLUMNS = ["number", "territory", "kind", "title", "seen_on", "households", "reporter", "state"]
OBSERVATION_COLUMNS += ["reported_at", "confirmed_at", "is_demo"]


def value_rows(values: QuerySet[Value]) -> Iterator[list[Any]]:
    """One row a figure, a chunk at a time: three statements, whatever their number."""
    places: dict[str, list[Any]] = {}
    indicators: dict[str, tuple[list[Any], list[Any]]] = {}
    for figure in queries.figures(values):
        place, indicator = figure.place, figure.indicator
        if place.code not in places:
            places[place.code] = [place.code, *_names(place.title), place.level]
        if indicator.code not in indicators:
            indicators[indicator.code] = (
                [indicator.code, *_names(indicator.title), indicator.unit],
                [str(indicator.source), indicator.licence, indicator.is_demo],
            )
        named, sourced = indicators[indicator.code]
        yield [*places[place.code], *named, *figure[2:], *sourced]


def indicator_features(indicator: Indicator) -> Iterator[dict[str, Any]]:
    """Each territory with its figures of an indicator's latest year: four statements."""
    shapes = _shapes(Boundary.objects.filter(territory__values__indicator=indicator).distinct())
    found = queries.figures(queries.latest_values(indicator=indicator))
    for place, figures in groupby(found, key=lambda figure: figure.place):
        properties = _place(place) | {"indicator": indicator.code, "unit": indicator.unit}
        properties["is_demo"] = indicator.is_demo
        for figure in figures:
            properties["year"] = figure.year
            properties |= {f"{name}{_suffix(figure)}": value for name, value in _parts(figure).items()}
        yield feature(place.code, shapes.get(place.pk), properties)


def territory_features(place: Territory) -> Iterator[dict[str, Any]]:
    """One territory with each indicator's figures of its latest year: four statements."""
    shapes = _shapes(Boundary.objects.filter(territory=place))
    properties = _place(place)
    for figure in queries.figures(queries.latest_values(territory=place)):
        own = {"year": figure.year, "unit": figure.indicator.unit, **_parts(figure)}
        properties[f"{figure.indicator.code}{_suffix(figure)}"] = own
    yield feature(place.code, shapes.get(place.pk), properties)


def score_rows(scores: Iterable[Score]) -> Iterator[list[Any]]:
    for score in scores:
        yield [
            score.release.number,
            score.territory.code,
            *_names(score.territory.title),
            score.status,
            score.score,
            score.low,
            score.high,
            score.rank,
            score.rank_low,
            score.rank_high,
            *(part for _dimension, part, _class in score.dimension_rows),
            score.share_missing,
            score.n_households,
            score.release.is_demo,
        ]


def score_features(scores: Iterable[Score]) -> Iterator[dict[str, Any]]:
    """The scores of a release; they come with their territory and its boundary."""
    for score, row in zip(kept := list(scores), score_rows(kept), strict=True):
        boundary = getattr(score.territory, "boundary", None)
        properties = dict(zip(SCORE_COLUMNS, row, strict=True))
        yield feature(score.territory.code, boundary.geometry if boundary else None, properties)


def move_rows(moves: Iterable[Move]) -> Iterator[list[Any]]:
    """One row a commune of two releases."""
    for move in moves:
        sides: list[Any] = []
        for score in (move.before, move.after):
            sides += [score.score, score.low, score.high, score.rank, score.status] if score else [None] * 5
        yield [move.code, *_names(move.title), move.change, *sides, move.shift, move.ranks]


def observation_rows(observations: Iterable[Observation]) -> Iterator[list[Any]]:
    for observation in observations:
        yield [
            observation.number,
            observation.territory.code,
            observation.kind,
            str(observation.title),
            observation.seen_on.isoformat(),
            observation.households,
            observation.reporter.code,
            observation.state,
            observation.reported_at.isoformat(timespec="seconds"),
            observation.confirmed_at.isoformat(timespec="seconds") if observation.confirmed_at else "",
            observation.is_demo,
        ]


def observation_features(observations: QuerySet[Observation]) -> Iterator[dict[str, Any]]:
    """Each territory with what was observed there, newest first: two statements."""
    shapes = _shapes(Boundary.objects.filter(territory__observations__isnull=False).distinct())
    found: dict[Territory, list[Observation]] = {}
    for observation in observations:
        found.setdefault(observation.territory, []).append(observation)
    for place in sorted(found, key=lambda place: place.code):
        rows = observation_rows(found[place])
        seen = [dict(zip(OBSERVATION_COLUMNS, row, strict=True)) for row in rows]
        properties = _place(place) | {"count": len(seen), "observations": seen}
        yield feature(place.code, shapes.get(place.pk), properties)


def _shapes(boundaries: QuerySet[Boundary]) -> dict[int, dict[str, Any]]:
    return dict(boundaries.values_list("territory_id", "geometry"))


def _names(title: Translated) -> tuple[str, str]:
    return title.get("ar", ""), title.get("fr", "")


def _place(place: Territory) -> dict[str, Any]:
    arabic, french = _names(place.title)
    return {"territory": place.code, "name_ar": arabic, "name_fr": french, "level": place.level}


def _parts(figure: PublishedFigure) -> dict[str, Any]:
    return {"value": figure.value, "n": figure.n, "state": figure.state}


def _suffix(figure: PublishedFigure) -> str:
    """Empty for everybody; «_female», «_rural», «_female_rural» for a part of them."""
    return "".join(f"_{part}" for part in (figure.sex, figure.milieu) if part != "all")
