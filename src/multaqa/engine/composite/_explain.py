"""Why this score? What each indicator added or took, against a unit that has the average score on it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from multaqa.engine.composite._aggregate import climb, measured
from multaqa.engine.composite._index import Index, index
from multaqa.engine.composite._plan import NO_RANK, Floats


@dataclass(frozen=True, slots=True)
class Reason:
    """One row a citizen can read: the row of the table, a message key and its values."""

    unit: int
    key: str
    values: dict[str, float | int | str]


def explain(result: Index) -> list[Reason]:
    """For each unit: its rank and range, what each indicator moved its score by, what is not measured; or why
    it has no rank.

    Keys: `rank`, `highest_dimension`, `moved` (largest first), `filled`, `left_out`; `not_measured`,
    `too_little_measured`. `moved` is the score less what it would be with the average of all ranked units
    on that indicator; for arithmetic means these add up to the distance from the average unit.
    """
    shifts = moved(result)
    ranked = _ranked_of_year(result)
    rows: list[Reason] = []
    for row in range(len(result.score)):
        if result.rank[row] == NO_RANK:
            screened = bool(result.prepared.measured[row].any()) and not result.prepared.kept[row]
            key = "too_little_measured" if screened else "not_measured"
            rows.append(Reason(row, key, {"missing": float(result.share_missing[row])}))
            continue
        rows.append(
            Reason(
                row,
                "rank",
                {
                    "rank": int(result.rank[row]),
                    "low": int(result.rank_low[row]),
                    "high": int(result.rank_high[row]),
                    "of": int(ranked[row]),
                    "missing": float(result.share_missing[row]),
                },
            )
        )
        rows += _highest_dimension(result, row)
        rows += _indicators(result, row, shifts[row])
    return rows


def moved(result: Index) -> Floats:
    """(rows, indicators): the index less the index with that indicator at the average of the ranked
    units of the year; NaN where the indicator or the index is not measured.
    """
    plan, scores = result.plan, result.normalised
    found = np.full(scores.shape, np.nan)
    for rows in result.table.periods():
        have = measured(plan, ~np.isnan(scores[rows]))
        for column in range(scores.shape[1]):
            known = have[:, column] & have[:, plan.top]
            if not known.any():
                continue
            own = scores[rows]
            changed = own.copy()
            changed[known, column] = float(own[known, column].mean())
            # in an outranking, a unit with another figure meets the others as they were published
            other = climb(plan, changed, have, plan.weights, result.scores[rows])[plan.top]
            found[rows[known], column] = (result.score[rows] - other)[known]
    return found


def without(result: Index, code: str) -> Index:
    """The same index with one element's weight set to nothing."""
    plan = result.plan
    elements = tuple(replace(item, weight=0.0) if item.code == code else item for item in plan.elements)
    return index(values=result.table, method=replace(plan, elements=elements, draws=0))


def _ranked_of_year(result: Index) -> np.ndarray:
    ranked = np.zeros(len(result.score), int)
    for rows in result.table.periods():
        ranked[rows] = int((result.rank[rows] != NO_RANK).sum())
    return ranked


def _highest_dimension(result: Index, row: int) -> list[Reason]:
    places = [place for place, item in enumerate(result.plan.elements) if item.level == 2]
    scores = result.scores[row, places]
    if result.plan.elements[-1].level == 2 or np.isnan(scores).all():
        return []
    item = result.plan.elements[places[int(np.nanargmax(scores))]]
    values: dict[str, float | int | str] = {
        "dimension": item.name or item.code,
        "score": float(np.nanmax(scores)),
    }
    return [Reason(row, "highest_dimension", values)]


def _indicators(result: Index, row: int, shifts: Floats) -> list[Reason]:
    order = sorted(
        (column for column in range(len(shifts)) if shifts[column] == shifts[column]),
        key=lambda column: (-abs(shifts[column]), column),
    )
    rows = [
        Reason(
            row,
            "moved",
            {
                "indicator": result.plan.elements[column].code,
                "by": float(shifts[column]),
                "score": float(result.normalised[row, column]),
            },
        )
        for column in order
    ]
    for column in np.flatnonzero(~result.prepared.measured[row]):
        key = "left_out" if np.isnan(result.normalised[row, column]) else "filled"
        rows.append(Reason(row, key, {"indicator": result.plan.elements[column].code}))
    return rows
