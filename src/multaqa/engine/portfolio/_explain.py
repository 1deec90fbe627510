"""Why is this project not in, or only in part? Each answer is found by choosing again, never by looking at
the margins of one solution.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from multaqa.engine.portfolio._choose import Portfolio
from multaqa.engine.portfolio._problem import Limit, Problem
from multaqa.engine.portfolio._solve import Solution, solve


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a project was left out, as a message key with values; money in minor units, worth as in the
    problem.
    """

    project: str
    cost: int
    worth: int
    key: str
    values: dict[str, object]


def explain(portfolio: Portfolio, projects: Iterable[str] | None = None) -> tuple[Reason, ...]:
    """One reason for each project left out (or for those asked for), most worthy first. See `reasons`."""
    return tuple(reasons(portfolio, projects))


def reasons(portfolio: Portfolio, projects: Iterable[str] | None = None) -> Iterator[Reason]:
    """The reasons one by one, because each takes several solves.

    Keys, in the order they are tried: `withdrawn`; `dearer_than_budget`; `equally_good` (forcing it in loses
    nothing: the choice between equals was arbitrary); `incompatible` (without the rival it would be in);
    `cap_full` (it would be in if the line did not count it); `floor_elsewhere` (it would be in without that
    floor); `cannot_be_in` (forcing it in breaks a limit; named are those that alone stand in its way);
    `worth_less` (forcing it in loses that much worth, and these would make room).
    """
    problem = portfolio.problem
    place = problem.index()
    asked = None if projects is None else set(projects)
    losers = [p for p, amount in enumerate(portfolio.amounts) if not amount]
    losers.sort(key=lambda p: (-problem.worths[p], problem.projects[p]))
    unfloored: dict[str, Solution | None] = {}
    for p in losers:
        name = problem.projects[p]
        if asked is None or name in asked:
            key, values = _why(portfolio, place[name], unfloored)
            yield Reason(name, problem.costs[p], problem.worths[p], key, values)


def _why(
    portfolio: Portfolio, p: int, unfloored: dict[str, Solution | None]
) -> tuple[str, dict[str, object]]:
    problem, name = portfolio.problem, portfolio.problem.projects[p]
    if name in problem.withdrawn:
        return "withdrawn", {}
    if problem.least[p] > problem.budget:
        return "dearer_than_budget", {
            "budget": problem.budget,
            "lacked": problem.least[p] - problem.budget,
        }
    forced = solve(problem, portfolio.search, inside=frozenset([p]))
    loss = None if forced is None else portfolio.worth - forced.worth
    if loss is not None and loss <= 0:
        assert forced is not None
        return "equally_good", {"instead": _dropped(portfolio, forced)}
    values: dict[str, object] = {"loss": None if loss is None else _number(loss)}
    return (
        _rival(portfolio, p, values)
        or _line(portfolio, p, values)
        or _floor(portfolio, p, values, unfloored)
        or _less(portfolio, p, forced, values)
    )


def _number(loss: Fraction) -> int | float:
    return int(loss) if loss.denominator == 1 else float(loss)


def _rival(portfolio: Portfolio, p: int, values: dict[str, object]) -> tuple[str, dict[str, object]] | None:
    problem, name = portfolio.problem, portfolio.problem.projects[p]
    won = set(portfolio.selected)
    rivals = [other for names in problem.incompatible if name in names for other in names if other in won]
    if not rivals:
        return None
    without = tuple(tuple(other for other in names if other != name) for names in problem.incompatible)
    if not _enters(portfolio, replace(problem, incompatible=without), p):
        return None
    return "incompatible", {"by": rivals[0], **values}


def _line(portfolio: Portfolio, p: int, values: dict[str, object]) -> tuple[str, dict[str, object]] | None:
    problem, name = portfolio.problem, portfolio.problem.projects[p]
    granted = dict(zip(problem.projects, portfolio.amounts, strict=True))
    for place, cap in enumerate(problem.caps):
        used = sum(granted[other] for other in cap.projects)
        if name not in cap.projects or used + problem.least[p] <= cap.amount:
            continue
        freed = Limit(cap.name, tuple(other for other in cap.projects if other != name), cap.amount)
        caps = (*problem.caps[:place], freed, *problem.caps[place + 1 :])
        if _enters(portfolio, replace(problem, caps=caps), p):
            return "cap_full", {
                "limit": cap.name,
                "amount": cap.amount,
                "left": cap.amount - used,
                "filled_by": [other for other in cap.projects if granted[other]],
                **values,
            }
    return None


def _floor(
    portfolio: Portfolio, p: int, values: dict[str, object], unfloored: dict[str, Solution | None]
) -> tuple[str, dict[str, object]] | None:
    problem = portfolio.problem
    granted = dict(zip(problem.projects, portfolio.amounts, strict=True))
    for place, floor in enumerate(problem.floors):
        if problem.projects[p] in floor.projects:
            continue
        if floor.name not in unfloored:
            others = (*problem.floors[:place], *problem.floors[place + 1 :])
            unfloored[floor.name] = solve(replace(problem, floors=others), portfolio.search)
        without = unfloored[floor.name]
        if without and without.worth > portfolio.worth and without.amounts[p]:
            return "floor_elsewhere", {
                "limit": floor.name,
                "amount": floor.amount,
                "taken_by": [other for other in floor.projects if granted[other]],
                **values,
            }
    return None


def _less(
    portfolio: Portfolio, p: int, forced: Solution | None, values: dict[str, object]
) -> tuple[str, dict[str, object]]:
    if forced is None:
        return "cannot_be_in", {"limits": _in_the_way(portfolio, p)}
    return "worth_less", {"instead": _dropped(portfolio, forced), **values}


def _in_the_way(portfolio: Portfolio, p: int) -> list[str]:
    """Limits each of which, if it alone were lifted, would let the project in."""
    problem = portfolio.problem
    found = []
    for place, cap in enumerate(problem.caps):
        caps = (*problem.caps[:place], *problem.caps[place + 1 :])
        if solve(replace(problem, caps=caps), portfolio.search, inside=frozenset([p])):
            found.append(cap.name)
    for place, floor in enumerate(problem.floors):
        floors = (*problem.floors[:place], *problem.floors[place + 1 :])
        if solve(replace(problem, floors=floors), portfolio.search, inside=frozenset([p])):
            found.append(floor.name)
    return found


def _enters(portfolio: Portfolio, eased: Problem, p: int) -> bool:
    found = solve(eased, portfolio.search)
    return found is not None and found.worth > portfolio.worth and bool(found.amounts[p])


def _dropped(portfolio: Portfolio, forced: Solution) -> list[str]:
    """Projects of the portfolio that would have to make room."""
    return [
        name
        for name, before, after in zip(
            portfolio.problem.projects, portfolio.amounts, forced.amounts, strict=True
        )
        if before and not after
    ]
