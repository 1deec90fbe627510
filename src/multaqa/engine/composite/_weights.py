"""Who counts how much? Weights that are given, equal, found in the data, most favourable, or set by people.

Sources: OECD/JRC Handbook 2008, step 6; Melyn & Moesen 1991 and Cherchye et al. 2007 (benefit of the doubt);
Hermans et al. 2008 (budget allocation).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from multaqa.engine.composite._aggregate import nodes
from multaqa.engine.composite._plan import CompositeError, Floats, Plan


def weighted(plan: Plan, weights: Floats) -> Plan:
    """The plan with other weights, one an element."""
    elements = zip(plan.elements, weights.tolist(), strict=True)
    return replace(plan, elements=tuple(replace(item, weight=weight) for item, weight in elements))


def equal_weights(plan: Plan) -> Floats:
    return np.ones(len(plan.elements))


def effective_weights(plan: Plan) -> Floats:
    """(elements,): the share of the whole that hangs on each, its own share times its ancestors'.

    Exact for arithmetic means without gaps. Each level adds up to 1 where no branch skips it.
    """
    shares = np.ones(len(plan.elements))
    weights = plan.weights
    for node in reversed(nodes(plan)):
        below = list(node.children)
        shares[below] = shares[node.place] * weights[below] / (weights[below].sum() or 1.0)
    return shares


def pca_weights(plan: Plan, scores: Floats) -> Floats:
    """(elements,): within each group, the loadings of the first principal component of the standardised
    scores.

    scores: (units, elements); rows with a gap in the group are left out. The component's sign is arbitrary:
    it is turned so that the loadings add up to more than nothing. A loading below zero says that an indicator
    runs against its group; no plan takes it as a weight. Raises CompositeError where nothing varies.
    """
    weights = np.ones(len(plan.elements))
    for node in nodes(plan):
        below = list(node.children)
        x = scores[:, below]
        x = x[~np.isnan(x).any(axis=1)]
        if len(below) < 2:
            continue
        if len(x) < 3 or (x.std(axis=0) == 0).any():
            raise CompositeError(
                "pca_too_little",
                "There is too little variation below {code} for a principal component.",
                code=plan.elements[node.place].code,
            )
        x = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
        _values, vectors = np.linalg.eigh(x.T @ x)
        first = vectors[:, -1] * (1 if vectors[:, -1].sum() >= 0 else -1)
        weights[below] = first
    return weights


@dataclass(frozen=True, slots=True)
class Budget:
    """weights: mean share given to each item, adding up to 1; error: its standard error; people counted."""

    weights: Floats
    error: Floats
    people: int


def budget_weights(allocations: Floats) -> Budget:
    """What do participants together hold important? The mean of the shares each gave of a fixed budget.

    allocations: (people, items) points of at least zero; each person counts the same whatever the total they
    wrote down, and whoever gave nothing to anything is not counted.
    """
    if allocations.ndim != 2 or not (np.isfinite(allocations).all() and (allocations >= 0).all()):
        raise CompositeError("points_negative", "Points must be numbers of at least zero.")
    totals = allocations.sum(axis=1)
    shares = allocations[totals > 0] / totals[totals > 0, None]
    if not len(shares):
        raise CompositeError("no_points", "No one gave any points.")
    people = len(shares)
    spread = shares.std(axis=0, ddof=1) if people > 1 else np.full(shares.shape[1], np.nan)
    return Budget(shares.mean(axis=0), spread / np.sqrt(people), people)


def with_budget(plan: Plan, codes: tuple[str, ...], allocations: Floats) -> Plan:
    """The plan with the weights that participants set; within each group, by the shares given inside it."""
    place = plan.place()
    weights = plan.weights
    parents = {plan.elements[place[code]].parent for code in codes}
    for parent in sorted(str(name) for name in parents):
        own = [k for k, code in enumerate(codes) if plan.elements[place[code]].parent == parent]
        weights[[place[codes[k]] for k in own]] = budget_weights(allocations[:, own]).weights
    return weighted(plan, weights)


@dataclass(frozen=True, slots=True)
class Doubt:
    """scores: (units,) up to 1, a unit's score under the weights that favour it most; weights: (units, items)
    those weights; rivals: (units,) of tuples, the units that reach 1 under them. NaN where not measured.
    """

    scores: Floats
    weights: Floats
    rivals: tuple[tuple[int, ...], ...]


def benefit_of_the_doubt(scores: Floats, *, least: float = 0.0, most: float = 1.0) -> Doubt:
    """How does each unit fare under the weights that favour it most?

    scores: (units, items) of at least zero. For each unit a linear programme: the greatest weighted sum such
    that no unit passes 1 under the same weights; each item's part of the sum between `least` and `most`.
    Units with a gap are not measured. Raises CompositeError where no parts can be within the bounds.
    """
    from scipy.optimize import linprog

    if not 0 <= least * scores.shape[1] <= 1 <= most * scores.shape[1]:
        raise CompositeError("doubt_bounds", "No parts that add up to 1 are within these bounds.")
    known = np.logical_not(np.isnan(scores).any(axis=1))
    own = scores[known]
    if own.size and own.min() < 0:
        raise CompositeError("doubt_negative", "Benefit of the doubt needs scores that are not below zero.")
    ceiling = own[_unsurpassed(own)]
    found = np.full(len(scores), np.nan)
    weights = np.full(scores.shape, np.nan)
    for row, x in zip(np.flatnonzero(known).tolist(), own, strict=True):
        limits, bounds = ceiling, np.ones(len(ceiling))
        if least > 0 or most < 1:
            # least·Σ w x ≤ w_j x_j ≤ most·Σ w x
            part = np.diag(x)
            limits = np.vstack(
                [ceiling, np.outer(np.full(len(x), least), x) - part, part - most * x[None, :]]
            )
            bounds = np.concatenate([bounds, np.zeros(2 * len(x))])
        if not x.any():
            found[row], weights[row] = 0.0, 0.0
            continue
        solved = linprog(-x, A_ub=limits, b_ub=bounds, bounds=(0, None), method="highs")
        if solved.status != 0:
            raise CompositeError("doubt_unsolved", "The linear programme of one unit found no answer.")
        found[row], weights[row] = min(1.0, float(-solved.fun)), solved.x
    places = np.flatnonzero(known)
    # what every unit reaches under the weights of each
    reach: Floats = np.asarray(own @ np.nan_to_num(weights).T, np.float64)
    rivals = tuple(
        tuple(places[reach[:, row] >= 1 - 1e-7].tolist()) if known[row] else () for row in range(len(scores))
    )
    return Doubt(found, weights, rivals)


def _unsurpassed(scores: Floats) -> np.ndarray:
    """Units that no other equals or beats on every item: only they can limit a weighted sum."""
    kept = np.ones(len(scores), bool)
    _unique, first = np.unique(scores, axis=0, return_index=True)
    kept[np.setdiff1d(np.arange(len(scores)), first)] = False
    for row in range(len(scores)):
        if kept[row]:
            above = (scores >= scores[row]).all(axis=1) & (scores > scores[row]).any(axis=1)
            kept[row] = not above.any()
    return kept
