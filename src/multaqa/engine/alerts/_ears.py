"""EARS C1, C2 and C3: is today far above the seven steps before it?

Fricker, Hegler & Dunfee 2008; Salmon, Schumacher & Höhle 2016 (`surveillance`) for C1, C2 and `c3-r`.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from multaqa.engine.alerts._series import Flags, Floats

GAP = 2  # steps between the baseline of C2 and today, so that a growing outbreak does not hide itself
C3_LIMIT = 2.0


def quantile(alpha: float) -> float:
    """The standard normal quantile that is passed with probability alpha."""
    return NormalDist().inv_cdf(1 - alpha)


def baseline(values: Floats, *, width: int, gap: int, least_sigma: float) -> tuple[Floats, Floats]:
    """Mean and standard deviation (n - 1) of the `width` steps that end `gap` + 1 before each step.

    NaN where one of them is not measured: a hole is not a quiet week.
    """
    mean, sigma = np.full(len(values), np.nan), np.full(len(values), np.nan)
    first = width + gap
    if len(values) > first:
        windows = np.lib.stride_tricks.sliding_window_view(values, width)[: len(values) - first]
        mean[first:] = windows.mean(axis=1)
        sigma[first:] = np.maximum(windows.std(axis=1, ddof=1), least_sigma)
    return mean, sigma


def ears(
    values: Floats, *, method: str, width: int, alpha: float, least_sigma: float
) -> tuple[Floats, Floats, Flags]:
    """Expected value, upper bound and alarm of each step for `c1`, `c2`, `c3` or `c3-r`."""
    gap = 0 if method == "c1" else GAP
    mean, sigma = baseline(values, width=width, gap=gap, least_sigma=least_sigma)
    with np.errstate(invalid="ignore", divide="ignore"):
        if method in ("c1", "c2"):
            upper = mean + quantile(alpha) * sigma
        elif method == "c3":
            return _c3(values, mean, sigma)
        else:
            upper = _c3_of_surveillance(values, mean, sigma, alpha)
        return mean, upper, values > upper


def _c3(values: Floats, mean: Floats, sigma: Floats) -> tuple[Floats, Floats, Flags]:
    """The usual C3: today's and the two former excesses of C2 over 1 add up to more than 2."""
    excess = (values - mean) / sigma
    excess[(sigma == 0) & (values == mean)] = 0.0
    excess = np.maximum(0, excess - 1)
    before = _two_before(excess)
    room = C3_LIMIT - before
    # when the two days before pass the limit alone, today's count no longer matters
    upper = np.where(room >= 0, mean + sigma * (1 + np.maximum(room, 0)), 0.0)
    upper[np.isnan(before) | np.isnan(mean)] = np.nan
    return mean, upper, excess + before > C3_LIMIT


def _c3_of_surveillance(values: Floats, mean: Floats, sigma: Floats, alpha: float) -> Floats:
    """C3 as R's `surveillance` computes it: today's own C2 does not enter the bound."""
    excess = np.maximum(0, (values - mean) / sigma - 1)
    return np.maximum(0, values + sigma * (quantile(alpha) - _two_before(excess)))


def _two_before(excess: Floats) -> Floats:
    before = np.full(len(excess), np.nan)
    before[2:] = excess[1:-1] + excess[:-2]
    return before
