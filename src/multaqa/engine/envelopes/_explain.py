"""Rows a citizen can add up, and how far the result is from strict proportion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from multaqa.engine.envelopes._share import Envelopes


@dataclass(frozen=True, slots=True)
class Part:
    """One territory's amount as a sum, in minor units: base + parts + sharing + bound + rounding = amount.

    sharing: what was given up (or gained) so that the floors and caps of others could be kept. bound: what
    its own bound gave or took, and `by` which: `floor`, `cap`, `hold_harmless` or "". guessed: criteria
    that were not measured here.
    """

    territory: str
    amount: int
    base: int
    parts: tuple[tuple[str, int], ...]
    sharing: int
    bound: int
    by: str
    rounding: int
    guessed: tuple[str, ...]


def explain(envelopes: Envelopes) -> tuple[Part, ...]:
    """One row a territory, in its order; every row adds up to the last minor unit."""
    return tuple(_part(envelopes, place) for place in range(len(envelopes.territories)))


def _part(envelopes: Envelopes, place: int) -> Part:
    formula, steps = envelopes.formula, envelopes.range
    wanted = formula.base[place] + sum((parts[place] for parts in formula.parts), Fraction(0))
    scaled, filled = wanted * envelopes.factor, envelopes.filled[place]
    exact = [
        formula.base[place],
        *(parts[place] for parts in formula.parts),
        scaled - wanted,
        filled - scaled,
        envelopes.amounts[place] - filled,
    ]
    whole = _whole(exact, envelopes.amounts[place])
    names = [criterion.name for criterion in envelopes.criteria]
    by = ""
    if filled != scaled:
        by = steps.low_by[place] if filled > scaled else steps.high_by[place]
    return Part(
        envelopes.territories[place],
        envelopes.amounts[place],
        whole[0],
        tuple(zip(names, whole[1:-3], strict=True)),
        whole[-3],
        whole[-2],
        by,
        whole[-1],
        tuple(name for name, gaps in zip(names, formula.guessed, strict=True) if gaps[place]),
    )


def _whole(exact: list[Fraction], total: int) -> list[int]:
    """Whole numbers near the exact ones that add up to the total."""
    found = [floor(part) for part in exact]
    order = sorted(range(len(exact)), key=lambda place: (found[place] - exact[place], place))
    for place in order[: total - sum(found)]:
        found[place] += 1
    return found


def gini(amounts: Sequence[int | float], reference: Sequence[float]) -> float:
    """How far the amounts are from proportion to a reference: 0 proportional, near 1 all to those who have
    least of it.

    Twice the area between the Lorenz curve of the amounts and the diagonal, territories in order of amount
    per unit of reference (NRC 2003, Statistical Issues in Allocating Funds by Formula). NaN where there is
    nothing to compare.
    """
    paid, owed = sum(amounts), sum(reference)
    if not paid or not owed:
        return float("nan")
    pairs = sorted(
        zip(amounts, reference, strict=True),
        key=lambda pair: pair[0] / pair[1] if pair[1] else float("inf"),
    )
    area, reached = 0.0, 0.0
    for amount, weight in pairs:
        after = reached + amount / paid
        area += weight / owed * (reached + after)
        reached = after
    return max(0.0, 1.0 - area)
