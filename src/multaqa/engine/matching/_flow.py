"""One category: the best flow from offers to needs, in exact whole numbers.

A unit given earns urgency, costs distance and, where both leave a choice, earns waiting; the three are places
of one integer, as hours, minutes and seconds are of one time, so a lower place never outweighs a higher one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

STEP = 100  # metres: nobody should lose to a neighbour by less
_EXACT = 2**51  # the assignment solver adds two such costs in floating point
_LARGEST = 16_000_000  # cells of the assignment matrix; beyond, the flow is a linear program


@dataclass(frozen=True, slots=True)
class Block:
    """Needs (rows) and offers (columns) of one category; cost of a unit on each arc, always below zero."""

    rows: Ints
    columns: Ints
    wanted: Ints
    given: Ints
    metres: Ints
    allowed: Bools
    urgency: Ints
    patience: Ints  # 0 has waited least
    cost: Ints
    flow: Ints

    def carrying(self, flow: Ints) -> Block:
        return replace(self, flow=flow)


def block_of(
    rows: Ints,
    columns: Ints,
    wanted: Ints,
    given: Ints,
    metres: Ints,
    allowed: Bools,
    urgency: Ints,
    waiting: Ints,
) -> Block:
    steps = np.where(allowed, metres // STEP, 0) * urgency[:, None]
    units = int(min(wanted.sum(), given.sum()))
    farthest = units * int(steps.max(initial=0)) + 1
    patience = np.unique(waiting, return_inverse=True)[1].astype(np.int64)
    room = _EXACT // (int(urgency.max(initial=1)) * farthest)
    classes = max(1, (room - 1) // max(units, 1))
    if patience.max(initial=0) >= classes:  # thousands far apart: near-equal waits then count as equal
        patience = patience * classes // (int(patience.max()) + 1)
    tie = units * int(patience.max(initial=0)) + 1
    cost = (steps - urgency[:, None] * farthest) * tie - patience[:, None]
    return Block(
        rows,
        columns,
        wanted,
        given,
        metres,
        allowed,
        urgency,
        patience,
        np.where(allowed, cost, 0),
        np.zeros(allowed.shape, np.int64),
    )


def best_flow(block: Block) -> Ints:
    """Units from each offer to each need, of least total cost."""
    flow = np.zeros(block.allowed.shape, np.int64)
    rows, columns = np.flatnonzero(block.allowed.any(axis=1)), np.flatnonzero(block.allowed.any(axis=0))
    if not len(rows):
        return flow
    whole = (len(rows), len(columns)) == block.allowed.shape
    inner = (slice(None), slice(None)) if whole else np.ix_(rows, columns)
    wanted, given = block.wanted[rows], block.given[columns]
    if max(wanted.max(), given.max()) > 1:
        allowed = block.allowed[inner]
        wanted = np.minimum(wanted, np.where(allowed, given, 0).sum(axis=1))
        given = np.minimum(given, np.where(allowed, wanted[:, None], 0).sum(axis=0))
    if int(wanted.sum()) * int(given.sum()) <= _LARGEST:
        flow[inner] = _assign_units(block.cost[inner], wanted, given)
    else:
        flow[inner] = _by_program(block, rows, columns, wanted, given)
    return flow


def _assign_units(cost: Ints, wanted: Ints, given: Ints) -> Ints:
    """Each unit is a row or a column of its own; a pair that may not meet costs nothing, like no pair."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = np.repeat(np.arange(len(wanted)), wanted), np.repeat(np.arange(len(given)), given)
    spread = cost if len(rows) == len(wanted) and len(columns) == len(given) else cost[np.ix_(rows, columns)]
    at, to = linear_sum_assignment(spread.astype(np.float64))
    met = spread[at, to] < 0
    flow = np.zeros(cost.shape, np.int64)
    np.add.at(flow, (rows[at[met]], columns[to[met]]), 1)
    return flow


def _by_program(block: Block, rows: Ints, columns: Ints, wanted: Ints, given: Ints) -> Ints:
    """Three linear programs, one a place of the cost, each on the optimal face of the one before.

    Prices are whole for whole costs (the matrix is that of a network), and so are the corners. They give the
    face: arcs that would lose something go out, limits with a price are used up.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    at, to = np.nonzero(block.allowed[np.ix_(rows, columns)])
    limit = np.concatenate([wanted, given]).astype(np.float64)
    both = np.concatenate([np.arange(len(at)), np.arange(len(at))])
    sums = coo_array(
        (np.ones(len(both)), (np.concatenate([at, len(rows) + to]), both)), shape=(len(limit), len(at))
    ).tocsr()
    urgency = block.urgency[rows][at]
    steps = block.metres[np.ix_(rows, columns)][at, to] // STEP * urgency
    arcs, tight = np.arange(len(at)), np.zeros(len(limit), np.bool_)
    units = np.zeros(len(at), np.int64)
    for place in (-urgency, steps, -block.patience[rows][at]):
        loose = ~tight
        answer = linprog(
            place[arcs].astype(np.float64),
            A_ub=sums[loose][:, arcs] if loose.any() else None,
            b_ub=limit[loose] if loose.any() else None,
            A_eq=sums[tight][:, arcs] if tight.any() else None,
            b_eq=limit[tight] if tight.any() else None,
            method="highs",
        )
        units[:] = 0
        units[arcs] = np.rint(answer.x)
        price = np.zeros(len(limit))
        price[loose] = answer.ineqlin.marginals
        price[tight] = answer.eqlin.marginals
        arcs = arcs[(place - sums.T @ price)[arcs] < 0.5]
        tight |= price < -0.5
    flow = np.zeros((len(rows), len(columns)), np.int64)
    flow[at, to] = units
    return flow
