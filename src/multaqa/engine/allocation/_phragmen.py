"""Sequential Phragmén: each winner's cost is spread over its supporters so that the heaviest load stays
least.

Brill, Freeman, Janson & Lackner 2017; for budgets, Los, Christoff & Grossi 2022.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from multaqa.engine.allocation._election import Ints
from multaqa.engine.allocation._equal_shares import NEAR
from multaqa.engine.allocation._utility import Marks, sums_by_project


@dataclass(frozen=True, slots=True)
class Loads:
    winners: tuple[int, ...]
    loads: tuple[float, ...]  # infinite where nobody supports the winner
    stopped_at: int | None


def phragmen(marks: Marks, candidates: list[int], money: int) -> Loads:
    """Winners in order with the load each puts on its supporters; ends when the next, or one tied with it,
    does not fit. `marks` count each supporter once (cardinality). Loads closer than rounding error are
    compared as fractions.
    """
    load = np.zeros(len(marks.weights))
    open_to = np.zeros(len(marks.costs), bool)
    open_to[[p for p in candidates if marks.costs[p] <= money]] = True
    winners: list[int] = []
    loads: list[float] = []
    carried = np.zeros(len(marks.costs))
    while open_to.any():
        with np.errstate(divide="ignore", invalid="ignore"):
            next_load = np.where(marks.total > 0, (marks.cost + carried) / marks.total, np.inf)
        least = float(next_load[open_to].min())
        near = np.flatnonzero(open_to & (next_load <= least * (1 + NEAR))).tolist()
        tied = near if len(near) == 1 or np.isinf(least) else _tied(marks, winners, near)
        blocked = [p for p in tied if marks.costs[p] > money]
        if blocked:
            return Loads(tuple(winners), tuple(loads), min(blocked, key=lambda p: marks.rank[p]))
        winner = min(tied, key=lambda p: marks.rank[p])
        winners.append(winner)
        loads.append(least)
        money -= int(marks.costs[winner])
        open_to[winner] = False
        if np.isfinite(least):
            load[marks.members[winner]] = least
            carried = sums_by_project(marks, marks.weight * load[marks.group])
    return Loads(tuple(winners), tuple(loads), None)


def _tied(marks: Marks, winners: list[int], near: list[int]) -> list[int]:
    """Those of `near` whose exact load is least. Voters with the same last winner carry the same load."""
    state = np.zeros(len(marks.weights), np.int64)
    values = [Fraction(0)]
    for winner in winners:
        values.append(_load(marks, winner, state, values))
        state[marks.members[winner]] = len(values) - 1
    exact = {p: _load(marks, p, state, values) for p in near}
    return [p for p in near if exact[p] == min(exact.values())]


def _load(marks: Marks, project: int, state: Ints, values: list[Fraction]) -> Fraction:
    members = marks.members[project]
    counts = np.bincount(state[members], weights=marks.weights[members], minlength=len(values))
    carried = sum((values[s] * int(counts[s]) for s in np.flatnonzero(counts).tolist()), Fraction(0))
    return (int(marks.costs[project]) + carried) / int(marks.total[project])
