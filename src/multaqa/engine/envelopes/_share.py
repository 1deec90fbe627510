"""The verb: shares scaled until the total is exact, each kept within its bounds, then rounded to whole
steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import floor

from multaqa.engine.envelopes._formula import (
    Bounds,
    Criterion,
    EnvelopeError,
    Formula,
    Missing,
    Range,
    formula,
    span,
)


@dataclass(frozen=True, slots=True)
class Envelopes:
    """Amounts in minor units, in the order of the territories, and all that led to them.

    factor: by what the formula's amounts were multiplied so that floors and caps could be paid for. filled:
    exact amounts before rounding to whole steps.
    """

    territories: tuple[str, ...]
    amounts: tuple[int, ...]
    total: int
    step: int
    base: int
    criteria: tuple[Criterion, ...]
    missing: Missing
    bounds: Bounds
    formula: Formula
    range: Range
    factor: Fraction
    filled: tuple[Fraction, ...]


def share(
    territories: Sequence[str],
    *,
    total: int,
    criteria: Sequence[Criterion],
    base: int = 0,
    bounds: Bounds | None = None,
    step: int = 1,
    missing: Missing = "refuse",
) -> Envelopes:
    """The total shared out: base + Σ weight × criterion, within the bounds, in whole steps.

    total, base, step: minor units. missing: what a value that was not measured means: `refuse` (an error),
    `mean` (the mean of the measured ones) or `nothing` (no part of that criterion); never silently 0. Raises
    EnvelopeError in one sentence where the bounds leave no answer, saying by how much.
    """
    names = tuple(territories)
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise EnvelopeError("repeated_territory", "Territory {territory} is listed twice.", territory=twice)
    limits = bounds or Bounds()
    found = formula(names, total, base, criteria, missing)
    steps = span(names, total, step, limits)
    wanted = [amount / step for amount in found.amounts()]
    factor, filled = _fill(wanted, steps, total // step)
    return Envelopes(
        names,
        tuple(amount * step for amount in _rounded(names, filled, wanted, total // step)),
        total,
        step,
        base,
        tuple(criteria),
        missing,
        limits,
        found,
        steps,
        factor,
        tuple(amount * step for amount in filled),
    )


def _fill(wanted: list[Fraction], steps: Range, total: int) -> tuple[Fraction, list[Fraction]]:
    """The one factor at which the bounded amounts add up to the total, found among the factors at which some
    territory meets a bound.
    """

    def bounded(factor: Fraction) -> list[Fraction]:
        return [
            min(max(factor * amount, Fraction(low)), Fraction(high))
            for amount, low, high in zip(wanted, steps.low, steps.high, strict=True)
        ]

    # between two meetings the sum is a straight line: those at a bound, plus the slope of the others
    meetings: dict[Fraction, list[tuple[Fraction, Fraction]]] = {Fraction(0): []}
    held, slope = Fraction(0), Fraction(0)
    for amount, low, high in zip(wanted, steps.low, steps.high, strict=True):
        held += low
        if amount and low < high:
            meetings.setdefault(low / amount, []).append((Fraction(-low), amount))
            meetings.setdefault(high / amount, []).append((Fraction(high), -amount))
    order = sorted(meetings)
    for factor, after in pairwise([*order, order[-1] + 1]):
        held += sum((change for change, _ in meetings[factor]), Fraction(0))
        slope += sum((change for _, change in meetings[factor]), Fraction(0))
        if held + slope * after >= total:
            exact = factor if not slope else max(factor, (total - held) / slope)
            return exact, bounded(exact)
    raise EnvelopeError(
        "nobody_left",
        "When every territory that the formula names is at its greatest amount, {left} remain.",
        left=floor(total - held),
    )


def _rounded(names: tuple[str, ...], filled: list[Fraction], wanted: list[Fraction], total: int) -> list[int]:
    """Whole steps with the same sum: those who lost most by rounding down get one more; then the larger
    formula amount, then the name.
    """
    whole = [floor(amount) for amount in filled]
    order = sorted(
        range(len(names)), key=lambda place: (whole[place] - filled[place], -wanted[place], names[place])
    )
    for place in order[: total - sum(whole)]:
        whole[place] += 1
    return whole
