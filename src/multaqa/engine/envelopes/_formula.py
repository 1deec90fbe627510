"""What is known of each territory, what the formula says before any bound, and where it cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, isfinite
from typing import Literal

from multaqa.engine.errors import EngineError

Missing = Literal["refuse", "mean", "nothing"]
NO_CAP = 2**62


class EnvelopeError(EngineError):
    """The money cannot be shared under these rules."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One reason to get more: a value for each territory (None: not measured) and its weight in the formula.

    times: values to multiply by, for example the population where the value is a need per head; a territory
    whose need is not measured then gets the mean need, not the mean product. Weights of all criteria count
    relative to their sum.
    """

    name: str
    weight: float
    values: tuple[float | None, ...]
    times: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most of each territory in minor units, whatever the formula says.

    last: what it got last year (None: nothing to compare with), held to a yearly change of at most `fall`
    down and `rise` up (shares; None: any change).
    """

    floor: tuple[int, ...] | int = 0
    cap: tuple[int, ...] | int | None = None
    last: tuple[int | None, ...] | None = None
    fall: float | None = None
    rise: float | None = None


@dataclass(frozen=True, slots=True)
class Formula:
    """Exact parts of each territory in minor units: base, then one part a criterion; they add up to the
    total.
    """

    base: tuple[Fraction, ...]
    parts: tuple[tuple[Fraction, ...], ...]  # [criterion][territory]
    guessed: tuple[tuple[bool, ...], ...]  # [criterion][territory] not measured

    def amounts(self) -> list[Fraction]:
        return [sum(column, Fraction(0)) for column in zip(self.base, *self.parts, strict=True)]


@dataclass(frozen=True, slots=True)
class Range:
    """Least and most of each territory in whole steps, and which rule set each."""

    low: tuple[int, ...]
    high: tuple[int, ...]
    low_by: tuple[str, ...]  # "", "floor", "hold_harmless"
    high_by: tuple[str, ...]  # "", "cap", "hold_harmless"


def formula(
    territories: Sequence[str], total: int, base: int, criteria: Sequence[Criterion], missing: Missing
) -> Formula:
    """Base for each, the rest by the criteria. Raises EnvelopeError on what is negative, missing or too
    much.
    """
    size = len(territories)
    if base < 0 or total < 0:
        raise EnvelopeError("negative_amount", "The total and the base must be zero or more.")
    rest = total - base * size
    if rest < 0:
        raise EnvelopeError(
            "base_too_high", "The base of {size} territories takes {over} more than the total.",
            size=size, over=-rest,
        )  # fmt: skip
    weights = [_exact(criterion.weight) for criterion in criteria]
    if any(weight < 0 for weight in weights) or (rest and not sum(weights)):
        raise EnvelopeError("no_weight", "The weights must be zero or more, and not all zero.")
    whole = sum(weights, Fraction(0)) or Fraction(1)
    parts, guessed = [], []
    for criterion, weight in zip(criteria, weights, strict=True):
        values, gaps = _measured(territories, criterion, missing)
        most = sum(values, Fraction(0))
        if weight and rest and not most:
            raise EnvelopeError(
                "empty_criterion", "No territory has any {criterion}.", criterion=criterion.name
            )
        pool = rest * weight / whole
        parts.append(tuple(pool * value / most if most else Fraction(0) for value in values))
        guessed.append(gaps)
    return Formula((Fraction(base),) * size, tuple(parts), tuple(guessed))


def _measured(
    territories: Sequence[str], criterion: Criterion, missing: Missing
) -> tuple[list[Fraction], tuple[bool, ...]]:
    """Exact values of a criterion with its gaps filled as the caller chose."""
    times = criterion.times or (1.0,) * len(territories)
    if len(criterion.values) != len(territories) or len(times) != len(territories):
        raise EnvelopeError(
            "values_do_not_match", "{criterion} needs one value for each territory.", criterion=criterion.name
        )
    known: list[Fraction | None] = []
    for name, value, factor in zip(territories, criterion.values, times, strict=True):
        stated = 0.0 if value is None else value
        if not all(isfinite(number) and number >= 0 for number in (stated, factor)):
            raise EnvelopeError(
                "bad_value",
                "{criterion} of {territory} is not a number of zero or more.",
                criterion=criterion.name,
                territory=name,
            )
        known.append(None if value is None else _exact(value))
    gaps = tuple(value is None for value in known)
    if any(gaps) and missing == "refuse":
        raise EnvelopeError(
            "not_measured",
            "{criterion} of {territory} is not measured: choose what that means.",
            criterion=criterion.name,
            territory=territories[gaps.index(True)],
        )
    present = [value for value in known if value is not None]
    mean = sum(present, Fraction(0)) / max(1, len(present))
    fill = mean if missing == "mean" else Fraction(0)
    values = [
        (fill if value is None else value) * _exact(factor)
        for value, factor in zip(known, times, strict=True)
    ]
    return values, gaps


def _exact(value: float) -> Fraction:
    # 0.1 is meant as a tenth
    return Fraction(repr(float(value)))


def span(territories: Sequence[str], total: int, step: int, bounds: Bounds) -> Range:
    """Bounds in whole steps. Raises EnvelopeError where they cross, or leave no way to spend the total."""
    if step <= 0 or total % step:
        raise EnvelopeError(
            "odd_total", "The total {total} is not a multiple of the step {step}.", total=total, step=step
        )
    size = len(territories)
    floors = bounds.floor if isinstance(bounds.floor, tuple) else (bounds.floor,) * size
    caps = bounds.cap if isinstance(bounds.cap, tuple) else (bounds.cap,) * size
    last = bounds.last or (None,) * size
    low, high, low_by, high_by = [], [], [], []
    for place, name in enumerate(territories):
        least, least_by = (floors[place], "floor") if floors[place] else (0, "")
        stated = caps[place]
        most, most_by = (NO_CAP, "") if stated is None else (stated, "cap")
        before = last[place]
        if before is not None and bounds.fall is not None:
            held = ceil(before * (1 - _exact(bounds.fall)))
            least, least_by = (held, "hold_harmless") if held > least else (least, least_by)
        if before is not None and bounds.rise is not None:
            held = floor(before * (1 + _exact(bounds.rise)))
            most, most_by = (held, "hold_harmless") if held < most else (most, most_by)
        low.append(-(-least // step))
        high.append(min(most // step, NO_CAP))
        low_by.append(least_by)
        high_by.append(most_by)
        if low[-1] > high[-1]:
            raise EnvelopeError(
                "bounds_cross",
                "{territory} should get at least {low} and at most {high}: no amount does both.",
                territory=name,
                low=low[-1] * step,
                high=high[-1] * step,
            )
    if sum(low) * step > total:
        raise EnvelopeError(
            "floors_too_high",
            "The least amounts add up to {needed}, {over} more than the total.",
            needed=sum(low) * step,
            over=sum(low) * step - total,
        )
    if sum(high) * step < total:
        raise EnvelopeError(
            "caps_too_low",
            "The greatest amounts add up to {room}, {short} less than the total.",
            room=sum(high) * step,
            short=total - sum(high) * step,
        )
    return Range(tuple(low), tuple(high), tuple(low_by), tuple(high_by))
