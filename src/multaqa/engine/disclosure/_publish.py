"""From the true table to the one that may be seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multaqa.engine.disclosure._cover import Cells, cover
from multaqa.engine.disclosure._cube import (
    Bools,
    Cube,
    DisclosureError,
    Ints,
    Policy,
    Sums,
    sums_of,
    with_margins,
)
from multaqa.engine.disclosure._prove import Floats, Needs

States = NDArray[np.int8]

SHOWN, PRIMARY, COMPLEMENTARY, ROUNDED, WITHHELD = range(5)
HIDDEN = -1


@dataclass(frozen=True, slots=True)
class Published:
    """A table that may be seen, all arrays over the nodes of the cube; HIDDEN (-1) stands for a hidden value.

    The states are for the office only: whoever knows which cells were hidden first knows that they are small.
    Show the public `public_rows`.
    """

    cube: Cube
    policy: Policy
    counts: Ints
    state: States
    amounts: Ints | None
    amount_state: States | None
    known: Bools


def publish(
    counts: ArrayLike,
    *,
    cube: Cube,
    policy: Policy | None = None,
    amounts: ArrayLike | None = None,
    top: ArrayLike | None = None,
    known: ArrayLike | None = None,
    withheld: ArrayLike | None = None,
) -> Published:
    """The table with every cell hidden that must be.

    counts: people (or payers) in each cell, over the cube's leaves, or over all its nodes with totals in.
    amounts: money in each cell, integer minor units, same shape; top: what its largest payer makes of it (a
    total's top is the largest of its parts unless given). known: nodes whose count is published elsewhere
    and can no longer be hidden; withheld: nodes this cube never shows. Raises DisclosureError for
    shapes, negative values or totals that do not add up, and when known totals alone give a small cell away.
    """
    policy = policy or Policy()
    sums = sums_of(cube)
    people = _nodes(counts, cube)
    _require_sums(people, sums, cube)
    fixed, absent = (
        np.zeros(cube.shape, np.bool_) if mask is None else np.asarray(mask, np.bool_)
        for mask in (known, withheld)
    )
    if fixed.shape != cube.shape or absent.shape != cube.shape:
        raise DisclosureError("masks", "The known and withheld cells are given over all nodes of the cube.")
    small = (people < policy.k) & ((people > 0) | (policy.zeros == "hidden"))
    state = _hide(sums, cube, count_cells(people, fixed, policy), small & ~fixed, absent & ~fixed)
    shown = (state == SHOWN) & ~fixed & (people > 0)
    if policy.base > 1:
        state = np.where(shown, np.int8(ROUNDED), state)
    seen = np.where(state == ROUNDED, rounded(people, policy.base), people)
    money = money_state = None
    if amounts is not None:
        whole = _nodes(amounts, cube)
        _require_sums(whole, sums, cube)
        largest = None if top is None else _nodes(top, cube, np.maximum)
        if largest is None or (largest > whole).any():
            raise DisclosureError(
                "top", "Amounts come with what the largest payer of each cell makes of it, never more."
            )
        ruled = (whole > 0) & ((small & (people > 0)) | (largest > policy.dominance * whole))
        money_state = _hide(sums, cube, amount_cells(whole, ruled, policy), ruled, absent & ~ruled)
        money = _masked(whole, money_state)
    return Published(cube, policy, _masked(seen, state), state, money, money_state, fixed)


def rounded(values: Ints, base: int) -> Ints:
    """The nearest multiple of the base, the upper one from the middle on."""
    return (values + base // 2) // base * base


def count_cells(people: Ints, fixed: Bools, policy: Policy) -> Cells:
    """What a reader knows of each shown count, and what must stay open for each hidden one."""
    flat = people.ravel().astype(np.float64)
    low, high = shown_range(people, fixed, policy)
    return Cells(flat, low, high, fixed.ravel(), count_needs(flat.size, policy), whole=True)


def shown_range(people: Ints, fixed: Bools, policy: Policy) -> tuple[Floats, Floats]:
    """A rounded count is known to its base; a shown one is never between 0 and k."""
    if policy.base == 1:
        exact = people.ravel().astype(np.float64)
        return exact, exact
    near = rounded(people, policy.base)
    exact_here = fixed | (people == 0)
    low = np.where(exact_here, people, np.maximum(near - policy.base // 2, policy.k))
    high = np.where(exact_here, people, near - policy.base // 2 + policy.base - 1)
    return low.ravel().astype(np.float64), high.ravel().astype(np.float64)


def count_needs(size: int, policy: Policy) -> Needs:
    return Needs(
        high=np.full(size, float(policy.k)), low=np.full(size, np.inf), width=np.full(size, policy.k - 1.0)
    )


def amount_cells(whole: Ints, ruled: Bools, policy: Policy) -> Cells:
    """A sum hidden by rule stays open upwards as far as its largest payer could reach, and as far downwards;
    one that only covers it need not be open on both sides, but as widely.
    """
    flat, strict = whole.ravel().astype(np.float64), ruled.ravel()
    needs = Needs(
        high=np.where(strict, np.ceil(flat / policy.dominance), -np.inf),
        low=np.where(strict, np.floor(flat * policy.dominance), np.inf),
        width=np.zeros(flat.size),
        ratio=policy.dominance**2,
    )
    return Cells(flat, flat, flat, np.zeros(flat.size, np.bool_), needs, whole=False)


def _hide(sums: Sums, cube: Cube, cells: Cells, primary: Bools, absent: Bools) -> States:
    absent = absent & ~primary
    hidden, lost = cover(sums, cells, primary.ravel().copy(), absent.ravel())
    if lost is not None:
        raise DisclosureError(
            "known_totals",
            "The cell {cell} cannot be protected: what is known from elsewhere gives it away.",
            cell=" · ".join(cube.labels(lost)),
        )
    state = np.where(hidden.reshape(cube.shape), np.int8(COMPLEMENTARY), np.int8(SHOWN))
    state[primary] = PRIMARY
    state[absent] = WITHHELD
    return state


def _masked(values: Ints, state: States) -> Ints:
    return np.where((state == SHOWN) | (state == ROUNDED), values, HIDDEN)


def _nodes(values: ArrayLike, cube: Cube, join: np.ufunc = np.add) -> Ints:
    given = np.asarray(values)
    if given.dtype.kind not in "iu" and not (given.dtype.kind == "f" and (given == np.floor(given)).all()):
        raise DisclosureError("whole_numbers", "Counts and amounts are whole numbers.")
    table = given.astype(np.int64)
    if table.shape not in (cube.shape, cube.leaf_shape):
        raise DisclosureError(
            "shape",
            "The table has the shape {given}; the cube has {leaves}, or {nodes} with totals.",
            given=table.shape,
            leaves=cube.leaf_shape,
            nodes=cube.shape,
        )
    if (table < 0).any():
        raise DisclosureError("negative", "Counts and amounts are never below zero.")
    return with_margins(table, cube, join) if table.shape == cube.leaf_shape else table


def _require_sums(values: Ints, sums: Sums, cube: Cube) -> None:
    flat = values.ravel()
    for lines in sums.lines:
        wrong = np.flatnonzero(flat[lines.parts].sum(axis=0) != flat[lines.total])
        if len(wrong):
            raise DisclosureError(
                "sum",
                "The total {cell} is not the sum of its parts.",
                cell=" · ".join(cube.labels(int(lines.total[wrong[0]]))),
            )
