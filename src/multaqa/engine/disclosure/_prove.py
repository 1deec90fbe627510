"""The attack by linear programming: which other tables agree with what is published?

Each solution is a whole table, so it widens the known range of all its hidden cells at once; cells are only
attacked one by one when such tables have not shown enough. Large tables are cut in blocks along their longest
axis, the rest held fixed: a table that is possible so is possible.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multaqa.engine.disclosure._cube import Bools, Ints, Sums

Floats = NDArray[np.float64]

_BLOCKS = (500, 2000)  # cells
_PATIENCE = 3
_SHORT_SUM = 60  # open cells
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class Needs:
    """What must stay possible for each cell: a value as high, one as low, and two as far apart.

    ratio: the lowest value is at most this share of the highest (1: no demand).
    """

    high: Floats
    low: Floats
    width: Floats
    ratio: float = 1.0

    def unmet(self, seen: Seen, hidden: Bools) -> Bools:
        short: Bools = hidden & (
            (seen.high < self.high)
            | (seen.low > self.low)
            | (seen.high - seen.low < self.width)
            | (seen.low > self.ratio * seen.high)
        )
        return short


@dataclass(frozen=True, slots=True)
class Seen:
    """The least and greatest value of each cell among the possible tables met so far; written in place."""

    low: Floats
    high: Floats

    def add(self, cells: Ints, values: Floats) -> None:
        self.low[cells] = np.minimum(self.low[cells], values)
        self.high[cells] = np.maximum(self.high[cells], values)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What everybody knows of each cell; equal where the exact value is published."""

    low: Floats
    high: Floats


def prove(
    sums: Sums, base: Floats, bounds: Bounds, needs: Needs, hidden: Bools, seen: Seen, whole: bool
) -> None:
    """Widen `seen` until every hidden cell has what it needs, or has its exact range.

    base: a possible table; whole: only tables of whole numbers count.
    """
    free = prove_together(sums, base, bounds, needs, hidden, seen, whole)
    if needs.unmet(seen, hidden).any() and len(free) > 2 * _BLOCKS[0]:
        whole_table = Program(sums, base, bounds, free, whole)
        _in_all_directions(whole_table, needs, needs.unmet(seen, hidden), seen)
    for size in (_BLOCKS[-1], len(free)):
        target = needs.unmet(seen, hidden)
        for piece in _pieces(sums, free, target, size):
            program = Program(sums, base, bounds, piece, whole)
            _one_by_one(program, needs, target, seen, exact=len(piece) == len(free))


def prove_together(
    sums: Sums, base: Floats, bounds: Bounds, needs: Needs, hidden: Bools, seen: Seen, whole: bool
) -> Ints:
    """The same as far as a few tables show it for many cells at once; returns the cells that are open."""
    free = np.flatnonzero(bounds.low < bounds.high)
    for size in _BLOCKS:
        target = needs.unmet(seen, hidden)
        for piece in _pieces(sums, free, target, size):
            _in_all_directions(Program(sums, base, bounds, piece, whole), needs, target, seen)
        if len(free) <= 2 * size:
            break
    return free


def _pieces(sums: Sums, free: Ints, target: Bools, size: int) -> list[Ints]:
    """Open cells cut into blocks of neighbours on the longest axis; only those with a cell to prove."""
    if len(free) <= 2 * size:
        return [free] if target[free].any() else []
    order = free[np.argsort(sums.block[free], kind="stable")]
    cuts = [0]
    for at in np.flatnonzero(np.diff(sums.block[order])) + 1:
        if at - cuts[-1] >= size:
            cuts.append(int(at))
    return [piece for piece in np.split(order, cuts[1:]) if target[piece].any()]


def _in_all_directions(program: Program, needs: Needs, target: Bools, seen: Seen) -> None:
    """Tables far out in ever new directions, until they show nothing more."""
    free, turn, idle = program.free, 0, 0
    while idle < _PATIENCE:
        left = needs.unmet(seen, target)[free]
        if not left.any():
            return
        turn += 1
        share = (_GOLDEN * turn * (1 + np.arange(len(free)))) % 1.0
        lift = (seen.high < needs.high)[free]
        push = np.where(lift, 0.5 + share, np.where(share < 0.5, share - 1, 1 + share))
        program.solve(np.where(left, push, 0.0), seen)
        idle = idle + 1 if needs.unmet(seen, target)[free].sum() > 0.95 * left.sum() else 0


def _one_by_one(program: Program, needs: Needs, target: Bools, seen: Seen, exact: bool) -> None:
    for at in np.flatnonzero(needs.unmet(seen, target)[program.free]):
        one = np.zeros(len(program.free))
        one[at] = 1.0
        for sign in (1.0, -1.0):
            if needs.unmet(seen, target)[program.free[at]]:
                program.solve(sign * one, seen, exact=exact)


class Program:
    """The tables that agree with all sums and differ from `base` in the free cells only.

    A cell without upper bound may grow far beyond the table's total, which is as good as endless.
    """

    def __init__(self, sums: Sums, base: Floats, bounds: Bounds, free: Ints, whole: bool) -> None:
        part = sums.matrix[:, free].tocsr()
        part = part[np.flatnonzero(np.diff(part.indptr))].tocsc()
        self.scale = 1.0 if whole else max(1.0, float(base.max(initial=0.0)) / 1e6)
        self.matrix, self.right, self.free, self.whole = part, part @ base[free], free, whole
        ceiling = float(base.max(initial=0.0)) * 4 + 1000.0
        rows = abs(part.tocsr())
        self.short_sums = rows[np.flatnonzero(np.diff(rows.indptr) <= _SHORT_SUM)]
        self.low = bounds.low[free]
        self.high = np.minimum(bounds.high[free], ceiling)

    def solve(self, push: Floats, seen: Seen, exact: bool = False) -> None:
        """Add the table that goes furthest in the direction `push`; exact: whole numbers if need be."""
        from scipy.optimize import linprog

        answer = linprog(
            -push,
            A_eq=self.matrix,
            b_eq=self.right / self.scale,
            bounds=np.stack([self.low, self.high], axis=1) / self.scale,
            method="highs",
        )
        if answer.x is None:
            return
        if not self._add(answer.x, seen) and not self._mended(answer.x, push, seen) and exact:
            self._solve_whole(push, np.arange(len(self.free)), np.zeros(len(self.free)), seen)

    def _add(self, found: Floats, seen: Seen) -> bool:
        if not self.whole:
            seen.add(self.free, np.clip(found * self.scale, self.low, self.high))
            return True
        table = np.rint(found)
        inside = (table >= self.low) & (table <= self.high)
        fits = inside.all() and (self.matrix @ table == self.right).all()
        if fits:
            seen.add(self.free, table)
        return bool(fits)

    def _mended(self, found: Floats, push: Floats, seen: Seen) -> bool:
        """A corner of a three-way table may hold a few halves: whole numbers for them and what they touch."""
        cells = np.abs(found - np.rint(found)) > 1e-6
        for _hop in range(2):
            touched = (self.short_sums @ cells.astype(np.float64)) > 0
            cells = cells | ((self.short_sums.T @ touched.astype(np.float64)) > 0)
            if self._solve_whole(push, np.flatnonzero(cells), np.rint(found), seen, gap=0.2):
                return True
        return False

    def _solve_whole(self, push: Floats, cells: Ints, rest: Floats, seen: Seen, gap: float = 0.0) -> bool:
        """Whole numbers for some cells, the others as in `rest`."""
        from scipy.optimize import Bounds as Box
        from scipy.optimize import LinearConstraint, milp

        part, fixed = self.matrix[:, cells], rest.copy()
        fixed[cells] = 0.0
        right = self.right - self.matrix @ fixed
        answer = milp(
            -push[cells],
            constraints=LinearConstraint(part, right, right),
            bounds=Box(self.low[cells], self.high[cells]),
            integrality=np.ones(len(cells)),
            options={"mip_rel_gap": gap},
        )
        if answer.x is None:
            return False
        fixed[cells] = answer.x
        return self._add(fixed, seen)


def possible_table(sums: Sums, bounds: Bounds, guess: float, whole: bool) -> Floats | None:
    """A table that agrees with what is known, its open cells as near to the guess as they can be."""
    from scipy.optimize import Bounds as Box
    from scipy.optimize import LinearConstraint, milp
    from scipy.sparse import eye_array, hstack

    free = np.flatnonzero(bounds.low < bounds.high)
    table = bounds.low.copy()
    table[free] = 0.0
    scale = 1.0 if whole else max(1.0, float(table.max(initial=0.0)) / 1e6)
    right = -(sums.matrix @ table) / scale
    if not len(free):
        return table if (right == 0).all() else None
    start = np.clip(guess, bounds.low[free], bounds.high[free]) / scale
    one = eye_array(len(free))
    part = sums.matrix[:, free] @ hstack([one, -one])
    answer = milp(
        np.ones(2 * len(free)),
        constraints=LinearConstraint(part.tocsc(), *(2 * [right - sums.matrix[:, free] @ start])),
        bounds=Box(0, np.concatenate([bounds.high[free] / scale - start, start - bounds.low[free] / scale])),
        integrality=np.full(2 * len(free), int(whole)),
    )
    if answer.x is None:
        return None
    found = start + answer.x[: len(free)] - answer.x[len(free) :]
    table[free] = np.rint(found) if whole else np.maximum(found * scale, 0.0)
    return table
