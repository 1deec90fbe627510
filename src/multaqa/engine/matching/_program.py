"""The programs behind a panel of reviewers: a network flow, with floors under the files that need one.

Only the pairs that can matter are in the program: it starts with each file's best reviewers, and its prices
say which others to add. Floors are added for the files that would fall below, so most panels are plain flows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

_FIRST = 9  # reviewers a file begins with, beyond its seats
_CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class Relaxed:
    """Shares of each pair at the optimum, its value, and how much each pair left out would cost."""

    share: Floats
    value: float
    loss: Floats


class Program:
    """Pairs free of conflict as columns; files' seats, reviewers' loads and files' affinity sums as rows."""

    def __init__(self, worth: Ints, barred: Bools, most: Ints) -> None:
        from scipy.sparse import csr_array

        self.shape, self.most = worth.shape, most.astype(np.float64)
        self.file, self.reviewer = np.nonzero(~barred)
        self.worth = worth[self.file, self.reviewer].astype(np.float64)
        pairs, ones = np.arange(len(self.file)), np.ones(len(self.file))
        size = len(pairs)
        self.seats: Any = csr_array((ones, (self.file, pairs)), shape=(self.shape[0], size)).tocsc()
        self.loads: Any = csr_array((ones, (self.reviewer, pairs)), shape=(self.shape[1], size)).tocsc()
        self.sums: Any = csr_array((self.worth, (self.file, pairs)), shape=(self.shape[0], size)).tocsc()
        order = np.lexsort((-self.worth, self.file))
        first = np.searchsorted(self.file[order], self.file[order])
        self.place = np.empty(size, np.int64)
        self.place[order] = pairs - first  # 0: the file's best reviewer

    def seats_possible(self, each: int) -> Ints:
        """Reviewers each file can have: as many as possible together, the lack spread over many files."""
        from scipy.optimize import linprog
        from scipy.sparse import csr_array, eye_array, hstack

        full = np.full(self.shape[0], each)
        if self.relaxed(full, np.zeros(self.shape[0], np.bool_), 0) is not None:
            return full
        files = self.shape[0]
        # a file's first missing seat costs 1, the second 2, …: a network, so the corners are whole
        missing: Any = hstack([eye_array(files)] * each)
        answer = linprog(
            np.concatenate([np.zeros(len(self.file)), np.repeat(np.arange(1.0, each + 1), files)]),
            A_ub=hstack([self.loads, csr_array((self.shape[1], files * each))]).tocsc(),
            b_ub=self.most,
            A_eq=hstack([self.seats, missing]).tocsc(),
            b_eq=full.astype(np.float64),
            bounds=(0, 1),
            method="highs-ds",
        )
        lacking = np.rint(answer.x[len(self.file) :]).astype(np.int64).reshape(each, files).sum(axis=0)
        possible: Ints = each - lacking
        return possible

    def worst_possible(self, seats: Ints, whole: Bools) -> int:
        """What the worst complete file cannot exceed: its own best reviewers, or fractions of the panel."""
        from scipy.optimize import linprog
        from scipy.sparse import block_array, csr_array, hstack

        own = np.bincount(self.file, np.where(self.place < seats[self.file], self.worth, 0.0), self.shape[0])
        ceiling = int(own[whole].min(initial=own.max(initial=0)))
        if not whole.any() or self.with_floors(seats, whole, ceiling) is not None:
            return ceiling
        pairs, above = len(self.file), np.flatnonzero(whole)
        level = csr_array(np.ones((len(above), 1)))
        answer = linprog(
            np.concatenate([np.zeros(pairs), [-1.0]]),
            A_ub=block_array(
                [[-self.sums.tocsr()[above], level], [self.loads, csr_array((self.shape[1], 1))]]
            ).tocsc(),
            b_ub=np.concatenate([np.zeros(len(above)), self.most]),
            A_eq=hstack([self.seats, csr_array((self.shape[0], 1))]).tocsc(),
            b_eq=seats.astype(np.float64),
            bounds=[(0, 1)] * pairs + [(0, None)],
            method="highs",
        )
        return int(np.floor(-answer.fun + _CLOSE))

    def best(self, seats: Ints, whole: Bools, floor: int) -> tuple[Bools | None, int]:
        """The panel of greatest affinity in which every complete file reaches the floor, and its bound."""
        found = self.with_floors(seats, whole, floor)
        if found is None:
            return None, 0
        bound = int(np.floor(found.value + _CLOSE))
        if np.abs(found.share - np.rint(found.share)).max(initial=0) < _CLOSE:
            return self._panel(found.share), bound
        # a pair whose loss exceeds the gap to a panel in hand is in no better one
        columns = found.loss < _CLOSE
        share = self._whole(seats, whole, floor, columns)
        gap = np.inf if share is None else found.value - share @ self.worth
        wider = found.loss <= gap + _CLOSE
        if (wider & ~columns).any():
            share = self._whole(seats, whole, floor, wider)
        return (None, 0) if share is None else (self._panel(share), round(float(share @ self.worth)))

    def with_floors(self, seats: Ints, whole: Bools, floor: int) -> Relaxed | None:
        """The relaxed optimum with every complete file at the floor; None when there is none."""
        held = np.zeros(self.shape[0], np.bool_)
        while True:
            found = self.relaxed(seats, held, floor)
            if found is None:
                return None
            below = whole & ~held & (self.sums @ found.share < floor - _CLOSE)
            if not below.any():
                return found
            held |= below

    def relaxed(self, seats: Ints, held: Bools, floor: int) -> Relaxed | None:
        from scipy.optimize import linprog

        if not len(self.file):
            return None if seats.any() else Relaxed(self.worth, 0.0, self.worth)
        columns = (self.place < seats[self.file] + _FIRST) | held[self.file]
        under = -self.sums.tocsr()[np.flatnonzero(held)].tocsc()
        while True:
            at = np.flatnonzero(columns)
            rows: Any = _stacked(self.loads[:, at], under[:, at])
            answer = linprog(
                -self.worth[at],
                A_ub=rows,
                b_ub=np.concatenate([self.most, np.full(under.shape[0], -float(floor))]),
                A_eq=self.seats[:, at],
                b_eq=seats.astype(np.float64),
                bounds=(0, 1),
                method="highs-ds",
            )
            if answer.x is None:
                if columns.all():
                    return None
                columns[:] = True
                continue
            prices = answer.ineqlin.marginals
            loss = -self.worth - self.seats.T @ answer.eqlin.marginals
            loss -= self.loads.T @ prices[: self.shape[1]] + under.T @ prices[self.shape[1] :]
            missing = ~columns & (loss < -_CLOSE)
            if not missing.any():
                share = np.zeros(len(columns))
                share[at] = answer.x
                return Relaxed(share, -float(answer.fun), np.where(columns & (loss < 0), 0.0, loss))
            columns |= missing

    def _whole(self, seats: Ints, whole: Bools, floor: int, columns: Bools) -> Floats | None:
        from scipy.optimize import Bounds, LinearConstraint, milp

        at = np.flatnonzero(columns)
        answer = milp(
            -self.worth[at],
            constraints=[
                LinearConstraint(self.seats[:, at], seats, seats),
                LinearConstraint(self.loads[:, at], -np.inf, self.most),
                LinearConstraint(self.sums[:, at], np.where(whole, float(floor), -np.inf), np.inf),
            ],
            bounds=Bounds(0, 1),
            integrality=np.ones(len(at)),
            options={"mip_rel_gap": 0.0},
        )
        if answer.x is None:
            return None
        share = np.zeros(len(columns))
        share[at] = np.rint(answer.x)
        return share

    def _panel(self, share: Floats) -> Bools:
        chosen = np.zeros(self.shape, np.bool_)
        taken = np.rint(share) == 1
        chosen[self.file[taken], self.reviewer[taken]] = True
        return chosen


def _stacked(above: Any, below: Any) -> Any:
    from scipy.sparse import vstack

    return vstack([above, below]).tocsc()
