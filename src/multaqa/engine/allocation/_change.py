"""What is the least change that would have made a project win? Found by counting again, and confirmed that
way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from multaqa.engine.allocation._allocate import allocate
from multaqa.engine.allocation._election import Election
from multaqa.engine.allocation._rule import Outcome


@dataclass(frozen=True, slots=True)
class Change:
    """Each value alone makes the project win, one less (or one more, for the cost) does not; None: no such
    change.

    max_cost, extra_budget: minor units. extra_votes: new voters who mark this project only, on ordinal and
    cumulative ballots with the most points any mark was given.
    """

    project: str
    max_cost: int | None
    extra_votes: int | None
    extra_budget: int | None


def least_change(outcome: Outcome, project: str) -> Change:
    """Completions are not monotone, so each bound is a step where losing turns to winning, seen from both
    sides.
    """
    election, rule = outcome.election, outcome.rule
    place = election.index()[project]
    if not election.eligible[place]:
        return Change(project, None, None, None)
    cost = int(election.costs[place])

    def wins(changed: Election) -> bool:
        return place in {step.project for step in allocate(changed, rule=rule).steps}

    def cheaper(by: int) -> bool:
        costs = election.costs.copy()
        costs[place] = cost - by
        return wins(replace(election, costs=costs))

    saved = _first(cheaper, cost - 1, max(1, cost // 64))
    return Change(
        project,
        max_cost=None if saved is None else cost - saved,
        extra_votes=_first(
            lambda votes: wins(with_votes(election, place, votes)), 4 * max(election.voters, 1), 1
        ),
        extra_budget=_first(
            lambda more: wins(replace(election, budget=election.budget + more)),
            64 * max(election.budget, cost),
            max(1, cost // 64),
        ),
    )


def with_votes(election: Election, project: int, votes: int) -> Election:
    """The election with new voters who mark only one project."""
    at = int(election.start[project + 1])
    most = 1 if election.points is None else max(int(election.points.max(initial=1)), 1)
    start = election.start.copy()
    start[project + 1 :] += 1
    group = len(election.weight)
    return replace(
        election,
        voters=election.voters + votes,
        start=start,
        group=np.insert(election.group, at, group).astype(np.int32),
        weight=np.append(election.weight, votes),
        points=None if election.points is None else np.insert(election.points, at, most),
        group_of=np.concatenate((election.group_of, np.full(votes, group, np.int32))),
    )


def _first(works: Callable[[int], bool], most: int, stride: int) -> int | None:
    """Least step found at which a change begins to work: outwards in growing strides, then by halves."""
    low, high = 0, min(stride, most)
    if most < 1:
        return None
    while not works(high):
        if high == most:
            return None
        low, high = high, min(high * 2, most)
    while high - low > 1:
        middle = (low + high) // 2
        if works(middle):
            high = middle
        else:
            low = middle
    return high
