"""Sequential Phragmén: each winner's cost is spread over its supporters so that the heaviest load stays least.

Brill, Freeman, Janson & Lackner 2017; for budgets, Los, Christoff & Grossi 2022.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from multaqa.engine.allocation._utility import Marks


@dataclass(frozen=True, slots=True)
class Loads:
    winners: tuple[int, ...]
    loads: tuple[Fraction | None, ...]
    stopped_at: int | None


def phragmen(marks: Marks, candidates: list[int], money: int) -> Loads:
    """Winners in order with the load each puts on its supporters; ends when the next, or one tied with it, does not fit.

    Loads are exact: voters with the same winners carry the same load, so few fractions exist.
    """
    state = np.zeros(len(marks.weights), np.int64)
    values = [Fraction(0)]
    winners: list[int] = []
    loads: list[Fraction | None] = []
    left = [p for p in candidates if marks.costs[p] <= money]
    voters = {p: int(marks.total[p] // marks.scale[p]) if marks.scale[p] else 0 for p in left}
    known = {p: _load(marks, p, state, values, voters[p]) for p in left}
    while left:
        finite = [load for load in known.values() if load is not None]
        least = min(finite) if finite else None
        tied = [p for p in left if known[p] == least]
        blocked = [p for p in tied if marks.costs[p] > money]
        if blocked:
            return Loads(tuple(winners), tuple(loads), min(blocked, key=lambda p: marks.rank[p]))
        winner = min(tied, key=lambda p: marks.rank[p])
        winners.append(winner)
        loads.append(least)
        money -= int(marks.costs[winner])
        left.remove(winner)
        del known[winner]
        if least is not None:
            members = marks.group[marks.start[winner] : marks.start[winner + 1]]
            state[members] = len(values)
            values.append(least)
            touched = np.zeros(len(marks.weights), bool)
            touched[members] = True
            for p in left:
                if touched[marks.group[marks.start[p] : marks.start[p + 1]]].any():
                    known[p] = _load(marks, p, state, values, voters[p])
    return Loads(tuple(winners), tuple(loads), None)


def _load(marks: Marks, project: int, state: np.ndarray, values: list[Fraction], voters: int) -> Fraction | None:  # type: ignore[type-arg]
    """Load of its supporters if the project won now; None when it has none."""
    if not voters:
        return None
    members = marks.group[marks.start[project] : marks.start[project + 1]]
    counts = np.bincount(state[members], weights=marks.weights[members], minlength=len(values))
    carried = sum((values[s] * int(counts[s]) for s in np.flatnonzero(counts).tolist()), Fraction(0))
    return (int(marks.costs[project]) + carried) / voters
