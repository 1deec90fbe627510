"""The ballots of a large file: where each cell lies, decoded only when it is asked for.

A table without quotation marks, with as many cells in every row as in its header, needs no CSV reader: the
places of its semicolons and commas say all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
NEWLINE, COMMA, SEMICOLON = b"\n,;"
LONGEST = 8  # bytes of a mark that fit one machine word


class Cells(Mapping[str, tuple[str, ...]]):
    """A table read column by column: `cells["vote"]` is one text a row."""

    def __init__(self, data: bytes, names: list[str], begin: Ints, end: Ints, lines: Ints) -> None:
        self.data = data
        self.bytes = np.frombuffer(data, np.uint8)
        self.names = names
        self.begin = begin  # (rows, columns)
        self.end = end
        self.head = int(lines[0])  # line of the header
        self.lines = lines[1:]  # line of each row
        self.known: dict[str, tuple[str, ...]] = {}

    def __getitem__(self, name: str) -> tuple[str, ...]:
        if name not in self.known:
            if name not in self.names:
                raise KeyError(name)
            spans = zip(*(places.tolist() for places in self.spans(name)), strict=True)
            self.known[name] = tuple(self.data[a:z].decode() for a, z in spans)
        return self.known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def spans(self, name: str) -> tuple[Ints, Ints]:
        """First byte of each cell of a column, and the one after its last."""
        column = self.names.index(name)
        return self.begin[:, column], self.end[:, column]


def cells_of(text: str, line: int) -> Cells | None:
    """The table in a text that begins on a line of the file; None where it takes a CSV reader to be sure."""
    data = text.encode()
    letters = np.frombuffer(data, np.uint8)
    ends = np.append(np.flatnonzero(letters == NEWLINE), len(data))
    starts = np.append(0, ends[:-1] + 1)
    full = np.flatnonzero(ends > starts)
    starts, ends = starts[full], ends[full]
    if not len(full):
        return None
    names = [name.strip() for name in data[starts[0] : ends[0]].decode().split(";")]
    width = len(names)
    breaks = np.flatnonzero(letters == SEMICOLON)
    if width < 2 or not all(names) or len(set(names)) < width or len(breaks) != len(full) * (width - 1):
        return None
    cuts = breaks.reshape(len(full), width - 1)
    if (cuts[:, 0] < starts).any() or (cuts[:, -1] >= ends).any():
        return None
    short = np.flatnonzero(ends - starts < width + 8).tolist()
    if any(not data[starts[row] : ends[row]].strip(b"; \t") for row in short):
        return None
    begin, end = np.column_stack((starts, cuts + 1)), np.column_stack((cuts, ends))
    return Cells(data, names, begin[1:], end[1:], line + full)


def marks_per_cell(table: Mapping[str, tuple[str, ...]], name: str) -> Ints:
    """How many marks each cell of a column lists."""
    if isinstance(table, Cells):
        begin, end, commas = _listed(table, name)
        return np.where(end > begin, commas[1] - commas[0] + 1, 0)
    return np.array([cell.count(",") + 1 if cell.strip() else 0 for cell in table[name]], np.int64)


def split(table: Cells, name: str) -> tuple[Ints, Ints, Ints]:
    """Row of each mark of a column, its first byte and the one after its last."""
    begin, end, commas = _listed(table, name)
    counts = np.where(end > begin, commas[1] - commas[0] + 1, 0)
    row = np.repeat(np.arange(len(counts)), counts)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    places = np.append(np.flatnonzero(table.bytes == COMMA), 0)
    comma = commas[0][row] + turn
    last = turn == counts[row] - 1
    return (
        row,
        np.where(turn == 0, begin[row], places[comma - 1] + 1),
        np.where(last, end[row], places[np.where(last, 0, comma)]),
    )


def words(table: Cells, begin: Ints, end: Ints) -> NDArray[np.uint64] | None:
    """Each span of bytes as one number; None where one is too long for that."""
    length = end - begin
    longest = int(length.max(initial=0))
    if longest > LONGEST:
        return None
    found = np.zeros(len(begin), np.uint64)
    letters = np.append(table.bytes, np.zeros(LONGEST, np.uint8))
    for place in range(longest):
        letter = letters[begin + place].astype(np.uint64) << np.uint64(8 * place)
        found |= np.where(length > place, letter, np.uint64(0))
    return found


def word(text: str) -> int | None:
    """A text as the number that `words` makes of it."""
    data = text.encode()
    return int.from_bytes(data, "little") if 0 < len(data) <= LONGEST else None


def unword(number: int) -> str:
    return number.to_bytes(LONGEST, "little").rstrip(b"\0").decode(errors="replace")


def _listed(table: Cells, name: str) -> tuple[Ints, Ints, tuple[Ints, Ints]]:
    begin, end = table.spans(name)
    places = np.flatnonzero(table.bytes == COMMA)
    return begin, end, (np.searchsorted(places, begin), np.searchsorted(places, end))
