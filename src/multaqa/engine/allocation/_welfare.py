"""The selection of greatest total utility within the budget: a knapsack solved exactly in whole numbers.

Nemhauser & Ullmann 1969 (only undominated selections are kept), with Dantzig's bound to discard those that
cannot catch up with the best known one.
"""

from __future__ import annotations

import numpy as np

from multaqa.engine.allocation._election import AllocationError, Ints, Mask, Reals
from multaqa.engine.allocation._utility import Marks

MOST_STATES = 4_000_000


def welfare(marks: Marks, candidates: list[int], money: int) -> tuple[int, ...]:
    """Winners, best utility for cost first; of equally good selections the cheapest.

    Raises AllocationError when more than MOST_STATES selections stay undecided.
    """
    value_of = marks.total * marks.scale
    able = [p for p in candidates if value_of[p] > 0 and marks.costs[p] <= money]
    able.sort(key=lambda p: (-float(value_of[p]) / max(float(marks.costs[p]), 1e-9), marks.rank[p]))
    costs, values = marks.costs[able], value_of[able]
    cost, value = np.zeros(1, np.int64), np.zeros(1, np.int64)
    trail: list[tuple[Ints, Mask]] = []
    best = 0
    for item in range(len(able)):
        cost = np.concatenate((cost, cost + costs[item]))
        value = np.concatenate((value, value + values[item]))
        parent = np.tile(np.arange(len(cost) // 2), 2)
        taken = np.arange(len(cost)) >= len(cost) // 2
        order = np.lexsort((taken, -value, cost))
        order = order[cost[order] <= money]
        climbing = np.concatenate(([-1], np.maximum.accumulate(value[order])[:-1]))
        order = order[value[order] > climbing]
        sure, hoped = _bounds(money - cost[order], costs[item + 1 :], values[item + 1 :])
        best = max(best, int((value[order] + sure).max()))
        # the bound is a float: a hair of slack keeps every selection that may still be optimal
        order = order[value[order] + hoped >= best * (1 - 1e-12)]
        if len(order) > MOST_STATES:
            raise AllocationError(
                "welfare_too_hard",
                "The welfare optimum of {projects} projects is too hard to prove.",
                projects=len(able),
            )
        cost, value = cost[order], value[order]
        trail.append((parent[order], taken[order]))
    state = int(np.lexsort((cost, -value))[0])
    chosen = []
    for item in range(len(able) - 1, -1, -1):
        parents, took = trail[item]
        if took[state]:
            chosen.append(able[item])
        state = int(parents[state])
    return tuple(reversed(chosen))


def _bounds(room: Ints, costs: Ints, values: Ints) -> tuple[Ints, Reals]:
    """What the remaining items add for sure (whole items until one does not fit) and at most (with a part of
    it).
    """
    spent, gained = np.concatenate(([0], np.cumsum(costs))), np.concatenate(([0], np.cumsum(values)))
    whole = np.searchsorted(spent, room, side="right") - 1
    part = np.minimum(whole, len(costs) - 1)
    rest = room - spent[whole]
    slope = values[part] / np.maximum(costs[part], 1) if len(costs) else np.zeros(len(room))
    return gained[whole], gained[whole] + np.where(whole < len(costs), rest * slope, 0.0)
