"""Indicators of micro-data as declarations: what is counted, among whom.

A definition names a column of the dataset, or gives a small function from the rows (an Ibis table) to a
column; it never knows which engine will carry it out. Weights apply to every kind. What the public reads of
each (its name, unit, direction, goalposts) stands beside it in households.toml.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from multaqa.observatory.warehouse.store import Dataset

Answer = str | Callable[[Any], Any]  # a column's name, or rows -> Ibis column


@dataclass(frozen=True, slots=True)
class Terms:
    """A weighted ratio, row by row: what a row adds above and below the line; nothing if it counts not."""

    above: Any
    below: Any
    scale: float


@dataclass(frozen=True, slots=True)
class Share:
    """Percent of the rows that answered for which `of` is true."""

    code: str
    of: Answer
    among: Answer | None = None

    def terms(self, rows: Any) -> Terms:
        # as a number, because «NOT x IS NOT NULL» tells nothing of x
        answer = _asked(rows, self.of, self.among).cast("int64")
        below = answer.notnull().ifelse(rows.weight, None)
        return Terms(rows.weight * answer, below, 100.0)


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean of a number over the rows that gave it."""

    code: str
    of: Answer
    among: Answer | None = None

    def terms(self, rows: Any) -> Terms:
        number = _asked(rows, self.of, self.among)
        return Terms(rows.weight * number, number.notnull().ifelse(rows.weight, None), 1.0)


@dataclass(frozen=True, slots=True)
class Rate:
    """Events for each `scale` of what they can happen to: deaths per 1,000 births."""

    code: str
    events: Answer
    per: Answer
    among: Answer | None = None
    scale: float = 1000.0

    def terms(self, rows: Any) -> Terms:
        per = _asked(rows, self.per, self.among)
        events = (per > 0).ifelse(_column(rows, self.events), None)
        below = events.notnull().ifelse(rows.weight * per, None)
        return Terms(rows.weight * events, below, self.scale)


@dataclass(frozen=True, slots=True)
class Quantile:
    """The least value that a share `q` of the weight does not exceed, numbers taken to the nearest `step`.

    The step keeps the count of different values small, so that the answer is exact on any engine.
    """

    code: str
    of: Answer
    q: float = 0.5
    step: float = 1.0
    among: Answer | None = None

    def steps(self, rows: Any) -> Any:
        """The number of each row that counts, in whole steps."""
        return (_asked(rows, self.of, self.among) / self.step + 0.5).floor().cast("int64")


Definition = Share | Mean | Rate | Quantile


def _column(rows: Any, answer: Answer) -> Any:
    return rows[answer] if isinstance(answer, str) else answer(rows)


def _asked(rows: Any, answer: Answer, among: Answer | None) -> Any:
    """The answer of the rows that were asked; nothing in the others."""
    column = _column(rows, answer)
    return column if among is None else _column(rows, among).ifelse(column, None)


HOUSEHOLDS: tuple[Definition, ...] = (
    Share("no-running-water", of=lambda rows: ~rows.running_water),
    Share("no-sewer", of=lambda rows: ~rows.sewer, among=lambda rows: rows.milieu == "urban"),
    Share("no-electricity", of=lambda rows: ~rows.electricity),
    Share("head-cannot-read", of=lambda rows: ~rows.head_reads),
    Share("far-from-health", of=lambda rows: rows.health_km >= 10),
    Share("crowded", of=lambda rows: rows.people > 2 * rows.rooms, among=lambda rows: rows.rooms > 0),
    Share("school-dropout", of="left_school", among=lambda rows: rows.children > 0),
    Share("shock-last-year", of=lambda rows: rows.shock != "none"),
    Rate("people-per-room", events="people", per="rooms", scale=1),
    Mean("health-distance", of="health_km"),
    Rate("under-five-deaths", events="under_five_deaths", per="births"),
    Quantile("median-spending", of="spending", step=50),
)

_TYPES = {"number": "float64", "truth": "boolean", "code": "string"}


def answerable(dataset: Dataset, definitions: Sequence[Definition] = HOUSEHOLDS) -> tuple[Definition, ...]:
    """The definitions whose columns the dataset has, in their kind."""
    import ibis

    schema = {"commune": "string", "sex": "string", "milieu": "string", "weight": "float64"}
    rows = ibis.table(schema | {column.name: _TYPES[column.kind] for column in dataset.columns}, name="rows")
    return tuple(item for item in definitions if _fits(rows, item))


def _fits(rows: Any, item: Definition) -> bool:
    import ibis

    try:
        item.steps(rows) if isinstance(item, Quantile) else item.terms(rows)
    except (AttributeError, TypeError, ibis.common.exceptions.IbisError):
        return False
    return True
