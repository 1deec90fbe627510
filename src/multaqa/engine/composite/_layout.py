"""COINr's two tables: what do iMeta (the tree) and iData (the figures) say?

iMeta: iCode, Level, Parent, Direction, Weight, Type (Indicator, Aggregate, Group, Denominator, Other, and
ours: Count), and where needed iName, Denominator, Target, goalpost_lower, goalpost_upper, goalpost_scale,
goalpost_trunc2posts, and ours: Count, Aggregation. iData: uCode, one column an indicator, and where needed
uName, Time, groups, denominators, counts. Text in, tables out: no file is opened here. What is malformed is
refused in one sentence with its line and column.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from multaqa.engine.composite._plan import CompositeError, Element, Floats, Plan, Table, plan_of
from multaqa.engine.composite._rows import MISSING, LayoutError, Row, number, require_columns, rows_of
from multaqa.engine.composite._step import AGGREGATE, Step, step

TYPES = ("Indicator", "Aggregate", "Group", "Denominator", "Count", "Other")
WITHOUT_COLUMN = ("equal", "pca")
REQUIRED = ("iCode", "Level", "Parent", "Direction", "Type")


def read(
    meta: str | bytes, data: str | bytes, *, weights: str = "Weight"
) -> tuple[tuple[Element, ...], Table]:
    """The tree and the figures. `weights` names the column of iMeta that the weights are in; `equal` and
    `pca`, where there is no such column, read 1 for each.

    Raises LayoutError on the first thing malformed.
    """
    header, rows = rows_of(meta, "iMeta")
    alike = weights in WITHOUT_COLUMN and weights not in header
    require_columns("iMeta", header, REQUIRED if alike else (*REQUIRED, weights))
    _require_types(rows)
    elements = _elements(rows, None if alike else weights)
    line_of = {row.cells["iCode"]: row.line for row in rows}
    try:
        plan_of(Plan(elements))
    except CompositeError as wrong:
        raise _at(wrong, line_of) from None
    return elements, _table(data, elements, _codes(rows, "Group"))


def read_budget(source: str | bytes, elements: tuple[Element, ...]) -> tuple[tuple[str, ...], Floats]:
    """Points that participants gave: the codes in the first line, then one person a line (people, codes).

    Raises LayoutError for a code that is not in the tree, points below zero, or a group named in part.
    """
    header, rows = rows_of(source, "budget")
    parent = {item.code: item.parent for item in elements}
    codes = tuple(name for name in header if name != "participant")
    for code in codes:
        if parent.get(code) is None:
            raise LayoutError(
                "unknown_code", "Column {column} is no code of the tree.", table="budget", line=1, column=code
            )
        for item in elements:
            if item.parent == parent[code] and item.code not in codes:
                raise LayoutError(
                    "missing_column", "There is no column {column}.", table="budget", line=1, column=item.code
                )
    points = np.nan_to_num(_columns(rows, list(codes), "budget"))
    for person, column in np.argwhere(points < 0).tolist():
        raise LayoutError(
            "points_negative",
            "Column {column}: points must not be below zero.",
            table="budget",
            line=rows[person].line,
            column=codes[column],
        )
    return codes, points


def _at(wrong: CompositeError, line_of: dict[str, int]) -> LayoutError:
    """A fault of the tree with the line that it is on."""
    line = line_of.get(str(wrong.values.get("code")), 1)
    return LayoutError(wrong.key, wrong.template, table="iMeta", line=line, **wrong.values)


def _require_types(rows: list[Row]) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        code, kind = row.cells["iCode"], row.cells["Type"]
        if not code:
            raise LayoutError(
                "empty_cell", "Column {column} is empty.", table="iMeta", line=row.line, column="iCode"
            )
        if code in seen:
            raise LayoutError(
                "repeated_code",
                "Column {column}: {code} stands on line {first} already.",
                table="iMeta",
                line=row.line,
                column="iCode",
                code=code,
                first=seen[code],
            )
        seen[code] = row.line
        if kind not in TYPES:
            raise LayoutError(
                "unknown_type",
                "Column {column}: {value} is not one of {known}.",
                table="iMeta",
                line=row.line,
                column="Type",
                value=kind or "«»",
                known=", ".join(TYPES),
            )


def _codes(rows: list[Row], kind: str) -> list[str]:
    return [row.cells["iCode"] for row in rows if row.cells["Type"] == kind]


def _elements(rows: list[Row], weights: str | None) -> tuple[Element, ...]:
    own = [row for row in rows if row.cells["Type"] in ("Indicator", "Aggregate")]
    elements = [_element(row, weights) for row in own]
    if not any(item.level == 1 for item in elements):
        raise LayoutError("no_indicator", "No row has the type Indicator.", table="iMeta", line=1)
    return tuple(sorted(elements, key=lambda item: (item.level, item.parent is None)))


def _element(row: Row, weights: str | None) -> Element:
    cells = row.cells
    level = number("iMeta", row, "Level", whole=True)
    indicator = cells["Type"] == "Indicator"
    if level is None or (level != 1 if indicator else level < 2):
        raise LayoutError(
            "level",
            "Column {column}: an Indicator is of level 1 and an Aggregate of level 2 or more.",
            table="iMeta",
            line=row.line,
            column="Level",
        )
    parent = None if cells["Parent"] in MISSING else cells["Parent"]
    if indicator and parent is None:
        raise LayoutError(
            "empty_cell", "Column {column} is empty.", table="iMeta", line=row.line, column="Parent"
        )
    weight = None if weights is None else number("iMeta", row, weights)
    if weight is None and weights is not None and parent is not None:
        raise LayoutError(
            "empty_cell", "Column {column} is empty.", table="iMeta", line=row.line, column=weights
        )
    return Element(
        code=cells["iCode"],
        level=int(level),
        parent=parent,
        weight=1.0 if weight is None or parent is None else weight,
        name=cells.get("iName", ""),
        direction=_direction(row, indicator),
        low=number("iMeta", row, "goalpost_lower"),
        high=number("iMeta", row, "goalpost_upper"),
        factor=number("iMeta", row, "goalpost_scale"),
        beyond=row.cells.get("goalpost_trunc2posts", "").upper() in ("FALSE", "F", "0"),
        target=number("iMeta", row, "Target"),
        denominator=_named(row, "Denominator"),
        count=_named(row, "Count"),
        aggregation=_aggregation(row),
    )


def _direction(row: Row, indicator: bool) -> Literal[1, -1]:
    given = number("iMeta", row, "Direction")
    if given not in (1, -1) and (indicator or given is not None):
        raise LayoutError(
            "direction", "Column {column} must be 1 or -1.", table="iMeta", line=row.line, column="Direction"
        )
    return -1 if given == -1 and indicator else 1


def _named(row: Row, column: str) -> str | None:
    cell = row.cells.get(column, "")
    return None if cell in MISSING or row.cells["Type"] != "Indicator" else cell


def _aggregation(row: Row) -> Step | None:
    cell = row.cells.get("Aggregation", "")
    if cell in MISSING or row.cells["Type"] != "Aggregate":
        return None
    found = step(cell, AGGREGATE)
    if found is None:
        raise LayoutError(
            "unknown_aggregation",
            "Column {column}: {value} is not one of {known}.",
            table="iMeta",
            line=row.line,
            column="Aggregation",
            value=cell,
            known=", ".join(AGGREGATE),
        )
    return found


def _table(data: str | bytes, elements: tuple[Element, ...], groups: list[str]) -> Table:
    header, rows = rows_of(data, "iData")
    indicators = [item for item in elements if item.level == 1]
    divided = sorted({item.denominator for item in indicators if item.denominator is not None})
    counted = sorted({item.count for item in indicators if item.count is not None})
    require_columns("iData", header, ("uCode", *(item.code for item in indicators), *divided, *counted))
    years = _years(rows, header)
    _require_units(rows, years)
    table = Table(
        units=tuple(row.cells["uCode"] for row in rows),
        values=_columns(rows, [item.code for item in indicators]),
        names=tuple(row.cells.get("uName", "") or row.cells["uCode"] for row in rows),
        years=years,
        denominators=dict(zip(divided, _columns(rows, divided).T, strict=True)),
        counts=dict(zip(counted, _columns(rows, counted).T, strict=True)),
        groups={name: tuple(_group(row.cells[name]) for row in rows) for name in groups if name in header},
    )
    _require_denominators(rows, table, indicators)
    return table


def _group(cell: str) -> str:
    return "" if cell in MISSING else cell


def _columns(rows: list[Row], names: list[str], table: str = "iData") -> Floats:
    found = np.full((len(rows), len(names)), np.nan)
    for place, row in enumerate(rows):
        for column, name in enumerate(names):
            figure = number(table, row, name)
            if figure is not None:
                found[place, column] = figure
    return found


def _years(rows: list[Row], header: list[str]) -> np.ndarray | None:
    """Years of the rows; None where there is no more than one."""
    if "Time" not in header:
        return None
    found = []
    for row in rows:
        year = number("iData", row, "Time", whole=True)
        if year is None:
            raise LayoutError(
                "empty_cell", "Column {column} is empty.", table="iData", line=row.line, column="Time"
            )
        found.append(int(year))
    return np.array(found) if len(set(found)) > 1 else None


def _require_units(rows: list[Row], years: np.ndarray | None) -> None:
    seen: dict[tuple[str, int], int] = {}
    for place, row in enumerate(rows):
        code = row.cells["uCode"]
        if code in MISSING[:1]:
            raise LayoutError(
                "empty_cell", "Column {column} is empty.", table="iData", line=row.line, column="uCode"
            )
        key = code, 0 if years is None else int(years[place])
        if key in seen:
            raise LayoutError(
                "repeated_code",
                "Column {column}: {code} stands on line {first} already.",
                table="iData",
                line=row.line,
                column="uCode",
                code=code,
                first=seen[key],
            )
        seen[key] = row.line


def _require_denominators(rows: list[Row], table: Table, indicators: list[Element]) -> None:
    for name, amounts in table.denominators.items():
        own = [place for place, item in enumerate(indicators) if item.denominator == name]
        used = ~np.isnan(table.values[:, own]).all(axis=1)
        for place in np.flatnonzero(used & (amounts <= 0)).tolist():
            raise LayoutError(
                "denominator",
                "Column {column}: a denominator must be above zero.",
                table="iData",
                line=rows[place].line,
                column=name,
            )
