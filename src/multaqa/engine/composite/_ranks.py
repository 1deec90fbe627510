"""Places: 1 is the highest score, equal scores share the smaller number, what is not measured has none."""

from __future__ import annotations

import numpy as np

from multaqa.engine.composite._plan import NO_RANK, Floats, Ints, Table


def ranks(scores: Floats) -> Ints:
    """Ranks of (units,) or of each row of (draws, units)."""
    rows = np.atleast_2d(scores)
    found = np.full(rows.shape, NO_RANK, np.int64)
    known = ~np.isnan(rows[0])
    found[:, known] = places(rows[:, known])
    return found.reshape(scores.shape)


def places(scores: Floats) -> Ints:
    """Ranks of each row of (draws, units) that has no gaps."""
    if not scores.shape[1]:
        return np.zeros(scores.shape, np.int64)
    order = np.argsort(-scores, axis=1)
    along = np.take_along_axis(scores, order, axis=1)
    place = np.broadcast_to(np.arange(1, scores.shape[1] + 1), scores.shape).copy()
    tied = along[:, 1:] == along[:, :-1]
    if tied.any():
        place[:, 1:][tied] = 0
        place = np.maximum.accumulate(place, axis=1)
    found = np.empty_like(place)
    np.put_along_axis(found, order, place, axis=1)
    return found


def ranks_by_year(scores: Floats, table: Table) -> Ints:
    """Ranks of each column of (rows, elements), each year on its own."""
    found = np.full(scores.shape, NO_RANK, np.int64)
    for rows in table.periods():
        for column in range(scores.shape[1]):
            found[rows, column] = ranks(scores[rows, column])
    return found
