"""Equal Shares counted again and again, each count sparing work to the next."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from fractions import Fraction

from multaqa.engine.allocation._add1 import Ladder
from multaqa.engine.allocation._allocate import Tally, completed, first_purse
from multaqa.engine.allocation._equal_shares import run
from multaqa.engine.allocation._rule import Outcome, Step
from multaqa.engine.allocation._utility import Marks

MOST_KEPT = 300  # runs: some 64 kB each with 160 projects


@dataclass(frozen=True, slots=True)
class Counts:
    """An outcome, and the counts that the searches of all its losers share: with more money everybody's purse
    grows alike.
    """

    outcome: Outcome
    marks: Marks
    points: int  # what a new voter gives
    ladder: Ladder
    found: dict[int, frozenset[int]] = field(default_factory=dict)  # winners, by extra budget

    def wins(self, project: int, more: int) -> bool:
        if more not in self.found:
            marks = richer(self.marks, more)
            kept = self.ladder.keep(run(marks, self.purse(marks), above=self.ladder.above(self.purse(marks))))
            self.found[more] = frozenset(_winners(self, marks, kept.winners))
        return project in self.found[more]

    def purse(self, marks: Marks) -> Fraction:
        return first_purse(marks, self.outcome.election, self.outcome.rule)


def richer(marks: Marks, more: int) -> Marks:
    return replace(marks, budget=marks.budget + more)


def shares_run(counts: Counts, marks: Marks, project: int, *, keep: bool = False) -> tuple[bool, float]:
    """Whether a project wins in an election that differs in it alone, and about how many voters it lacked to
    be bought by shares. keep: the election differs in its budget only, so the run may spare work to others.
    """
    purse = counts.purse(marks)
    alone = counts.outcome.rule.completion == "none"
    found = run(marks, purse, above=counts.ladder.above(purse), changed=project, whole=not alone)
    if keep and len(counts.ladder.runs) < MOST_KEPT:
        counts.ladder.keep(found)
    return project in (found.winners if alone else _winners(counts, marks, found.winners)), found.short


def least_budget(counts: Counts, project: int, most: int) -> int | None:
    """An extra budget at which the project begins to win, up to `most`.

    Between a budget that loses and one that wins, what it lacked in the last two losing counts tells where to
    look next; when that leads nowhere, the middle does.
    """
    high = _first(counts, project, most)
    if high is None:
        return None
    low = max((more for more in counts.found if more < high), default=0)
    lacked: list[tuple[int, float]] = []
    middle = False
    while high - low > 1:
        width = high - low
        straight = None if middle else _straight(lacked, low, high)
        guess = straight or (low + high) // 2
        won, short = _with(counts, guess, project)
        if not won:
            low = guess
            lacked.append((guess, short))
        elif straight and guess - 1 > low and not _with(counts, guess - 1, project)[0]:
            return guess
        else:
            high = guess
        middle = high - low > width // 2 and not middle
    return high


def _with(counts: Counts, more: int, project: int) -> tuple[bool, float]:
    return shares_run(counts, richer(counts.marks, more), project, keep=True)


def _straight(lacked: list[tuple[int, float]], low: int, high: int) -> int | None:
    """Where the line through the last two losing budgets meets nothing lacking."""
    if len(lacked) < 2:
        return None
    (earlier, before), (last, now) = lacked[-2:]
    if not 0 <= now < before < math.inf:
        return None
    guess = last + math.ceil(now * (last - earlier) / (before - now))
    return guess if low < guess < high else None


def _first(counts: Counts, project: int, most: int) -> int | None:
    """The least budget counted so far at which the project wins, counting more of them as needed."""
    for more in sorted(counts.found):
        if 0 < more <= most and counts.wins(project, more):
            return more
    stride = max(1, counts.marks.budget // 64)
    while stride < most:
        if counts.wins(project, stride):
            return stride
        stride *= 2
    return most if counts.wins(project, most) else None


def _winners(counts: Counts, marks: Marks, shares: list[int]) -> list[int]:
    if counts.outcome.rule.completion != "greedy":
        return shares
    tally = Tally(tuple(Step(p, "shares") for p in shares))
    return completed(tally, marks, counts.outcome.election, counts.outcome.rule).winners
