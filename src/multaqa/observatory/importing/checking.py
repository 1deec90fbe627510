"""A file to the rows that can be taken in and the refusals of the others."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from multaqa.kit.digits import western
from multaqa.observatory.importing import cells, schema
from multaqa.observatory.importing.kinds import EPOCH, HUGE, KINDS, Field, Kind
from multaqa.observatory.importing.parquet import read_parquet
from multaqa.observatory.importing.refusals import FileRefused, Refusal, shown
from multaqa.observatory.importing.table import KEPT, Table
from multaqa.observatory.importing.text import read_text
from multaqa.observatory.importing.workbook import read_workbook

if TYPE_CHECKING:
    import pandas as pd

MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Known:
    """The codes that a file may name. indicators: with the unit of each."""

    indicators: Mapping[str, str] = field(default_factory=dict)
    territories: frozenset[str] = frozenset()
    hazards: frozenset[str] = frozenset()
    branches: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome. rows: one column a column of the table, in its order, typed; and the line of each row."""

    kind: str
    rows: pd.DataFrame | None
    refusals: tuple[Refusal, ...] = ()  # the first in the order of the file
    refused: int = 0  # rows; a file refused as a whole counts as one

    @property
    def accepted(self) -> int:
        return 0 if self.rows is None else len(self.rows)


def check_file(content: bytes, *, known: Known, kind: str = "", name: str = "") -> Checked:
    """Read a file of figures and hold it against its table. kind: empty to go by the header.

    Never raises for anything a file can hold: a file that cannot be read is one refusal.
    """
    try:
        table = _read(content, KINDS.get(kind), name)
    except FileRefused as wrong:
        return Checked(kind, None, (wrong.refusal,), 1)
    return _check(table, known)


def _read(content: bytes, kind: Kind | None, name: str) -> Table:
    ending = name.lower().rpartition(".")[2]
    if not content:
        raise FileRefused("empty_file")
    if len(content) > MOST_BYTES:
        raise FileRefused("too_large", limit=MOST_BYTES // 1_000_000)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused("old_workbook")
    if content.startswith(b"PK\x03\x04") or ending in ("xlsx", "xlsm"):
        return read_workbook(content, kind)
    if content.startswith(b"PAR1") or ending == "parquet":
        return read_parquet(content, kind)
    return read_text(content, kind)


class _Faults:
    """Where cells are at fault; the first fault of a cell is the one that is said."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.order = {name: place for place, name in enumerate(table.columns)}
        self.bad = np.zeros(len(table.lines), dtype=bool)
        self.found: list[tuple[str, str, Any, Callable[[int], dict[str, Any]]]] = []

    def add(
        self, column: str, key: str, rows: Any, values: Callable[[int], dict[str, Any]] | None = None
    ) -> None:
        if len(rows):
            self.bad[rows] = True
            self.found.append((column, key, rows, values or (lambda row: {"cell": self.cell(column, row)})))

    def cell(self, column: str, row: int) -> str:
        return shown(self.table.columns[column][int(row)].as_py()) if column in self.table.columns else ""

    def refusals(self) -> tuple[Refusal, ...]:
        said: dict[tuple[int, int], Refusal] = {}
        for column, key, rows, values in self.found:
            for row in np.sort(rows)[:KEPT]:
                place = int(row), self.order.get(column, 0)
                if place not in said:
                    line = int(self.table.lines[row])
                    said[place] = Refusal(line, column, key, values(int(row)))
        every = [*self.table.refusals, *(said[place] for place in sorted(said))]
        return tuple(sorted(every, key=lambda refusal: refusal.line)[:KEPT])


def _check(table: Table, known: Known) -> Checked:
    import pandas as pd

    faults = _Faults(table)
    for key, column, first, last in table.marks:
        faults.add(
            column, key, np.flatnonzero((table.lines >= first) & (table.lines <= last)), lambda _row: {}
        )
    words = {one.name: _allowed(one, known) for one in table.kind.fields}
    typed = {
        one.name: _typed(one, table, words[one.name], known, faults)
        for one in table.kind.fields
        if one.name in table.columns
    }
    absent = {
        one.name: np.full(len(table.lines), _default(one, words[one.name]))
        for one in table.kind.fields
        if one.default and one.name not in typed
    }
    frame = pd.DataFrame(typed | absent)
    if len(frame):
        _hold(table, frame, words, known, faults)
    good = ~faults.bad
    refused = table.refused + int(faults.bad.sum())
    rows = _rows(table, frame[good], words, table.lines[good]) if good.any() else None
    return Checked(table.kind.name, rows, faults.refusals(), refused)


def _allowed(one: Field, known: Known) -> list[str]:
    return list(getattr(known, one.known)) if one.type == "code" else list(one.words)


def _default(one: Field, words: list[str]) -> float:
    """What an empty cell means, as the schema wants it."""
    return float(words.index(one.default) if one.type == "word" else one.default)


def _typed(one: Field, table: Table, words: list[str], known: Known, faults: _Faults) -> Any:
    """The column as the schema wants it; cells that cannot be read are faults, and empty."""
    import pandas as pd
    import pyarrow.compute as pc

    raw = table.columns[one.name]
    control = pc.match_substring_regex(raw, "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]")
    faults.add(one.name, "control", np.flatnonzero(control.to_numpy(zero_copy_only=False)), lambda _row: {})
    if one.type == "codes":
        _codes(one, raw, getattr(known, one.known), faults)
    if one.type in ("text", "codes"):
        return pd.array([cell or None for cell in raw.to_pylist()], dtype="str")
    if one.type in ("word", "code"):
        place = {word: float(n) for n, word in enumerate(words)}
        read = (lambda text: place.get(western(text).lower(), -1.0)) if one.type == "word" else None
        found, _none = cells.each(raw, read or (lambda text: place.get(text, -1.0)))
        if one.default:
            found = np.where(np.isnan(found), _default(one, words), found)
        return found
    if one.type == "day":
        found, wrong = cells.each(raw, cells.day)
    else:
        found, wrong = cells.numbers(raw, comma=table.comma)
    for key, rows in wrong.items():
        faults.add(one.name, key, rows)
    if one.type == "whole":
        # nothing above 2**53 is told from its neighbour; the schema refuses it anyway
        with np.errstate(invalid="ignore"):
            faults.add(one.name, "not_whole", np.flatnonzero(np.isfinite(found) & (found != np.floor(found))))
        if one.default:
            found = np.where(np.isnan(found), _default(one, words), found)
    return found


def _codes(one: Field, raw: Any, known: frozenset[str], faults: _Faults) -> None:
    for row, cell in enumerate(raw.to_pylist()):
        strange = [code for code in split(cell) if code not in known]
        if strange:
            key = "unknown_hazard" if one.known == "hazards" else "unknown_branch"
            faults.add(one.name, key, np.array([row]), lambda _row, code=strange[0]: {"cell": shown(code)})


def split(cell: str) -> list[str]:
    """The codes of a cell."""
    return [code for part in cell.split(";") if (code := part.strip())]


def _hold(
    table: Table, frame: pd.DataFrame, words: dict[str, list[str]], known: Known, faults: _Faults
) -> None:
    """Hold the frame against its schema."""
    fields = {one.name: one for one in table.kind.fields}
    bounds: tuple[Any, Any] = (np.full(len(frame), -HUGE), np.full(len(frame), HUGE))
    if "indicator" in frame:
        bounds = schema.unit_bounds(list(known.indicators.values()), frame["indicator"].to_numpy())
    for column, check, rows in schema.failures(table.kind, frame, bounds):
        one = fields[column]
        if check == "twice":
            faults.add(column, "twice", rows, _earlier(table, frame))
        elif check == "empty":
            # a cell that could not be read is empty now, and was refused already
            blank = table.columns[column].take(_indices(rows))
            faults.add(column, "empty", rows[[not cell for cell in blank.to_pylist()]], lambda _row: {})
        elif check == "unknown":
            key = f"unknown_{one.known.removesuffix('s').replace('territorie', 'territory')}"
            faults.add(
                column, key if one.type == "code" else "not_word", rows, _one_of(column, words, faults)
            )
        elif check == "too_long":
            faults.add(column, check, rows, lambda _row, most=one.longest: {"limit": most})
        elif check in ("outside", "outside_unit"):
            faults.add(column, "outside", rows, _limits(one, check, bounds, faults))
        else:
            faults.add(column, check, rows)


def _indices(rows: Any) -> Any:
    import pyarrow as pa

    return pa.array(rows)


def _one_of(column: str, words: dict[str, list[str]], faults: _Faults) -> Callable[[int], dict[str, Any]]:
    known = ", ".join(words[column][:20])
    return lambda row: {"cell": faults.cell(column, row), "known": known}


def _limits(one: Field, check: str, bounds: Any, faults: _Faults) -> Callable[[int], dict[str, Any]]:
    def values(row: int) -> dict[str, Any]:
        low, high = (one.least, one.most) if check == "outside" else (bounds[0][row], bounds[1][row])
        least, most = (_day(low), _day(high)) if one.type == "day" else (f"{low:.10g}", f"{high:.10g}")
        return {"cell": faults.cell(one.name, row), "least": least, "most": most}

    return values


def _day(days: float) -> str:
    from datetime import date

    return date.fromordinal(int(days) + EPOCH).isoformat()


def _earlier(table: Table, frame: pd.DataFrame) -> Callable[[int], dict[str, Any]]:
    """Where the row stood first."""
    first: dict[tuple[Any, ...], int] = {}

    def values(row: int) -> dict[str, Any]:
        if not first:
            key = frame[list(table.kind.key)]
            alone = np.flatnonzero(key.duplicated(keep=False).to_numpy())
            for at, found in zip(alone, key.iloc[alone].itertuples(index=False, name=None), strict=True):
                first.setdefault(found, int(table.lines[at]))
        found = tuple(frame[name].iloc[row] for name in table.kind.key)
        return {"first": first[found]}

    return values


def _rows(table: Table, frame: pd.DataFrame, words: dict[str, list[str]], lines: Any) -> pd.DataFrame:
    """The accepted rows under all columns of their table, as what they mean."""
    import pandas as pd

    found: dict[str, Any] = {"line": lines}
    for one in table.kind.fields:
        column = frame[one.name].to_numpy() if one.name in frame else None
        found[one.name] = _meant(one, column, words[one.name], len(frame))
    return pd.DataFrame(found)


def _meant(one: Field, column: Any, words: list[str], rows: int) -> Any:
    import pandas as pd

    if one.type in ("text", "codes"):
        cells_ = [""] * rows if column is None else ["" if cell != cell else cell for cell in column]
        return pd.array(cells_, dtype="str")
    if column is None:
        column = np.full(rows, np.nan)
    if one.type in ("word", "code"):
        places = np.where(np.isnan(column), len(words), column).astype(np.int64)
        return pd.Categorical.from_codes(places, categories=[*words, ""])
    if one.type == "whole":
        return pd.array(column, dtype="Int64")
    if one.type == "day":
        return column.astype("int64").astype("datetime64[D]").astype("datetime64[s]")
    return column


def to_parquet(rows: pd.DataFrame) -> bytes:
    """The accepted rows, small enough to wait in the database."""
    file = io.BytesIO()
    rows.to_parquet(file, compression="zstd", index=False)
    return file.getvalue()


def from_parquet(content: bytes) -> pd.DataFrame:
    """What `to_parquet` kept."""
    import pandas as pd

    return pd.read_parquet(io.BytesIO(content))
