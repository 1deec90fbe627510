"""Which projects are in every good portfolio, in none, or in some?

Core projects after Liesiö, Mild & Salo 2007 (Robust Portfolio Modeling), over all portfolios within a
tolerance of the best. What the prices of the limits already prove is not solved again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np

from multaqa.engine.portfolio._check import bound
from multaqa.engine.portfolio._choose import Portfolio
from multaqa.engine.portfolio._problem import Row
from multaqa.engine.portfolio._solve import solve

MOST_SWAPS = 20

Verdict = Literal["always", "sometimes", "never", "undecided"]


@dataclass(frozen=True, slots=True)
class Core:
    """Is the project in all portfolios within the tolerance, in some, or in none? undecided: the search
    ended too early to tell.
    """

    project: str
    chosen: bool
    verdict: Verdict


def cores(portfolio: Portfolio, *, tolerance: float = 0.01) -> tuple[Core, ...]:
    """One verdict a project, in the problem's order, by forcing each in and out of the portfolio.

    tolerance: share of the worth that a portfolio may lack and still be as good as the best.
    """
    problem = portfolio.problem
    enough = portfolio.worth * (1 - Fraction(repr(float(tolerance))))
    proved = bound(portfolio)
    witnesses, rows = {portfolio.amounts}, problem.rows()
    found = []
    for p, name in enumerate(problem.projects):
        chosen = bool(portfolio.amounts[p])
        # the prices show that going against the margin costs more than the tolerance allows
        safe = proved.prices - abs(proved.margins[p]) < enough and (proved.margins[p] > 0) == chosen
        verdict: Verdict = "always" if chosen else "never"
        if name not in problem.withdrawn and not safe:
            if any(bool(amounts[p]) != chosen for amounts in witnesses) or _swaps(portfolio, rows, p, enough):
                verdict = "sometimes"
            else:
                verdict = _forced(portfolio, p, enough, tolerance, witnesses)
        found.append(Core(name, chosen, verdict))
    return tuple(found)


def _forced(
    portfolio: Portfolio, p: int, enough: Fraction, tolerance: float, witnesses: set[tuple[int, ...]]
) -> Verdict:
    """The verdict by choosing again with the project on the other side: roughly first, then as exactly as
    before.
    """
    chosen, side = bool(portfolio.amounts[p]), frozenset([p])
    rough = replace(portfolio.search, gap=max(portfolio.search.gap, tolerance / 4))
    for search in (rough, portfolio.search):
        other = solve(
            portfolio.problem,
            search,
            inside=frozenset() if chosen else side,
            outside=side if chosen else frozenset(),
        )
        if other is None or other.bound < enough:
            return "always" if chosen else "never"
        if other.worth >= enough:
            witnesses.add(other.amounts)
            return "sometimes"
    return "undecided"


def _swaps(portfolio: Portfolio, rows: tuple[Row, ...], p: int, enough: Fraction) -> bool:
    """Is it enough to take the project out, or to put it in for at most one other? Spares most solves."""
    problem, amounts = portfolio.problem, portfolio.amounts

    def part(q: int, amount: int) -> Fraction:
        return Fraction(problem.worths[q] * amount, problem.costs[q])

    entering = 0 if amounts[p] else problem.least[p]
    spare = portfolio.worth - enough + part(p, entering) - part(p, amounts[p])
    short = portfolio.spent + entering - problem.budget
    leaving = [
        q
        for q, amount in enumerate(amounts)
        if entering and q != p and amount >= short and amount and part(q, amount) <= spare
    ]
    leaving.sort(key=lambda q: part(q, amounts[q]))
    for q in [None, *leaving[:MOST_SWAPS]]:
        changed = np.array(amounts, np.int64)
        changed[p] = entering
        if q is not None:
            changed[q] = 0
        alone = all(sum(changed[r] > 0 for r in places) <= 1 for places in problem.sets() if p in places)
        if spare >= 0 and alone and all(row.holds(changed) for row in rows):
            return True
    return False
