"""One run of the Method of Equal Shares from a given purse (Peters, Pierczyński & Skowron 2021).

Lazy evaluation: the price of a project never falls, so a last known price is a lower bound and most projects
are never looked at. The price is found by Newton's steps on a concave function, which climb to it from below.
Rounds closer than rounding error are decided again in fractions, so the winners are exact.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from multaqa.engine.allocation._election import Mask, Reals
from multaqa.engine.allocation._exact import Purses
from multaqa.engine.allocation._utility import Marks

NEAR = 1e-11  # relative distance below which floating point is not trusted
NEVER = np.inf


@dataclass(slots=True)
class Run:
    """Winners in order with their prices; `over` when the run was abandoned because it cost more than the
    limit.
    """

    endowment: Fraction
    winners: list[int]
    prices: list[float]
    spent: int
    over: bool
    exact: Purses
    plain: list[bool] = field(default_factory=list)  # prices that were cost / utility, nobody being short


def run(marks: Marks, endowment: Fraction, limit: int | None = None) -> Run:
    """Winners when every voter starts with `endowment` minor units; stops early once they cost more than
    limit.
    """
    purse = np.full(len(marks.weights), float(endowment))
    known = first_prices(marks)
    found = Run(endowment, [], [], 0, False, Purses(marks, endowment))
    while True:
        winner = _cheapest(marks, purse, known, found)
        if winner is None:
            return found
        found.winners.append(winner)
        found.prices.append(float(known[winner]))
        found.spent += int(marks.costs[winner])
        if limit is not None and found.spent > limit:
            found.over = True
            return found
        found.plain.append(is_plain(marks, purse, winner, known[winner]))
        pay(marks, purse, winner, known[winner])
        known[winner] = NEVER


def first_prices(marks: Marks) -> Reals:
    """Prices if nobody ran out of money: what everyone's real price is at least."""
    with np.errstate(divide="ignore", invalid="ignore"):
        prices = marks.cost / (marks.total * marks.scale.astype(np.float64))
    prices[(marks.total == 0) | (marks.scale == 0)] = NEVER
    return prices


def is_plain(marks: Marks, purse: Reals, project: int, at: float) -> bool:
    """Whether every supporter surely has the price, so that it is exactly cost / utility."""
    held = purse.take(marks.members[project])
    need = at * (float(marks.scale[project]) if marks.worth is None else marks.worths[project])
    return bool((held > need * (1 + 1e-9)).all())


def plain_price(marks: Marks, project: int) -> Fraction:
    return Fraction(int(marks.costs[project]), int(marks.total[project]) * int(marks.scale[project]))


def price(marks: Marks, purse: Reals, project: int, least: float, most: float = NEVER) -> tuple[float, bool]:
    """Price of a project, climbing from a lower bound, and whether affordability itself is in doubt.

    Stops early, at another lower bound, once it is sure to be above `most`.
    """
    held = purse.take(marks.members[project])
    count = marks.counts[project]
    cost = float(marks.cost[project])
    scale = 1.0
    if marks.worth is None:
        total = _sum(count, held)
        scale = float(marks.scale[project])
    else:
        # purses in units of utility, so that a purse is spent where the price passes it
        held /= marks.worths[project]
        total = _sum(count, held)
    if total < cost * (1 - NEAR):
        return NEVER, False
    at, last, ceiling = least * scale, -1.0, most * scale
    while True:
        paying = _sum(count, held > at)
        if paying in (0.0, last):
            break
        climb = (cost - _sum(count, np.minimum(held, at))) / paying
        if climb <= at * 4e-16:
            break
        at, last = at + climb, paying
        if at > ceiling:
            break
    return at / scale, total <= cost * (1 + NEAR)


def _sum(count: Reals, values: Reals | Mask) -> float:
    # not a BLAS product: its threads wait for each other on a busy server
    return float(np.einsum("i,i", count, values))


def pay(marks: Marks, purse: Reals, project: int, at: float) -> None:
    members = marks.members[project]
    charge = at * (float(marks.scale[project]) if marks.worth is None else marks.worths[project])
    purse[members] = np.maximum(purse.take(members) - charge, 0.0)


def _cheapest(marks: Marks, purse: Reals, known: Reals, found: Run) -> int | None:
    """The winner of a round, or None when nothing is affordable. Updates `known` in place."""
    fresh: dict[int, bool] = {}
    best, lowest = -1, NEVER
    while True:
        head = int(known.argmin())
        if known[head] == NEVER:
            return None
        if head not in fresh and known[head] <= lowest * (1 + NEAR):
            at, doubtful = price(marks, purse, head, float(known[head]), lowest * (1 + 2 * NEAR))
            known[head] = at
            if at <= lowest * (1 + 2 * NEAR) and at < NEVER:
                fresh[head] = doubtful
                if at < lowest:
                    best, lowest = head, at
            continue
        near = np.flatnonzero(known <= lowest * (1 + NEAR)).tolist()
        stale = [project for project in near if project not in fresh]
        if stale:
            for project in stale:
                known[project], fresh[project] = price(marks, purse, project, float(known[project]))
            continue
        if len(near) == 1 and not fresh[best]:
            return best
        if not any(fresh[p] for p in near) and all(is_plain(marks, purse, p, lowest) for p in near):
            return min(near, key=lambda p: (plain_price(marks, p), marks.rank[p]))
        winner = _decide(marks, known, found, near)
        if winner is not None:
            return winner
        fresh, best, lowest = {}, -1, NEVER


def _decide(marks: Marks, known: Reals, found: Run, near: list[int]) -> int | None:
    """The winner among projects too close for floating point, by fractions and the tie order; None if none is
    affordable after all.
    """
    exact = found.exact.follow(found.winners)
    able = []
    for project in near:
        cap = exact.cap(project)
        if cap is None:
            known[project] = NEVER
        else:
            able.append((cap, int(marks.rank[project]), project))
    if not able:
        return None
    cap, _, winner = min(able)
    known[winner] = float(cap)
    return winner
