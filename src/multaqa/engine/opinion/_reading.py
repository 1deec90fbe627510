"""Votes and statements as their CSV files hold them, read block by block without a loop over rows.

Two layouts: participant, statement, vote, modified_s; or timestamp, datetime, comment-id, voter-id, vote, as
the Polis platform exports them. A file of fifty million votes is read in its own size of memory.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO

import numpy as np
from numpy.typing import NDArray

from multaqa.engine.opinion._conversation import Ints, OpinionError, Votes

_PARTICIPANT = ("participant", "voter-id", "voter_id")
_STATEMENT = ("statement", "comment-id", "comment_id")
_MOMENT = ("modified_s", "timestamp")
_NEWLINE, _COMMA, _MINUS, _ZERO = 10, 44, 45, 48
_TRUE = ("1", "true", "t", "yes")

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Rows:
    """The columns of a votes file, in its order."""

    participant: NDArray[np.int64] | NDArray[np.int32]
    statement: NDArray[np.int64] | NDArray[np.int32]
    vote: Votes
    moment: NDArray[np.int64] | NDArray[np.int32] | None


@dataclass(frozen=True, slots=True)
class Statements:
    """What a statements file says of each."""

    ids: Ints
    moderated_out: Ints  # ids
    meta: Ints  # ids
    meta_known: bool  # whether the file fills its column at all
    text: dict[int, str]


@dataclass(frozen=True, slots=True)
class _Layout:
    columns: int
    participant: int
    statement: int
    vote: int
    moment: int | None


def read_votes(blocks: Iterable[bytes], *, moments: bool) -> Rows:
    """The votes of a file given as blocks of bytes; `moments` also reads when each was cast, if it says.

    Raises OpinionError, with the line at fault, for a missing column, a row of another length, an id that is
    not a whole number, or a vote that is not 1, 0 or -1.
    """
    layout: _Layout | None = None
    parts: list[Rows] = []
    line = 1
    for block in _whole_lines(blocks):
        if layout is None:
            head, _newline, block = block.partition(b"\n")
            layout, line = _layout(head), 2
        if block:
            rows, lines = _rows(block, layout, line, moments and layout.moment is not None)
            parts.append(rows)
            line += lines
    if layout is None:
        raise OpinionError("empty", "the file is empty.", line=1)
    if not parts or not sum(len(part.vote) for part in parts):
        raise OpinionError("no_votes", "there are no votes.")
    return Rows(
        np.concatenate([part.participant for part in parts]),
        np.concatenate([part.statement for part in parts]),
        np.concatenate([part.vote for part in parts]),
        None if parts[0].moment is None else np.concatenate([part.moment for part in parts]),
    )


def read_statements(source: str) -> Statements:
    """The statements file: statement (or comment-id), moderated, is_meta, text.

    moderated: 1 in, 0 or empty not yet, -1 out. Raises OpinionError with the line at fault.
    """
    ids, out, meta, text = [], [], [], dict[int, str]()
    known = False
    for line, row in _dictionaries(source):
        statement = _whole(_pick(row, _STATEMENT, line), "statement", line)
        if statement in text:
            raise OpinionError("twice", "statement {id} is listed twice.", line=line, id=statement)
        moderated = _whole(row.get("moderated") or "0", "moderated", line)
        if moderated not in (-1, 0, 1):
            raise OpinionError(
                "moderated", "moderated must be 1, 0 or -1, not {found}.", line=line, found=moderated
            )
        ids.append(statement)
        text[statement] = row.get("text") or row.get("comment-body") or ""
        said = (row.get("is_meta") or row.get("is-meta") or "").strip().lower()
        known |= bool(said)
        out += [statement] if moderated == -1 else []
        meta += [statement] if said in _TRUE else []
    return Statements(np.array(ids, np.int64), np.array(out, np.int64), np.array(meta, np.int64), known, text)


def read_groups(source: str) -> dict[int, int]:
    """participant (or voter-id) and group of each row. Raises OpinionError with the line at fault."""
    found: dict[int, int] = {}
    for line, row in _dictionaries(source):
        participant = _whole(_pick(row, _PARTICIPANT, line), "participant", line)
        if participant in found:
            raise OpinionError("twice", "participant {id} is listed twice.", line=line, id=participant)
        said = (row.get("group") or row.get("group-id") or "").strip()
        if not said and ("group" in row or "group-id" in row):
            continue  # the platform lists people who are in no group with an empty cell
        group = _whole(said, "group", line)
        if group < 0:
            raise OpinionError("group", "a group is 0 or more, not {found}.", line=line, found=group)
        found[participant] = group
    return found


def _dictionaries(source: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(StringIO(source.removeprefix("\ufeff"), newline=""))
    try:
        head = [name.strip().lower() for name in next(reader, [])]
        if not head:
            raise OpinionError("empty", "the file is empty.", line=1)
        for row in reader:
            if row and len(row) != len(head):
                raise _wrong_length(len(row), len(head), reader.line_num)
            if row:
                yield reader.line_num, dict(zip(head, row, strict=True))
    except csv.Error:
        raise OpinionError("csv", "this is not CSV.", line=reader.line_num) from None


def _pick(row: dict[str, str], names: tuple[str, ...], line: int) -> str:
    for name in names:
        if name in row:
            return row[name]
    raise OpinionError("column", "there is no column {name}.", line=1, name=names[0])


def _whole(said: str, name: str, line: int) -> int:
    try:
        return int(said)
    except ValueError:
        raise OpinionError(
            "number", "{name} must be a whole number, not {found}.", line=line, name=name, found=repr(said)
        ) from None


def _wrong_length(found: int, wanted: int, line: int) -> OpinionError:
    return OpinionError(
        "length", "there are {found} values instead of {wanted}.", line=line, found=found, wanted=wanted
    )


def _whole_lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks that end with a newline."""
    rest = b""
    first = True
    for block in blocks:
        if first:
            block, first = block.removeprefix(b"\xef\xbb\xbf"), False
        block = rest + block.replace(b"\r\n", b"\n") if b"\r" in block else rest + block
        cut = block.rfind(b"\n") + 1
        rest = block[cut:]
        if cut:
            yield block[:cut]
    if rest.strip():
        yield rest + b"\n"


def _layout(head: bytes) -> _Layout:
    names = [name.strip().strip('"').lower() for name in head.decode("utf-8", "replace").split(",")]

    def find(candidates: tuple[str, ...], *, needed: bool = True) -> int | None:
        for name in candidates:
            if name in names:
                return names.index(name)
        if needed:
            raise OpinionError("column", "there is no column {name}.", line=1, name=candidates[0])
        return None

    participant, statement, vote = find(_PARTICIPANT), find(_STATEMENT), find(("vote",))
    assert participant is not None
    assert statement is not None
    assert vote is not None
    return _Layout(len(names), participant, statement, vote, find(_MOMENT, needed=False))


def _rows(block: bytes, layout: _Layout, line: int, moments: bool) -> tuple[Rows, int]:
    """One block's columns and its number of lines; anything unusual is read row by row."""
    data = np.frombuffer(block, np.uint8)
    ends: Ints = np.flatnonzero((data == _COMMA) | (data == _NEWLINE))
    if b'"' in block or len(ends) % layout.columns:
        return _slowly(block, layout, line, moments)
    ends = ends.reshape(-1, layout.columns)
    breaks = data[ends] == _NEWLINE
    if not breaks[:, -1].all() or breaks[:, :-1].any():
        return _slowly(block, layout, line, moments)
    starts = np.empty_like(ends)
    starts[:, 1:] = ends[:, :-1] + 1
    starts[0, 0], starts[1:, 0] = 0, ends[:-1, -1] + 1
    columns = [layout.participant, layout.statement, layout.vote]
    if moments and layout.moment is not None:
        columns.append(layout.moment)
    found = [
        _numbers(data, starts[:, column], ends[:, column], empty=column == layout.moment)
        for column in columns
    ]
    if any(values is None for values in found) or not _are_votes(found[2]):
        return _slowly(block, layout, line, moments)
    participant, statement, vote, *moment = found
    assert participant is not None
    assert statement is not None
    assert vote is not None
    rows = Rows(participant, statement, vote.astype(np.int8), moment[0] if moment else None)
    return rows, len(ends)


def _are_votes(values: NDArray[np.int32] | Ints | None) -> bool:
    return values is not None and (not len(values) or (values.min() >= -1 and values.max() <= 1))


def _numbers(
    data: Bytes, starts: Ints, ends: Ints, *, empty: bool = False
) -> NDArray[np.int32] | Ints | None:
    """Whole numbers from their digits, or None where a field is anything else."""
    negative = data[starts] == _MINUS
    if negative.any():
        found = _numbers(data, starts + negative, ends)
        if found is not None:
            np.negative(found, out=found, where=negative)
        return found
    width = ends - starts
    narrow, wide = int(width.min()), int(width.max())
    if wide == 0 and empty:
        return np.zeros(len(starts), np.int32)
    if narrow < 1 or wide > 18:
        return None
    parts = []
    for low in range(0, wide, 9):  # nine digits fit the small integers
        total = np.zeros(len(starts), np.int32)
        for place in range(low, min(wide, low + 9)):
            digit = data.take(ends - (place + 1), mode="clip")
            digit -= np.uint8(_ZERO)
            if place >= narrow:
                digit[width <= place] = 0
            if digit.max() > 9:
                return None
            total += digit * np.int32(10 ** (place - low))
        parts.append(total)
    return parts[0] if len(parts) == 1 else parts[0] + parts[1] * np.int64(10**9)


def _slowly(block: bytes, layout: _Layout, line: int, moments: bool) -> tuple[Rows, int]:
    """Row by row: to find the line at fault, or to read quoted fields, blank lines and empty moments."""
    try:
        text = block.decode("utf-8")
    except UnicodeDecodeError as wrong:
        at = line + block[: wrong.start].count(b"\n")
        raise OpinionError("encoding", "this is not UTF-8 text.", line=at) from None
    found: tuple[list[int], list[int], list[int], list[int]] = ([], [], [], [])
    reader = csv.reader(StringIO(text, newline=""))
    for row in reader:
        at = line + reader.line_num - 1
        if not row:
            continue
        if len(row) != layout.columns:
            raise _wrong_length(len(row), layout.columns, at)
        vote = row[layout.vote].strip()
        if vote not in ("1", "0", "-1"):
            raise OpinionError("vote", "vote must be 1, 0 or -1, not {found}.", line=at, found=repr(vote))
        found[0].append(_whole(row[layout.participant], "participant", at))
        found[1].append(_whole(row[layout.statement], "statement", at))
        found[2].append(int(vote))
        if moments and layout.moment is not None:
            said = row[layout.moment].strip()
            found[3].append(_whole(said, "timestamp", at) if said else 0)
    participant, statement, vote_, moment = (np.array(values, np.int64) for values in found)
    rows = Rows(participant, statement, vote_.astype(np.int8), moment if moments else None)
    return rows, block.count(b"\n")
