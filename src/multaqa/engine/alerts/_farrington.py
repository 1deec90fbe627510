"""Flexible Farrington: does this week pass what the same season of the years before allows?

Farrington, Andrews, Beale & Catchpole 1996; Noufaily et al. 2013; Salmon, Schumacher & Höhle 2016.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from multaqa.engine.alerts._quasi_poisson import Fit, fit
from multaqa.engine.alerts._series import AlertsError, Flags, Floats, Grid, is_daily, is_weekly

BOUNDS = ("nb-plugin", "muan", "delta")
SHORT, HOLE, FEW, UNSETTLED = "short_baseline", "missing_in_baseline", "few_cases", "no_fit"
_ON_WEEKS, _ON_MONTHS = (3, 10, 26), (1, 4, 6)
_MOST_ETA = 300.0
_FUZZ = 1 - 64 * float(np.finfo(float).eps)  # a quantile must not jump for a rounding error


@dataclass(frozen=True, slots=True)
class Flexible:
    """Noufaily's settings. None: 3 steps, 10 seasons, 26 steps; on months 1 step, 4 seasons, 6 steps."""

    years: int = 5
    half_window: int | None = None  # steps each side of the same date
    periods: int | None = None  # seasons of the year
    recent: int | None = None  # latest steps that stay out of the baseline
    weights_threshold: float = 2.58
    trend_p: float = 1.0  # keep a trend whose p-value is below this
    bound: str = "nb-plugin"
    least_cases: int = 5  # no bound below so many cases …
    least_steps: int = 4  # … in so many latest steps, today's included


@dataclass(frozen=True, slots=True)
class Baseline:
    """Which steps are looked back on, every number decided."""

    years: int
    half_window: int
    periods: int
    recent: int


@dataclass(frozen=True, slots=True)
class Data:
    """The baseline of one step: n observations, a column for the constant and one for each other season."""

    counts: Floats  # (n,)
    offset: Floats  # (n,) log population, or 0
    marks: Floats  # (n, seasons)
    time: Floats  # (n,) steps before the one judged
    offset_now: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the model says of one step."""

    expected: float
    upper: float
    dispersion: float
    trend: bool


def farrington(grid: Grid, settings: Flexible, alpha: float) -> tuple[Floats, Floats, Flags, dict[int, str]]:
    """Expected value, upper bound and alarm of each step, and why a step has no bound."""
    shape = _baseline(grid, settings)
    size = len(grid.values)
    expected, upper, alarm = np.full(size, np.nan), np.full(size, np.nan), np.zeros(size, dtype=bool)
    why: dict[int, str] = {}
    for now in np.sort(grid.place).tolist():
        season = seasons(grid, now, shape)
        if season is None:
            why[now] = SHORT
            continue
        recent = grid.values[now - settings.least_steps + 1 : now + 1]
        if not recent.sum() >= settings.least_cases:
            why[now] = HOLE if np.isnan(recent).any() else FEW
            continue
        found = estimate(grid, now, season, shape, settings, alpha)
        if found is None or np.isnan(found.upper):
            why[now] = UNSETTLED
            continue
        expected[now], upper[now] = found.expected, found.upper
        alarm[now] = grid.values[now] > found.upper and grid.values[now] > 0
    return expected, upper, alarm, why


def seasons(grid: Grid, now: int, shape: Baseline) -> Floats | None:
    """The season of each step of the baseline of `now` (NaN: outside); None where it is too short.

    Season `periods` is the window around this week of each year; the others share the rest of the year.
    """
    window, last = shape.half_window, shape.periods
    if now < grid.per_year * shape.years + window:
        return None
    marks = _references(grid, now, shape.years)
    if marks[-1] < 0:
        return None
    season = np.full(len(grid.values), np.nan)
    season[now - window : now + 1] = last
    for later, mark in pairwise(marks):
        season[max(0, mark - window) : mark + window + 1] = last
        if last > 1:
            start, length = mark + window + 1, later - mark - 2 * window - 1
            each, rest = divmod(length, last - 1)
            # what does not divide goes to the first seasons, one step each
            lengths = [each + 1] * rest + [each] * (last - 1 - rest)
            season[start : start + length] = np.repeat(np.arange(1, last), lengths)
    season[now - shape.recent : now + 1] = np.nan
    season[now + 1 :] = np.nan
    return season


def estimate(
    grid: Grid, now: int, season: Floats, shape: Baseline, settings: Flexible, alpha: float
) -> Estimate | None:
    """Expected value and upper bound of the step `now`; None where the regression does not settle."""
    data = _data(grid, now, season, shape)
    if data is None:
        return None
    trended = _trended(data, settings) if settings.years >= 3 else None
    chosen = trended or _weighed(data.counts, data.marks, data.offset, settings)
    if chosen is None:
        return None
    model, omega = chosen
    row = _today(model)
    eta = float(row @ model.beta) + data.offset_now
    # R's `surveillance` scales this error with the relative residuals; the same here, so that bounds agree
    error = float(np.sqrt(model.spread(omega) * model.variance(row)))
    dispersion = max(model.dispersion, 1.0)
    upper = upper_bound(eta, error, dispersion, alpha=alpha, bound=settings.bound)
    return Estimate(float(np.exp(eta)), upper, dispersion, trended is not None)


def _data(grid: Grid, now: int, season: Floats, shape: Baseline) -> Data | None:
    """What the regression sees; None where today's own season or population is not in it."""
    baseline = ~np.isnan(season) & ~np.isnan(grid.values)
    offsets = np.zeros(len(season)) if grid.population is None else np.log(grid.population)
    baseline &= ~np.isnan(offsets)
    present = sorted(set(season[baseline].tolist()))
    if np.isnan(offsets[now]) or not present or present[-1] != shape.periods:
        return None
    # the season of today comes last and is the reference, so that today's row needs the constant alone
    ones = np.ones(int(baseline.sum()))
    marks = [ones, *((season[baseline] == mark).astype(float) for mark in present[:-1])]
    days = grid.days.astype(np.int64).astype(float)
    return Data(
        counts=grid.values[baseline],
        offset=offsets[baseline],
        marks=np.column_stack(marks),
        time=((days - days[now]) / grid.step)[baseline],
        offset_now=float(offsets[now]),
    )


def _today(model: Fit) -> Floats:
    """The row of the step judged: the constant, no other season, and time zero."""
    row = np.zeros(len(model.beta))
    row[0] = 1.0
    return row


def anscombe_weights(residuals: Floats, threshold: float) -> Floats:
    """Weights that add up to n and shrink with the square of each residual above the threshold."""
    raw = np.ones(len(residuals))
    high = residuals > threshold
    raw[high] = residuals[high] ** -2.0
    weights: Floats = raw * (len(raw) / raw.sum())
    return weights


def upper_bound(eta: float, error: float, dispersion: float, *, alpha: float, bound: str) -> float:
    """The bound for a log mean `eta` with standard error `error`: one-sided, level 1 - alpha."""
    z = NormalDist().inv_cdf(1 - alpha)
    if bound == "delta":
        mean = float(np.exp(min(eta, _MOST_ETA)))
        tau = dispersion + (error * mean) ** 2 / mean
        spread = np.sqrt(4 / 9 * mean ** (1 / 3) * tau)
        return float((mean ** (2 / 3) + z * spread) ** 1.5)
    with np.errstate(over="ignore"):
        mean = float(np.exp(eta + (z * error if bound == "muan" else 0)))
    return float(_count_quantile(mean, dispersion, 1 - alpha)) if np.isfinite(mean) else np.nan


def _weighed(counts: Floats, design: Floats, offset: Floats, settings: Flexible) -> tuple[Fit, Floats] | None:
    """Fit, weigh past outbreaks down, fit again."""
    first = fit(counts, design, offset=offset)
    if first is None or first.freedom <= 0:
        return None
    dispersion = max(first.dispersion, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = 1.5 * (counts ** (2 / 3) * first.mean ** (-1 / 6) - np.sqrt(first.mean))
        residuals = raw / np.sqrt(dispersion * (1 - first.leverage))
    if np.isnan(residuals).any():
        return None
    omega = anscombe_weights(residuals, settings.weights_threshold)
    second = fit(counts, design, offset=offset, weights=omega)
    return None if second is None else (second, omega)


def _trended(data: Data, settings: Flexible) -> tuple[Fit, Floats] | None:
    """The fit with a trend, if it is significant and does not lead above all that was ever seen."""
    from scipy.special import stdtr

    fitted = _weighed(data.counts, np.column_stack([data.marks, data.time]), data.offset, settings)
    if fitted is None:
        return None
    model, omega = fitted
    slope = np.zeros(len(model.beta))
    slope[-1] = 1.0
    error = np.sqrt(model.spread(omega) * model.variance(slope))
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = 2 * stdtr(model.freedom, -abs(model.beta[-1] / error))
    within = np.exp(_today(model) @ model.beta + data.offset_now) <= data.counts.max()
    return fitted if p_value < settings.trend_p and within else None


def _count_quantile(mean: float, dispersion: float, level: float) -> int:
    """The least count that is not passed with probability `level`: negative binomial, or Poisson."""
    from scipy.special import betainc, gammaincc

    def reached(count: int) -> bool:
        if dispersion > 1:
            chance = betainc(mean / (dispersion - 1), count + 1, 1 / dispersion)
        else:
            chance = gammaincc(count + 1, mean)
        return bool(chance >= level * _FUZZ)

    high = max(1, int(mean + 3 * np.sqrt(mean * dispersion)))
    while not reached(high):
        high *= 2
    low = -1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def _references(grid: Grid, now: int, years: int) -> list[int]:
    """The place of today and of the nearest step to the same date of each year before."""
    if grid.monthly or not (is_weekly(grid) or is_daily(grid)):
        return [now - grid.per_year * back for back in range(years + 1)]
    today = grid.days[now]
    month = today.astype("datetime64[M]")
    day = today - month.astype("datetime64[D]")
    places = [now]
    for back in range(1, years + 1):
        then = (month - 12 * back).astype("datetime64[D]") + day  # 29 February becomes 1 March
        places.append(now - round(int((today - then).astype(np.int64)) / grid.step))
    return places


def _baseline(grid: Grid, settings: Flexible) -> Baseline:
    """The numbers of the baseline. Raises AlertsError where a year cannot be cut so."""
    if (grid.values < 0).any():
        raise AlertsError("negative", "Farrington's method counts cases, and a count cannot be below zero.")
    if settings.bound not in BOUNDS:
        raise AlertsError(
            "no_such_bound", "{bound} is not a bound of Farrington's method.", bound=settings.bound
        )
    usual = _ON_MONTHS if grid.monthly else _ON_WEEKS
    window, periods, recent = (
        default if asked is None else asked
        for asked, default in zip(
            (settings.half_window, settings.periods, settings.recent), usual, strict=True
        )
    )
    between = grid.per_year - 2 * window - 1
    if min(window, recent) < 0 or min(periods, settings.years) < 1 or between < periods - 1:
        raise AlertsError(
            "too_many_periods",
            "A year of {steps} steps cannot be cut into {periods} seasons.",
            steps=grid.per_year,
            periods=periods,
        )
    return Baseline(settings.years, window, periods, recent)
