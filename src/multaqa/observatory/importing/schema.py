"""The schema of each table in pandera: which values may stand in a cell, which rows may stand together.

A frame has one column of numbers for each column that is not text: a word or code is its place in the list of
those allowed, −1 for any other; a day is counted from 1970; an empty cell is not a number. All its cells are
held against their limits at once, column under column, which is ten times as fast as column by column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from multaqa.observatory.importing.kinds import BOUNDS, HUGE, Field, Kind

if TYPE_CHECKING:
    import pandas as pd

_CODE = r"[A-Za-z0-9_-]{1,40}"
_TEXT = ("text", "codes")


def failures(kind: Kind, frame: pd.DataFrame, bounds: tuple[Any, Any]) -> list[tuple[str, str, Any]]:
    """What a frame fails of the schema of its kind: (column, check, rows) of every check that fails.

    bounds: per row, the least and the most that the unit of its indicator allows.
    """
    fields = [field for field in kind.fields if field.name in frame]
    numbers = [field for field in fields if field.type not in _TEXT]
    texts = [field for field in fields if field.type in _TEXT]
    found = _failed(number_cells(kind, numbers, frame, bounds), numbers, frame) if numbers else []
    return found + (_failed(text_cells(kind, texts, frame), texts, frame) if texts else [])


def number_cells(kind: Kind, fields: list[Field], frame: pd.DataFrame, bounds: tuple[Any, Any]) -> Any:
    """The pandera schema of all cells that are numbers, words, codes or days."""
    import pandera.pandas as pa

    rows = len(frame)
    coded = _each([field.type in ("word", "code") for field in fields], rows)
    least = _each([-HUGE if field.type in ("word", "code") else field.least for field in fields], rows)
    most = _each([field.most for field in fields], rows)
    checks = [
        _empty(fields, rows),
        pa.Check(lambda cells: (cells >= 0) | ~coded[cells.index], error="unknown"),
        pa.Check(lambda cells: cells.between(least[cells.index], most[cells.index]), error="outside"),
    ]
    names = [field.name for field in fields]
    if "indicator" in names:
        low, high = np.full(len(least), -np.inf), np.full(len(least), np.inf)
        start = names.index("value") * rows
        low[start : start + rows], high[start : start + rows] = bounds
        checks.append(
            pa.Check(lambda cells: cells.between(low[cells.index], high[cells.index]), error="outside_unit")
        )
    if "high" in names:
        crossed = _within("high", names, (frame["high"] <= frame["low"]).to_numpy())
        checks.append(pa.Check(lambda cells: _not(crossed, cells), error="goalposts"))
    if kind.key[0] in names:
        checks.append(_twice(kind, names, frame))
    return pa.SeriesSchema("float64", checks=checks, nullable=True)


def text_cells(kind: Kind, fields: list[Field], frame: pd.DataFrame) -> Any:
    """The pandera schema of all cells that are text."""
    import pandera.pandas as pa

    rows, names = len(frame), [field.name for field in fields]
    longest = _each([field.longest for field in fields], rows)
    checks = [
        _empty(fields, rows),
        pa.Check(lambda cells: cells.str.len() <= longest[cells.index], error="too_long"),
    ]
    if kind.key[0] in names:
        code = _within(kind.key[0], names, np.ones(rows, dtype=bool))
        checks.append(
            pa.Check(lambda cells: cells.str.fullmatch(_CODE) | _not(code, cells), error="not_code")
        )
        checks.append(_twice(kind, names, frame))
    return pa.SeriesSchema(checks=checks, nullable=True)


def _each(values: list[Any], rows: int) -> Any:
    """For each cell, what holds of its column."""
    return np.repeat(np.array(values), rows)


def _within(name: str, names: list[str], marked: Any) -> Any:
    """For each cell, whether it is one of the marked rows of this column."""
    found = np.zeros(len(names) * len(marked), dtype=bool)
    start = names.index(name) * len(marked)
    found[start : start + len(marked)] = marked
    return found


def _not(marked: Any, cells: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series(~marked[cells.index], index=cells.index)


def _empty(fields: list[Field], rows: int) -> Any:
    import pandera.pandas as pa

    may = _each([field.may_be_empty for field in fields], rows)
    return pa.Check(lambda cells: cells.notna() | may, error="empty", ignore_na=False)


def _twice(kind: Kind, names: list[str], frame: pd.DataFrame) -> Any:
    import pandera.pandas as pa

    again = _within(kind.key[0], names, repeated(kind, frame))
    return pa.Check(lambda cells: _not(again, cells), error="twice")


def _failed(schema: Any, fields: list[Field], frame: pd.DataFrame) -> list[tuple[str, str, Any]]:
    import pandas as pd
    from pandera.errors import SchemaErrors

    cells = pd.concat([frame[field.name] for field in fields], ignore_index=True)
    try:
        schema.validate(cells, lazy=True, inplace=True)
    except SchemaErrors as wrong:
        cases = wrong.failure_cases
        place, row = np.divmod(cases["index"].to_numpy(dtype=np.int64), len(frame))
        found = []
        for check in pd.unique(cases["check"]):
            of_check = (cases["check"] == check).to_numpy()
            for at in np.unique(place[of_check]):
                found.append((fields[at].name, str(check), np.unique(row[of_check & (place == at)])))
        return found
    return []


def repeated(kind: Kind, frame: pd.DataFrame) -> Any:
    """(rows,) bool: the rows whose key stands already above, among those whose key can be read."""
    read = np.ones(len(frame), dtype=bool)
    for name in kind.key:
        column = frame[name]
        read = read & column.notna().to_numpy()
        if column.dtype.kind == "f":
            read = read & (column.to_numpy() != -1)
    return frame.duplicated(list(kind.key)).to_numpy() & read


def unit_bounds(units: list[str], places: Any) -> tuple[Any, Any]:
    """Per row, what its unit allows. places: of each row's indicator in the list; −1 or NaN: any number."""
    limits = np.array([BOUNDS.get(unit, (-HUGE, HUGE)) for unit in units] + [(-HUGE, HUGE)])  # type: ignore[call-overload]
    at = np.where(np.isnan(places) | (places < 0), len(units), places).astype(np.int64)
    return limits[at, 0], limits[at, 1]
