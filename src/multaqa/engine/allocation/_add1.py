"""The add-one completion: raise every purse by one unit of currency until the outcome is exhaustive or too
dear.

Counting one unit at a time takes thousands of runs in small currencies. With the same winners, every price
falls and every purse rises as the first purse grows; so if each winner's price at the low end is still below
every rival's price at the high end, no purse between the two changes anything, and the whole stretch is
skipped.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from multaqa.engine.allocation._election import Ints, Reals
from multaqa.engine.allocation._equal_shares import (
    NEAR,
    NEVER,
    Run,
    first_prices,
    pay,
    plain_price,
    price,
    run,
)
from multaqa.engine.allocation._exact import Purses
from multaqa.engine.allocation._utility import Marks

AHEAD = 16  # increments from one run kept for the ones below it to the next


@dataclass(slots=True)
class Ladder:
    """Runs of one election by rising purse: each spares work to those from a smaller purse."""

    marks: Marks
    purses: list[Fraction] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    def above(self, purse: Fraction, within: int | None = None) -> Run | None:
        """The run from the least purse that is as large or larger; made when none is `within` so many minor
        units.
        """
        place = bisect_left(self.purses, purse)
        nearest = self.runs[place] if place < len(self.runs) else None
        if within is not None and (nearest is None or nearest.endowment > purse + within):
            return self.keep(run(self.marks, purse + within, above=nearest))
        return nearest

    def keep(self, found: Run) -> Run:
        """Kept without its purses, which are large."""
        found.purse = np.empty(0)
        place = bisect_left(self.purses, found.endowment)
        self.purses.insert(place, found.endowment)
        self.runs.insert(place, found)
        return found


def add_one(
    marks: Marks,
    start: Fraction,
    unit: int,
    *,
    overshoot: bool,
    begin: int = 0,
    ladder: Ladder | None = None,
    changed: int | None = None,
) -> tuple[Run, int, bool]:
    """The last affordable run, the increments it took, and whether the next one overshoots.

    overshoot: do not stop at the first exhaustive outcome, go on until the next outcome costs more than the
    budget. Exhaustive means that no further project with a supporter fits: one without can never be bought,
    so it must not keep the count going. begin: increments to leave out, for a guess that is confirmed later.
    ladder: runs of the same election, or of one that differs in the project `changed`.
    """
    known = ladder or Ladder(marks)

    def at(steps: int) -> Run:
        purse = start + steps * unit
        above = known.above(purse, AHEAD * unit)
        return run(marks, purse, limit=marks.budget, above=above, changed=changed)

    buyable = np.flatnonzero(first_prices(marks) < NEVER)
    steps, stride = begin, 1
    last = at(begin)
    while last.over:
        steps //= 2
        last = at(steps)
    while True:
        if not overshoot and is_exhaustive(marks, last, buyable):
            return last, steps, False
        if len(last.winners) == len(buyable):
            return last, steps, False
        leap = _same_outcome(marks, last, start + (steps + stride) * unit) if stride > 1 else None
        if leap is not None:
            last, steps, stride = leap, steps + stride, stride * 2
            continue
        if stride > 1:
            stride = max(1, stride // 4)
            continue
        following = at(steps + 1)
        if following.over:
            return last, steps, True
        stride = 2 if following.winners == last.winners else 1
        last, steps = following, steps + 1


def is_exhaustive(marks: Marks, outcome: Run, buyable: Ints) -> bool:
    rest = np.setdiff1d(buyable, outcome.winners)
    return not len(rest) or int(marks.costs[rest].min()) > marks.budget - outcome.spent


def _same_outcome(marks: Marks, low: Run, endowment: Fraction) -> Run | None:
    """The run at a larger purse, if the winners are certainly the same at every purse in between."""
    purse = np.full(len(marks.weights), float(endowment))
    known = first_prices(marks)
    high = Run(endowment, Purses(marks, endowment), winners=list(low.winners), spent=low.spent)
    for turn, (winner, limit) in enumerate(zip(low.winners, low.prices, strict=True)):
        behind = {winner}  # or tied with it and after it in the tie order
        while rivals := set(np.flatnonzero(known <= limit * (1 + NEAR)).tolist()) - behind:
            for rival in sorted(rivals):
                if _alike(marks, winner, rival) and marks.rank[rival] > marks.rank[winner]:
                    behind.add(rival)
                    continue
                known[rival], doubtful = price(marks, purse, rival, known[rival])
                if doubtful or known[rival] < limit * (1 - NEAR):
                    return None
                if known[rival] <= limit * (1 + NEAR):
                    if not _yields(marks, purse, low, high, turn, rival):
                        return None
                    behind.add(rival)
        at, doubtful = price(marks, purse, winner, known[winner])
        if doubtful:
            return None
        high.prices.append(at)
        high.plain.append(plain_price(marks, purse, winner, at))
        pay(marks, purse, winner, at)
        known[winner] = NEVER
    for project in np.flatnonzero(known < NEVER).tolist():
        if price(marks, purse, project, known[project])[0] < NEVER:
            return None
    return high


def _yields(marks: Marks, purse: Reals, low: Run, high: Run, turn: int, rival: int) -> bool:
    """Whether a rival at the high end is dearer than, or tied with and behind, the winner at the low end."""
    winner = low.winners[turn]
    own, other = low.plain[turn], plain_price(marks, purse, rival, low.prices[turn])
    if own is not None and other is not None:
        return other > own or (other == own and bool(marks.rank[rival] > marks.rank[winner]))
    ceiling = Purses(marks, low.endowment).follow(low.winners[:turn]).cap(winner)
    floor = Purses(marks, high.endowment).follow(high.winners[:turn]).cap(rival)
    if floor is None or ceiling is None:
        return False
    return floor > ceiling or (floor == ceiling and marks.rank[rival] > marks.rank[winner])


def _alike(marks: Marks, one: int, other: int) -> bool:
    """Whether two projects have the same supporters and cost, and so the same price at every purse."""
    if marks.costs[one] != marks.costs[other] or marks.scale[one] != marks.scale[other]:
        return False
    same = np.array_equal(marks.members[one], marks.members[other])
    return same and (not marks.worths or np.array_equal(marks.worths[one], marks.worths[other]))
