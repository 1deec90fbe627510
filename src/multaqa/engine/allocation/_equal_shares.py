"""One run of the Method of Equal Shares from a given purse (Peters, Pierczyński & Skowron 2021).

Lazy evaluation: the price of a project never falls, so a last known price is a lower bound and most projects
are never looked at. The price is found by Newton's steps on a concave function, which climb to it from below.
Rounds closer than rounding error are decided again in fractions, so the winners are exact.

With the same winners, every purse falls and every price rises as the first purse falls. So what a run learned
from a larger purse holds as lower bounds for one from a smaller purse, for as long as both elect the same.
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
LEAST = float(np.finfo(np.float64).smallest_subnormal)


@dataclass(slots=True)
class Run:
    """Winners in order with their prices; `over` when the run was abandoned because it cost more than the
    limit.
    """

    endowment: Fraction
    exact: Purses
    winners: list[int] = field(default_factory=list)
    prices: list[float] = field(default_factory=list)
    plain: list[Fraction | None] = field(default_factory=list)  # exact prices, where plain; runs with a limit
    floors: list[Reals] = field(default_factory=list)  # what each price was at least, round by round
    spent: int = 0
    over: bool = False
    purse: Reals = field(default_factory=lambda: np.empty(0))  # at the end
    short: float = NEVER  # about how many voters more the changed project lacked


def run(
    marks: Marks,
    endowment: Fraction,
    *,
    limit: int | None = None,
    above: Run | None = None,
    changed: int | None = None,
    whole: bool = True,
) -> Run:
    """Winners when every voter starts with `endowment` minor units; stops early once they cost more than
    limit.

    above: a run from a purse as large or larger, which spares work. changed: the only project whose cost or
    voters are not those of `above`; unless the run is to be `whole`, it ends when that is decided.
    """
    purse = np.full(len(marks.weights), float(endowment))
    first = first_prices(marks)
    known = first.copy()
    found = Run(endowment, Purses(marks, endowment), purse=purse)
    while True:
        turn = len(found.winners)
        if above is not None and turn < len(above.floors) and found.winners == above.winners[:turn]:
            own = NEVER if changed is None else float(known[changed])
            np.maximum(known, above.floors[turn], out=known)
            if changed is not None:
                known[changed] = own
        else:
            above = None
        winner = _cheapest(marks, purse, known, found)
        found.floors.append(known.copy())
        if changed is not None and changed != winner and changed not in found.winners:
            at = NEVER if winner is None else float(known[winner])
            short, least = shortage(marks, purse, changed, at, float(endowment))
            found.short = min(found.short, short)
            if not whole and least > found.short:
                return found
        if winner is None:
            return found
        found.winners.append(winner)
        found.prices.append(float(known[winner]))
        found.spent += int(marks.costs[winner])
        if limit is not None and found.spent > limit:
            found.over = True
            return found
        if winner == changed:
            if not whole:
                return found
            above = None  # what it takes from its supporters is not what it took there
        if limit is not None:
            found.plain.append(plain_price(marks, purse, winner, float(known[winner])))
        pay(marks, purse, winner, known[winner])
        known[winner] = NEVER


def shortage(marks: Marks, purse: Reals, project: int, at: float, endowment: float) -> tuple[float, float]:
    """About how many more voters for a project alone would have had it bought at this price of the winner
    (NEVER: after the last one), and how many at any price from now on, at least.
    """
    held = purse.take(marks.members[project])
    cost = float(marks.cost[project])
    count = marks.counts[project]
    if marks.worths:
        worth = float(marks.worths[project].max(initial=1))
        least = (cost - sum_of(count, held / marks.worths[project])) / endowment
        raised = sum_of(count, np.minimum(held / marks.worths[project], at))
        return (cost - raised) / min(endowment, at * worth), least
    at *= float(marks.scale[project])
    least = (cost - sum_of(count, held)) / endowment
    return (cost - sum_of(count, np.minimum(held, at))) / max(min(endowment, at), 1e-300), least


def first_prices(marks: Marks) -> Reals:
    """Prices if nobody ran out of money: what everyone's real price is at least."""
    with np.errstate(divide="ignore", invalid="ignore"):
        prices = marks.cost / (marks.total * marks.scale.astype(np.float64))
    prices[(marks.total == 0) | (marks.scale == 0)] = NEVER
    return prices


def plain_price(marks: Marks, purse: Reals, project: int, at: float) -> Fraction | None:
    """The exact price where every supporter surely has it or has nothing at all; None elsewhere."""
    held = purse.take(marks.members[project])
    paying = held > at * (1 + 1e-9) * marks.worth_to(project)
    if np.count_nonzero(paying) != np.count_nonzero(held):
        return None
    total = int(sum_of(marks.counts[project], paying)) * int(marks.scale[project])
    return Fraction(int(marks.costs[project]), total) if total else None


def price(marks: Marks, purse: Reals, project: int, least: float, most: float = NEVER) -> tuple[float, bool]:
    """Price of a project, climbing from a lower bound, and whether affordability itself is in doubt.

    Stops early, at another lower bound, once it is sure to be above `most`.
    """
    held = purse.take(marks.members[project])
    count = marks.counts[project]
    cost = float(marks.cost[project])
    scale = 1.0
    if marks.worths:
        # purses in units of utility, so that a purse is spent where the price passes it
        held /= marks.worths[project]
    else:
        scale = float(marks.scale[project])
    total = sum_of(count, held)
    if total < cost * (1 - NEAR):
        return NEVER, False
    at, last, ceiling = least * scale, -1.0, most * scale
    while True:
        climb = cost - sum_of(count, np.minimum(held, at))
        if climb <= cost * 4e-16:
            break
        paying = sum_of(count, held > at)
        if paying in (0.0, last):
            break
        at, last = at + climb / paying, paying
        if at > ceiling:
            break
    return at / scale, total <= cost * (1 + NEAR)


def sum_of(count: Reals, values: Reals | Mask) -> float:
    if len(count) > 8192:
        # not a BLAS product: of so many numbers it takes threads, which wait for each other on a busy server
        return float(np.einsum("i,i", count, values))
    return float(count.dot(values if values.dtype == np.float64 else values.astype(np.float64)))


def pay(marks: Marks, purse: Reals, project: int, at: float) -> None:
    """A purse that surely cannot pay the price is left with exactly nothing; one that just may is left with
    the least number there is, so that nobody takes it for empty.
    """
    members = marks.members[project]
    charge = at * marks.worth_to(project)
    held = purse.take(members)
    rest = np.maximum(held - charge, LEAST)
    rest[held < charge * (1 - 1e-9)] = 0.0
    purse[members] = rest


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
        plain = [(plain_price(marks, purse, p, lowest), int(marks.rank[p]), p) for p in near]
        if not any(fresh[p] or exact is None for exact, _, p in plain):
            return min(plain)[2]
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
