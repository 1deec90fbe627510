"""One run of the Method of Equal Shares from a given purse (Peters, Pierczyński & Skowron 2021).

Lazy evaluation: the price of a project never falls, so a last known price is a lower bound and most projects are
never looked at. The price is found by Newton's steps on a concave function, which climb to it from below.
Rounds closer than rounding error are decided again in fractions, so the winners are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from multaqa.engine.allocation._election import Reals
from multaqa.engine.allocation._exact import Purses
from multaqa.engine.allocation._utility import Marks

NEAR = 1e-11  # relative distance below which floating point is not trusted
NEVER = np.inf


@dataclass(slots=True)
class Run:
    """Winners in order with their prices; `over` when the run was abandoned because it cost more than the limit."""

    endowment: Fraction
    winners: list[int]
    prices: list[float]
    spent: int
    over: bool
    exact: Purses


def run(marks: Marks, endowment: Fraction, limit: int | None = None) -> Run:
    """Winners when every voter starts with `endowment` minor units; stops early once they cost more than limit."""
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
        pay(marks, purse, winner, known[winner])
        known[winner] = NEVER


def first_prices(marks: Marks) -> Reals:
    """Prices if nobody ran out of money: what everyone's real price is at least."""
    with np.errstate(divide="ignore", invalid="ignore"):
        prices = marks.cost / (marks.total * marks.scale.astype(np.float64))
    prices[(marks.total == 0) | ((marks.scale == 0))] = NEVER
    return prices


def price(marks: Marks, purse: Reals, project: int, least: float) -> tuple[float, bool]:
    """Price of a project, climbing from a lower bound, and whether affordability itself is in doubt."""
    span = slice(marks.start[project], marks.start[project + 1])
    held = purse[marks.group[span]]
    weight = marks.weight[span]
    money = weight * held
    total, cost = float(money.sum()), marks.cost[project]
    if total < cost * (1 - NEAR):
        return NEVER, False
    doubtful = total <= cost * (1 + NEAR)
    if marks.worth is None:
        scale = float(marks.scale[project])
        least *= scale
        while True:
            short = held <= least
            if not short.any():
                break
            rest = float(weight @ ~short)
            if rest == 0:
                break
            better = (cost - float(money @ short)) / rest
            if better <= least * (1 + 4e-16):
                break
            least = better
        return least / scale, doubtful
    worth = marks.worth[span]
    value = weight * worth
    while True:
        short = held <= least * worth
        rest = float(value @ ~short)
        if rest == 0:
            break
        better = (cost - float(money @ short)) / rest
        if better <= least * (1 + 4e-16):
            break
        least = better
    return least, doubtful


def pay(marks: Marks, purse: Reals, project: int, at: float) -> None:
    span = slice(marks.start[project], marks.start[project + 1])
    members = marks.group[span]
    charge = at * (float(marks.scale[project]) if marks.worth is None else marks.worth[span])
    purse[members] = np.maximum(purse[members] - charge, 0.0)


def _cheapest(marks: Marks, purse: Reals, known: Reals, found: Run) -> int | None:
    """The winner of a round, or None when nothing is affordable. Updates `known` in place."""
    fresh: dict[int, bool] = {}
    while True:
        best = int(np.argmin(known))
        if known[best] == NEVER:
            return None
        if best not in fresh:
            known[best], fresh[best] = price(marks, purse, best, known[best])
            continue
        near = np.flatnonzero(known <= known[best] * (1 + NEAR) + 1e-300)
        stale = [p for p in near.tolist() if p not in fresh]
        if stale:
            for project in stale:
                known[project], fresh[project] = price(marks, purse, project, known[project])
            continue
        if len(near) == 1 and not fresh[best]:
            return best
        exact = found.exact.follow(found.winners)
        caps = {project: exact.cap(project) for project in near.tolist()}
        for project, cap in caps.items():
            if cap is None:
                known[project] = NEVER
        able = [(cap, int(marks.rank[project]), project) for project, cap in caps.items() if cap is not None]
        if not able:
            continue
        winner = min(able)[2]
        known[winner] = float(caps[winner] or 0)
        return winner
