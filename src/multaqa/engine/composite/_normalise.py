"""A common scale: how do a percentage, a distance and a count become comparable?

Source: OECD/JRC Handbook 2008, step 5; COINr's n_* functions. Directions are applied first (x becomes -x
where more is less), then the scale; missing figures are skipped and stay missing. In a panel one scale holds
for all years, so that years compare.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.composite._plan import CompositeError, Element, Floats, Plan, Table

RANKS = ("rank", "prank", "borda")


@dataclass(frozen=True, slots=True)
class Scale:
    """share = (x·direction - origin)/span, kept between floor and ceiling; score = share·factor + base.

    One entry an indicator.
    """

    direction: Floats
    origin: Floats
    span: Floats
    floor: Floats
    ceiling: Floats
    factor: Floats
    base: Floats


def normalise(values: Floats, plan: Plan, table: Table) -> Floats:
    """Scores of (rows, indicators). Raises CompositeError where an indicator cannot be scaled."""
    if plan.normalise.name in RANKS:
        return _by_rank(values, plan)
    return apply(scale_of(values, plan, table), values)


def apply(scale: Scale, values: Floats) -> Floats:
    """Scores of (…, indicators) on a scale found before."""
    share = (values * scale.direction - scale.origin) / scale.span
    scored: Floats = np.clip(share, scale.floor, scale.ceiling) * scale.factor + scale.base
    return scored


def apply_one(scale: Scale, column: int, values: Floats) -> Floats:
    """The same for one indicator, in the array itself: a draw of errors is worked out in the cache."""
    values *= scale.direction[column]
    values -= scale.origin[column]
    values /= scale.span[column]
    np.clip(values, scale.floor[column], scale.ceiling[column], out=values)
    values *= scale.factor[column]
    values += scale.base[column]
    return values


def scale_of(values: Floats, plan: Plan, table: Table) -> Scale:
    """The scale that these figures, goalposts or targets give."""
    if plan.normalise.name in RANKS:
        raise CompositeError(
            "no_scale",
            "{step} has no scale of its own to keep when a figure moves.",
            step=plan.normalise.name,
        )
    rows = [
        _scale_of_one(values[:, column] * item.direction, item, plan, table)
        for column, item in enumerate(plan.indicators)
    ]
    direction = np.array([float(item.direction) for item in plan.indicators])
    return Scale(direction, *(np.array(part) for part in zip(*rows, strict=True)))


def _scale_of_one(x: Floats, item: Element, plan: Plan, table: Table) -> tuple[float, ...]:
    """origin, span, floor, ceiling, factor, base."""
    step, numbers = plan.normalise, plan.normalise.numbers
    if step.name == "none":
        return 0.0, 1.0, -np.inf, np.inf, 1.0, 0.0
    if step.name == "scaled":
        low, high = numbers or (0.0, 100.0)
        return low, _span(high - low, item, step.name), -np.inf, np.inf, 100.0, 0.0
    if step.name == "goalposts":
        return _goalposts(item, numbers)
    known = x[~np.isnan(x)]
    if not len(known):
        return 0.0, 1.0, -np.inf, np.inf, 1.0, 0.0
    low, high = float(known.min()), float(known.max())
    if step.name == "minmax":
        bottom, top = numbers or (0.0, 100.0)
        return low, _span(high - low, item, step.name), -np.inf, np.inf, top - bottom, bottom
    if step.name == "zscore":
        mean, deviation = numbers or (0.0, 1.0)
        spread = float(known.std(ddof=1)) if len(known) > 1 else 0.0
        return float(known.mean()), _span(spread, item, step.name), -np.inf, np.inf, deviation, mean
    if step.name == "fracmax":
        return 0.0, _span(high, item, step.name), -np.inf, np.inf, 1.0, 0.0
    if step.name == "dist2max":
        return low, _span(high - low, item, step.name), -np.inf, np.inf, 1.0, 0.0
    ceiling = 1.0 if step.name.endswith("capped") else np.inf
    goal = _reference(x, item, plan, table) if step.name.startswith("reference") else _target(item)
    return low, _span(goal - low, item, step.name), -np.inf, ceiling, 1.0, 0.0


def _span(span: float, item: Element, step: str) -> float:
    if span == 0 or not np.isfinite(span):
        raise CompositeError(
            "no_range",
            "{code} has the same figure everywhere: {step} cannot be applied to it.",
            code=item.code,
            step=step,
        )
    return span


def _goalposts(item: Element, numbers: tuple[float, ...]) -> tuple[float, ...]:
    low, high = (numbers[0], numbers[1]) if len(numbers) > 1 else (item.low, item.high)
    factor = numbers[-1] if len(numbers) in (1, 3) else 100.0 if item.factor is None else item.factor
    if low is None or high is None:
        raise CompositeError("no_goalposts", "{code} has no goalposts.", code=item.code)
    if not low < high:
        raise CompositeError(
            "goalposts", "The low goalpost of {code} must lie below the high one.", code=item.code
        )
    return (
        (low if item.direction > 0 else -high),
        high - low,
        *((-np.inf, np.inf) if item.beyond else (0.0, 1.0)),
        factor,
        0.0,
    )


def _target(item: Element) -> float:
    if item.target is None:
        raise CompositeError("no_target", "{code} has no target.", code=item.code)
    return item.target * item.direction


def _reference(x: Floats, item: Element, plan: Plan, table: Table) -> float:
    rows = [row for row, unit in enumerate(table.units) if unit == plan.normalise.word]
    if not rows:
        raise CompositeError("no_reference", "There is no unit {unit}.", unit=plan.normalise.word)
    # in a panel, the reference is the unit's latest year
    years = np.zeros(len(table.units)) if table.years is None else table.years
    row = max(rows, key=lambda place: float(years[place]))
    if np.isnan(x[row]):
        raise CompositeError(
            "reference_missing",
            "{code} is not measured in {unit}, the reference.",
            code=item.code,
            unit=plan.normalise.word,
        )
    return float(x[row])


def _by_rank(values: Floats, plan: Plan) -> Floats:
    scored = np.full(values.shape, np.nan)
    for column, item in enumerate(plan.indicators):
        x = values[:, column] * item.direction
        known = ~np.isnan(x)
        order = np.sort(x[known])
        ranks = np.searchsorted(order, x[known], side="left") + 1.0
        if plan.normalise.name != "rank":
            ranks -= 1
        if plan.normalise.name == "prank":
            ranks /= _span(float(known.sum() - 1), item, "prank") if known.any() else 1.0
        scored[known, column] = ranks
    return scored
