"""From text to a file that was checked, line by line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from multaqa.engine.pabulib._cells import Cells, cells_of
from multaqa.engine.pabulib._format import KINDS, NUMBER, SECTIONS, Pabulib, PabulibError
from multaqa.engine.pabulib._notes import notes_on


def read(text: str | bytes) -> Pabulib:
    """The file, checked. Raises PabulibError, one sentence with the line number, on the first thing
    malformed.
    """
    parts, ballots = _sections(_decode(text))
    meta, meta_lines = _meta(parts["META"])
    project_lines, projects = _table(parts["PROJECTS"], "PROJECTS", ("project_id", "cost"))
    vote_lines: Sequence[int]
    votes: Mapping[str, tuple[str, ...]]
    if ballots is None:
        vote_lines, votes = _table(parts["VOTES"], "VOTES", ("vote",))
    else:
        vote_lines, votes = ballots.lines.tolist(), ballots
    kind = KINDS.get(meta.get("vote_type", "").lower())
    if "vote_type" not in meta or "budget" not in meta:
        missing = "vote_type" if "vote_type" not in meta else "budget"
        raise PabulibError(
            "missing_key", "META does not state {name}.", line=parts["META"][0][0], name=missing
        )
    if kind is None:
        raise PabulibError(
            "unknown_vote_type",
            "vote_type {value} is not known; it should be one of {known}.",
            line=meta_lines["vote_type"],
            value=meta["vote_type"],
            known=", ".join(KINDS),
        )
    if kind == "cumulative" and "points" not in votes:
        raise PabulibError(
            "missing_column",
            "{section} has no column {name}.",
            line=parts["VOTES"][0][0],
            section="VOTES",
            name="points",
        )
    _refuse_repeated(projects["project_id"], project_lines)
    budget = _number(meta["budget"], meta_lines["budget"], "budget")
    costs = [_number(cost, line, "cost") for cost, line in zip(projects["cost"], project_lines, strict=True)]
    unit = _unit([budget, *costs], meta_lines["budget"])
    amounts = tuple(int(cost * unit) for cost in costs)
    file = Pabulib(meta, projects, votes, kind, int(budget * unit), amounts, unit, vote_lines)
    return replace(file, notes=tuple(notes_on(file)))


def _decode(text: str | bytes) -> str:
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        line = text.count(b"\n", 0, broken.start) + 1
        raise PabulibError("not_utf8", "the text is not UTF-8.", line=line) from None


Row = tuple[int, list[str]]
VOTES_TITLE = re.compile(r"^VOTES[; \t]*$", re.MULTILINE | re.IGNORECASE)


def _sections(text: str) -> tuple[dict[str, list[Row]], Cells | None]:
    """Rows of each section with the line on which each begins. Ballots come in cells where that is enough,
    and then the header is their only row.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    title = VOTES_TITLE.search(text)
    if title and '"' not in text[title.end() :]:
        # ballots are nearly the whole file
        parts = _split(_rows(text[: title.end()]))
        line = text.count("\n", 0, title.end()) + 1
        ballots = cells_of(text[title.end() :], line) if "VOTES" in parts else None
        if ballots and "vote" in ballots.names:
            parts["VOTES"].append((ballots.head, ballots.names))
            return _complete(parts), ballots
    return _complete(_split(_rows(text))), None


def _complete(parts: dict[str, list[Row]]) -> dict[str, list[Row]]:
    for name in SECTIONS:
        if not parts.get(name):
            raise _missing_section(name, parts)
    return parts


def _split(rows: Iterator[Row]) -> dict[str, list[Row]]:
    parts: dict[str, list[Row]] = {}
    current: list[Row] | None = None
    for line, row in rows:
        name = row[0].strip().upper()
        if name in SECTIONS and name not in parts and not any(row[1:]):
            current = parts.setdefault(name, [])
        elif current is None:
            raise PabulibError("no_meta", "the file should begin with META.", line=line)
        else:
            current.append((line, row))
    return parts


def _rows(text: str) -> Iterator[Row]:
    """Rows that are not blank, with the line on which each begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    line = 1
    try:
        for row in reader:
            if any(row):
                yield line, row
            line = reader.line_num + 1
    except csv.Error as broken:
        raise PabulibError(
            "bad_csv", "the row cannot be read ({reason}).", line=line, reason=str(broken)
        ) from None


def _missing_section(name: str, parts: dict[str, list[Row]]) -> PabulibError:
    last = 1
    for rows in parts.values():
        for line, row in rows:
            if any(f"\n{name}" in cell for cell in row):
                return PabulibError("open_quote", "a quotation mark is opened and never closed.", line=line)
            last = line
    return PabulibError("missing_section", "section {name} is missing or empty.", line=last, name=name)


def _meta(rows: list[Row]) -> tuple[dict[str, str], dict[str, int]]:
    meta: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, row in rows:
        key = row[0].strip()
        if key.lower() == "key" and not meta:
            continue
        if len(row) < 2:
            raise PabulibError(
                "meta_row", "META needs a key and a value, found {cell}.", line=line, cell=row[0]
            )
        if key in meta:
            raise PabulibError("repeated_key", "META states {name} twice.", line=line, name=key)
        # a value with a bare ';' in it is split by the reader; trailing empty cells are spreadsheet leftovers
        meta[key], lines[key] = ";".join(row[1:]).rstrip(";").strip(), line
    return meta, lines


def _table(
    rows: list[Row],
    section: str,
    needed: tuple[str, ...],
) -> tuple[list[int], dict[str, tuple[str, ...]]]:
    head_line, head = rows[0]
    names = [name.strip() for name in head]
    while names and not names[-1]:
        names.pop()
    for name in needed:
        if name not in names:
            raise PabulibError(
                "missing_column",
                "{section} has no column {name}.",
                line=head_line,
                section=section,
                name=name,
            )
    if len(set(names)) != len(names):
        raise PabulibError(
            "repeated_column", "{section} names a column twice.", line=head_line, section=section
        )
    width = len(names)
    if not all(len(row) == width for _, row in rows):
        rows = [rows[0], *(_fitted(line, row, width, section) for line, row in rows[1:])]
    columns = zip(*(row for _, row in rows[1:]), strict=True) if len(rows) > 1 else (() for _ in names)
    table = dict(zip(names, columns, strict=True))
    if "project_id" in table:
        table["project_id"] = tuple(name.strip() for name in table["project_id"])
    return [line for line, _ in rows[1:]], table


def _fitted(line: int, row: list[str], width: int, section: str) -> Row:
    """A row as wide as its header: empty cells at the end are a spreadsheet's leftovers."""
    if any(row[width:]):
        raise PabulibError(
            "row_too_long",
            "{found} cells where {section} has {wanted} columns.",
            line=line,
            found=len(row),
            section=section,
            wanted=width,
        )
    return line, (row + [""] * width)[:width]


def _refuse_repeated(names: tuple[str, ...], lines: list[int]) -> None:
    seen: set[str] = set()
    for name, line in zip(names, lines, strict=True):
        if not name:
            raise PabulibError("project_without_id", "the project has no project_id.", line=line)
        if name in seen:
            raise PabulibError(
                "repeated_project", "project {project} is listed twice.", line=line, project=name
            )
        seen.add(name)


def _number(text: str, line: int, name: str) -> Decimal:
    """A non-negative amount; decimal comma or point, spaces between thousands."""
    tidy = re.sub(r"[\s\u00a0\u202f]", "", text)
    if not NUMBER.fullmatch(tidy):
        raise PabulibError(
            "not_a_number",
            "{name} {value} is not a number of zero or more.",
            line=line,
            name=name,
            value=text.strip() or "(empty)",
        )
    return Decimal(tidy.replace(",", "."))


def places(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _unit(amounts: list[Decimal], line: int) -> int:
    unit = int(10 ** max(places(amount) for amount in amounts))
    if sum(amounts) * unit >= 2**62:
        raise PabulibError(
            "amounts_too_large", "the amounts have too many digits to count exactly.", line=line
        )
    return unit
