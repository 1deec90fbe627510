"""The one verb: count an election by a rule."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from multaqa.engine.allocation._add1 import add_one
from multaqa.engine.allocation._election import AllocationError, Election
from multaqa.engine.allocation._equal_shares import run
from multaqa.engine.allocation._greedy import greedy
from multaqa.engine.allocation._phragmen import phragmen
from multaqa.engine.allocation._rule import Outcome, Rule, Step
from multaqa.engine.allocation._utility import Marks, marks_of
from multaqa.engine.allocation._welfare import welfare


def allocate(election: Election, *, rule: Rule) -> Outcome:
    """Which projects does this budget support under this rule?

    Winners are exact: no decision rests on floating point. Never spends more than the budget. Raises
    AllocationError when the ballots cannot carry the rule's utility.
    """
    open_to = [p for p in range(len(election.projects)) if election.eligible[p]]
    marks = marks_of(election, rule if rule.name != "phragmen" else replace(rule, utility="cardinality"))
    if rule.name == "equal-shares":
        outcome = _equal_shares(election, rule, marks, open_to)
    elif rule.name == "phragmen":
        loads = phragmen(marks, open_to, election.budget)
        steps = tuple(Step(p, "phragmen", load) for p, load in zip(loads.winners, loads.loads, strict=True))
        outcome = Outcome(election, rule, steps, stopped_at=loads.stopped_at)
    elif rule.name == "welfare":
        chosen = welfare(marks, open_to, election.budget)
        outcome = Outcome(election, rule, tuple(Step(p, "welfare") for p in chosen))
    else:
        outcome = _greedy(election, rule, marks, open_to)
    if rule.completion == "greedy" and rule.name != "greedy":
        outcome = _completed(outcome, open_to)
    return outcome


def guess(election: Election, rule: Rule, near: Fraction) -> set[int]:
    """Winners of an add-one count begun close to the purse at which a similar election ended.

    A guess, because an earlier purse may already end the count.
    """
    start = Fraction(election.budget, election.voters)
    begin = max(0, int((near - start) // election.unit))
    open_to = [p for p in range(len(election.projects)) if election.eligible[p]]
    overshoot = rule.completion == "add1-overshoot"
    marks = only(marks_of(election, rule), open_to)
    return set(add_one(marks, start, election.unit, overshoot=overshoot, begin=begin)[0].winners)


def _equal_shares(election: Election, rule: Rule, marks: Marks, open_to: list[int]) -> Outcome:
    if not election.voters:
        return Outcome(election, rule, ())
    start = Fraction(election.budget, election.voters)
    if rule.whole_start:
        start = Fraction(int(start // election.unit) * election.unit)
    marks = only(marks, open_to)
    if rule.completion.startswith("add1"):
        overshoot = rule.completion == "add1-overshoot"
        found, increments, overshoots = add_one(marks, start, election.unit, overshoot=overshoot)
    else:
        found, increments, overshoots = run(marks, start), 0, False
    steps = tuple(Step(p, "shares", price) for p, price in zip(found.winners, found.prices, strict=True))
    return Outcome(election, rule, steps, found.endowment, increments, overshoots)


def _greedy(election: Election, rule: Rule, marks: Marks, open_to: list[int]) -> Outcome:
    sets: list[list[int]] = []
    if rule.name == "greedy-threshold":
        least = rule.threshold if rule.threshold is not None else election.threshold
        if least is None:
            raise AllocationError(
                "threshold_missing", "greedy-threshold needs a least score: the file states none."
            )
        score = election.score()
        open_to = [p for p in open_to if score[p] >= least]
    if rule.name == "greedy-exclusive":
        sets = exclusive_sets(election, rule)
    found = greedy(marks, open_to, election.budget, skip=rule.name != "greedy-no-skip", exclusive=sets)
    steps = tuple(Step(p, "greedy") for p in found.winners)
    return Outcome(election, rule, steps, order=found.order, stopped_at=found.stopped_at)


def _completed(outcome: Outcome, open_to: list[int]) -> Outcome:
    """The outcome, then greedy over the money left."""
    election = outcome.election
    won = {step.project for step in outcome.steps}
    rest = [p for p in open_to if p not in won]
    found = greedy(marks_of(election, outcome.rule), rest, election.budget - outcome.spent)
    added = tuple(Step(p, "completion") for p in found.winners)
    return replace(outcome, steps=outcome.steps + added, order=found.order)


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


def only(marks: Marks, open_to: list[int]) -> Marks:
    """The same marks with withdrawn projects worth nothing, so that no purse can buy them."""
    if len(open_to) == len(marks.costs):
        return marks
    total = marks.total.copy()
    total[[p for p in range(len(total)) if p not in set(open_to)]] = 0
    return replace(marks, total=total)
