"""The program given to HiGHS, and the way back from its floats to whole minor units.

The solver accepts 0.999999 for 1, which on a cost of millions is real money: its answer is therefore rounded,
every limit is checked again in whole numbers, and a set of projects that passed only by that tolerance is
forbidden by a cover cut before solving again. Cuts never forbid a set that truly fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor, gcd, inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multaqa.engine.portfolio._problem import PortfolioError, Problem, Row

MOST_CUTS = 60
_OBJECTIVE = 1e7  # beyond this the solver's absolute tolerances lose their meaning
Cut = tuple[list[int], int, int]  # sign × how many of these projects are in, at most so many


@dataclass(frozen=True, slots=True)
class Search:
    """How far the solver looks. Nodes, not seconds: the same input gives the same answer on any machine."""

    gap: float = 0.0
    nodes: int = 20_000


@dataclass(frozen=True, slots=True)
class Solution:
    """Amounts in minor units, their exact worth, a worth that no portfolio exceeds, and whether the search
    ended by itself.
    """

    amounts: tuple[int, ...]
    worth: Fraction
    bound: Fraction
    settled: bool


def solve(
    problem: Problem,
    search: Search,
    *,
    inside: frozenset[int] = frozenset(),
    outside: frozenset[int] = frozenset(),
) -> Solution | None:
    """The best amounts with some projects forced in or out; None where no amounts satisfy the limits.

    Raises PortfolioError when the search reaches its limit without finding any portfolio.
    """
    program = _Program.of(problem, inside, outside)
    cuts: list[Cut] = []
    for _ in range(MOST_CUTS):
        found = program.run(cuts, search)
        if found is None:
            return None
        chosen, shares, bound, settled = found
        amounts = _whole(problem, program.rows, chosen, shares, inside)
        granted = np.array(amounts, np.int64)
        broken = next((row for row in program.rows if not row.holds(granted)), None)
        if broken is None:
            worth = problem.worth(amounts)
            return Solution(tuple(amounts), worth, max(_bound(program, bound), worth), settled)
        cuts.append(_cut(problem, broken, amounts))
    raise _unsettled()


def _unsettled() -> PortfolioError:
    return PortfolioError(
        "search_too_short",
        "The search ended before it found a portfolio: allow more nodes or a wider gap.",
    )


@dataclass(frozen=True, slots=True)
class _Program:
    """Columns: one yes-or-no a project in order of its id, then one share a project that may be funded in
    part.
    """

    problem: Problem
    rows: tuple[Row, ...]
    order: list[int]
    partial: list[int]
    objective: NDArray[np.float64]
    unit: Fraction  # worth of 1 in the objective
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @classmethod
    def of(cls, problem: Problem, inside: frozenset[int], outside: frozenset[int]) -> _Program:
        size, able = len(problem.projects), problem.open_to()
        order = sorted(range(size), key=problem.projects.__getitem__)
        rows = problem.rows()
        wanted = {int(p) for row in rows if row.kind == "floor" for p in row.members} | inside
        partial = [p for p in order if problem.least[p] < problem.costs[p]]
        low, high = np.zeros(size), np.zeros(size)
        for p in range(size):
            high[p] = able[p] and p not in outside and (problem.worths[p] > 0 or p in wanted)
            low[p] = p in inside
        step = gcd(*problem.worths) or 1
        most = max(problem.worths, default=0) // step
        unit = Fraction(step) * max(1, 2 ** (int(most / _OBJECTIVE).bit_length()))
        worths = np.array([float(Fraction(worth) / unit) for worth in problem.worths])
        least = np.array(problem.least, np.float64) / np.maximum(np.array(problem.costs, np.float64), 1)
        parts = np.array([worths[p] * (1 - least[p]) for p in partial])
        whole = worths.copy()
        whole[partial] = worths[partial] * least[partial]
        return cls(
            problem,
            rows,
            order,
            partial,
            np.concatenate((whole[order], parts)),
            unit,
            np.concatenate((low[order], np.zeros(len(partial)))),
            np.concatenate((high[order], np.ones(len(partial)))),
        )

    def run(self, cuts: list[Cut], search: Search) -> tuple[list[int], dict[int, float], float, bool] | None:
        """Chosen projects, share of its range for each partial one, bound in objective units, settled."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        size = len(self.order)
        if not size:
            return (
                None if any(row.kind == "floor" and row.amount for row in self.rows) else ([], {}, 0.0, True)
            )
        if (self.low > self.high).any():
            return None
        matrix, low, high = self._matrix(cuts)
        found = milp(
            -self.objective,
            integrality=np.concatenate((np.ones(size), np.zeros(len(self.partial)))),
            bounds=Bounds(self.low, self.high),
            constraints=LinearConstraint(matrix, low, high),
            options={"mip_rel_gap": search.gap, "node_limit": search.nodes},
        )
        if found.status == 2:
            return None
        if found.x is None:
            raise _unsettled()
        chosen = [self.order[place] for place in np.flatnonzero(found.x[:size] > 0.5).tolist()]
        shares = dict(zip(self.partial, found.x[size:].tolist(), strict=True))
        reached = found.fun if found.mip_dual_bound is None else found.mip_dual_bound
        return chosen, shares, -float(reached), found.status == 0

    def _matrix(self, cuts: list[Cut]) -> tuple[Any, NDArray[np.float64], NDArray[np.float64]]:
        from scipy.sparse import csr_array

        place = {p: column for column, p in enumerate(self.order)}
        part = {p: len(self.order) + column for column, p in enumerate(self.partial)}
        cells: list[tuple[int, int, float]] = []
        low: list[float] = []
        high: list[float] = []
        for row in self.rows:
            # each row in units of its dearest project: the solver's tolerances are absolute
            money = max((self.problem.costs[p] for p in row.members.tolist()), default=1)
            for p in row.members.tolist():
                cells.append((len(low), place[p], self.problem.least[p] / money))
                if p in part:
                    extra = self.problem.costs[p] - self.problem.least[p]
                    cells.append((len(low), part[p], extra / money))
            low.append(row.amount / money if row.kind == "floor" else -inf)
            high.append(inf if row.kind == "floor" else row.amount / money)
        few = [(list(names), 1, 1) for names in self.problem.sets()]
        for members, sign, most in few + cuts:
            cells += [(len(low), place[p], float(sign)) for p in members]
            low.append(-inf)
            high.append(most)
        for p in self.partial:
            cells += [(len(low), part[p], 1.0), (len(low), place[p], -1.0)]
            low.append(-inf)
            high.append(0)
        rows, columns, values = zip(*cells, strict=True)
        shape = (len(low), len(self.order) + len(self.partial))
        return csr_array((values, (rows, columns)), shape=shape), np.array(low), np.array(high)


def _bound(program: _Program, reached: float) -> Fraction:
    """The solver's bound as a worth; without partial funding every worth is a multiple of their divisor."""
    step = gcd(*program.problem.worths) or 1
    bound = Fraction(reached) * program.unit
    return bound if program.partial else Fraction(floor(bound / step + Fraction(1, 1000)) * step)


def _whole(
    problem: Problem,
    rows: tuple[Row, ...],
    chosen: list[int],
    shares: dict[int, float],
    inside: frozenset[int],
) -> list[int]:
    """Whole minor units near the solver's floats: lowered where a row overflows, then raised into the room
    left.
    """
    amounts = [0] * len(problem.projects)
    for p in chosen:
        extra = problem.costs[p] - problem.least[p]
        amounts[p] = problem.least[p] + min(extra, floor(extra * shares.get(p, 0) + 1e-6))
    upper = [(set(row.members.tolist()), row.amount) for row in rows if row.kind != "floor"]
    flexible = [p for p in chosen if p in shares]
    flexible.sort(key=lambda p: (-Fraction(problem.worths[p], max(problem.costs[p], 1)), problem.projects[p]))
    for members, amount in upper:
        excess = sum(amounts[p] for p in members) - amount
        for p in (p for p in reversed(flexible) if p in members):
            lowered = max(0, min(excess, amounts[p] - problem.least[p]))
            amounts[p], excess = amounts[p] - lowered, excess - lowered
    floors = [(set(row.members.tolist()), row.amount) for row in rows if row.kind == "floor"]
    lacking = [
        (p, amount - sum(amounts[q] for q in members))
        for members, amount in floors
        for p in flexible
        if p in members
    ]
    for p, wanted in [*lacking, *((p, problem.costs[p]) for p in flexible)]:
        room = [amount - sum(amounts[q] for q in members) for members, amount in upper if p in members]
        amounts[p] += max(0, min(*room, problem.costs[p] - amounts[p], wanted))
    for p in chosen:  # what is worth nothing stays only where a floor or the caller needs it
        if not problem.worths[p] and p not in inside:
            needed = any(
                p in members and sum(amounts[q] for q in members) - amounts[p] < amount
                for members, amount in floors
            )
            amounts[p] = amounts[p] if needed else 0
    return amounts


def _cut(problem: Problem, row: Row, amounts: list[int]) -> Cut:
    """Forbid what the broken row proves impossible: this set together (cap), or this set without more
    (floor).
    """
    members = row.members.tolist()
    taken = [p for p in members if amounts[p]]
    if row.kind != "floor" and sum(problem.least[p] for p in taken) > row.amount:
        return _cover(problem, row, members, taken), 1, len(taken) - 1
    others = [p for p in members if not amounts[p]]
    if row.kind == "floor" and others and sum(problem.costs[p] for p in taken) < row.amount:
        return others, -1, -1
    raise PortfolioError(
        "limit_by_a_hair",
        "The limit {limit} can be met only within the rounding of the solver; change it by one unit.",
        limit=row.name,
    )


def _cover(problem: Problem, row: Row, members: list[int], taken: list[int]) -> list[int]:
    """As many projects as possible of which no more than one fewer than the taken ones fit together."""
    size = len(taken)
    by_cost = sorted(members, key=lambda p: (problem.least[p], p))
    for first in range(len(by_cost) - size + 1):
        if sum(problem.least[p] for p in by_cost[first : first + size]) > row.amount:
            dear = by_cost[first:]
            if set(taken) <= set(dear):
                return dear
            break
    dearest = max(problem.least[p] for p in taken)
    return [p for p in members if p in taken or problem.least[p] >= dearest]
