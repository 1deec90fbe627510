"""Who reviews what: the worst-served file first, then all files together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from multaqa.engine.matching._aid import Bools, Ints, MatchingError
from multaqa.engine.matching._program import Program


@dataclass(frozen=True, slots=True)
class Panel:
    """seats[file, reviewer]; short: reviewers a file lacks; worst: the least affinity sum of a complete file.

    worst_possible and total_possible: what no panel can exceed, by linear relaxation; worst is -1 when no
    file is complete.
    """

    affinity: Ints
    conflict: Bools
    each: int
    load: Ints
    seats: Bools
    short: Ints
    worst: int
    total: int
    worst_possible: int
    total_possible: int


@dataclass(frozen=True, slots=True)
class ReviewReason:
    """One row about a seat, or about a file that lacks reviewers (reviewer -1): a key and its values."""

    file: int
    reviewer: int
    key: str
    values: dict[str, object]


def assign_reviewers(
    *, affinity: ArrayLike, conflict: ArrayLike | None = None, each: int = 3, load: ArrayLike | None = None
) -> Panel:
    """`each` distinct reviewers a file, nobody above their load, nobody in conflict.

    affinity: (files, reviewers) whole numbers from 0; conflict: same shape, true where the two must not meet;
    load: most files a reviewer takes, one number or one each (default: an even share and one more). First as
    many seats as possible are filled, no file lacking two while another lacks none for it; then the least
    affinity sum of a complete file is as large as can be; then the sum of all. Raises MatchingError for
    shapes, negative numbers or no reviewer at all.
    """
    worth, barred, most = _read(affinity, conflict, each, load)
    program = Program(worth, barred, most)
    seats_each = program.seats_possible(each)
    whole = seats_each == each
    bound = program.worst_possible(seats_each, whole)
    seats, best = _highest(program, seats_each, whole, bound)
    sums = np.where(seats, worth, 0).sum(axis=1)
    return Panel(
        affinity=worth,
        conflict=barred,
        each=each,
        load=most,
        seats=seats,
        short=each - seats_each,
        worst=int(sums[whole].min(initial=np.iinfo(np.int64).max)) if whole.any() else -1,
        total=int(sums.sum()),
        worst_possible=bound if whole.any() else -1,
        total_possible=best,
    )


def _highest(program: Program, seats: Ints, whole: Bools, bound: int) -> tuple[Bools, int]:
    """The best panel at the highest floor that whole reviewers can reach, by halving below the bound."""
    panel, best = program.best(seats, whole, bound)
    low, high = -1, bound
    while panel is None or high - low > 1:
        if panel is not None and low < 0:
            return panel, best
        middle = (low + high) // 2 if low >= 0 else 0
        found, value = program.best(seats, whole, middle)
        if found is None:
            high = middle
        else:
            panel, best, low = found, value, middle
    return panel, best


def explain_reviewers(panel: Panel) -> tuple[ReviewReason, ...]:
    """Each seat with its affinity and its place among the reviewers without conflict; then files that lack.

    Keys: `seat` (affinity, place, of, load, most), `short` (lacks, free: reviewers without conflict).
    """
    loads = panel.seats.sum(axis=0)
    rows = []
    for file, reviewer in np.argwhere(panel.seats).tolist():
        free = ~panel.conflict[file]
        better = int((panel.affinity[file][free] > panel.affinity[file, reviewer]).sum())
        rows.append(
            ReviewReason(
                file,
                reviewer,
                "seat",
                {
                    "affinity": int(panel.affinity[file, reviewer]),
                    "place": better + 1,
                    "of": int(free.sum()),
                    "load": int(loads[reviewer]),
                    "most": int(panel.load[reviewer]),
                },
            )
        )
    for file in np.flatnonzero(panel.short).tolist():
        free_here = int((~panel.conflict[file]).sum())
        rows.append(ReviewReason(file, -1, "short", {"lacks": int(panel.short[file]), "free": free_here}))
    return tuple(rows)


def check_reviewers(panel: Panel) -> tuple[str, ...]:
    """The rules, then both optima against bounds computed anew; empty when all hold."""
    sums = np.where(panel.seats, panel.affinity, 0).sum(axis=1)
    whole = panel.short == 0
    found = []
    if (panel.seats & panel.conflict).any():
        found.append("conflict")
    if (panel.seats.sum(axis=0) > panel.load).any():
        found.append("load")
    if (panel.seats.sum(axis=1) + panel.short != panel.each).any() or (panel.short < 0).any():
        found.append("seats")
    program = Program(panel.affinity, panel.conflict, panel.load)
    if int(program.seats_possible(panel.each).sum()) != int(panel.seats.sum()):
        found.append("more_seats_possible")
    if int(sums.sum()) != panel.total or panel.total > panel.total_possible:
        found.append("total")
    if whole.any():
        if int(sums[whole].min()) != panel.worst:
            found.append("worst")
        bound = program.worst_possible(panel.each - panel.short, whole)
        if panel.worst < bound:
            better, _best = program.best(panel.each - panel.short, whole, panel.worst + 1)
            if better is not None:
                found.append("worst_not_the_best")
    relaxed = program.with_floors(panel.each - panel.short, whole, max(panel.worst, 0))
    if relaxed is None or panel.total > relaxed.value + 1e-6:
        found.append("total_bound")
    return tuple(found)


def _read(
    affinity: ArrayLike, conflict: ArrayLike | None, each: int, load: ArrayLike | None
) -> tuple[Ints, Bools, Ints]:
    worth = np.asarray(affinity)
    if worth.ndim != 2 or not worth.size or worth.dtype.kind not in "iu" or (worth < 0).any():
        raise MatchingError("affinity", "Affinity is a table of files and reviewers in whole numbers from 0.")
    barred = np.zeros(worth.shape, np.bool_) if conflict is None else np.asarray(conflict, np.bool_)
    files, reviewers = worth.shape
    even = -(-each * files // reviewers) + 1
    most = np.broadcast_to(np.asarray(even if load is None else load, np.int64), (reviewers,)).copy()
    if barred.shape != worth.shape or each < 1 or (most < 0).any():
        raise MatchingError(
            "panel", "Conflicts have the shape of affinity, each file one seat or more, loads 0 or more."
        )
    return worth.astype(np.int64), barred, most
