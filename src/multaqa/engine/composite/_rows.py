"""A table as people write it: lines, cells and numbers, and where they are wrong."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from multaqa.engine.composite._plan import CompositeError

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
MISSING = ("", "NA", "NaN", "nan", "N/A", "NULL")


class LayoutError(CompositeError):
    """A table is malformed. `table` is iMeta or iData, `values["line"]` the line of that file."""

    def __init__(self, key: str, message: str, *, table: str, line: int, **values: object) -> None:
        super().__init__(key, "Line {line}: " + message, line=line, **values)
        self.template = message
        self.table = table


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    cells: dict[str, str]


def rows_of(source: str | bytes, table: str) -> tuple[list[str], list[Row]]:
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source.removeprefix("\ufeff")
    except UnicodeDecodeError as wrong:
        assert isinstance(source, bytes)
        line = source[: wrong.start].count(b"\n") + 1
        raise LayoutError("not_utf8", "The text is not UTF-8.", table=table, line=line) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise LayoutError("not_text", "The file is not text.", table=table, line=line)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] = []
    rows: list[Row] = []
    line = 1
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if any(cells):
                if not header:
                    header = _header(cells, table, line)
                else:
                    rows.append(_row(cells, header, table, line))
            line = reader.line_num + 1
    except csv.Error:
        raise LayoutError(
            "quotes", "A quoted text is not closed, or something follows it.", table=table, line=line
        ) from None
    if not rows:
        raise LayoutError("empty", "The table has no rows.", table=table, line=line)
    return header, rows


def _header(cells: list[str], table: str, line: int) -> list[str]:
    for place, name in enumerate(cells):
        if not name:
            raise LayoutError(
                "unnamed_column", "Column {number} has no name.", table=table, line=line, number=place + 1
            )
        if name in cells[:place]:
            raise LayoutError(
                "repeated_column", "There are two columns {column}.", table=table, line=line, column=name
            )
    return cells


def _row(cells: list[str], header: list[str], table: str, line: int) -> Row:
    if len(cells) != len(header):
        raise LayoutError(
            "ragged",
            "There are {found} cells, the first line has {wanted}.",
            table=table,
            line=line,
            found=len(cells),
            wanted=len(header),
        )
    return Row(line, dict(zip(header, cells, strict=True)))


def require_columns(table: str, header: list[str], wanted: tuple[str, ...]) -> None:
    for name in wanted:
        if name not in header:
            raise LayoutError(
                "missing_column", "There is no column {column}.", table=table, line=1, column=name
            )


def number(table: str, row: Row, column: str, *, whole: bool = False) -> float | None:
    cell = row.cells.get(column, "")
    if cell in MISSING:
        return None
    if not NUMBER.fullmatch(cell) or not np.isfinite(float(cell)) or (whole and float(cell) % 1):
        wrong: dict[str, Any] = {"table": table, "line": row.line, "column": column, "value": cell}
        if whole:
            raise LayoutError("not_whole", "Column {column}: {value} is not a whole number.", **wrong)
        raise LayoutError("not_a_number", "Column {column}: {value} is not a number.", **wrong)
    return float(cell)
