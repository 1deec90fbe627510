"""How does this territory compare with the others, and how sure are we?

Method: OECD/JRC Handbook on Constructing Composite Indicators (2008): fixed goalposts, weighted means within
each dimension, an arithmetic or geometric mean across dimensions, and a Monte-Carlo study of the ranks over
uncertain weights (each w becomes w·(1 + U(−s, s))) and over the error of measurement. High means more risk.

Guarantee: what is not measured is never scored, ranked, or counted as safe; the same values, method and
generator give the same index to the last bit; the order of the territories changes nothing but their order.

>>> method = Method(
...     indicators=(Indicator("illiteracy", "vulnerability", +1, high=50), Indicator("water", "coping", -1)),
...     dimensions=(("vulnerability", 1.0), ("coping", 1.0)), aggregation="arithmetic")
>>> result = index(values=np.array([[25.0, 80.0], [50.0, np.nan], [10.0, 95.0]]), method=method)
>>> result.score.tolist()
[3.5, nan, 1.25]
>>> result.rank.tolist()
[1, 0, 2]
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SCALE = 10.0
NO_RANK = 0
_BLOCK = 500


@dataclass(frozen=True, slots=True)
class Indicator:
    """One column: the dimension it feeds, which way is worse (+1: more is worse), goalposts, weight."""

    id: str
    dimension: str
    direction: Literal[1, -1]
    low: float = 0.0
    high: float = 100.0
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Method:
    """Everything that is decided before the figures are read."""

    indicators: tuple[Indicator, ...]
    dimensions: tuple[tuple[str, float], ...]
    aggregation: Literal["arithmetic", "geometric"] = "geometric"
    least_share: float = 0.5  # of a dimension's weight that must be measured
    draws: int = 4000
    weight_spread: float = 0.25
    confidence: float = 0.9


@dataclass(frozen=True, slots=True)
class Index:
    """Arrays over territories, in the order of the values; NaN is «not measured» and rank 0 is «no rank»."""

    normalised: Floats  # (territories, indicators) 0 best to 10 worst
    dimensions: Floats  # (territories, dimensions)
    score: Floats  # (territories,)
    low: Floats
    high: Floats
    rank: Ints  # 1 is the highest risk; equal scores share the smaller number
    rank_low: Ints
    rank_high: Ints
    share_missing: Floats  # of the indicators' weight, 0 to 1


@dataclass(frozen=True, slots=True)
class Reason:
    """One row a citizen can read: a message key and its values."""

    territory: int
    key: str
    values: dict[str, float | int | str]


@dataclass(frozen=True, slots=True)
class Violation:
    territory: int
    rule: str


def index(
    *,
    values: Floats,
    method: Method,
    error: Floats | None = None,
    generator: np.random.Generator | None = None,
) -> Index:
    """The composite index with its rank intervals.

    values: (territories, indicators) in each indicator's unit, NaN where not measured; error: its standard
    error, same shape, NaN or 0 where unknown. Without a generator there are no draws and the intervals are
    the points. Raises ValueError for shapes, goalposts or weights that cannot be.
    """
    _require(values, method)
    normalised = _normalise(values, method)
    indicator_weights = np.array([item.weight for item in method.indicators])
    dimension_weights = np.array([weight for _name, weight in method.dimensions])
    dimensions, score = _aggregate(normalised[None], indicator_weights[None], dimension_weights[None], method)
    rank = _rank(score)
    low = high = score[0]
    rank_low = rank_high = rank[0]
    if generator is not None and method.draws:
        low, high, rank_low, rank_high = _intervals(values, error, method, generator)
    missing = np.isnan(values) @ indicator_weights / indicator_weights.sum()
    return Index(
        normalised=normalised,
        dimensions=dimensions[0],
        score=score[0],
        low=np.minimum(low, score[0]),
        high=np.maximum(high, score[0]),
        rank=rank[0],
        rank_low=np.minimum(rank_low, rank[0]),
        rank_high=np.maximum(rank_high, rank[0]),
        share_missing=missing,
    )


def explain(result: Index, method: Method) -> list[Reason]:
    """For each territory: its rank and range, its worst dimension, the indicator that weighs most; or why no
    rank.
    """
    rows: list[Reason] = []
    ranked = int((result.rank > 0).sum())
    for place in range(len(result.score)):
        if result.rank[place] == NO_RANK:
            rows.append(Reason(place, "not_measured", {"missing": float(result.share_missing[place])}))
            continue
        worst = int(np.nanargmax(result.dimensions[place]))
        heavy = int(np.nanargmax(result.normalised[place] * [item.weight for item in method.indicators]))
        rows += [
            Reason(
                place,
                "rank",
                {
                    "rank": int(result.rank[place]),
                    "low": int(result.rank_low[place]),
                    "high": int(result.rank_high[place]),
                    "of": ranked,
                },
            ),
            Reason(
                place,
                "worst_dimension",
                {"dimension": method.dimensions[worst][0], "score": float(result.dimensions[place, worst])},
            ),
            Reason(
                place,
                "heaviest_indicator",
                {"indicator": method.indicators[heavy].id, "score": float(result.normalised[place, heavy])},
            ),
        ]
    return rows


def check(result: Index, *, values: Floats, method: Method) -> list[Violation]:
    """Recompute every score one by one, by another road; an empty list is the proof."""
    found: list[Violation] = []
    for place in range(len(values)):
        expected = _score_of_one([float(value) for value in values[place]], method)
        got = float(result.score[place])
        if expected is None:
            if not np.isnan(got) or result.rank[place] != NO_RANK:
                found.append(Violation(place, "not_measured_has_no_rank"))
            continue
        if not abs(expected - got) <= 1e-9 * SCALE:
            found.append(Violation(place, "score"))
            continue
        above = sum(1 for other in result.score if other > got)
        if result.rank[place] != above + 1:
            found.append(Violation(place, "rank"))
        if not result.rank_low[place] <= result.rank[place] <= result.rank_high[place]:
            found.append(Violation(place, "rank_interval"))
        if not 0 <= result.low[place] <= got <= result.high[place] <= SCALE:
            found.append(Violation(place, "score_interval"))
    return found


def _require(values: Floats, method: Method) -> None:
    names = [name for name, _weight in method.dimensions]
    if values.ndim != 2 or values.shape[1] != len(method.indicators):
        raise ValueError("values must have one row a territory and one column an indicator")
    if any(not item.low < item.high for item in method.indicators):
        raise ValueError("a low goalpost must lie below the high one")
    if any(item.dimension not in names for item in method.indicators):
        raise ValueError("an indicator names a dimension the method does not have")
    if any(item.weight <= 0 for item in method.indicators) or any(
        weight <= 0 for _name, weight in method.dimensions
    ):
        raise ValueError("weights must be above zero")
    if {item.dimension for item in method.indicators} != set(names):
        raise ValueError("every dimension needs an indicator")


def _normalise(values: Floats, method: Method) -> Floats:
    """Min-max between fixed goalposts, so that another year or region keeps the scale; NaN stays NaN."""
    low = np.array([item.low for item in method.indicators])
    high = np.array([item.high for item in method.indicators])
    worse_up = np.array([item.direction for item in method.indicators]) > 0
    share = np.where(worse_up, values - low, high - values) / (high - low)
    scaled: Floats = np.clip(share, 0.0, 1.0) * SCALE
    return scaled


def _aggregate(normalised: Floats, weights: Floats, across: Floats, method: Method) -> tuple[Floats, Floats]:
    """Dimension scores (draws, territories, dimensions) and scores (draws, territories).

    normalised: (draws or 1, territories, indicators); weights: (draws, indicators);
    across: (draws, dimensions).
    """
    measured = ~np.isnan(normalised)
    filled = np.where(measured, normalised, 0.0)
    columns = []
    for name, _weight in method.dimensions:
        inside = np.array([item.dimension == name for item in method.indicators])
        own = weights[:, None, inside]
        present = (measured[..., inside] * own).sum(axis=-1)
        total = own.sum(axis=-1)
        sums = (filled[..., inside] * own).sum(axis=-1)
        enough = (present > 0) & (present >= method.least_share * total - 1e-12)
        columns.append(np.where(enough, sums / np.where(enough, present, 1.0), np.nan))
    dimensions = np.stack(columns, axis=-1)
    shares = (across / across.sum(axis=-1, keepdims=True))[:, None, :]
    if method.aggregation == "geometric":
        with np.errstate(divide="ignore"):
            score = np.exp((np.log(dimensions) * shares).sum(axis=-1))
    else:
        score = (dimensions * shares).sum(axis=-1)
    return dimensions, np.minimum(score, SCALE)


def _rank(score: Floats) -> Ints:
    """Ranks of each row of (draws, territories): one more than the number of higher scores; 0 for NaN."""
    above = (score[:, None, :] > score[:, :, None]).sum(axis=-1)
    return np.where(np.isnan(score), NO_RANK, above + 1)


def _intervals(
    values: Floats, error: Floats | None, method: Method, generator: np.random.Generator
) -> tuple[Floats, Floats, Ints, Ints]:
    """The quantiles of scores and ranks over the draws, in blocks so that a country fits in memory."""
    spread = method.weight_spread
    base = np.array([item.weight for item in method.indicators])
    across = np.array([weight for _name, weight in method.dimensions])
    noise = np.zeros_like(values) if error is None else np.nan_to_num(error)
    scores, ranks = [], []
    # one stream a territory would tie its draws to its place: the error is drawn by sorted order of the rows
    order = np.lexsort(np.nan_to_num(values, nan=-1.0).T)
    for start in range(0, method.draws, _BLOCK):
        size = min(_BLOCK, method.draws - start)
        weights = base * (1 + generator.uniform(-spread, spread, (size, len(base))))
        between = across * (1 + generator.uniform(-spread, spread, (size, len(across))))
        shift = np.empty((size, *values.shape))
        shift[:, order] = generator.standard_normal((size, *values.shape))
        drawn = _normalise(values + shift * noise, method)
        _dimensions, score = _aggregate(drawn, weights, between, method)
        scores.append(score)
        ranks.append(_rank(score))
    tail = (1 - method.confidence) / 2
    bounds = np.quantile(np.concatenate(scores), [tail, 1 - tail], axis=0)
    places = np.quantile(np.concatenate(ranks), [tail, 1 - tail], axis=0, method="nearest").astype(np.int64)
    return bounds[0], bounds[1], places[0], places[1]


def _score_of_one(values: list[float], method: Method) -> float | None:
    parts: list[tuple[float, float]] = []
    for name, weight in method.dimensions:
        own = [
            (item, value)
            for item, value in zip(method.indicators, values, strict=True)
            if item.dimension == name
        ]
        known = [(item, value) for item, value in own if value == value]
        present = sum(item.weight for item, _value in known)
        if not known or present < method.least_share * sum(item.weight for item, _value in own) - 1e-12:
            return None
        total = 0.0
        for item, value in known:
            share = (value - item.low) / (item.high - item.low)
            share = share if item.direction > 0 else 1 - share
            total += item.weight * SCALE * min(1.0, max(0.0, share))
        parts.append((total / present, weight))
    whole = sum(weight for _score, weight in parts)
    if method.aggregation == "arithmetic":
        return sum(score * weight for score, weight in parts) / whole
    product = 1.0
    for score, weight in parts:
        product *= float(score ** (weight / whole))
    return product
