"""From the figures as given to the figures that are compared: denominators, counts too small, shrinkage,
units with too little, gaps filled.

Sources: OECD/JRC Handbook 2008, step 3; Marshall 1991 (empirical Bayes); COINr's Denominate, Impute, Screen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.composite._plan import CompositeError, Floats, Mask, Plan, Table


@dataclass(frozen=True, slots=True)
class Prepared:
    """values: after denominators, shrinkage and imputation. measured: what was observed and may be counted.
    kept: units that have enough of it.
    """

    values: Floats
    measured: Mask
    kept: Mask


def prepare(table: Table, plan: Plan) -> Prepared:
    """Raises CompositeError when the plan names a column that the table does not have."""
    values = denominated(table, plan)
    values[too_few(table, plan)] = np.nan
    if plan.shrink is not None:
        values = _shrunk(values, table, plan)
    measured = ~np.isnan(values)
    kept = available(values, plan)
    filled = np.where(kept[:, None], values, np.nan)
    for rows in table.periods():
        filled[rows] = _filled(filled[rows], table, plan, rows)
    if plan.impute.name in ("latest", "linear"):
        filled = _over_years(filled, table, plan)
    return Prepared(np.where(kept[:, None], filled, np.nan), measured, kept)


def denominated(table: Table, plan: Plan) -> Floats:
    values = np.array(table.values, np.float64)
    for column, item in enumerate(plan.indicators):
        if item.denominator is not None:
            values[:, column] /= column_of(table.denominators, item.denominator, item.code)
    return values


def too_few(table: Table, plan: Plan) -> Mask:
    """Figures that rest on fewer people than may be counted."""
    few = np.zeros(table.values.shape, bool)
    for column, item in enumerate(plan.indicators):
        if item.count is not None and plan.least_count:
            counts = column_of(table.counts, item.count, item.code)
            few[:, column] = ~(counts >= plan.least_count)
    return few


def available(values: Floats, plan: Plan) -> Mask:
    """Units with enough measured indicators, and enough of those other than zero."""
    present = ~np.isnan(values)
    count = present.sum(axis=1)
    nonzero = (present & (values != 0)).sum(axis=1) / np.maximum(count, 1)
    enough: Mask = (count / max(values.shape[1], 1) >= plan.least_available - 1e-12) & (
        (nonzero >= plan.least_nonzero - 1e-12) | (count == 0)
    )
    return enough


def column_of(columns: dict[str, Floats], name: str, code: str) -> Floats:
    if name not in columns:
        raise CompositeError(
            "missing_column", "{code} asks for the column {name}, which is not there.", code=code, name=name
        )
    return columns[name]


@dataclass(frozen=True, slots=True)
class Shrunk:
    """share: (units,) drawn towards `mean` by 1 - `trust`. between: variance of the true shares."""

    share: Floats
    trust: Floats  # (units,) 1 where the figure stands as it is
    mean: float
    between: float


def shrink_shares(shares: Floats, counts: Floats) -> Shrunk:
    """What are the shares of small places worth? Empirical Bayes towards the mean of all (Marshall 1991).

    shares: (units,) 0 to 1, NaN where not measured; counts: (units,) people behind each. The variance between
    places is what remains of the weighted variance when chance, m(1-m)/n, is taken away, never below zero.
    """
    known = ~np.isnan(shares) & (counts > 0)
    if not known.any():
        return Shrunk(shares.copy(), np.zeros(len(shares)), float("nan"), 0.0)
    n, share = np.where(known, counts, 1.0), np.where(known, shares, 0.0)
    total = float(n[known].sum())
    mean = float((n * share)[known].sum()) / total
    spread = float((n * (share - mean) ** 2)[known].sum()) / total
    chance = mean * (1 - mean)
    between = max(0.0, spread - chance * int(known.sum()) / total)
    noise = between + chance / n
    # where all shares are alike there is nothing to distrust
    trust = np.where(noise > 0, between / np.where(noise > 0, noise, 1.0), 1.0)
    return Shrunk(np.where(known, mean + trust * (share - mean), np.nan), trust, mean, between)


def _shrunk(values: Floats, table: Table, plan: Plan) -> Floats:
    scale = plan.shrink or 1.0
    shrunk = values.copy()
    for column, item in enumerate(plan.indicators):
        if item.count is None:
            continue
        counts = column_of(table.counts, item.count, item.code)
        for rows in table.periods():
            share = values[rows, column] / scale
            if np.nanmin(share, initial=0.0) < 0 or np.nanmax(share, initial=0.0) > 1:
                raise CompositeError(
                    "not_a_share", "{code} is not a share of {scale}.", code=item.code, scale=f"{scale:g}"
                )
            shrunk[rows, column] = shrink_shares(share, counts[rows]).share * scale
    return shrunk


def _filled(values: Floats, table: Table, plan: Plan, rows: np.ndarray) -> Floats:
    name = plan.impute.name
    if name not in ("mean", "median", "group-mean", "group-median"):
        return values
    average = _mean if name.endswith("mean") else _median
    if not name.startswith("group"):
        return np.where(np.isnan(values), average(values), values)
    if plan.impute.word not in table.groups:
        raise CompositeError("missing_group", "There is no group column {name}.", name=plan.impute.word)
    group = np.array(table.groups[plan.impute.word], dtype=object)[rows]
    filled = values.copy()
    for one in sorted(set(group) - {""}):
        inside = group == one
        part = values[inside]
        filled[inside] = np.where(np.isnan(part), average(part), part)
    return filled


def _mean(values: Floats) -> Floats:
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)


def _median(values: Floats) -> Floats:
    return np.array(
        [np.median(column[~np.isnan(column)]) if (~np.isnan(column)).any() else np.nan for column in values.T]
    )


def _over_years(values: Floats, table: Table, plan: Plan) -> Floats:
    """Gaps from the unit's own other years: the latest known, or the straight line between two."""
    if table.years is None:
        raise CompositeError("no_years", "{step} needs a column Time.", step=plan.impute.name)
    filled = values.copy()
    reach = plan.impute.numbers[0] if plan.impute.numbers else np.inf
    for rows in _rows_of_units(table):
        years = table.years[rows].astype(float)
        for column in range(values.shape[1]):
            own = values[rows, column]
            known = ~np.isnan(own)
            if known.all() or not known.any():
                continue
            if plan.impute.name == "linear":
                inside = (years >= years[known].min()) & (years <= years[known].max())
                line = np.interp(years, years[known], own[known])
                filled[rows, column] = np.where(~known & inside, line, own)
                continue
            last = np.maximum.accumulate(np.where(known, np.arange(len(rows)), -1))
            near = (last >= 0) & (years - years[np.maximum(last, 0)] <= reach)
            filled[rows, column] = np.where(near, own[np.maximum(last, 0)], np.nan)
    return filled


def _rows_of_units(table: Table) -> list[np.ndarray]:
    """Rows of each unit, earliest year first."""
    rows: dict[str, list[int]] = {}
    assert table.years is not None
    for row in np.argsort(table.years, kind="stable").tolist():
        rows.setdefault(table.units[row], []).append(row)
    return [np.array(found) for found in rows.values()]
