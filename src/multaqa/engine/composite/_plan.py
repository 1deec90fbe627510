"""What an index is made from: the tree of elements, the steps, the table of figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from multaqa.engine.composite._step import Step
from multaqa.engine.errors import EngineError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

SCALE = 10.0
NO_RANK = 0


class CompositeError(EngineError):
    """The figures or the method cannot make an index. `values` may name the `line` and `column` at fault."""


@dataclass(frozen=True, slots=True)
class Element:
    """A row of the tree. Level 1 is a column of figures; above it, an aggregate of what names it as parent.

    direction: +1 where more figures mean more score. low, high: goalposts; factor: the score at the far one,
    where it is not the plan's; beyond: whether scores may pass them. denominator, count: columns of the table
    (what a figure is divided by; how many people or households it rests on). aggregation: of its own
    children, where it differs from the plan's.
    """

    code: str
    level: int
    parent: str | None
    weight: float = 1.0
    name: str = ""
    direction: Literal[1, -1] = 1
    low: float | None = None
    high: float | None = None
    factor: float | None = None
    beyond: bool = False
    target: float | None = None
    denominator: str | None = None
    count: str | None = None
    aggregation: Step | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is decided before the figures are read.

    elements: indicators first, in the order of the table's columns, then aggregates, lowest level first.
    aggregate, least_share: one entry a level from the second up; the last one holds for all levels above.
    A share is of the weight where `least_by` is "weight", else of the number of children.
    """

    elements: tuple[Element, ...]
    least_count: int = 0  # a figure that rests on fewer people is not measured
    shrink: float | None = None  # scale of shares (1 or 100) to shrink towards the mean of all, by their n
    least_available: float = 0.0  # share of its indicators that a unit must have measured
    least_nonzero: float = 0.0  # share of them that must not be zero
    impute: Step = field(default_factory=lambda: Step("none"))
    treat: Step = field(default_factory=lambda: Step("none"))
    normalise: Step = field(default_factory=lambda: Step("minmax", (0.0, 100.0)))
    aggregate: tuple[Step, ...] = (Step("arithmetic"),)
    least_share: tuple[float, ...] = (0.0,)
    least_by: Literal["count", "weight"] = "count"
    decimals: int | None = None  # every level is rounded half up to so many decimals
    draws: int = 0
    weight_spread: float = 0.25
    confidence: float = 0.9

    @property
    def indicators(self) -> tuple[Element, ...]:
        return tuple(item for item in self.elements if item.level == 1)

    @property
    def weights(self) -> Floats:
        return np.array([item.weight for item in self.elements])

    @property
    def top(self) -> int:
        """Column of the index itself."""
        return len(self.elements) - 1

    def place(self) -> dict[str, int]:
        return {item.code: place for place, item in enumerate(self.elements)}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One column of a two-level index: its dimension, which way scores more, goalposts, weight."""

    id: str
    dimension: str
    direction: Literal[1, -1]
    low: float = 0.0
    high: float = 100.0
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Method:
    """The short form of a plan with two levels: fixed goalposts to 0–10, weighted means inside each
    dimension, one mean across.
    """

    indicators: tuple[Indicator, ...]
    dimensions: tuple[tuple[str, float], ...]
    aggregation: Literal["arithmetic", "geometric"] = "geometric"
    least_share: float = 0.5  # of a dimension's weight that must be measured
    draws: int = 4000
    weight_spread: float = 0.25
    confidence: float = 0.9


@dataclass(frozen=True, slots=True)
class Table:
    """The figures: one row a unit (and year), one column an indicator; NaN is «not measured»."""

    units: tuple[str, ...]
    values: Floats  # (rows, indicators)
    names: tuple[str, ...] = ()
    years: Ints | None = None  # (rows,)
    denominators: dict[str, Floats] = field(default_factory=dict)
    counts: dict[str, Floats] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)  # "" where a unit has none

    def periods(self) -> list[NDArray[np.intp]]:
        """Rows of each year, earliest first; all rows where there are no years."""
        if self.years is None:
            return [np.arange(len(self.units))]
        return [np.flatnonzero(self.years == year) for year in np.unique(self.years)]


def table_of(values: Floats | Table) -> Table:
    """A bare array is a table whose units are numbered."""
    if isinstance(values, Table):
        return values
    return Table(tuple(str(row) for row in range(len(values))), values)


def plan_of(method: Method | Plan) -> Plan:
    """The plan in full. Raises CompositeError for a tree, goalposts or weights that cannot be."""
    plan = method if isinstance(method, Plan) else _two_levels(method)
    _require_tree(plan)
    return plan


def _two_levels(method: Method) -> Plan:
    names = [name for name, _weight in method.dimensions]
    for item in method.indicators:
        if item.dimension not in names:
            raise CompositeError(
                "unknown_parent",
                "{code} names the parent {parent}, which is not in the table.",
                code=item.id,
                parent=item.dimension,
            )
        if not item.low < item.high:
            raise CompositeError(
                "goalposts", "The low goalpost of {code} must lie below the high one.", code=item.id
            )
    for code, weight in [*((i.id, i.weight) for i in method.indicators), *method.dimensions]:
        if not 0 < weight < np.inf:
            raise CompositeError("weight_zero", "The weight of {code} must be above zero.", code=code)
    root = "score"
    while root in names or root in (item.id for item in method.indicators):
        root += "_"
    # an indicator may carry its dimension's name: the place in the tree tells them apart, not the code
    inside = {name: f"dimension:{name}" for name in names}
    return Plan(
        elements=(
            *(
                Element(i.id, 1, inside[i.dimension], i.weight, "", i.direction, i.low, i.high)
                for i in method.indicators
            ),
            *(Element(inside[name], 2, root, weight, name) for name, weight in method.dimensions),
            Element(root, 3, None),
        ),
        normalise=Step("goalposts", (SCALE,)),
        aggregate=(Step("arithmetic"), Step(method.aggregation)),
        least_share=(method.least_share, 1.0),
        least_by="weight",
        draws=method.draws,
        weight_spread=method.weight_spread,
        confidence=method.confidence,
    )


def _require_tree(plan: Plan) -> None:
    place = plan.place()
    if len(place) != len(plan.elements):
        codes = [item.code for item in plan.elements]
        raise CompositeError(
            "repeated_code",
            "{code} is in the tree more than once.",
            code=next(c for c in codes if codes.count(c) > 1),
        )
    roots = [item.code for item in plan.elements if item.parent is None]
    if len(roots) != 1 or plan.elements[-1].code != roots[0]:
        raise CompositeError(
            "roots",
            "The tree must have one top, last in the table; it has {tops}.",
            tops=", ".join(roots) or "0",
        )
    parents = {item.parent for item in plan.elements}
    for item in plan.elements:
        if item.parent is not None and item.parent not in place:
            raise CompositeError(
                "unknown_parent",
                "{code} names the parent {parent}, which is not in the table.",
                code=item.code,
                parent=item.parent,
            )
        if item.parent is not None and plan.elements[place[item.parent]].level <= item.level:
            raise CompositeError(
                "parent_level",
                "{code} must be on a lower level than its parent {parent}.",
                code=item.code,
                parent=item.parent,
            )
        if item.level > 1 and item.code not in parents:
            raise CompositeError("childless", "{code} has nothing below it.", code=item.code)
        if item.parent is not None and not 0 <= item.weight < np.inf:
            raise CompositeError("weight", "The weight of {code} must not be below zero.", code=item.code)
    levels = [item.level for item in plan.elements]
    if levels != sorted(levels):
        raise CompositeError("order", "The elements must be listed from the lowest level up.")
