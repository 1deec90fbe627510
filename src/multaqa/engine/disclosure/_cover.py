"""Complementary suppression: which further cells keep the small ones from being worked out?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.disclosure._cube import Bools, Ints, Lines, Sums
from multaqa.engine.disclosure._prove import Bounds, Floats, Needs, Seen, prove, prove_together

_HIDDEN_COST = 1e-4
_NEARBY = 2_000  # cells
_SMALL = 500


@dataclass(frozen=True, slots=True)
class Cells:
    """One layer of a table, flat: true values, what each shown cell tells, and what may not be hidden."""

    values: Floats
    shown_low: Floats
    shown_high: Floats
    fixed: Bools  # known from elsewhere
    needs: Needs
    whole: bool

    def bounds(self, hidden: Bools) -> Bounds:
        return Bounds(np.where(hidden, 0.0, self.shown_low), np.where(hidden, np.inf, self.shown_high))


def cover(sums: Sums, cells: Cells, primary: Bools, withheld: Bools) -> tuple[Bools, int | None]:
    """All cells to hide, and the first one that nothing can protect (None when all is well).

    First every single sum is made safe, then whatever the attack still breaks is covered by the cheapest loop
    of cells.
    """
    hidden = primary | withheld
    seen = Seen(cells.values.copy(), cells.values.copy())
    # in a large table the loops below find what single attacks would, and what to do about it
    attack = prove if len(hidden) <= _SMALL else prove_together
    while True:
        _cover_lines(sums, cells, hidden, withheld & ~primary)
        kept = hidden & ~(withheld & ~primary)
        attack(sums, cells.values, cells.bounds(hidden), cells.needs, kept, seen, cells.whole)
        broken = np.flatnonzero(cells.needs.unmet(seen, kept))
        if not len(broken):
            return hidden, None
        if (hidden | cells.fixed).all():
            prove(sums, cells.values, cells.bounds(hidden), cells.needs, kept, seen, cells.whole)
            broken = np.flatnonzero(cells.needs.unmet(seen, kept))
            return hidden, int(broken[0]) if len(broken) else None
        for cell in broken[np.argsort(-cells.values[broken], kind="stable")]:
            while cells.needs.unmet(seen, kept)[cell]:
                if not _cover_loop(sums, cells, hidden, seen, int(cell)):
                    hidden |= ~cells.fixed  # totals known from elsewhere leave no gentler way
                    break


def _cover_lines(sums: Sums, cells: Cells, hidden: Bools, free: Bools) -> None:
    """Hide one more cell in each sum that alone gives a hidden cell away, until none does; in place."""
    changed = True
    while changed:
        changed = False
        for lines in sums.lines:
            while _cover_once(lines, cells, hidden, free):
                changed = True


def _cover_once(lines: Lines, cells: Cells, hidden: Bools, free: Bools) -> bool:
    """A round over all sums of a kind: hide the smallest part that is enough, the largest, or the total."""
    parts, total, values = lines.parts, lines.total, cells.values
    lacking = _lacking(lines, cells, hidden, free)
    at = np.flatnonzero(lacking > 0)
    if not len(at):
        return False
    spare = ~hidden[parts[:, at]] & ~cells.fixed[parts[:, at]] & (values[parts[:, at]] > 0)
    size = np.where(spare, values[parts[:, at]], -1.0)
    enough = np.where(size >= lacking[at], size, np.inf)
    choice = np.where(np.isfinite(enough).any(axis=0), enough.argmin(axis=0), size.argmax(axis=0))
    found = spare.any(axis=0)
    upward = ~found & ~cells.fixed[total[at]] & ~hidden[total[at]]
    picks = np.concatenate([parts[choice[found], at[found]], total[at[upward]]])
    hidden[picks] = True
    return bool(len(picks))


def _lacking(lines: Lines, cells: Cells, hidden: Bools, free: Bools) -> Floats:
    """For each sum, how much a further hidden part must hold for this sum alone to give nothing away."""
    needs, parts, total = cells.needs, lines.parts, lines.total
    inside, above = hidden[parts], hidden[total]
    count = inside.sum(axis=0)
    shown_low = np.where(inside, 0.0, cells.shown_low[parts]).sum(axis=0)
    shown_high = np.where(inside, 0.0, cells.shown_high[parts]).sum(axis=0)
    high = np.where(above, np.inf, cells.shown_high[total] - shown_low)
    alone = ~above & (count == 1)
    low = np.where(alone, np.maximum(cells.shown_low[total] - shown_high, 0.0), 0.0)
    ours = inside & ~free[parts]
    wanted = np.where(ours, needs.high[parts], -np.inf).max(axis=0)
    deepest = np.where(ours, needs.low[parts], np.inf).min(axis=0)
    width = np.where(ours, needs.width[parts], -np.inf).max(axis=0)
    short = (high < wanted) | (low > deepest) | (high - low < width)
    short |= ours.any(axis=0) & (low > needs.ratio * high)
    # a hidden total over shown parts only is their sum
    bare = above & ~free[total] & (count == 0)
    bare &= (
        (shown_low > needs.low[total])
        | (shown_high < needs.high[total])
        | (shown_high - shown_low < needs.width[total])
        | (shown_low > needs.ratio * shown_high)
    )
    more = np.maximum(np.maximum(wanted, width) - np.where(above, 0.0, high), 1.0)
    lacking: Floats = np.where(short, more, np.where(bare, 1.0, 0.0))
    return lacking


def _cover_loop(sums: Sums, cells: Cells, hidden: Bools, seen: Seen, cell: int) -> bool:
    """Hide the cheapest cells that let `cell` move as far as it must; False when no single move is enough.

    The move itself is another possible table, so it is a proof for all the cells it touches.
    """
    needs = cells.needs
    if seen.high[cell] < needs.high[cell]:
        goals = [max(needs.high[cell], seen.low[cell] + needs.width[cell]), needs.high[cell]]
    elif seen.low[cell] > needs.low[cell]:
        goals = [needs.low[cell]]
    elif seen.high[cell] - seen.low[cell] < needs.width[cell]:
        goals = [seen.low[cell] + needs.width[cell], seen.high[cell] - needs.width[cell]]
    else:
        further = np.ceil(seen.low[cell] / needs.ratio) + 1
        goals = [further, max(np.floor(seen.high[cell] * needs.ratio) - 1, 0.0)]
    for goal in goals:
        table = _cheapest(sums, cells, hidden, cell, float(goal)) if goal >= 0 else None
        if table is not None:
            touched = np.abs(table - cells.values) > (0.5 if cells.whole else 1e-6 * (1 + cells.values))
            touched[cell], table[cell] = True, goal
            hidden |= touched & ((table < cells.shown_low) | (table > cells.shown_high))
            seen.add(np.flatnonzero(touched), table[touched])
            return True
    return False


def _cheapest(sums: Sums, cells: Cells, hidden: Bools, cell: int, goal: float) -> Floats | None:
    """The possible table with `goal` in the cell whose other changes fall on the cheapest cells: nearby, or
    anywhere.
    """
    size = len(cells.values)
    if size > 2 * _NEARBY:
        per_place = size / (1 + int(sums.block.max()))
        near = np.flatnonzero(np.abs(sums.block - sums.block[cell]) <= _NEARBY / per_place / 2)
        table = _cheapest_among(sums, cells, hidden, cell, goal, near)
        if table is not None:
            return table
    return _cheapest_among(sums, cells, hidden, cell, goal, np.arange(size))


def _cheapest_among(
    sums: Sums, cells: Cells, hidden: Bools, cell: int, goal: float, among: Ints
) -> Floats | None:
    from scipy.optimize import Bounds as Box
    from scipy.optimize import LinearConstraint, linprog, milp
    from scipy.sparse import hstack

    values, size = cells.values[among], len(among)
    scale = 1.0 if cells.whole else max(1.0, float(values.max()) / 1e6)
    cost = (1.0 + values / (1.0 + values.max())) * 4.0 ** sums.level[among]
    cost = np.tile(np.where(hidden[among], _HIDDEN_COST, cost), 2)
    low = np.zeros(2 * size)
    high = np.where(np.tile(cells.fixed[among], 2), 0.0, np.concatenate([np.full(size, np.inf), values]))
    at = int(np.searchsorted(among, cell))
    move = goal - values[at]
    forward, back = (at, at + size) if move > 0 else (at + size, at)
    low[forward] = high[forward] = abs(move)
    high[back] = 0.0
    part = sums.matrix[:, among].tocsr()
    part = part[np.flatnonzero(np.diff(part.indptr))]
    matrix = hstack([part, -part]).tocsc()
    zero = np.zeros(matrix.shape[0])
    box = np.stack([low, high], axis=1) / scale
    answer = linprog(cost, A_eq=matrix, b_eq=zero, bounds=box, method="highs")
    if answer.x is not None and cells.whole and np.abs(answer.x - np.rint(answer.x)).max() > 1e-6:
        rows = LinearConstraint(matrix, zero, zero)
        answer = milp(cost, constraints=rows, bounds=Box(low, high), integrality=np.ones(2 * size))
    if answer.x is None:
        return None
    step = np.rint(answer.x) if cells.whole else answer.x * scale
    table: Floats = cells.values.copy()
    table[among] += step[:size] - step[size:]
    return table
