"""What a citizen reads beside an alert, and the proof that the alerts follow their rule."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from multaqa.engine.alerts._series import Flags, Ints, Series
from multaqa.engine.alerts._watch import Watch, watch

_CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Reason:
    """One row of the series, as a message key with its values."""

    row: int
    key: str  # alarm, quiet, not_measured, or why there is no bound
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Fault:
    row: int
    key: str
    values: dict[str, object]


def explain(found: Watch) -> tuple[Reason, ...]:
    """Why each row is an alarm, is quiet, or cannot be judged."""
    rows = []
    for row, why in enumerate(found.why):
        value = float(found.series.values[row])
        values: dict[str, object] = {"date": str(found.series.days[row])}
        if why:
            rows.append(Reason(row, why, values))
            continue
        values |= {"expected": float(found.expected[row]), "upper": float(found.upper[row])}
        if np.isnan(value):
            rows.append(Reason(row, "not_measured", values))
        else:
            rows.append(Reason(row, "alarm" if found.alarm[row] else "quiet", values | {"value": value}))
    return tuple(rows)


def check(found: Watch, *, samples: int = 12) -> tuple[Fault, ...]:
    """Empty when the alerts are what their rule says and owe nothing to later rows or to the rows' order.

    Recounts the last `samples` rows each from the values up to its own day alone, and the whole in reverse.
    """
    faults = [Fault(row, "alarm_without_bound", {}) for row in _where(found.alarm & np.isnan(found.upper))]
    if found.rule.method != "c3":
        with np.errstate(invalid="ignore"):
            above = found.series.values > found.upper
        faults += [Fault(row, "alarm_not_above_bound", {}) for row in _where(found.alarm & ~above)]
    backwards = np.arange(len(found.alarm))[::-1]
    again = watch(_rows(found.series, backwards), found.rule)
    for row in backwards.tolist():
        faults += _compare(found, row, again, int(np.flatnonzero(backwards == row)[0]), "depends_on_order")
    days, values = found.series.days, found.series.values
    for row in np.argsort(days)[-samples:].tolist():
        # the dates stay, so that the step is the same; what came later is not measured yet
        then = replace(found.series, values=np.where(days <= days[row], values, np.nan))
        faults += _compare(found, row, watch(then, found.rule), row, "sees_the_future")
    return tuple(faults)


def _where(flags: Flags) -> list[int]:
    return [int(row) for row in np.flatnonzero(flags)]


def _rows(series: Series, rows: Ints) -> Series:
    return replace(
        series,
        days=series.days[rows],
        values=series.values[rows],
        population=None if series.population is None else series.population[rows],
        lines=tuple(series.lines[row] for row in rows) if series.lines else (),
    )


def _compare(found: Watch, row: int, other: Watch, place: int, key: str) -> list[Fault]:
    same = found.alarm[row] == other.alarm[place] and np.isclose(
        found.upper[row], other.upper[place], rtol=_CLOSE, atol=_CLOSE, equal_nan=True
    )
    return [] if same else [Fault(row, key, {"upper": found.upper[row], "other": other.upper[place]})]
