"""A series in any order and with holes, laid on the regular grid that the methods count on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray

from multaqa.engine.errors import EngineError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Days = NDArray[np.datetime64]

_WEEK, _YEAR = 7, 365


class AlertsError(EngineError):
    """The series or the settings cannot be worked with."""


@dataclass(frozen=True, slots=True)
class Series:
    """Rows as they came: days (datetime64[D]), values (NaN: not measured), populations or None."""

    days: Days
    values: Floats
    population: Floats | None = None
    lines: tuple[int, ...] = ()  # of the file, for messages


@dataclass(frozen=True, slots=True)
class Grid:
    """The same series, one place a step, NaN where there is no row. `place` leads from a row to its step."""

    days: Days
    values: Floats
    population: Floats | None
    place: Ints  # (rows,)
    step: int
    monthly: bool  # whether the step counts months or days

    @property
    def per_year(self) -> int:
        """How many steps a year has: 52 weeks, 365 days, 12 months."""
        return max(1, 12 // self.step if self.monthly else _YEAR // self.step)


def series_from(
    days: Sequence[str] | Days,
    values: Sequence[float | None] | Floats,
    population: Sequence[float | None] | Floats | None = None,
) -> Series:
    """A series from dates (ISO text or datetime64), values and populations; None stands for not measured."""
    return Series(
        days=np.array(days, dtype="datetime64[D]"),
        values=_floats(values),
        population=None if population is None else _floats(population),
    )


def lay(series: Series) -> Grid:
    """The series on its grid. Raises AlertsError on a repeated date or one that breaks the step."""
    _require_distinct(series)
    if not len(series.days):
        raise AlertsError("empty", "There is no row to look at.")
    ordered = np.sort(series.days)
    months = _month_step(ordered)
    if months:
        start = ordered[0].astype("datetime64[M]")
        place = (series.days.astype("datetime64[M]") - start).astype(np.int64) // months
        starts = start + np.arange(int(place.max()) + 1) * months
        days = np.sort(series.days)[0] - start.astype("datetime64[D]") + starts.astype("datetime64[D]")
    else:
        step = _day_step(series, ordered)
        place = (series.days - ordered[0]).astype(np.int64) // step
        days = ordered[0] + np.arange(int(place.max()) + 1) * step
    return Grid(
        days=days,
        values=_spread(series.values, place, len(days)),
        population=None if series.population is None else _spread(series.population, place, len(days)),
        place=place,
        step=months or step,
        monthly=bool(months),
    )


def _floats(values: Sequence[float | None] | Floats) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _spread(values: Floats, place: Ints, size: int) -> Floats:
    spread = np.full(size, np.nan)
    spread[place] = values
    return spread


def _require_distinct(series: Series) -> None:
    seen: dict[int, int] = {}
    for row, day in enumerate(series.days.astype(np.int64).tolist()):
        if day in seen:
            raise AlertsError(
                "repeated_date",
                "the date {date} already stands on line {first}.",
                date=str(series.days[row]),
                first=_line(series, seen[day]),
                line=_line(series, row),
            )
        seen[day] = row


def _line(series: Series, row: int) -> int:
    return series.lines[row] if series.lines else row + 1


def _month_step(ordered: Days) -> int:
    """How many months apart the dates are, 0 where they do not keep to one day of the month."""
    gaps = np.diff(ordered).astype(np.int64)
    if not len(gaps) or gaps.min() < 28:
        return 0
    months = ordered.astype("datetime64[M]")
    same_day = len(set((ordered - months.astype("datetime64[D]")).tolist())) == 1
    last_day = bool(np.all((ordered + 1).astype("datetime64[M]") == months + 1))
    if not same_day and not last_day:
        return 0
    return gcd(*np.diff(months).astype(np.int64).tolist())


def _day_step(series: Series, ordered: Days) -> int:
    """The commonest distance between neighbours, which every date must keep."""
    if len(ordered) < 2:
        return 1
    counts: Counter[int] = Counter(np.diff(ordered).astype(np.int64).tolist())
    step = min(counts, key=lambda gap: (-counts[gap], gap))
    rests = series.days.astype(np.int64) % step
    usual = Counter(rests.tolist()).most_common(1)[0][0]
    off = np.flatnonzero(rests != usual)
    if len(off):
        raise AlertsError(
            "off_step",
            "the date {date} breaks the step of {step} days that the other dates keep.",
            date=str(series.days[off[0]]),
            step=step,
            line=_line(series, int(off[0])),
        )
    return step


def is_weekly(grid: Grid) -> bool:
    """Whether the steps are weeks, whose reference weeks keep their weekday."""
    return not grid.monthly and grid.step == _WEEK


def is_daily(grid: Grid) -> bool:
    """Whether the steps are days."""
    return not grid.monthly and grid.step == 1
