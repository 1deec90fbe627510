"""What is the least change that would have made a project win? Found by counting again, and confirmed that
way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from multaqa.engine.allocation._allocate import allocate, guess
from multaqa.engine.allocation._election import Election
from multaqa.engine.allocation._rule import Outcome

MOST = 3  # no change beyond three times the voters, or three times the budget, is worth telling


@dataclass(frozen=True, slots=True)
class Change:
    """Each value alone makes the project win, and one less (one more, for the cost) does not; or None.

    max_cost, extra_budget: minor units. extra_votes: new voters who mark this project only, on ordinal and
    cumulative ballots with the most points any mark was given.
    """

    project: str
    max_cost: int | None
    extra_votes: int | None
    extra_budget: int | None


def least_change(outcome: Outcome, project: str) -> Change:
    """The least change of cost, of votes or of budget that makes a losing project win.

    Completions are not monotone, so each bound is a step where losing turns to winning, confirmed by counting
    on both sides of it.
    """
    election = outcome.election
    place = election.index()[project]
    if not election.eligible[place]:
        return Change(project, None, None, None)
    cost = int(election.costs[place])

    def cheaper(by: int) -> Election:
        costs = election.costs.copy()
        costs[place] = cost - by
        return replace(election, costs=costs)

    def richer(by: int) -> Election:
        return replace(election, budget=election.budget + by)

    def louder(votes: int) -> Election:
        return with_votes(election, place, votes)

    stride = max(1, cost // 64)
    saved = _least(outcome, place, cheaper, cost - 1, stride)
    return Change(
        project,
        max_cost=None if saved is None else cost - saved,
        extra_votes=_least(outcome, place, louder, MOST * max(election.voters, 1), 1),
        extra_budget=_least(outcome, place, richer, MOST * max(election.budget, cost), stride),
    )


def _least(
    outcome: Outcome, place: int, changed: Callable[[int], Election], most: int, stride: int
) -> int | None:
    def wins(steps: int) -> bool:
        return place in {step.project for step in allocate(changed(steps), rule=outcome.rule).steps}

    def may_win(steps: int) -> bool:
        return place in guess(changed(steps), outcome.rule, near)

    if not outcome.increments or outcome.endowment is None:
        return _first(wins, 0, most, stride)
    # guesses begin a sixteenth before the purse at which the count ended; only the last word is a whole count
    near = outcome.endowment - outcome.increments * outcome.election.unit // 16
    found = _first(may_win, 0, most, stride)
    if found is None:
        return None
    if not wins(found):
        return _first(wins, found, most, 1)
    back = 1
    while found > 1 and wins(found - 1):
        earlier = max(0, found - 1 - back)
        if earlier == 0 or not wins(earlier):
            return _first(wins, earlier, found - 1, found - 1 - earlier)
        found, back = earlier, back * 4
    return found


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


def _first(works: Callable[[int], bool], low: int, most: int, stride: int) -> int | None:
    """Least step found after `low` at which a change begins to work: in growing strides, then by halves."""
    high = min(low + stride, most)
    if high <= low:
        return None
    while not works(high):
        if high == most:
            return None
        stride *= 2
        low, high = high, min(high + stride, most)
    while high - low > 1:
        middle = (low + high) // 2
        if works(middle):
            high = middle
        else:
            low = middle
    return high
