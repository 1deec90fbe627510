"""What an index is computed from."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import rfc8785

from multaqa.engine import composite
from multaqa.observatory.models import (
    Dimension,
    IndexRelease,
    Indicator,
    Value,
)
from multaqa.observatory.queries.places import households_of
from multaqa.territories.models import Territory
from multaqa.territories.queries import communes


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


def dimension_weights(release: IndexRelease) -> list[tuple[Any, float | None]]:
    """Each dimension and its weight in a release; None where the release had no figure for it."""
    weights = dict(release.method["dimensions"])
    return [(dimension, weights.get(dimension.value)) for dimension in Dimension]
