"""A chart of shares with shrinkage: which school lost more pupils this term than its size can explain?

Shewhart's p-chart, with each unit's own rate drawn towards the pool by a beta prior (Marshall 1991, moments)
and the limit taken from the beta-binomial distribution of the next count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multaqa.engine.alerts._series import AlertsError, Flags, Floats

_MOST_PRIOR = 1e6  # a pool without visible differences between units: in effect a plain binomial
_LEAST_CASES = 2  # never an alarm on a single case


@dataclass(frozen=True, slots=True)
class Chart:
    """Units by terms; NaN where a unit cannot be judged."""

    expected: Floats  # shrunk share
    upper: Floats  # share
    alarm: Flags


def p_chart(
    cases: NDArray[np.float64], totals: NDArray[np.float64], *, alpha: float = 0.001, least_terms: int = 2
) -> Chart:
    """Which shares are too high for their unit's past, the pool and their size?

    cases, totals: (units, terms), NaN where not counted; each term is judged from the terms before it alone.
    Raises AlertsError where there are more cases than people.
    """
    if cases.shape != totals.shape or (cases > totals).any() or (cases < 0).any():
        raise AlertsError("impossible_share", "A share needs no fewer people than cases.")
    known = ~np.isnan(cases) & ~np.isnan(totals) & (totals > 0)
    expected, upper = np.full(cases.shape, np.nan), np.full(cases.shape, np.nan)
    for term in range(least_terms, cases.shape[1]):
        past = np.where(known[:, :term], cases[:, :term], 0).sum(axis=1)
        people = np.where(known[:, :term], totals[:, :term], 0).sum(axis=1)
        if not people.sum():
            continue
        first, second = prior_of(past, people)
        for unit in np.flatnonzero(known[:, term] | (totals[:, term] > 0)).tolist():
            a, b = first + past[unit], second + people[unit] - past[unit]
            expected[unit, term] = a / (a + b)
            total = int(totals[unit, term])
            upper[unit, term] = _limit(total, a, b, 1 - alpha) / total
    with np.errstate(invalid="ignore"):
        alarm = (cases > upper * totals + 1e-9) & (cases >= _LEAST_CASES)
    return Chart(expected, upper, alarm)


def prior_of(cases: Floats, totals: Floats) -> tuple[float, float]:
    """The beta prior (a, b) of the units' rates: mean and true spread of what was seen so far."""
    seen = totals > 0
    cases, totals = cases[seen], totals[seen]
    mean = cases.sum() / totals.sum()
    noise = mean * (1 - mean)
    if not noise:
        return max(mean, 1 / _MOST_PRIOR), max(1 - mean, 1 / _MOST_PRIOR)
    spread = (totals * (cases / totals - mean) ** 2).sum() / totals.sum() - noise / totals.mean()
    strength = min(noise / spread - 1, _MOST_PRIOR) if spread > 0 else _MOST_PRIOR
    strength = max(strength, 1.0)
    return float(mean * strength), float((1 - mean) * strength)


def _limit(total: int, a: float, b: float, level: float) -> int:
    """The least count whose beta-binomial probability of not being passed reaches the level."""
    from scipy.special import betaln, gammaln

    counts = np.arange(total + 1)
    ways = gammaln(total + 1) - gammaln(counts + 1) - gammaln(total - counts + 1)
    chance = np.exp(ways + betaln(counts + a, total - counts + b) - betaln(a, b))
    return int(np.searchsorted(np.cumsum(chance), level))
