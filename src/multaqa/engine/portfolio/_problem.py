"""What may be supported and within which limits, as the solver and the checks both read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from multaqa.engine.errors import EngineError

Ints = NDArray[np.int64]
Kind = Literal["budget", "cap", "floor"]
LARGEST = 2**62  # sums of money stay exact in 64 bits


class PortfolioError(EngineError):
    """No portfolio can be chosen under these limits."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A named set of projects and an amount in minor units: at most (a cap) or at least (a floor)."""

    name: str
    projects: tuple[str, ...]
    amount: int


@dataclass(frozen=True, slots=True)
class Row:
    """A limit on money with the places of its projects; the budget is a row too."""

    kind: Kind
    name: str
    members: Ints
    amount: int

    def total(self, amounts: Ints) -> int:
        """What the projects of the row get together."""
        return int(amounts[self.members].sum())

    def holds(self, amounts: Ints) -> bool:
        total = self.total(amounts)
        return total >= self.amount if self.kind == "floor" else total <= self.amount


@dataclass(frozen=True, slots=True)
class Problem:
    """Projects with their cost (minor units) and worth (whole numbers), a budget, and the limits.

    least: the smallest amount that may be granted to each project; equal to the cost where it is all or
    nothing. Made by `problem`, which checks it.
    """

    projects: tuple[str, ...]
    costs: tuple[int, ...]
    worths: tuple[int, ...]
    least: tuple[int, ...]
    budget: int
    caps: tuple[Limit, ...] = ()
    floors: tuple[Limit, ...] = ()
    incompatible: tuple[tuple[str, ...], ...] = ()
    withdrawn: frozenset[str] = frozenset()

    def index(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.projects)}

    def rows(self) -> tuple[Row, ...]:
        """The budget, then caps, then floors."""
        place = self.index()

        def row(kind: Kind, limit: Limit) -> Row:
            return Row(
                kind, limit.name, np.array([place[name] for name in limit.projects], np.int64), limit.amount
            )

        return (
            Row("budget", "budget", np.arange(len(self.projects)), self.budget),
            *(row("cap", limit) for limit in self.caps),
            *(row("floor", limit) for limit in self.floors),
        )

    def sets(self) -> tuple[tuple[int, ...], ...]:
        """Incompatible projects by place."""
        place = self.index()
        return tuple(tuple(place[name] for name in names) for names in self.incompatible)

    def open_to(self) -> list[bool]:
        return [name not in self.withdrawn for name in self.projects]

    def worth(self, amounts: Sequence[int]) -> Fraction:
        """Exact worth of amounts: a project funded in part counts for that part."""
        whole = sum(w for w, a, c in zip(self.worths, amounts, self.costs, strict=True) if a and a == c)
        return whole + sum(
            (
                Fraction(w * int(a), c)
                for w, a, c in zip(self.worths, amounts, self.costs, strict=True)
                if 0 < a < c
            ),
            Fraction(0),
        )


def problem(
    *,
    projects: Sequence[str],
    costs: Sequence[int],
    worths: Sequence[int],
    budget: int,
    caps: Iterable[Limit] = (),
    floors: Iterable[Limit] = (),
    incompatible: Iterable[Sequence[str]] = (),
    partial: Mapping[str, Fraction | float] | None = None,
    withdrawn: Iterable[str] = (),
) -> Problem:
    """A checked problem. costs and budget: minor units; worths: whole numbers of zero or more.

    partial: least share of its cost (above 0, at most 1) that may be granted to a project, by id; other
    projects get all or nothing. Raises PortfolioError on unknown or repeated ids and impossible numbers.
    """
    caps, floors = tuple(map(_tidy, caps)), tuple(map(_tidy, floors))
    sets = tuple(tuple(dict.fromkeys(names)) for names in incompatible)
    shares, gone = dict(partial or {}), frozenset(withdrawn)
    _refuse_strangers(projects, caps + floors, sets, [*shares, *sorted(gone)])
    if any(amount < 0 for amount in (budget, *costs, *(limit.amount for limit in caps + floors))):
        raise PortfolioError(
            "negative_amount", "The budget, every cost and every limit must be zero or more."
        )
    if sum(costs) >= LARGEST or budget >= LARGEST:
        raise PortfolioError("amounts_too_large", "The amounts have too many digits to count exactly.")
    free = next((name for name, cost in zip(projects, costs, strict=True) if not cost), None)
    if free is not None:
        raise PortfolioError(
            "free_project", "Project {project} costs nothing: it needs no budget.", project=free
        )
    if any(worth < 0 for worth in worths):
        raise PortfolioError("negative_worth", "The worth of every project must be zero or more.")
    for name, share in shares.items():
        if not 0 < share <= 1:
            raise PortfolioError(
                "bad_share",
                "The least share {share} of project {project} is not above 0 and at most 1.",
                share=float(share),
                project=name,
            )
    least = [
        ceil(_exact(shares[name]) * cost) if name in shares else cost
        for name, cost in zip(projects, costs, strict=True)
    ]
    return Problem(
        projects=tuple(projects),
        costs=tuple(int(cost) for cost in costs),
        worths=tuple(int(worth) for worth in worths),
        least=tuple(int(amount) for amount in least),
        budget=int(budget),
        caps=caps,
        floors=floors,
        incompatible=tuple(names for names in sets if len(names) > 1),
        withdrawn=gone,
    )


def _tidy(limit: Limit) -> Limit:
    return Limit(limit.name, tuple(dict.fromkeys(limit.projects)), int(limit.amount))


def _exact(share: Fraction | float) -> Fraction:
    # 0.1 is meant as a tenth, not as the nearest binary fraction above it
    return share if isinstance(share, Fraction) else Fraction(repr(float(share)))


def _refuse_strangers(
    projects: Sequence[str],
    limits: tuple[Limit, ...],
    sets: tuple[tuple[str, ...], ...],
    others: Sequence[str],
) -> None:
    known = set(projects)
    if len(known) != len(projects):
        twice = next(name for name in projects if list(projects).count(name) > 1)
        raise PortfolioError("repeated_project", "Project {project} is listed twice.", project=twice)
    named = [(name, limit.name) for limit in limits for name in limit.projects]
    for name, limit_name in named:
        if name not in known:
            raise PortfolioError(
                "unknown_in_limit",
                "Project {project} of the limit {limit} is not in the list.",
                project=name,
                limit=limit_name,
            )
    for name in [*(name for names in sets for name in names), *others]:
        if name not in known:
            raise PortfolioError("unknown_project", "Project {project} is not in the list.", project=name)
