"""The add-one completion: raise every purse by one unit of currency until the outcome is exhaustive or too
dear.

Counting one unit at a time takes thousands of runs in small currencies. With the same winners, every price
falls and every purse rises as the first purse grows; so if each winner's price at the low end is still below
every rival's price at the high end, no purse between the two changes anything, and the whole stretch is
skipped.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from multaqa.engine.allocation._election import Ints, Reals
from multaqa.engine.allocation._equal_shares import (
    NEAR,
    NEVER,
    Run,
    first_prices,
    is_plain,
    pay,
    plain_price,
    price,
    run,
)
from multaqa.engine.allocation._exact import Purses
from multaqa.engine.allocation._utility import Marks


def add_one(
    marks: Marks, start: Fraction, unit: int, *, overshoot: bool, begin: int = 0
) -> tuple[Run, int, bool]:
    """The last affordable run, the increments it took, and whether the next one overshoots.

    overshoot: do not stop at the first exhaustive outcome, go on until the next outcome costs more than the
    budget. Exhaustive means that no further project with a supporter fits: one without can never be bought,
    so it must not keep the count going. begin: increments to leave out, for a guess that is confirmed later.
    """
    buyable = np.flatnonzero(first_prices(marks) < NEVER)
    steps, stride = begin, 1
    last = run(marks, start + begin * unit, marks.budget)
    while last.over:
        steps //= 2
        last = run(marks, start + steps * unit, marks.budget)
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
        following = run(marks, start + (steps + 1) * unit, marks.budget)
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
    high = Run(endowment, list(low.winners), [], low.spent, False, Purses(marks, endowment))
    for turn, (winner, limit) in enumerate(zip(low.winners, low.prices, strict=True)):
        while True:
            rivals = np.flatnonzero(known <= limit * (1 + NEAR))
            rivals = rivals[rivals != winner]
            if not len(rivals):
                break
            for rival in rivals.tolist():
                known[rival], doubtful = price(marks, purse, rival, known[rival])
                if doubtful or known[rival] < limit * (1 - NEAR):
                    return None
                if known[rival] <= limit * (1 + NEAR):
                    if not _yields(marks, purse, low, high, turn, rival):
                        return None
                    # an exact tie lost by the tie order: out of this turn, its price may still serve later
                    # ones
                    known[rival] = limit * (1 + 2 * NEAR)
        at, doubtful = price(marks, purse, winner, known[winner])
        if doubtful:
            return None
        high.prices.append(at)
        high.plain.append(is_plain(marks, purse, winner, at))
        pay(marks, purse, winner, at)
        known[winner] = NEVER
    for project in np.flatnonzero(known < NEVER).tolist():
        if price(marks, purse, project, known[project])[0] < NEVER:
            return None
    return high


def _yields(marks: Marks, purse: Reals, low: Run, high: Run, turn: int, rival: int) -> bool:
    """Whether a rival at the high end is dearer than, or tied with and behind, the winner at the low end."""
    winner = low.winners[turn]
    if low.plain[turn] and is_plain(marks, purse, rival, low.prices[turn]):
        own, other = plain_price(marks, winner), plain_price(marks, rival)
        return other > own or (other == own and bool(marks.rank[rival] > marks.rank[winner]))
    ceiling = Purses(marks, low.endowment).follow(low.winners[:turn]).cap(winner)
    floor = Purses(marks, high.endowment).follow(high.winners[:turn]).cap(rival)
    if floor is None or ceiling is None:
        return False
    return floor > ceiling or (floor == ceiling and marks.rank[rival] > marks.rank[winner])
