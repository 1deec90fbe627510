"""Which decision matters? The share of the ranks' movement that each choice of method explains.

Source: Saltelli et al. 2008, «Global Sensitivity Analysis»; the estimators are those of COINr's SA_estimate:
with runs A, B and A with one column of B, S = mean(yB·(yAB - yA))/V and T = mean((yA - yAB)²)/2V. The output
y of a run is the mean absolute shift of rank against the published index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from multaqa.engine.composite._aggregate import climb, measured
from multaqa.engine.composite._index import Index, index
from multaqa.engine.composite._plan import NO_RANK, CompositeError, Floats, Ints, Plan
from multaqa.engine.composite._ranks import ranks
from multaqa.engine.composite._weights import weighted


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision that could have been another: a field of the plan (or `weights`) and its alternatives, all
    equally likely. Alternatives of `weights` are (elements,) arrays.
    """

    name: str
    field: str
    options: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """What a choice explains of the variance, alone (`first`) and with all it interacts with (`total`), and
    the middle 90 % of the bootstrap; the estimate may fall below 0 when N is small.
    """

    name: str
    first: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """runs: how many indices were computed. Ranks are of the 2N random runs; rows as in the table."""

    shares: tuple[Share, ...]
    variance: float
    runs: int
    rank_mean: Floats
    rank_median: Floats
    rank_low: Floats
    rank_high: Floats


def sensitivity(
    result: Index,
    *,
    choices: Sequence[Choice],
    samples: int,
    generator: np.random.Generator,
    bootstrap: int = 1000,
) -> Sensitivity:
    """Sobol indices of the choices by samples·(choices + 2) runs.

    Raises CompositeError where fewer than two choices are uncertain, or where an alternative cannot be
    computed: no run is skipped in silence.
    """
    if len(choices) < 2:
        raise CompositeError("one_choice", "Sensitivity needs two uncertain choices or more.")
    if result.table.years is not None:
        raise CompositeError("years", "Sensitivity is computed for one year at a time.")
    design = _design(samples, len(choices), generator)
    picks = np.stack(
        [np.minimum((design[:, c] * len(one.options)).astype(int), len(one.options) - 1)
         for c, one in enumerate(choices)], axis=1,
    )  # fmt: skip
    # the same run is computed once, however often it is drawn
    distinct, back = np.unique(picks, axis=0, return_inverse=True)
    found = _ranks_of(result, choices, distinct)[back.reshape(-1)]
    both = (found != NO_RANK) & (result.rank != NO_RANK)
    shift = np.where(both, np.abs(found - result.rank), 0).sum(axis=1) / np.maximum(both.sum(axis=1), 1)
    random = np.where(found[: 2 * samples] == NO_RANK, np.nan, found[: 2 * samples])
    kept = ~np.isnan(random).all(axis=0)
    statistics = np.full((4, random.shape[1]), np.nan)
    statistics[0, kept] = np.nanmean(random[:, kept], axis=0)
    statistics[1:, kept] = np.nanquantile(random[:, kept], [0.5, 0.05, 0.95], axis=0)
    shares, variance = estimate(
        shift, samples=samples, names=[one.name for one in choices], generator=generator, bootstrap=bootstrap
    )
    return Sensitivity(shares, variance, len(picks), *statistics)


def estimate(
    y: Floats, *, samples: int, names: Sequence[str], generator: np.random.Generator, bootstrap: int = 0
) -> tuple[tuple[Share, ...], float]:
    """First and total indices from the outputs of a design: runs A, then B, then A with each column of B."""
    a, b = y[:samples], y[samples : 2 * samples]
    mixed = y[2 * samples :].reshape(len(names), samples)
    variance = float(np.concatenate([a, b]).var(ddof=1))
    if variance == 0:
        return tuple(Share(name, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0) for name in names), 0.0
    first, total = b * (mixed - a), (a - mixed) ** 2
    shares = []
    for row, name in enumerate(names):
        ends = np.full((2, 2), np.nan)
        if bootstrap:
            drawn = generator.integers(0, samples, (bootstrap, samples))
            ends[0] = np.quantile(first[row][drawn].mean(axis=1) / variance, [0.05, 0.95])
            ends[1] = np.quantile(total[row][drawn].mean(axis=1) / (2 * variance), [0.05, 0.95])
        alone, whole = float(first[row].mean()) / variance, float(total[row].mean()) / (2 * variance)
        (low, high), (total_low, total_high) = ends.tolist()
        shares.append(Share(name, alone, low, high, whole, total_low, total_high))
    return tuple(shares), variance


def _design(samples: int, count: int, generator: np.random.Generator) -> Floats:
    """(samples·(count + 2), count) in 0..1."""
    base = generator.random((samples, 2 * count))
    a, b = base[:, :count], base[:, count:]
    mixed = []
    for column in range(count):
        part = a.copy()
        part[:, column] = b[:, column]
        mixed.append(part)
    return np.concatenate([a, b, *mixed])


def _ranks_of(result: Index, choices: Sequence[Choice], picks: Ints) -> Ints:
    """(runs, units). Runs that differ in their weights alone are computed together."""
    found = np.zeros((len(picks), len(result.score)), np.int64)
    by_weights = [c for c, one in enumerate(choices) if one.field == "weights"]
    steps = np.delete(picks, by_weights, axis=1)
    kinds, kind = np.unique(steps, axis=0, return_inverse=True)
    others = [one for one in choices if one.field != "weights"]
    for number, row in enumerate(kinds):
        runs = np.flatnonzero(kind.reshape(-1) == number)
        fields = {one.field: one.options[pick] for one, pick in zip(others, row.tolist(), strict=True)}
        plan: Plan = replace(result.plan, draws=0, **fields)
        moved = index(values=result.table, method=plan)
        if not by_weights:
            found[runs] = moved.rank
            continue
        column = by_weights[-1]
        options = np.array(choices[column].options, float)
        have = measured(plan, ~np.isnan(moved.normalised))
        scores = climb(plan, moved.normalised, have, options[picks[runs, column]])[plan.top]
        found[runs] = ranks(scores)
    return found


def weight_choice(plan: Plan, options: Floats, name: str = "weights") -> Choice:
    """Weight sets of (options, elements) as one choice; each is checked to be a plan's weights."""
    for row in options:
        weighted(plan, row)
    return Choice(name, "weights", tuple(options))
