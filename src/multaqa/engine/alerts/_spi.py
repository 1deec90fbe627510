"""Standardised precipitation index: how dry are these months, for this place and season?

McKee, Doesken & Kleist 1993; WMO-No. 1090 (2012): a gamma distribution fitted to each calendar month (Thom's
estimate), the share of dry periods apart, and the result read as a standard normal value.
"""

from __future__ import annotations

import numpy as np

from multaqa.engine.alerts._series import AlertsError, Floats, Series, lay

DROUGHT = ((-2.0, "extreme"), (-1.5, "severe"), (-1.0, "moderate"))
_LEAST_YEARS = 20


def spi(series: Series, *, months: int = 3, least_years: int = _LEAST_YEARS) -> Floats:
    """The index of each row of monthly rainfall, over the `months` months that end with it.

    NaN where a month of the sum is not measured or fewer than `least_years` sums of that calendar month are.
    Raises AlertsError where the series is not monthly or rain is below zero.
    """
    from scipy.special import gammainc, ndtri

    grid = lay(series)
    if not grid.monthly or grid.step != 1:
        raise AlertsError("not_monthly", "The precipitation index needs one row a month.")
    if (grid.values < 0).any():
        raise AlertsError("negative_rain", "Rainfall cannot be below zero.")
    sums = np.full(len(grid.values), np.nan)
    if len(sums) >= months:
        sums[months - 1 :] = np.lib.stride_tricks.sliding_window_view(grid.values, months).sum(axis=1)
    index = np.full(len(sums), np.nan)
    calendar = grid.days.astype("datetime64[M]").astype(np.int64) % 12
    for month in range(12):
        known = np.flatnonzero((calendar == month) & ~np.isnan(sums))
        wet = sums[known][sums[known] > 0]
        if len(known) < least_years or len(np.unique(wet)) < 2:
            continue
        shape, scale = gamma_of(wet)
        dry = 1 - len(wet) / len(known)
        chance = dry + (1 - dry) * gammainc(shape, sums[known] / scale)
        index[known] = ndtri(np.clip(chance, 1e-6, 1 - 1e-6))
    return np.asarray(index[grid.place])


def gamma_of(amounts: Floats) -> tuple[float, float]:
    """Shape and scale of a gamma distribution by Thom's approximation to maximum likelihood."""
    log_ratio = float(np.log(amounts.mean()) - np.log(amounts).mean())
    shape = (1 + np.sqrt(1 + 4 * log_ratio / 3)) / (4 * log_ratio)
    return float(shape), float(amounts.mean() / shape)


def drought(index: float) -> str | None:
    """The class of a value of the index: extreme, severe, moderate, or None."""
    return next((name for bound, name in DROUGHT if index <= bound), None)
