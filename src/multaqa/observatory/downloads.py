"""The figures of each page as CSV: what is not published has a state, never a number."""

from collections.abc import Iterable, Iterator
from typing import Any

from multaqa.observatory.models import Observation, Score, Value
from multaqa.observatory.queries import cell, households_of
from multaqa.territories.models import Territory

VALUE_COLUMNS = ["territory", "name_ar", "name_fr", "level", "indicator", "title_ar", "title_fr", "unit"]
VALUE_COLUMNS += ["year", "sex", "milieu", "value", "n", "state", "source", "licence"]
SCORE_COLUMNS = ["release", "territory", "name_ar", "name_fr", "status", "score", "low", "high"]
SCORE_COLUMNS += ["rank", "rank_low", "rank_high", "hazard", "vulnerability", "coping"]
SCORE_COLUMNS += ["share_missing", "households"]
OBSERVATION_COLUMNS = ["number", "territory", "kind", "title", "seen_on", "households", "reporter", "state"]
OBSERVATION_COLUMNS += ["reported_at", "confirmed_at"]


def value_rows(values: Iterable[Value]) -> Iterator[list[Any]]:
    """One row a figure. The values come with their indicator and territory."""
    values = list(values)
    communes = {value.territory for value in values if value.territory.level == Territory.Level.COMMUNE}
    households = households_of(communes)
    for value in values:
        place, indicator = value.territory, value.indicator
        shown = cell(value, indicator, households.get(place.pk))
        yield [
            place.code,
            place.title.get("ar", ""),
            place.title.get("fr", ""),
            place.level,
            indicator.code,
            indicator.title.get("ar", ""),
            indicator.title.get("fr", ""),
            indicator.unit,
            value.year,
            value.sex,
            value.milieu,
            shown.value,
            shown.n,
            shown.status,
            str(indicator.source),
            indicator.licence,
        ]


def score_rows(scores: Iterable[Score]) -> Iterator[list[Any]]:
    for score in scores:
        yield [
            score.release.number,
            score.territory.code,
            score.territory.title.get("ar", ""),
            score.territory.title.get("fr", ""),
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
        ]


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
        ]
