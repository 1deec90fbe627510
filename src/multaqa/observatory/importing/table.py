"""The rows of a file as they are read: text cells under a known header, each with its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from multaqa.observatory.importing.kinds import KINDS, Kind
from multaqa.observatory.importing.refusals import FileRefused, Refusal, shown

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS = 500_000
MOST_COLUMNS = 200
MOST_LETTERS = 120_000_000  # of all cells together, some 240 bytes a row of the longest file
LONGEST = 5_000
KEPT = 500  # refusals that are remembered; the others are counted
_BLOCK = 20_000
# spaces, and what stands unseen: marks of direction, marks of byte order
_AROUND = " \t\r\n\v\f\u00a0\u202f\u2009\u200b\u200e\u200f\ufeff"
_AROUND += "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@dataclass(slots=True)
class Table:
    """What a file holds. columns: text, stripped, one array a column of the kind that the file has."""

    kind: Kind
    columns: dict[str, pa.StringArray]
    lines: Any  # (rows,) int64: the line of the file on which the row begins
    refusals: list[Refusal]  # of rows that could not even be read
    refused: int  # how many these are
    comma: bool = False  # a comma in a number can only be decimal
    marks: list[tuple[str, str, int, int]] = field(default_factory=list)  # key, column, first and last line


class Header:
    """The columns of a file: which table it is, and where each of its columns stands."""

    def __init__(self, line: int, cells: list[str], kind: Kind | None) -> None:
        names = [western_name(cell) for cell in cells]
        if len(names) > MOST_COLUMNS:
            raise FileRefused("too_many_columns", line=line, column=str(MOST_COLUMNS + 1), limit=MOST_COLUMNS)
        self.line, self.width = line, len(names)
        self.kind = kind or recognise(names, line)
        self.place: dict[str, int] = {}
        for place, name in enumerate(names):
            if not name:
                continue
            if name in self.place:
                raise FileRefused("column_twice", line=line, column=str(place + 1), name=shown(name))
            self.place[name] = place
        missing = [name for name in self.kind.required if name not in self.place]
        if missing:
            key = "other_table" if kind and len(missing) > 1 else "column_missing"
            raise FileRefused(key, line=line, column=missing[0], name=missing[0])
        for name in self.place:
            if name not in self.kind.names:
                known = ", ".join(self.kind.names)
                raise FileRefused(
                    "column_unknown", line=line, column=shown(name), name=shown(name), known=known
                )
        self.nameless = [place for place, name in enumerate(names) if not name]

    def name_of(self, place: int) -> str:
        """The name of the column at a place, from 0; the place itself, from 1, where it has none."""
        return next((name for name, at in self.place.items() if at == place), str(place + 1))


def western_name(cell: str) -> str:
    return cell.strip(_AROUND).casefold().replace(" ", "_")


def recognise(names: list[str], line: int) -> Kind:
    """The table that shares most columns with a header. Raises FileRefused when none can be told."""
    shared = {kind.name: len(set(names) & set(kind.required)) for kind in KINDS.values()}
    best = max(shared.values())
    likely = [name for name, count in shared.items() if count == best]
    if best < 2 or len(likely) > 1:
        raise FileRefused("unknown_table", line=line)
    return KINDS[likely[0]]


class Builder:
    """Takes the rows of a file one by one; the first that is not blank is its header."""

    def __init__(self, kind: Kind | None) -> None:
        self.asked = kind
        self.header: Header | None = None
        self.rows: list[list[str]] = []
        self.row_lines: list[int] = []
        self.blocks: list[list[pa.Array]] = []
        self.lines: list[int] = []
        self.refusals: list[Refusal] = []
        self.refused = 0
        self.letters = 0
        self.comma = False
        self.marks: list[tuple[str, str, int, int]] = []

    def add(self, line: int, cells: list[str], *, ragged: bool = False) -> None:
        """One row. ragged: fewer cells than the header are the end of the row, and not a fault."""
        letters = sum(map(len, cells))
        if not letters or not any(cell.strip(_AROUND) for cell in cells):
            return
        if self.header is None:
            while cells and not cells[-1].strip(_AROUND):
                cells.pop()
            self.header = Header(line, cells, self.asked)
            return
        header = self.header
        if len(cells) != header.width and not self._fits(line, cells, ragged):
            return
        if letters > LONGEST and (long := [at for at, cell in enumerate(cells) if len(cell) > LONGEST]):
            self.refuse(line, header.name_of(long[0]), "too_long", limit=LONGEST)
            return
        for place in header.nameless:
            if cells[place].strip(_AROUND):
                self.refuse(line, str(place + 1), "cells_surplus")
                return
        self.rows.append(cells)
        self.row_lines.append(line)
        self._count(letters)
        if len(self.rows) == _BLOCK:
            self._flush()

    def _fits(self, line: int, cells: list[str], ragged: bool) -> bool:
        assert self.header is not None
        width = self.header.width
        while len(cells) > width and not cells[-1].strip(_AROUND):
            cells.pop()
        if len(cells) > width:
            self.refuse(line, str(width + 1), "cells_surplus")
            return False
        if len(cells) < width and not ragged:
            column = self.header.name_of(len(cells))
            self.refuse(line, column, "cells_missing", found=len(cells), expected=width)
            return False
        cells.extend([""] * (width - len(cells)))
        return True

    def refuse(self, line: int, column: str, key: str, **values: Any) -> None:
        self.refused += 1
        if len(self.refusals) < KEPT:
            self.refusals.append(Refusal(line, column, key, values))
        self._count(0)

    def _count(self, letters: int) -> None:
        self.letters += letters
        if self.letters > MOST_LETTERS:
            raise FileRefused("too_much")
        if len(self.lines) + len(self.rows) + self.refused > MOST_ROWS:
            raise FileRefused("too_many_rows", limit=MOST_ROWS)

    def _flush(self) -> None:
        import pyarrow as pa

        assert self.header is not None
        columns = list(zip(*self.rows, strict=True))
        self.blocks.append([pa.array(columns[place], pa.string()) for place in self.header.place.values()])
        self.lines += self.row_lines
        self.rows, self.row_lines = [], []

    def table(self) -> Table:
        """All rows. Raises FileRefused when there is none."""
        import pyarrow as pa

        if self.header is None:
            raise FileRefused("empty_file")
        if self.rows:
            self._flush()
        if not self.lines and not self.refused:
            raise FileRefused("no_row", line=self.header.line, column=self.header.name_of(0))
        columns = {
            name: pa.chunked_array([block[at] for block in self.blocks], pa.string()).combine_chunks()
            for at, name in enumerate(self.header.place)
        }
        return Table(
            self.header.kind,
            {name: stripped(column) for name, column in columns.items()},
            np.array(self.lines, dtype=np.int64),
            self.refusals,
            self.refused,
            self.comma,
            self.marks,
        )


def stripped(column: Any) -> Any:
    """The cells without what stands around them unseen: spaces, marks of direction, marks of byte order."""
    import pyarrow.compute as pc

    return pc.utf8_trim(column, _AROUND)
