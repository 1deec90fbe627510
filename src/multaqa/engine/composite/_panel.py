"""From year to year: which way does a unit move?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.composite._index import Index


@dataclass(frozen=True, slots=True)
class Growth:
    """A unit's index from its first to its last measured year: compound yearly growth (NaN where it has no
    meaning), and the change of score and rank.
    """

    unit: str
    first: int
    last: int
    growth: float
    change: float
    rank_change: int  # below zero: nearer to the first place


def growth(result: Index) -> tuple[Growth, ...]:
    """One row a unit that is measured in two years or more; empty where there are no years."""
    years = result.table.years
    if years is None:
        return ()
    rows: dict[str, list[int]] = {}
    for row in np.argsort(years, kind="stable").tolist():
        if result.rank[row]:
            rows.setdefault(result.table.units[row], []).append(row)
    found = []
    for unit, own in rows.items():
        if len(own) < 2:
            continue
        first, last = own[0], own[-1]
        span = int(years[last] - years[first])
        found.append(
            Growth(
                unit,
                int(years[first]),
                int(years[last]),
                compound(float(result.score[first]), float(result.score[last]), span),
                float(result.score[last] - result.score[first]),
                int(result.rank[last] - result.rank[first]),
            )
        )
    return tuple(found)


def compound(first: float, last: float, years: int) -> float:
    """Compound yearly growth, 0 where nothing changed, NaN from or to zero or across it."""
    if first == last:
        return 0.0
    if years <= 0 or first * last <= 0:
        return float("nan")
    return float((last / first) ** (1 / years) - 1)
