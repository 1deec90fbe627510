"""The four greedy counts that cities use: best utility for its cost first, while the money lasts."""

from __future__ import annotations

from dataclasses import dataclass

from multaqa.engine.allocation._utility import Marks


@dataclass(frozen=True, slots=True)
class Greedy:
    winners: tuple[int, ...]
    order: tuple[int, ...]
    stopped_at: int | None


def greedy(
    marks: Marks,
    candidates: list[int],
    money: int,
    *,
    skip: bool = True,
    exclusive: list[list[int]] | None = None,
) -> Greedy:
    """Winners in order. With skip, what does not fit is passed over; without, the count ends there.

    exclusive: in each set one project at most may win; when any of a set comes up, the first of the set in
    precedence that fits is taken in its stead.
    """
    order = best_first(marks, candidates)
    winners: list[int] = []
    barred: set[int] = set()
    sets = exclusive or []
    for project in order:
        if project in barred or project in winners:
            continue
        claim = project
        for members in sets:
            if project in members:
                able = [p for p in members if p in order and p not in barred and marks.costs[p] <= money]
                claim = able[0] if able else project
                break
        if marks.costs[claim] > money:
            if not skip:
                return Greedy(tuple(winners), tuple(order), project)
            continue
        winners.append(claim)
        money -= int(marks.costs[claim])
        barred.update(p for members in sets if claim in members for p in members if p != claim)
    return Greedy(tuple(winners), tuple(order), None)


def best_first(marks: Marks, candidates: list[int]) -> list[int]:
    """Candidates by utility for their cost, the tie order deciding between equals."""
    return sorted(candidates, key=lambda p: (-_density(marks, p), marks.rank[p]))


def _density(marks: Marks, project: int) -> int:
    """Utility for cost as a whole number that orders as the fraction does: two fractions of 63-bit numbers
    differ by more than 2^-126, or not at all.
    """
    cost, total = int(marks.costs[project]), int(marks.total[project])
    # votes × cost ÷ cost; a free project goes by its votes too, ahead of none
    return total << 128 if marks.scale is marks.costs or cost == 0 else (total << 128) // cost
