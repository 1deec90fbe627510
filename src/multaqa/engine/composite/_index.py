"""The verb: from figures to scores, ranks and their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.composite._aggregate import climb, measured
from multaqa.engine.composite._draws import Intervals, Moving, Progress, intervals, points
from multaqa.engine.composite._normalise import normalise, scale_of
from multaqa.engine.composite._plan import (
    CompositeError,
    Floats,
    Ints,
    Mask,
    Method,
    Plan,
    Table,
    plan_of,
    table_of,
)
from multaqa.engine.composite._prepare import Prepared, prepare
from multaqa.engine.composite._ranks import ranks_by_year
from multaqa.engine.composite._treat import Treatment, treat


@dataclass(frozen=True, slots=True)
class Index:
    """Arrays over rows of the table; NaN is «not measured» and rank 0 is «no rank».

    Columns are the plan's elements, indicators first, the index last.
    """

    plan: Plan
    table: Table
    prepared: Prepared
    treatments: tuple[Treatment, ...]
    treated: Floats  # (rows, indicators)
    scores: Floats  # (rows, elements); an indicator's score is its normalised figure
    ranks: Ints  # (rows, elements) 1 is the highest score of the year; equal scores share the smaller number
    missing: Floats  # (rows, elements) share of the indicators below that was not measured
    intervals: Intervals

    @property
    def normalised(self) -> Floats:
        return self.scores[:, : self.treated.shape[1]]

    @property
    def dimensions(self) -> Floats:
        """Scores of the second level."""
        return self.scores[:, [place for place, item in enumerate(self.plan.elements) if item.level == 2]]

    @property
    def score(self) -> Floats:
        return self.scores[:, -1]

    @property
    def rank(self) -> Ints:
        return self.ranks[:, -1]

    @property
    def low(self) -> Floats:
        return self.intervals.low

    @property
    def high(self) -> Floats:
        return self.intervals.high

    @property
    def rank_low(self) -> Ints:
        return self.intervals.rank_low

    @property
    def rank_high(self) -> Ints:
        return self.intervals.rank_high

    @property
    def share_missing(self) -> Floats:
        """Of the indicators' weight, 0 to 1."""
        weights = np.array([item.weight for item in self.plan.indicators])
        share: Floats = ~self.prepared.measured @ weights / weights.sum()
        return share


def index(
    *,
    values: Floats | Table,
    method: Method | Plan,
    error: Floats | None = None,
    generator: np.random.Generator | None = None,
    progress: Progress | None = None,
) -> Index:
    """The composite index with its rank intervals.

    values: a table, or (units, indicators) in each indicator's unit, NaN where not measured; error: standard
    errors of the same shape, NaN or 0 where unknown. Without a generator nothing is drawn and the intervals
    are the points. progress: told after each block how many draws are done, and of how many. Raises
    CompositeError for shapes, figures or methods that cannot be.
    """
    plan, table = plan_of(method), table_of(values)
    if table.values.ndim != 2 or table.values.shape != (len(table.units), len(plan.indicators)):
        raise CompositeError(
            "shape", "There must be one row a unit and one column an indicator ({columns}).",
            columns=len(plan.indicators),
        )  # fmt: skip
    prepared = prepare(table, plan)
    treated, treatments = _treated_by_year(prepared.values, table, plan)
    normalised = normalise(treated, plan, table)
    have = measured(plan, ~np.isnan(normalised))
    scores = _climbed(plan, normalised, have, table)
    ranks = ranks_by_year(scores, table)
    found = points(scores[:, -1], ranks[:, -1])
    if generator is not None and plan.draws:
        found = intervals(
            normalised=normalised,
            error=_moving(error, treated, plan, table),
            plan=plan,
            table=table,
            have=have,
            score=scores[:, -1],
            rank=ranks[:, -1],
            generator=generator,
            progress=progress,
        )
    missing = _missing(plan, prepared.measured)
    return Index(plan, table, prepared, treatments, treated, scores, ranks, missing, found)


def _treated_by_year(values: Floats, table: Table, plan: Plan) -> tuple[Floats, tuple[Treatment, ...]]:
    """Outliers are those of a year, as in COINr's purses."""
    treated, done = values.copy(), list[Treatment]()
    for rows in table.periods():
        treated[rows], found = treat(values[rows], plan)
        done += found
    return treated, tuple(done)


def _climbed(plan: Plan, normalised: Floats, have: Mask, table: Table) -> Floats:
    """Each year on its own: in an outranking, units meet those of their own year."""
    scores = np.empty((len(normalised), len(plan.elements)))
    for rows in table.periods():
        scores[rows] = np.stack(climb(plan, normalised[rows], have[rows], plan.weights), axis=1)
    return scores


def _moving(error: Floats | None, treated: Floats, plan: Plan, table: Table) -> Moving | None:
    if error is None:
        return None
    if plan.treat.name != "none":
        raise CompositeError("error_treated", "Errors of measurement are not known after a treatment.")
    return Moving(treated, error, scale_of(treated, plan, table))


def _missing(plan: Plan, known: Mask) -> Floats:
    """Share of the indicators under each element that was not measured."""
    place = plan.place()
    missing = np.zeros((len(known), len(plan.elements)))
    count = np.zeros(len(plan.elements))
    for column in range(known.shape[1]):
        up: int | None = column
        while up is not None:
            missing[:, up] += ~known[:, column]
            count[up] += 1
            parent = plan.elements[up].parent
            up = None if parent is None else place[parent]
    return missing / np.maximum(count, 1)
