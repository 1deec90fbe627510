"""What is the least change that would have made a project win? Found by counting again, and confirmed that
way.

Completions are not monotone, so each answer is a step where losing turns to winning: the count was made on
both sides of it. Searches begin where the count itself says the step should be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from multaqa.engine.allocation._add1 import Ladder, add_one
from multaqa.engine.allocation._allocate import count, first_purse, weighed
from multaqa.engine.allocation._guess import Guess, guesses
from multaqa.engine.allocation._richer import Counts, least_budget, richer, shares_run
from multaqa.engine.allocation._rule import Outcome
from multaqa.engine.allocation._utility import Marks, with_cost, with_voters

MOST = 3  # no change beyond three times the voters, or three times the budget, is worth telling
Wins = Callable[[int], bool]


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
    """The least change of cost, of votes or of budget that makes a losing project win."""
    return next(least_changes(outcome, [project]))


def least_changes(outcome: Outcome, projects: Sequence[str] | None = None) -> Iterator[Change]:
    """The least changes of several losing projects (default: of all), one after the other.

    Asking for them together is much faster: they share the counts with more money.
    """
    election = outcome.election
    won = set(outcome.selected)
    names = [name for name in election.projects if name not in won] if projects is None else list(projects)
    place = election.index()
    losers = [place[name] for name in names]
    marks = weighed(election, outcome.rule)
    points = 1 if election.points is None else max(int(election.points.max(initial=1)), 1)
    counts = Counts(outcome, marks, points, Ladder(marks))
    if outcome.endowment is not None:
        counts.ladder.above(
            outcome.endowment, within=0
        )  # what is counted with new voters has less in each purse
    hints = guesses(outcome, marks, losers)
    for name, p in zip(names, losers, strict=True):
        yield _change(counts, name, p, hints[p]) if election.eligible[p] else Change(name, None, None, None)


def _change(counts: Counts, name: str, project: int, hint: Guess) -> Change:
    marks, rule = counts.marks, counts.outcome.rule
    cost = int(marks.costs[project])
    stride = max(1, cost // 64)
    crowd, purse = MOST * max(marks.voters, 1), MOST * max(marks.budget, cost)
    alone = rule.comparison == "none"  # else only whole counts can tell
    adds = rule.completion.startswith("add1") and alone
    search = _least_by_guess if adds else _least
    saved = search(partial(_cheaper, counts, project, hint), cost - 1, stride, hint.cheaper)
    shares = rule.name == "equal-shares" and not adds and alone and bool(marks.voters)
    if shares and rule.completion == "none":
        voters = _least_voters(counts, project, crowd, hint.louder or 1)
    else:
        voters = search(partial(_louder, counts, project), crowd, 1, hint.louder)
    if shares:
        budget = least_budget(counts, project, purse)
    else:
        budget = search(partial(_richer, counts, project), purse, stride, hint.richer)
    return Change(name, None if saved is None else cost - saved, voters, budget)


def _least(wins: Wins, most: int, stride: int, guess: int | None) -> int | None:
    """A step up to `most` at which a change begins to work: around the guess, else from 0 in growing strides,
    then by halves. None where none was found.
    """
    low, high = 0, min(stride, most)
    if guess is not None and 0 < guess < most:
        if wins(guess):
            return _down(wins, guess)
        low, stride, high = guess, 1, guess + 1
    while high > low:
        if wins(high):
            return _between(wins, low, high)
        stride *= 2
        low, high = high, min(high + stride, most)
    return None


def _down(wins: Wins, high: int) -> int:
    """The least step below one that works, stepping back in growing strides."""
    reach = 1
    while high > 1:
        low = max(0, high - reach)
        if low == 0 or not wins(low):
            return _between(wins, low, high)
        high, reach = low, reach * 4
    return high


def _between(wins: Wins, low: int, high: int) -> int:
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if wins(middle) else (middle, high)
    return high


def _least_by_guess(wins: Callable[..., bool], most: int, stride: int, guess: int | None) -> int | None:
    """For the add-one completion: searched in counts begun near the last purse, confirmed by a whole one."""
    found = _least(partial(wins, whole=False), most, stride, guess)
    if found is None:
        return None
    if wins(found):
        return _down(wins, found)
    higher = next((step for step in (found + 1, found * 2, found * 4) if step <= most and wins(step)), None)
    return None if higher is None else _between(wins, found, higher)


def _cheaper(counts: Counts, project: int, hint: Guess, by: int, whole: bool = True) -> bool:
    cost = int(counts.marks.costs[project]) - by
    if hint.bid is not None and abs(cost - hint.bid) > 1e-9 * cost + 1e-3:
        # the purses of the others are what they were, so what its supporters would have paid is known
        return cost < hint.bid
    return _wins(counts, with_cost(counts.marks, project, cost), project, whole)


def _louder(counts: Counts, project: int, voters: int, whole: bool = True) -> bool:
    return _wins(counts, with_voters(counts.marks, project, voters, counts.points), project, whole)


def _richer(counts: Counts, project: int, more: int, whole: bool = True) -> bool:
    return _wins(counts, richer(counts.marks, more), project, whole)


def _wins(counts: Counts, marks: Marks, project: int, whole: bool) -> bool:
    """Whether a project wins in the election with one thing about it changed."""
    election, rule = counts.outcome.election, counts.outcome.rule
    if rule.name != "equal-shares" or rule.comparison != "none" or not marks.voters:
        return project in count(marks, election, rule).winners
    if not rule.completion.startswith("add1"):
        return shares_run(counts, marks, project)[0]
    purse = first_purse(marks, election, rule)
    begin = 0
    if not whole and counts.outcome.endowment is not None:
        # a sixteenth before the purse at which the count ended, or would have with as much more in every
        # purse: earlier ones hardly ever end it
        near = counts.outcome.endowment * marks.budget / max(counts.marks.budget, 1)
        near -= counts.outcome.increments * election.unit // 16
        begin = max(0, int((near - purse) // election.unit))
    overshoot = rule.completion == "add1-overshoot"
    found, _, _ = add_one(
        marks, purse, election.unit, overshoot=overshoot, begin=begin, ladder=counts.ladder, changed=project
    )
    return project in found.winners


def _least_voters(counts: Counts, project: int, most: int, guess: int) -> int | None:
    """A number of new voters with which the project begins to win: a count without it tells how many it
    lacked.
    """
    low, high = 0, most + 1
    guess = min(guess, most)
    while high - low > 1:
        marks = with_voters(counts.marks, project, guess, counts.points)
        won, short = shares_run(counts, marks, project)
        if won:
            high, guess = guess, max(guess - 1, (low + guess) // 2 if high <= most else 0)
        else:
            low = guess
            guess += max(1, math.ceil(min(short, most)))
        if not low < guess < high:
            guess = (low + high) // 2
    return high if high <= most else None
