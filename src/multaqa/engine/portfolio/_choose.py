"""The verb: the best portfolio, or which floor cannot be reached."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from multaqa.engine.portfolio._problem import PortfolioError, Problem
from multaqa.engine.portfolio._solve import Search, Solution, solve


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Amounts granted in minor units, in the order of the problem's projects; 0 is left out.

    bound: no portfolio under these limits is worth more, by the solver's account. settled: the search ended
    by itself and not at its limit of nodes.
    """

    problem: Problem
    search: Search
    amounts: tuple[int, ...]
    worth: Fraction
    bound: Fraction
    settled: bool

    @property
    def selected(self) -> tuple[str, ...]:
        return tuple(name for name, amount in zip(self.problem.projects, self.amounts, strict=True) if amount)

    @property
    def spent(self) -> int:
        return sum(self.amounts)

    @property
    def gap(self) -> float:
        """Share of its worth by which an unknown portfolio could still be better; 0: this is the best."""
        if not self.worth:
            return 0.0 if not self.bound else 1.0
        return float((self.bound - self.worth) / self.worth)


def choose(problem: Problem, *, gap: float = 0.0, nodes: int = 20_000) -> Portfolio:
    """The portfolio of greatest worth within the budget and every limit.

    gap: share of its worth that may be missed in exchange for speed. nodes: branches after which the search
    ends and tells the gap it reached. The same projects in any order give the same portfolio. Raises
    PortfolioError naming the floor that cannot be reached and the most that can.
    """
    search = Search(gap, nodes)
    found = solve(problem, search)
    if found is None:
        raise _unreachable(problem, search)
    return Portfolio(problem, search, found.amounts, found.worth, found.bound, found.settled)


def _unreachable(problem: Problem, search: Search) -> PortfolioError:
    """The first floor that fails alone, else the first that fails beside those before it."""
    for others in (False, True):
        for place, floor in enumerate(problem.floors):
            most = _most(problem, place, search, kept=problem.floors[:place] if others else ())
            reached = int(most.worth) if most else 0
            if reached < floor.amount:
                values = {"limit": floor.name, "amount": floor.amount, "reached": reached}
                if others:
                    names = ", ".join(before.name for before in problem.floors[:place])
                    return PortfolioError(
                        "floors_clash",
                        "The floor {limit} asks for {amount}; beside the floors {others} at most {reached} "
                        "can be reached.",
                        others=names,
                        **values,
                    )
                return PortfolioError(
                    "floor_out_of_reach",
                    "The floor {limit} asks for {amount}; at most {reached} can be reached.",
                    **values,
                )
    return PortfolioError("no_portfolio", "No portfolio satisfies all the limits together.")


def _most(problem: Problem, place: int, search: Search, *, kept: tuple[object, ...]) -> Solution | None:
    """The most that the projects of a floor can get together."""
    members = set(problem.floors[place].projects)
    return solve(
        replace(
            problem,
            worths=tuple(
                cost if name in members else 0
                for name, cost in zip(problem.projects, problem.costs, strict=True)
            ),
            floors=problem.floors[: len(kept)],
        ),
        search,
    )
