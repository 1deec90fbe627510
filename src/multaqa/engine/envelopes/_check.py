"""Does the sharing keep its promises?"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from multaqa.engine.envelopes._share import Envelopes


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken guarantee, as a message key with values."""

    key: str
    values: dict[str, object]


def check(envelopes: Envelopes) -> tuple[Fault, ...]:
    """Broken guarantees; an empty tuple is the proof.

    The amounts are whole steps and add up to the total; each lies within its bounds; and a territory that has
    at least as much of every criterion as another, with bounds no lower, never gets less (two with equal
    criteria may differ by the one step that cannot be split).
    """
    faults: list[Fault] = []
    amounts, steps = envelopes.amounts, envelopes.range
    if sum(amounts) != envelopes.total:
        faults.append(Fault("total", {"total": envelopes.total, "found": sum(amounts)}))
    for name, amount, low, high in zip(envelopes.territories, amounts, steps.low, steps.high, strict=True):
        if amount % envelopes.step:
            faults.append(Fault("step", {"territory": name, "amount": amount, "step": envelopes.step}))
        if not low * envelopes.step <= amount <= high * envelopes.step:
            faults.append(
                Fault(
                    "bounds",
                    {
                        "territory": name,
                        "amount": amount,
                        "low": low * envelopes.step,
                        "high": high * envelopes.step,
                    },
                )
            )
    return (*faults, *_passed_over(envelopes))


def _passed_over(envelopes: Envelopes) -> list[Fault]:
    """Territories that get less than one that is nowhere needier."""
    size = len(envelopes.territories)
    needier = np.ones((size, size), bool)
    equal = np.ones((size, size), bool)
    for parts in envelopes.formula.parts:
        column = _ranks(parts)
        needier &= column[:, None] >= column[None, :]
        equal &= column[:, None] == column[None, :]
    for bound in (np.array(envelopes.range.low), np.array(envelopes.range.high)):
        needier &= bound[:, None] >= bound[None, :]
    amounts = np.array(envelopes.amounts)
    short = amounts[None, :] - amounts[:, None]
    wrong = needier & (short > np.where(equal, envelopes.step, 0))
    return [
        Fault("passed_over", {"territory": envelopes.territories[a], "by": envelopes.territories[b]})
        for a, b in np.argwhere(wrong).tolist()
    ]


def _ranks(parts: tuple[Fraction, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Ranks compare like the exact parts, and fast."""
    order = {value: rank for rank, value in enumerate(sorted(set(parts)))}
    return np.array([order[value] for value in parts], np.int64)
