"""The attack on rates: which other numerators agree with all that is published, roundings included?

Every solution of a linear program is one such set of numerators, so it is a proof for all figures it moves.
Most figures are settled with all else outside their own province held fast, which can only understate.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from multaqa.engine.disclosure._cube import Bools, Ints
from multaqa.engine.disclosure._prove import Floats
from multaqa.engine.disclosure._rate_lines import System, needed

_MANY = 12  # figures still open: together before one by one
_TURNS = 4
_GOLDEN = 0.6180339887498949
_NEAR = 1e-5


class Attack:
    """One possible set of numerators, and the lowest and highest of each figure met so far.

    low, high: what is known of each figure; widened in place when more is hidden, which unsays nothing.
    """

    def __init__(self, system: System, low: Floats, high: Floats, guarded: Bools, *, whole: bool) -> None:
        self.system, self.guarded, self.whole = system, guarded, whole
        self.low, self.high = low, high
        self.row_low, self.row_high = system.low.copy(), system.high.copy()
        self.need = needed(np.nan_to_num(system.people), whole=whole)
        size = len(low)
        self.seen_low, self.seen_high = np.full(size, np.inf), np.full(size, -np.inf)
        self.base = np.zeros(size)
        push = np.where(guarded, 1.0 / np.maximum(np.nan_to_num(system.people), 1.0), 0.0)
        everything = np.arange(size)
        found = self._solved(push, everything)
        self.forgiven = found is None
        if found is None:
            self._forgive()
            found = self._solved(push, everything)
        if found is None:  # within the tolerance of the solver; nothing is proven then
            found = np.clip(self.base, low, high)
        self.base = found
        self._add(found)

    def unmet(self) -> Bools:
        """Guarded figures whose range met so far is too narrow."""
        low, high = self.seen_low - _NEAR, self.seen_high + _NEAR
        if self.whole:
            low, high = np.ceil(low), np.floor(high)
        short: Bools = self.guarded & (high - low < self.need - _NEAR)
        return short

    def widen(self, deepest: int | None = None) -> None:
        """Look for wider ranges near each open figure, then ever further; deepest: generations."""
        everything = np.arange(len(self.base))
        for turn in range(_TURNS):
            if self.unmet().sum() <= _MANY:
                break
            self._push(everything, turn)
        generations = len(self.system.above) if deepest is None else deepest + 1
        for generation in range(1, generations):
            self._near(generation)
        if deepest is None:
            self._near(None)

    def free(self, figure: int, generation: int | None) -> Ints:
        """Figures of all places in the ancestor of this one; None: all figures."""
        above = self.system.above
        if generation is None:
            return np.arange(above.shape[1])
        return np.flatnonzero((above == above[min(generation, len(above) - 1), figure]).any(axis=0))

    def aim(self, figure: int) -> tuple[float, float]:
        """The two numerators that must both be possible, as near as can be to what is."""
        low = float(self.seen_low[figure])
        need, most = float(self.need[figure]), float(self.system.people[figure])
        lower = max(min(np.floor(low + _NEAR) if self.whole else low, most - need), 0.0)
        return lower, lower + need

    def cheapest(self, figure: int, goal: float, free: Ints) -> Ints | None:
        """Hide the cheapest figures among `free` that let this one be `goal`; which, or None: no way."""
        from scipy.sparse import hstack

        matrix, low, high = self._rows(free)
        ceiling = np.nan_to_num(self.system.people[free], nan=np.inf)
        shown = np.flatnonzero((self.low[free] > 0) | (self.high[free] < ceiling))
        at = int(np.searchsorted(free, figure))
        own_low, own_high = self.low[free].copy(), self.high[free].copy()
        own_low[at] = own_high[at] = goal
        price = self.system.cost[free[shown]]
        step = matrix[:, shown]
        found = _program(
            np.concatenate([np.zeros(len(free)), price, price]),
            hstack([matrix, step, -step]).tocsc(),
            (low, high),
            np.concatenate([own_low, np.zeros(2 * len(shown))]),
            np.concatenate([own_high, ceiling[shown] - self.high[free[shown]], self.low[free[shown]]]),
        )
        if found is None:
            return None
        table = found[: len(free)]
        up, down = found[len(free) : len(free) + len(shown)], found[len(free) + len(shown) :]
        table[shown] += up - down
        opened = free[shown[(up > _NEAR) | (down > _NEAR)]]
        self.hide(opened)
        whole_table = self.base.copy()
        whole_table[free] = table
        self._add(whole_table)
        return opened

    def hide(self, figures: Ints) -> None:
        self.low[figures] = 0.0
        self.high[figures] = np.nan_to_num(self.system.people[figures], nan=np.inf)

    def _near(self, generation: int | None) -> None:
        for group in self._groups(generation):
            free = self.free(int(group[0]), generation)
            if len(group) > 1:
                self._push(free, 0)
                self._push(free, 1)
            for figure in group:
                for sign in (1.0, -1.0):
                    if self.unmet()[figure]:
                        self._solve(np.where(free == figure, sign, 0.0), free)

    def _groups(self, generation: int | None) -> Iterator[Ints]:
        """Open figures by the place they share."""
        open_now = np.flatnonzero(self.unmet())
        if generation is None:
            yield from ([open_now] if len(open_now) else [])
            return
        places = self.system.above[min(generation, len(self.system.above) - 1), open_now]
        for place in np.unique(places):
            yield open_now[places == place]

    def _push(self, free: Ints, turn: int) -> None:
        """All open figures at once: all down, all up, then each its own way."""
        left = self.unmet()[free]
        weight = 1.0 / np.maximum(np.nan_to_num(self.system.people[free]), 1.0)
        if turn > 1:
            share = (_GOLDEN * turn * (1 + np.arange(len(free)))) % 1.0
            weight = weight * np.where(share < 0.5, share - 1, share)
        self._solve(np.where(left, weight, 0.0) * (-1.0 if turn % 2 == 0 else 1.0), free)

    def _solve(self, push: Floats, free: Ints) -> None:
        found = self._solved(push, free)
        if found is not None:
            table = self.base.copy()
            table[free] = found
            self._add(table)

    def _solved(self, push: Floats, free: Ints) -> Floats | None:
        matrix, low, high = self._rows(free)
        return _program(-push, matrix, (low, high), self.low[free], self.high[free])

    def _rows(self, free: Ints) -> tuple[Any, Floats, Floats]:
        """The rows with free figures, less what the others make of them."""
        if len(free) == len(self.base):
            return self.system.matrix, self.row_low, self.row_high
        part = self.system.matrix[:, free]
        touched = np.unique(part.indices)
        held = self.base.copy()
        held[free] = 0.0
        rest = (self.system.matrix @ held)[touched]
        return part.tocsr()[touched].tocsc(), self.row_low[touched] - rest, self.row_high[touched] - rest

    def _add(self, table: Floats) -> None:
        np.minimum(self.seen_low, table, out=self.seen_low)
        np.maximum(self.seen_high, table, out=self.seen_high)

    def _forgive(self) -> None:
        """Sources contradict themselves: the sums that do not hold are known only so far, twice over."""
        from scipy.sparse import eye_array, hstack

        rows, size = len(self.row_low), len(self.base)
        one = eye_array(rows)
        found = _program(
            np.concatenate([np.zeros(size), np.ones(2 * rows)]),
            hstack([self.system.matrix, one, -one]).tocsc(),
            (self.row_low, self.row_high),
            np.concatenate([self.low, np.zeros(2 * rows)]),
            np.concatenate([self.high, np.full(2 * rows, np.inf)]),
        )
        if found is not None:
            less, more = found[size : size + rows], found[size + rows :]
            self.row_low -= 2 * less
            self.row_high += 2 * more


def _program(
    cost: Floats, matrix: Any, rows: tuple[Floats, Floats], low: Floats, high: Floats
) -> Floats | None:
    from scipy.optimize import Bounds, LinearConstraint, milp

    # the sums of a cube leave presolving nothing to find: without it a third faster
    answer = milp(
        cost,
        constraints=LinearConstraint(matrix, *rows),
        bounds=Bounds(low, high),
        options={"presolve": False},
    )
    found: Floats | None = answer.x
    return None if found is None else np.clip(found, low, high)
