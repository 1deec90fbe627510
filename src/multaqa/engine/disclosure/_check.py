"""Can anybody work a hidden value out? The attack on the published table, which needs no secret."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.disclosure._cube import Bools, Sums, sums_of
from multaqa.engine.disclosure._prove import Bounds, Floats, Needs, Seen, possible_table, prove
from multaqa.engine.disclosure._publish import (
    ROUNDED,
    SHOWN,
    WITHHELD,
    Published,
    States,
    count_needs,
    shown_range,
)


@dataclass(frozen=True, slots=True)
class Violation:
    """A cell that tells too much, or is not what the policy says: its labels, the rule, the range left."""

    cell: tuple[str, ...]
    rule: str
    low: float
    high: float


def check(published: Published) -> tuple[Violation, ...]:
    """Attack the published table; an empty tuple proves that no hidden value can be bounded too tightly.

    Counts: for every hidden cell, whole tables exist with k or more in it, and with values k - 1 apart. Sums
    of money: for every hidden cell, possible tables exist that differ by the dominance share, twice over.
    """
    found = []
    for rule, low, high, tight in _layers(published):
        cells = np.flatnonzero(tight)
        found += [
            Violation(published.cube.labels(int(c)), rule, float(low[c]), float(high[c])) for c in cells
        ]
    small = (published.counts > 0) & (published.counts < published.policy.k) & ~published.known
    for cell in np.flatnonzero(small):
        value = float(published.counts.ravel()[cell])
        found.append(Violation(published.cube.labels(int(cell)), "shown_below_k", value, value))
    return tuple(found)


def attack(published: Published) -> tuple[Floats, Floats]:
    """The range of every count as far as the attack had to go: possible whole tables reach both ends.

    A range narrower than the policy asks is exact. Shown cells have their value twice (rounded ones
    the range of the rounding).
    """
    _rule, low, high, _tight = next(iter(_layers(published)))
    return low.reshape(published.cube.shape), high.reshape(published.cube.shape)


def _layers(published: Published) -> list[tuple[str, Floats, Floats, Bools]]:
    sums, policy = sums_of(published.cube), published.policy
    size = published.counts.size
    known = shown_range(published.counts, published.known, policy)
    needs = count_needs(size, policy)
    layers = [
        ("count_too_tight", *_attacked(sums, published.state.ravel(), known, needs, float(policy.k), True))
    ]
    if published.amounts is not None and published.amount_state is not None:
        money = published.amounts.ravel().astype(np.float64)
        needs = Needs(np.full(size, -np.inf), np.full(size, np.inf), np.zeros(size), policy.dominance**2)
        guess = float(np.median(money[money > 0])) if (money > 0).any() else 0.0
        found = _attacked(sums, published.amount_state.ravel(), (money, money), needs, guess, False)
        layers.append(("amount_too_tight", *found))
    return layers


def _attacked(
    sums: Sums, state: States, known: tuple[Floats, Floats], needs: Needs, guess: float, whole: bool
) -> tuple[Floats, Floats, Bools]:
    """Lowest and highest value met, and the cells that stay too tight (all hidden ones if no table fits)."""
    hidden = (state != SHOWN) & (state != ROUNDED)
    bounds = Bounds(np.where(hidden, 0.0, known[0]), np.where(hidden, np.inf, known[1]))
    base = possible_table(sums, bounds, guess, whole)
    if base is None:
        return bounds.low, bounds.high, np.ones(len(state), np.bool_)
    seen = Seen(np.where(hidden, base, bounds.low), np.where(hidden, base, bounds.high))
    guarded = hidden & (state != WITHHELD)
    prove(sums, base, bounds, needs, guarded, seen, whole)
    return seen.low, seen.high, needs.unmet(seen, guarded)
