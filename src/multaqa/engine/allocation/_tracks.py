"""What became of the supporters of each loser while the winners of Equal Shares were bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from multaqa.engine.allocation._election import Reals
from multaqa.engine.allocation._equal_shares import NEVER, pay, price, shortage, sum_of
from multaqa.engine.allocation._utility import Marks


@dataclass(slots=True)
class Track:
    """held: what the supporters had together before each round and at the end, minor units.

    reach: last round (from 0) in which that covered the cost, and the price it then had; None if never. bid:
    the largest cost at which the project would have been bought; `tied` when at some cost below it would have
    shared a winner's price, which the tie order decides. short: about how many more voters for it alone would
    have had it bought.
    """

    held: list[float] = field(default_factory=list)
    reach: tuple[int, float] | None = None
    bid: float = 0.0
    tied: bool = False
    short: float = NEVER


def tracks(
    marks: Marks, endowment: Fraction, bought: Sequence[tuple[int, float]], losers: Sequence[int]
) -> dict[int, Track]:
    """Replays the winners at their prices and follows the losers that have a supporter."""
    purse = np.full(len(marks.weights), float(endowment))
    found = {p: Track() for p in losers if marks.total[p]}
    voters = {p: marks.voters_of(p) for p in found}
    before = purse
    for turn in range(len(bought) + 1):
        winner, at = bought[turn] if turn < len(bought) else (-1, NEVER)
        for p, track in found.items():
            track.held.append(sum_of(voters[p], purse.take(marks.members[p])))
            if track.held[turn] >= marks.costs[p]:
                track.reach = (turn, NEVER)
            elif track.reach == (turn - 1, NEVER):
                track.reach = (turn - 1, price(marks, before, p, 0.0)[0])
            if track.held[turn] > track.bid:
                track.bid = _bid(marks, purse, p, at, track)
            if marks.costs[p] - track.held[turn] < track.short * float(endowment):
                track.short = min(track.short, shortage(marks, purse, p, at, float(endowment))[0])
        if winner >= 0:
            before = purse.copy()
            pay(marks, purse, winner, at)
    return found


def _bid(marks: Marks, purse: Reals, project: int, at: float, track: Track) -> float:
    """The largest cost at which the project is not dearer than the winner of the round, or than earlier."""
    if at == NEVER:
        return track.held[-1]
    if marks.scale is marks.costs and at * float(marks.total[project]) < 1 - 1e-9:
        return track.bid
    held = purse.take(marks.members[project])
    count = marks.counts[project]
    if marks.scale is not marks.costs:
        raised = np.minimum(held / marks.worths[project] if marks.worths else held, at)
        return max(track.bid, sum_of(count, raised))
    # utility grows with the cost, so the cost is where its supporters just pay it at this price a unit: the
    # larger root of a concave function, to which Newton's steps descend from what the supporters hold
    steepest = at * sum_of(count, held > 0)
    track.tied |= abs(steepest - 1) <= 1e-9
    if steepest <= 1 + 1e-9 or (track.bid and sum_of(count, np.minimum(held, at * track.bid)) <= track.bid):
        return track.bid
    cost = track.held[-1]
    while True:
        raised_now = sum_of(count, np.minimum(held, at * cost))
        slope = at * sum_of(count, held > at * cost)
        lower = (raised_now - slope * cost) / (1 - slope) if slope < 1 else cost
        if lower >= cost * (1 - 1e-15):
            return max(track.bid, cost)
        cost = lower
        if cost <= track.bid:
            return track.bid
