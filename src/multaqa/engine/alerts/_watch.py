"""One verb over the methods, the silence after a notice, and how often the bell rings for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from multaqa.engine.alerts._ears import GAP, ears
from multaqa.engine.alerts._farrington import HOLE, SHORT, Flexible, farrington
from multaqa.engine.alerts._series import AlertsError, Days, Flags, Floats, Grid, Series, lay

METHODS = ("c1", "c2", "c3", "c3-r", "farrington")
SILENCE = 7  # days
_ALPHA = {"c1": 0.001, "c2": 0.001, "c3": 0.001, "c3-r": 0.025, "farrington": 0.05}


@dataclass(frozen=True, slots=True)
class Rule:
    """What is decided before the series is read. None: the method's own."""

    method: str = "c2"
    alpha: float | None = None  # one-sided; C3 has a fixed limit instead
    baseline: int = 7  # steps, of the EARS methods
    least_sigma: float = 0.0
    flexible: Flexible | None = None

    @property
    def level(self) -> float:
        return _ALPHA[self.method] if self.alpha is None else self.alpha


@dataclass(frozen=True, slots=True)
class Watch:
    """One place a row of the series, in its order; NaN in `upper` where nothing can be judged."""

    series: Series
    rule: Rule
    expected: Floats
    upper: Floats
    alarm: Flags
    why: tuple[str, ...] = field(default=())  # of each row: why it has no bound, or nothing


@dataclass(frozen=True, slots=True)
class Rate:
    """Alarms among the judged rows outside known events, with a 95 % Wilson interval."""

    alarms: int
    judged: int
    share: float
    low: float
    high: float
    nominal: float | None  # what the level alone would give; None for the sum of C3


def watch(series: Series, rule: Rule | None = None) -> Watch:
    """Is each row unusual, given only what came before it?

    series: rows in any order; the answer keeps it. A date without a row counts as not measured, and so does a
    NaN; a bound that would rest on one is NaN. `population` enters Farrington's method as exposure and
    nothing else. Raises AlertsError on a repeated date, a date off the step, or settings that cannot be.
    """
    rule = rule or Rule()
    _require(rule)
    grid = lay(series)
    why: dict[int, str] = {}
    if rule.method == "farrington":
        expected, upper, alarm, why = farrington(grid, rule.flexible or Flexible(), rule.level)
    else:
        expected, upper, alarm = ears(
            grid.values,
            method=rule.method,
            width=rule.baseline,
            alpha=rule.level,
            least_sigma=rule.least_sigma,
        )
    reasons = tuple(
        _why(place, grid, rule, why) if np.isnan(upper[place]) else "" for place in grid.place.tolist()
    )
    return Watch(series, rule, expected[grid.place], upper[grid.place], alarm[grid.place], reasons)


def notices(found: Watch, *, silence: int = SILENCE) -> tuple[int, ...]:
    """The rows, oldest first, whose alarm is announced: none within `silence` days of the one before."""
    days = found.series.days
    told: list[int] = []
    for row in np.argsort(days, kind="stable").tolist():
        if found.alarm[row] and (not told or (days[row] - days[told[-1]]).astype(int) >= silence):
            told.append(row)
    return tuple(told)


def false_alarms(found: Watch, events: Sequence[tuple[str, str]] = ()) -> Rate:
    """How often does it ring when nothing happens?

    events: (first day, last day) of what is known to have happened; alarms within are true and not counted.
    Without events every alarm counts as false, so the share is the most that it can be.
    """
    days: Days = found.series.days
    quiet = ~np.isnan(found.upper) & ~np.isnan(found.series.values)
    for first, last in events:
        quiet &= ~((days >= np.datetime64(first)) & (days <= np.datetime64(last)))
    alarms, judged = int(found.alarm[quiet].sum()), int(quiet.sum())
    low, high = _wilson(alarms, judged)
    share = alarms / judged if judged else np.nan
    nominal = None if found.rule.method in ("c3", "c3-r") else found.rule.level
    return Rate(alarms, judged, share, low, high, nominal)


def _wilson(successes: int, trials: int) -> tuple[float, float]:
    if not trials:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.975)
    share, weight = successes / trials, z * z / trials
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * np.sqrt(share * (1 - share) / trials + weight / (4 * trials))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def _why(place: int, grid: Grid, rule: Rule, known: dict[int, str]) -> str:
    if rule.method == "farrington":
        return known[place]
    if rule.method == "c3-r" and np.isnan(grid.values[place]):
        return "missing_value"
    needed = rule.baseline + (0 if rule.method == "c1" else GAP) + (2 if rule.method.startswith("c3") else 0)
    if place < needed:
        return SHORT
    return HOLE if np.isnan(grid.values[place - needed : place]).any() else "no_variation"


def _require(rule: Rule) -> None:
    if rule.method not in METHODS:
        raise AlertsError("no_such_method", "{method} is not a method of early warning.", method=rule.method)
    if not 0 < rule.level < 1:
        raise AlertsError("bad_level", "The level must lie between 0 and 1, not {level}.", level=rule.level)
    if rule.baseline < 3:
        raise AlertsError(
            "short_window", "A baseline needs at least 3 steps, not {steps}.", steps=rule.baseline
        )
    if rule.least_sigma < 0:
        raise AlertsError("negative_sigma", "The least standard deviation cannot be below zero.")
