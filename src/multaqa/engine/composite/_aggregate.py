"""Up the tree: what do the parts of a dimension say together?

Sources: OECD/JRC Handbook 2008, step 6 (means, outranking); INFORM methodology (reversed geometric mean);
COINr's a_* functions (Copeland). Sums run over the children in their order, unit by unit, so that equal units
get equal scores to the last bit and the order of the units changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from multaqa.engine.composite._plan import CompositeError, Floats, Mask, Plan
from multaqa.engine.composite._step import Step

INFORM_TOP = 10.0
Function = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Node:
    """An aggregate: its column, its children's columns, how they are joined, what share of them it needs."""

    place: int
    children: tuple[int, ...]
    rule: Step
    least_share: float


def nodes(plan: Plan) -> tuple[Node, ...]:
    """Aggregates in the order in which they can be computed."""
    place = plan.place()
    children: dict[int, list[int]] = {}
    for column, item in enumerate(plan.elements):
        if item.parent is not None:
            children.setdefault(place[item.parent], []).append(column)
    found = []
    for column, below in sorted(children.items()):
        item = plan.elements[column]
        level = item.level - 2
        found.append(
            Node(
                column,
                tuple(below),
                item.aggregation or plan.aggregate[min(level, len(plan.aggregate) - 1)],
                plan.least_share[min(level, len(plan.least_share) - 1)],
            )
        )
    return tuple(found)


def measured(plan: Plan, known: Mask) -> Mask:
    """Which elements can be computed: (units, elements) from (units, indicators).

    Decided once with the plan's own weights, so that a draw of other weights changes no one's state.
    """
    have = np.zeros((len(known), len(plan.elements)), bool)
    have[:, : known.shape[1]] = known
    weights = plan.weights
    for node in nodes(plan):
        below, own = have[:, node.children], weights[list(node.children)]
        if node.rule.name == "power":
            have[:, node.place] = below.all(axis=1)
            continue
        shares = own if plan.least_by == "weight" else np.ones(len(own))
        present = below @ shares
        enough = present >= node.least_share * shares.sum() - 1e-12
        have[:, node.place] = enough & (below @ own > 0)
    return have


def climb(
    plan: Plan,
    scores: Floats | list[Floats],
    have: Mask,
    weights: Floats,
    rivals: Floats | None = None,
) -> list[Floats]:
    """Every element's scores: a list of (units,) or, where weights or scores are drawn, (draws, units).

    scores: (units, indicators), or a list with one array an indicator; weights: (elements,) or
    (draws, elements); rivals: (units, elements) what each unit meets in an outranking, where it is not the
    others as they are.
    """
    parts: list[Floats] = list(scores.T) if isinstance(scores, np.ndarray) else list(scores)
    parts += [np.zeros(0)] * (len(plan.elements) - len(parts))
    ends = _ends(plan)
    for node in nodes(plan):
        columns = list(node.children)
        found = join(
            node.rule,
            [parts[column] for column in columns],
            weights[..., columns],
            have[:, columns],
            _top(node.rule, plan),
            None if rivals is None else rivals[:, columns],
        )
        if ends and node.rule.name not in ("outranking", "maximum"):
            # a mean never leaves the scale, whatever the last bit of a logarithm says
            found = np.clip(found, *ends)
        found = np.where(have[:, node.place], found, np.nan)
        parts[node.place] = found if plan.decimals is None else half_up(found, plan.decimals)
    return parts


def join(
    rule: Step,
    parts: list[Floats],
    weights: Floats,
    have: Mask,
    top: float = INFORM_TOP,
    rivals: Floats | None = None,
) -> Floats:
    """One aggregate of (units,) or (draws, units). have: (units, children). Missing children are left out and
    the weights of the others count in full; only the power mean needs them all.

    Raises CompositeError for a score that the mean cannot take.
    """
    if rule.name == "maximum":
        return _maximum(parts, weights, have)
    if rule.name == "outranking":
        return _outranking(parts, weights, have, parts if rivals is None else list(rivals.T))
    forward, back = _through(rule, top)
    drawn = weights.ndim > 1 or any(part.ndim > 1 for part in parts)
    total: Floats = np.zeros(np.broadcast_shapes(*(p.shape for p in parts), (*weights.shape[:-1], 1)))
    with np.errstate(divide="ignore", invalid="ignore"):
        for child, part in enumerate(parts):
            known = have[:, child]
            worth = np.where(known, forward(np.where(known, part, 1.0)), 0.0)
            total += (weights[..., child, None] * worth) if drawn else weights[child] * worth
        joined: Floats = back(total / _present(weights, have))
    return joined


def half_up(x: Floats, decimals: int) -> Floats:
    """Rounded as printed tables are: half goes up. NumPy's half-to-even differs."""
    # a hair more than a half, because 0.05 and its like have no exact binary form
    rounded: Floats = np.floor(x * 10.0**decimals + 0.5 + 1e-9) / 10.0**decimals
    return rounded


def _present(weights: Floats, have: Mask) -> Floats:
    """Sum of the weights of the known children, (units,) or (draws, units); units with the same gaps share
    one sum.
    """
    gaps, group = np.unique(have, axis=0, return_inverse=True)
    sums = [np.zeros(weights.shape[:-1]) for _gap in gaps]
    for number, gap in enumerate(gaps):
        for child in np.flatnonzero(gap):
            sums[number] = sums[number] + weights[..., child]
    stacked = np.stack(sums, axis=-1) if sums else np.zeros((*weights.shape[:-1], 0))
    found: Floats = stacked[..., group.reshape(-1)]
    return found


def _top(rule: Step, plan: Plan) -> float:
    """The score at which a reversed mean is turned round: its own, else the upper end of the scale."""
    if rule.numbers:
        return rule.numbers[0]
    ends = _ends(plan)
    return ends[1] if ends else INFORM_TOP


def _ends(plan: Plan) -> tuple[float, float] | None:
    """The scale's ends, where it has fixed ones."""
    step = plan.normalise
    if step.name == "minmax":
        low, high = step.numbers or (0.0, 100.0)
        return min(low, high), max(low, high)
    if step.name == "goalposts" and not any(item.beyond for item in plan.indicators):
        if len(step.numbers) in (1, 3):
            return 0.0, step.numbers[-1]
        factors = {100.0 if item.factor is None else item.factor for item in plan.indicators}
        return (0.0, factors.pop()) if len(factors) == 1 else None
    return None


def _through(rule: Step, top: float) -> tuple[Function, Function]:
    """The function whose plain mean is taken, and its inverse."""
    if rule.name == "arithmetic":
        return (lambda x: x), (lambda y: y)
    if rule.name == "geometric":
        return _log_of_positive, np.exp
    if rule.name == "harmonic":
        return (lambda x: 1.0 / x), (lambda y: 1.0 / y)
    if rule.name == "reversed-geometric":
        return (
            lambda x: _log_of_positive((top - x) / top * 9 + 1),
            lambda y: top - (np.exp(y) - 1) / 9 * top,
        )
    power = rule.numbers[0]
    if power == 0:
        return _log_of_positive, np.exp
    return (lambda x: _to_power(x, power)), (lambda y: y ** (1 / power))


def _log_of_positive(x: Floats) -> Floats:
    if (x < 0).any():
        raise CompositeError(
            "negative_score", "This mean needs scores that are not below zero; choose another scale."
        )
    return np.log(x)


def _to_power(x: Floats, power: float) -> Floats:
    if (x < 0).any():
        raise CompositeError(
            "negative_score", "This mean needs scores that are not below zero; choose another scale."
        )
    return x**power


def _maximum(parts: list[Floats], weights: Floats, have: Mask) -> Floats:
    """The greatest weighted score: 0.7 of what is projected does not hide what is already there."""
    found: Floats | None = None
    for child, part in enumerate(parts):
        worth = np.where(have[:, child], weights[..., child, None] * part, -np.inf)
        worth = worth.reshape(np.broadcast_shapes((*weights.shape[:-1], 1), part.shape))
        found = worth if found is None else np.maximum(found, worth)
    assert found is not None
    return found.reshape(-1) if weights.ndim == 1 and all(p.ndim == 1 for p in parts) else found


def _outranking(parts: list[Floats], weights: Floats, have: Mask, rivals: list[Floats]) -> Floats:
    """Copeland: units that a unit beats by weight, less those that beat it."""
    drawn = [part.shape[0] for part in parts if part.ndim > 1] + list(weights.shape[:-1])
    if drawn:
        each = np.broadcast_to(weights, (drawn[0], weights.shape[-1]))
        return np.stack(
            [
                _net_wins(own := [p[draw] if p.ndim > 1 else p for p in parts], each[draw], have, own)
                for draw in range(drawn[0])
            ]
        )
    return _net_wins(parts, weights, have, rivals)


def _net_wins(parts: list[Floats], weights: Floats, have: Mask, rivals: list[Floats]) -> Floats:
    units = len(have)
    won, shared = np.zeros((units, units)), np.zeros((units, units))
    for child, (part, other) in enumerate(zip(parts, rivals, strict=True)):
        both = have[:, child, None] & have[None, :, child]
        won += weights[child] * (both & (part[:, None] > other[None, :]))
        won += weights[child] / 2 * (both & (part[:, None] == other[None, :]))
        shared += weights[child] * both
    with np.errstate(invalid="ignore"):
        share = won / shared
    np.fill_diagonal(share, 0.5)
    net: Floats = (share > 0.5 + 1e-12).sum(axis=1) - (share < 0.5 - 1e-12).sum(axis=1).astype(np.float64)
    return net
