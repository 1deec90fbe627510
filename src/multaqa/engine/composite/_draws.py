"""How sure is a rank? The index is computed again under other weights, and under the error of measurement.

Each weight w becomes w·(1 + U(-s, s)), COINr's noisy weights; each figure x becomes x + N(0, 1)·error. The
interval holds the middle of all draws and always the published score and rank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from multaqa.engine.composite._aggregate import climb
from multaqa.engine.composite._normalise import Scale, apply_one
from multaqa.engine.composite._plan import NO_RANK, Floats, Ints, Mask, Plan, Table
from multaqa.engine.composite._ranks import places

_BLOCK = 500  # draws of weights asked of the generator at once
_SLICE = 100  # draws computed at once: small enough to stay in the processor's cache
_UNITS = 64  # units whose quantiles are found at once

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Moving:
    """Figures that are not known exactly: (rows, indicators) each; the scale holds while they move."""

    values: Floats
    error: Floats
    scale: Scale


@dataclass(frozen=True, slots=True)
class Intervals:
    """(rows,) each: bounds of score and rank, mean and median rank of the draws; NaN and 0 if unmeasured."""

    low: Floats
    high: Floats
    rank_low: Ints
    rank_high: Ints
    rank_mean: Floats
    rank_median: Floats


def points(score: Floats, rank: Ints) -> Intervals:
    """The intervals where nothing is drawn."""
    exact = np.where(rank == NO_RANK, np.nan, rank)
    return Intervals(score, score, rank, rank, exact, exact)


def intervals(
    *,
    normalised: Floats,
    error: Moving | None,
    plan: Plan,
    table: Table,
    have: Mask,
    score: Floats,
    rank: Ints,
    generator: np.random.Generator,
    progress: Progress | None = None,
) -> Intervals:
    """The middle of the draws, around the score and rank that are published. progress: told, after each
    block, how many draws are done, and of how many.
    """
    known = np.flatnonzero(have[:, plan.top])
    scores = np.empty((len(known), plan.draws))
    drawn = np.empty((len(known), plan.draws), np.int32)
    seats = [np.flatnonzero(np.isin(known, rows)) for rows in table.periods()]
    for start, weights, moved in _draw(plan, normalised, error, generator):
        block = climb(plan, moved, have, weights)[plan.top][:, known]
        span = slice(start, start + len(block))
        scores[:, span] = block.T
        for seat in seats:
            drawn[seat, span] = places(block[:, seat]).T
        if progress is not None and (span.stop % _BLOCK == 0 or span.stop == plan.draws):
            progress(span.stop, plan.draws)
    return _bounds(known, scores, drawn, score, rank, plan.confidence)


def noisy_weights(plan: Plan, spread: float, size: int, generator: np.random.Generator) -> Floats:
    """(size, elements): the plan's weights, each moved by up to `spread` of itself; one stream a level."""
    base = plan.weights
    weights = np.broadcast_to(base, (size, len(base))).copy()
    levels = np.array([item.level for item in plan.elements])
    for level in np.unique(levels[:-1]):
        own = (levels == level) & (np.arange(len(levels)) < plan.top)
        weights[:, own] *= 1 + generator.uniform(-spread, spread, (size, int(own.sum())))
    return weights


def _draw(
    plan: Plan, normalised: Floats, error: Moving | None, generator: np.random.Generator
) -> Iterator[tuple[int, Floats, Floats | list[Floats]]]:
    """Slices of draws: where they start, their weights, and the scores they begin from."""
    if error is None:
        for start, weights, _shift in _chances(plan, None, generator):
            yield start, weights, normalised
        return
    values, noise = error.values, np.nan_to_num(error.error)
    # one stream a unit would tie its draws to its place: errors are drawn by sorted order of the rows
    seat = np.argsort(np.lexsort(np.nan_to_num(values, nan=-1.0).T))
    for start, weights, shift in _ahead(_chances(plan, values.shape, generator)):
        yield start, weights, _moved(error.scale, values, noise, shift, seat, normalised)


def _chances(
    plan: Plan, shape: tuple[int, ...] | None, generator: np.random.Generator
) -> Iterator[tuple[int, Floats, Floats]]:
    """All that is random, in one fixed order: where a slice starts, its weights, its standard errors."""
    for start in range(0, plan.draws, _BLOCK):
        size = min(_BLOCK, plan.draws - start)
        weights = noisy_weights(plan, plan.weight_spread, size, generator)
        for first in range(0, size, _SLICE):
            part = weights[first : first + _SLICE]
            shift = np.zeros(0) if shape is None else generator.standard_normal((len(part), *shape))
            yield start + first, part, shift


def _ahead(chances: Iterator[tuple[int, Floats, Floats]]) -> Iterator[tuple[int, Floats, Floats]]:
    """The same slices; the next is drawn on another processor while this one is worked with."""
    with ThreadPoolExecutor(1) as hand:
        coming = hand.submit(next, chances, None)
        while (found := coming.result()) is not None:
            coming = hand.submit(next, chances, None)
            yield found


def _moved(
    scale: Scale, values: Floats, noise: Floats, shift: Floats, seat: Ints, normalised: Floats
) -> list[Floats]:
    """Each indicator's scores under the errors drawn, (draws, units); shift: its rows in sorted order."""
    found: list[Floats] = []
    for column in range(values.shape[1]):
        if not noise[:, column].any():
            found.append(normalised[:, column])
            continue
        x = shift[:, :, column].take(seat, axis=1)
        x *= noise[:, column]
        x += values[:, column]
        found.append(apply_one(scale, column, x))
    return found


def _bounds(
    known: np.ndarray, scores: Floats, drawn: np.ndarray, score: Floats, rank: Ints, confidence: float
) -> Intervals:
    tail = (1 - confidence) / 2
    found = points(score.copy(), rank.copy())
    low, high = score.copy(), score.copy()
    rank_low, rank_high = rank.copy(), rank.copy()
    mean, median = found.rank_mean.copy(), found.rank_median.copy()
    for start in range(0, len(known), _UNITS):
        seats, units = slice(start, start + _UNITS), known[start : start + _UNITS]
        low[units], high[units] = np.quantile(scores[seats], [tail, 1 - tail], axis=1)
        bounds = np.quantile(drawn[seats], [tail, 1 - tail], axis=1, method="nearest")
        rank_low[units], rank_high[units] = bounds.astype(np.int64)
        mean[units] = drawn[seats].mean(axis=1)
        median[units] = np.median(drawn[seats], axis=1)
    return Intervals(
        np.minimum(low, score),
        np.maximum(high, score),
        np.minimum(rank_low, rank),
        np.maximum(rank_high, rank),
        mean,
        median,
    )
