"""The one verb: count an election by a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from multaqa.engine.allocation._add1 import add_one
from multaqa.engine.allocation._election import AllocationError, Election, Ints
from multaqa.engine.allocation._equal_shares import run
from multaqa.engine.allocation._greedy import greedy
from multaqa.engine.allocation._phragmen import phragmen
from multaqa.engine.allocation._rule import Outcome, Rule, Step
from multaqa.engine.allocation._utility import Marks, marks_of
from multaqa.engine.allocation._welfare import welfare


@dataclass(frozen=True, slots=True)
class Tally:
    """What a count found; the fields are those of an Outcome."""

    steps: tuple[Step, ...]
    endowment: Fraction | None = None
    increments: int = 0
    next_overshoots: bool = False
    order: tuple[int, ...] = ()
    stopped_at: int | None = None

    @property
    def winners(self) -> list[int]:
        return [step.project for step in self.steps]


def allocate(election: Election, *, rule: Rule) -> Outcome:
    """Which projects does this budget support under this rule?

    Winners are exact: no decision rests on floating point. Never spends more than the budget. Raises
    AllocationError when the ballots cannot carry the rule's utility.
    """
    tally = count(weighed(election, rule), election, rule)
    return Outcome(
        election,
        rule,
        tally.steps,
        endowment=tally.endowment,
        increments=tally.increments,
        next_overshoots=tally.next_overshoots,
        order=tally.order,
        stopped_at=tally.stopped_at,
    )


def weighed(election: Election, rule: Rule) -> Marks:
    """The ballots as the rule weighs them; Phragmén counts each supporter once, whatever the utility."""
    return marks_of(election, replace(rule, utility="cardinality") if rule.name == "phragmen" else rule)


def count(marks: Marks, election: Election, rule: Rule) -> Tally:
    """The count of `marks`, which may differ from the election in one cost, the voters of one project or the
    budget.
    """
    open_to = np.flatnonzero(marks.eligible).tolist()
    if rule.name == "equal-shares":
        tally = _equal_shares(marks, election, rule)
    elif rule.name == "phragmen":
        loads = phragmen(marks, open_to, marks.budget)
        steps = tuple(Step(p, "phragmen", load) for p, load in zip(loads.winners, loads.loads, strict=True))
        tally = Tally(steps, stopped_at=loads.stopped_at)
    elif rule.name == "welfare":
        tally = Tally(tuple(Step(p, "welfare") for p in welfare(marks, open_to, marks.budget)))
    else:
        tally = _greedy(marks, election, rule, open_to)
    if rule.completion == "greedy" and rule.name != "greedy":
        tally = completed(tally, marks, election, rule)
    if rule.comparison != "none":
        tally = _compared(tally, marks, rule.comparison)
    return tally


def first_purse(marks: Marks, election: Election, rule: Rule) -> Fraction:
    """What each voter starts with, in minor units."""
    start = Fraction(marks.budget, marks.voters)
    return Fraction(start // election.unit * election.unit) if rule.whole_start else start


def _equal_shares(marks: Marks, election: Election, rule: Rule) -> Tally:
    if not marks.voters:
        return Tally(())
    start = first_purse(marks, election, rule)
    if rule.completion.startswith("add1"):
        overshoot = rule.completion == "add1-overshoot"
        found, increments, overshoots = add_one(marks, start, election.unit, overshoot=overshoot)
    else:
        found, increments, overshoots = run(marks, start), 0, False
    steps = tuple(Step(p, "shares", price) for p, price in zip(found.winners, found.prices, strict=True))
    return Tally(steps, found.endowment, increments, overshoots)


def _greedy(marks: Marks, election: Election, rule: Rule, open_to: list[int]) -> Tally:
    sets: list[list[int]] = []
    if rule.name == "greedy-threshold":
        least = rule.threshold if rule.threshold is not None else election.threshold
        if least is None:
            raise AllocationError(
                "threshold_missing", "greedy-threshold needs a least score: the file states none."
            )
        open_to = [p for p in open_to if marks.score[p] >= least]
    if rule.name == "greedy-exclusive":
        sets = exclusive_sets(election, rule)
    found = greedy(marks, open_to, marks.budget, skip=rule.name != "greedy-no-skip", exclusive=sets)
    steps = tuple(Step(p, "greedy") for p in found.winners)
    return Tally(steps, order=found.order, stopped_at=found.stopped_at)


def completed(tally: Tally, marks: Marks, election: Election, rule: Rule) -> Tally:
    """The count, then greedy over the money left."""
    if rule.name == "phragmen":
        # its marks count each supporter once; the completion weighs them by the rule's utility
        by_points = rule.utility in ("points", "borda")
        total = np.where(marks.eligible, marks.score, 0) if by_points else marks.total
        marks = replace(marks, total=total, scale=marks.costs if rule.utility == "cost" else marks.scale)
    won = tally.winners
    rest = [p for p in np.flatnonzero(marks.eligible).tolist() if p not in set(won)]
    found = greedy(marks, rest, marks.budget - int(marks.costs[won].sum()))
    added = tuple(Step(p, "completion") for p in found.winners)
    return replace(tally, steps=tally.steps + added, order=found.order)


def _compared(tally: Tally, marks: Marks, by: str) -> Tally:
    """Greedy by votes instead, if strictly more voters prefer it for the winners they approve."""
    found = greedy(replace(marks, scale=marks.costs), np.flatnonzero(marks.eligible).tolist(), marks.budget)

    def approved(winners: Sequence[int]) -> Ints:
        number = np.zeros(len(marks.weights), np.int64)
        for winner in winners:
            number[marks.members[winner]] += 1
        return number if by == "satisfaction" else np.minimum(number, 1)

    gain = approved(found.winners) - approved(tally.winners)
    if int(marks.weights[gain > 0].sum()) <= int(marks.weights[gain < 0].sum()):
        return tally
    return Tally(tuple(Step(p, "comparison") for p in found.winners), order=found.order)


def exclusive_sets(election: Election, rule: Rule) -> list[list[int]]:
    """Sets of projects of which one at most may win. Raises AllocationError on an unknown id."""
    place = election.index()
    named = rule.exclusive if rule.exclusive is not None else election.exclusive
    for name in (name for names in named for name in names):
        if name not in place:
            raise AllocationError(
                "unknown_exclusive", "Project {project} of an exclusive set is not in the list.", project=name
            )
    return [[place[name] for name in names] for names in named]
