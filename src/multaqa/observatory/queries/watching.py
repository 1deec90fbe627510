"""Is a reading unusual? A rule's series, judged by the engine, as rows that can be kept and printed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _

from multaqa.engine import alerts as engine
from multaqa.engine.errors import EngineError
from multaqa.observatory.models import AlertRule, Indicator, Reading

TRACED = 400  # rows kept for the chart
_FIXED = (AlertRule.Method.ABOVE, AlertRule.Method.BELOW)
_DRY = -1.5  # severe, in the classes of the precipitation index
_LEAST_SIGMA = 0.5  # so that seven equal weeks do not make one case more an alarm

FINDINGS = {
    "alarm": _("unusual"),
    "quiet": _("as usual"),
    "not_measured": _("not measured"),
    "missing_value": _("not measured"),
    "single_case": _("a single case, never told"),
    "short_baseline": _("too few earlier readings to judge"),
    "missing_in_baseline": _("a gap in the earlier readings"),
    "few_cases": _("too few cases to judge"),
    "no_variation": _("earlier readings do not vary"),
    "no_fit": _("no bound could be computed"),
}
PROBLEMS = {
    "empty": _("There is no reading yet."),
    "off_step": _("The readings do not keep one step of days, weeks or months."),
    "not_monthly": _("The drought index needs one reading a month."),
    "negative_rain": _("Rainfall below zero stands in the series."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One reading beside what was expected of it; `finding` is a key of FINDINGS, None: no such figure."""

    day: date
    value: float | None
    expected: float | None
    bound: float | None
    finding: str

    @property
    def decimals(self) -> int:
        return 0 if self.value is None or float(self.value).is_integer() else 1

    @property
    def words(self) -> Any:
        return FINDINGS.get(self.finding, self.finding)


@dataclass(frozen=True, slots=True)
class Judged:
    """A series by the day; `rang`: unusual readings outside known events, of `judged`."""

    rows: tuple[Row, ...] = ()
    judged: int = 0
    rang: int = 0
    problem: str = ""

    @property
    def unusual(self) -> list[Row]:
        return [row for row in self.rows if row.finding == "alarm"]


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, in percent with a 95 % Wilson interval; None of none."""

    part: int
    whole: int
    percent: float | None
    low: float
    high: float


def share(part: int, whole: int) -> Share:
    """How often, and how sure: the engine's own interval."""
    days = np.arange(whole).astype("datetime64[D]")
    nothing = np.zeros(whole)
    watch = engine.Watch(
        engine.Series(days, nothing), engine.Rule(), nothing, nothing, np.arange(whole) < part
    )
    rate = engine.false_alarms(watch)
    percent = 100 * rate.share if whole else None
    return Share(part, whole, percent, 100 * rate.low, 100 * rate.high)


def judge(rule: AlertRule, readings: Sequence[Reading], confirmed: Sequence[date] = ()) -> Judged:
    """Every reading of a rule's series, given only what came before it.

    confirmed: days of alerts behind which something happened; until the rule's silence ends, nothing there
    counts as ringing for nothing. A series that cannot be judged has its reason in `problem`.
    """
    readings = sorted(readings, key=lambda reading: reading.day)
    if not readings:
        return Judged(problem="empty")
    try:
        found = _watch(rule, _series(readings))
    except EngineError as wrong:
        return Judged(problem=wrong.key)
    rows = tuple(
        Row(
            readings[reason.row].day,
            _figure(found.series.values[reason.row]),
            _figure(found.expected[reason.row]),
            _figure(found.upper[reason.row]),
            _finding(rule, reason),
        )
        for reason in engine.explain(found)
    )
    events = [(str(day), str(day + timedelta(days=rule.silence_days - 1))) for day in confirmed]
    told = replace(found, alarm=np.array([row.finding == "alarm" for row in rows], dtype=bool))
    rate = engine.false_alarms(told, events)
    return Judged(rows, judged=rate.judged, rang=rate.alarms)


def traced(judged: Judged) -> list[list[Any]]:
    """The latest rows as JSON keeps them."""
    return [
        [row.day.isoformat(), row.value, row.expected, row.bound, row.finding]
        for row in judged.rows[-TRACED:]
    ]


def rows_of(trace: Sequence[Sequence[Any]]) -> tuple[Row, ...]:
    """The rows again, oldest first."""
    return tuple(Row(date.fromisoformat(day), *rest) for day, *rest in trace)


def _series(readings: Sequence[Reading]) -> engine.Series:
    populations = [reading.population for reading in readings]
    return engine.series_from(
        [reading.day.isoformat() for reading in readings],
        [reading.value for reading in readings],
        populations if any(populations) else None,
    )


def _watch(rule: AlertRule, series: engine.Series) -> engine.Watch:
    if rule.method in _FIXED:
        return _against(series, rule.bound or 0.0, below=rule.method == AlertRule.Method.BELOW)
    if rule.method == AlertRule.Method.DROUGHT:
        return _drought(series)
    counts = rule.indicator.unit == Indicator.Unit.COUNT
    asked = engine.Rule(method=rule.method, least_sigma=_LEAST_SIGMA if counts else 0.0)
    return engine.watch(series, asked)


def _against(series: engine.Series, bound: float, *, below: bool) -> engine.Watch:
    nothing = np.full(len(series.days), np.nan)
    with np.errstate(invalid="ignore"):
        alarm = series.values < bound if below else series.values > bound
    why = ("",) * len(series.days)
    return engine.Watch(series, engine.Rule(), nothing, np.full(len(series.days), bound), alarm, why)


def _drought(series: engine.Series) -> engine.Watch:
    index = engine.spi(series)
    unknown = np.isnan(index)
    bound = np.where(unknown, np.nan, _DRY)
    why = tuple("short_baseline" if missing else "" for missing in unknown)
    with np.errstate(invalid="ignore"):
        alarm = index <= _DRY
    usual = np.where(unknown, np.nan, 0.0)
    return engine.Watch(replace(series, values=index), engine.Rule(), usual, bound, alarm, why)


def _finding(rule: AlertRule, reason: engine.Reason) -> str:
    counted = rule.indicator.unit == Indicator.Unit.COUNT and rule.method != AlertRule.Method.BELOW
    if counted and reason.key == "alarm" and float(str(reason.values["value"])) <= 1:
        return "single_case"
    return reason.key


def _figure(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
