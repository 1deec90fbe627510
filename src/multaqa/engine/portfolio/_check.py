"""Does the portfolio keep its promises? Limits again in whole numbers, and a bound that trusts no solver.

The bound is Lagrange's: for any prices of the limits, no portfolio is worth more than the limits' worth at
these prices plus what each project gains above them. A linear program suggests the prices; the bound is
then computed in whole numbers, so that a mistake of the solver can only make it weaker, never wrong.
Projects whose gain or loss exceeds the distance between bound and worth are settled; when few remain, all
their combinations are tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from multaqa.engine.portfolio._choose import Portfolio
from multaqa.engine.portfolio._problem import LARGEST, Ints, Problem

MOST_TRIED = 18  # projects whose every combination is tried
_PRICE = 2**80  # prices are whole multiples of 1 / _PRICE


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken guarantee, as a message key with values."""

    key: str
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Bound:
    """A worth that no portfolio exceeds, proved without the solver; by what, and with how many projects
    tried.

    margins (P,): how much worth is lost for certain, counted from `prices`, if the project goes against the
    side on which the prices put it (positive: in, negative: out).
    """

    worth: Fraction
    by: Literal["every combination", "prices"]
    tried: int
    prices: Fraction
    margins: tuple[Fraction, ...]


def bound(portfolio: Portfolio) -> Bound:
    """The least bound that can be proved: exact where few projects remain open, else that of the prices."""
    problem = portfolio.problem
    prices, margins = _priced(problem)
    room = prices - portfolio.worth
    whole = problem.least == problem.costs and sum(problem.worths) < LARGEST
    able = problem.open_to()
    # a better portfolio is worth at least 1 more, which a project against its margin puts out of reach
    undecided = [p for p, margin in enumerate(margins) if able[p] and abs(margin) <= room - 1]
    if whole and len(undecided) <= MOST_TRIED:
        fixed = [p for p, margin in enumerate(margins) if able[p] and margin > 0 and margin > room - 1]
        tried = Fraction(_best(problem, fixed, undecided))
        best = tried if tried > portfolio.worth else portfolio.worth
        return Bound(best, "every combination", len(undecided), prices, margins)
    return Bound(prices, "prices", 0, prices, margins)


def check(portfolio: Portfolio) -> tuple[Fault, ...]:
    """Broken guarantees, recomputed in whole numbers; an empty tuple is the proof.

    Each amount is nothing or between the least share and the cost; budget, caps, floors and incompatible
    sets hold; the worth is the sum of its parts; and no portfolio found without the solver beats the
    claimed bound.
    """
    problem, amounts = portfolio.problem, portfolio.amounts
    granted = np.array(amounts, np.int64)
    faults: list[Fault] = []
    for name, amount, least, cost, able in zip(
        problem.projects, amounts, problem.least, problem.costs, problem.open_to(), strict=True
    ):
        if amount and not (able and least <= amount <= cost):
            faults.append(Fault("amount", {"project": name, "amount": amount, "least": least, "cost": cost}))
    for row in problem.rows():
        if not row.holds(granted):
            reached = row.total(granted)
            faults.append(Fault(row.kind, {"limit": row.name, "amount": row.amount, "reached": reached}))
    for places in problem.sets():
        both = [problem.projects[p] for p in places if amounts[p]]
        if len(both) > 1:
            faults.append(Fault("incompatible", {"projects": both}))
    if problem.worth(amounts) != portfolio.worth:
        faults.append(Fault("worth", {"stated": portfolio.worth, "found": problem.worth(amounts)}))
    if faults:
        return tuple(faults)
    proved = bound(portfolio)
    if proved.worth < portfolio.worth or (
        proved.by == "every combination" and proved.worth > portfolio.bound
    ):
        faults.append(Fault("bound", {"claimed": portfolio.bound, "found": proved.worth}))
    return tuple(faults)


def _priced(problem: Problem) -> tuple[Fraction, tuple[Fraction, ...]]:
    """The bound at the best prices found, and each project's gain above them (0 for withdrawn ones)."""
    rows, sets = problem.rows(), problem.sets()
    prices = _prices(problem)
    paid = [0] * len(problem.projects)
    total = 0
    for price, row in zip(prices, rows, strict=False):
        sign = -1 if row.kind == "floor" else 1
        total += sign * price * row.amount
        for p in row.members.tolist():
            paid[p] += sign * price * problem.costs[p]
    for price, places in zip(prices[len(rows) :], sets, strict=True):
        total += price
        for p in places:
            paid[p] += price
    able = problem.open_to()
    gains = [
        worth * _PRICE - cost if can else 0
        for worth, cost, can in zip(problem.worths, paid, able, strict=True)
    ]
    total += sum(gain for gain in gains if gain > 0)
    return Fraction(total, _PRICE), tuple(Fraction(gain, _PRICE) for gain in gains)


def _prices(problem: Problem) -> list[int]:
    """Dual values of the relaxed program, in multiples of 1 / _PRICE of worth a minor unit."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    rows, sets = problem.rows(), problem.sets()
    if not problem.projects:
        return [0] * (len(rows) + len(sets))
    money, most = float(max(problem.costs)), float(max(*problem.worths, 1))
    cells: list[tuple[int, int, float]] = []
    limits: list[float] = []
    for row in rows:
        sign = -1 if row.kind == "floor" else 1
        cells += [(len(limits), p, sign * problem.costs[p] / money) for p in row.members.tolist()]
        limits.append(sign * row.amount / money)
    for places in sets:
        cells += [(len(limits), p, 1.0) for p in places]
        limits.append(1.0)
    where, columns, values = zip(*cells, strict=True)
    found = linprog(
        [-worth / most for worth in problem.worths],
        A_ub=csr_array((values, (where, columns)), shape=(len(limits), len(problem.projects))),
        b_ub=limits,
        bounds=[(0, float(able)) for able in problem.open_to()],
        method="highs",
    )
    if found.x is None:
        return [0] * len(limits)
    dual = [max(0.0, -float(value)) * most for value in found.ineqlin.marginals]
    scale = [money] * len(rows) + [1.0] * len(sets)
    return [round(Fraction(value) / Fraction(unit) * _PRICE) for value, unit in zip(dual, scale, strict=True)]


def _best(problem: Problem, fixed: list[int], undecided: list[int]) -> int:
    """Greatest worth over every combination of the undecided projects beside the fixed ones; -1 if none
    holds.
    """
    count = len(undecided)
    bits = (np.arange(2**count)[:, None] >> np.arange(count)) & 1

    def total(values: tuple[int, ...], members: set[int]) -> Ints:
        each = np.array([values[p] if p in members else 0 for p in undecided], np.int64)
        return np.asarray(bits @ each + sum(values[p] for p in fixed if p in members), np.int64)

    holds = np.ones(2**count, bool)
    everything = set(range(len(problem.projects)))
    for row in problem.rows():
        spent = total(problem.costs, set(row.members.tolist()))
        holds &= spent >= row.amount if row.kind == "floor" else spent <= row.amount
    ones = (1,) * len(problem.projects)
    for places in problem.sets():
        holds &= total(ones, set(places)) <= 1
    return int(np.where(holds, total(problem.worths, everything), -1).max())
