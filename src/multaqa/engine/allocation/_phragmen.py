"""Sequential Phragmén: each winner's cost is spread over its supporters so that the heaviest load stays
least.

Brill, Freeman, Janson & Lackner 2017; for budgets, Los, Christoff & Grossi 2022.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from multaqa.engine.allocation._election import Ints, Reals
from multaqa.engine.allocation._equal_shares import NEAR, NEVER, sum_of
from multaqa.engine.allocation._utility import Marks


@dataclass(frozen=True, slots=True)
class Loads:
    winners: tuple[int, ...]
    loads: tuple[float, ...]  # infinite where nobody supports the winner
    stopped_at: int | None


def phragmen(marks: Marks, candidates: list[int], money: int) -> Loads:
    """Winners in order with the load each puts on its supporters; ends when the next, or one tied with it,
    does not fit. `marks` count each supporter once (cardinality). The load that a project would bring never
    falls, so a last known one is a lower bound; loads closer than rounding error are compared as fractions.
    """
    load = np.zeros(len(marks.weights))
    known = np.full(len(marks.costs), NEVER)
    able = [p for p in candidates if marks.costs[p] <= money]
    with np.errstate(divide="ignore", invalid="ignore"):
        known[able] = np.where(marks.total[able] > 0, marks.cost[able] / marks.total[able], UNLOVED)
    winners: list[int] = []
    loads: list[float] = []
    while (near := _least_loaded(marks, load, known)) and known[near[0]] < NEVER:
        least = float(known[near].min())
        tied = near if len(near) == 1 or least == UNLOVED else _tied(marks, winners, near)
        blocked = [p for p in tied if marks.costs[p] > money]
        if blocked:
            return Loads(tuple(winners), tuple(loads), min(blocked, key=lambda p: marks.rank[p]))
        winner = min(tied, key=lambda p: marks.rank[p])
        winners.append(winner)
        loads.append(_shown(least))
        money -= int(marks.costs[winner])
        known[winner] = NEVER
        if least < UNLOVED:
            load[marks.members[winner]] = least
    return Loads(tuple(winners), tuple(loads), None)


UNLOVED = 1e300  # load of a project that nobody supports: after all others, but still a candidate


def _shown(load: float) -> float:
    return np.inf if load == UNLOVED else load


def _least_loaded(marks: Marks, load: Reals, known: Reals) -> list[int]:
    """Open projects whose next load is least, or too close to tell. Updates `known` in place."""
    fresh: set[int] = set()
    while True:
        near = np.flatnonzero(known <= known.min() * (1 + NEAR)).tolist()
        stale = [p for p in near if p not in fresh and known[p] < UNLOVED]
        if not stale:
            return near
        for project in stale:
            fresh.add(project)
            carried = sum_of(marks.counts[project], load.take(marks.members[project]))
            known[project] = (float(marks.cost[project]) + carried) / float(marks.total[project])


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
    counts = np.bincount(state[members], weights=marks.counts[project], minlength=len(values))
    carried = sum((values[s] * int(counts[s]) for s in np.flatnonzero(counts).tolist()), Fraction(0))
    return (int(marks.costs[project]) + carried) / int(marks.total[project])
