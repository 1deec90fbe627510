"""Pabulib: what does a `.pb` file say, with its traps disarmed, and how is an election written as one?

Format: pabulib.org (META, PROJECTS, VOTES; `;`-separated with CSV quoting). Guarantee: what is malformed is
refused in one sentence with its line number; what is merely odd is kept and reported in `notes`; writing what
was read loses nothing. Text in, text out: no file is opened here.

>>> text = "META\\nkey;value\\nbudget;10,5\\nvote_type;approval\\nPROJECTS\\nproject_id;cost\\na;4\\n"
>>> file = read(text + "VOTES\\nvoter_id;vote\\n1;a\\n2;\\n")
>>> file.budget, file.unit, election(file).voters
(105, 10, 2)
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from multaqa.engine.allocation import AllocationError, Election, gather

WITHDRAWN = 999_999_999  # the cost by which the library marks a project that was taken back
KINDS = {
    "approval": "approval",
    "choose-1": "choose-1",
    "cumulative": "cumulative",
    "scoring": "cumulative",
    "ordinal": "ordinal",
}
SECTIONS = ("META", "PROJECTS", "VOTES")
NUMBER = re.compile(r"\d+(?:[.,]\d+)?|[.,]\d+")
FORMER = {"beneficiaries": "target", "subunit": "district"}
DATE = re.compile(r"(?:(?:(\d{1,2})\.)?(\d{1,2})\.)?(\d{4})")


class PabulibError(AllocationError):
    """The file is malformed. `values["line"]` is the line, `key` and `values` let a screen say it in any
    language.
    """

    def __init__(self, key: str, message: str, *, line: int, **values: object) -> None:
        super().__init__(key, "Line {line}: " + message, line=line, **values)
        self.template = message


@dataclass(frozen=True, slots=True)
class Note:
    """Something odd that does not stop the count, as a message key with its values."""

    key: str
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Pabulib:
    """A `.pb` file. Unknown keys and columns are kept as text, in their order.

    Money (`budget`, `costs`) is in minor units, `unit` of them to one unit of the file's currency.
    """

    meta: dict[str, str]
    projects: dict[str, tuple[str, ...]]  # column -> one text a project
    votes: dict[str, tuple[str, ...]]  # column -> one text a voter
    kind: str
    budget: int
    costs: tuple[int, ...]
    unit: int
    vote_lines: tuple[int, ...] = ()  # line of each ballot, for messages
    notes: tuple[Note, ...] = field(default=())

    @property
    def ids(self) -> tuple[str, ...]:
        return self.projects["project_id"]


def read(text: str | bytes) -> Pabulib:
    """The file, checked. Raises PabulibError, one sentence with the line number, on the first thing
    malformed.
    """
    parts = _sections(_decode(text))
    meta, meta_lines = _meta(parts["META"])
    project_lines, projects = _table(parts["PROJECTS"], "PROJECTS", ("project_id", "cost"))
    vote_lines, votes = _table(parts["VOTES"], "VOTES", ("vote",))
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
    file = Pabulib(meta, projects, votes, kind, int(budget * unit), amounts, unit, tuple(vote_lines))
    return replace(file, notes=tuple(_notes(file)))


def election(file: Pabulib) -> Election:
    """The election of a file: ballots de-duplicated and merged, withdrawn projects set aside.

    Raises PabulibError on a vote for an unknown project or points that do not match the vote.
    """
    place = {name: number for number, name in enumerate(file.ids)}
    given = file.votes["points"] if file.kind == "cumulative" else ()
    unit = _points_unit(given)
    texts = (
        list(zip(file.votes["vote"], given, strict=True))
        if given
        else [(text, "") for text in file.votes["vote"]]
    )
    distinct = dict.fromkeys(texts)
    for number, text in enumerate(distinct):
        distinct[text] = number
    ballot_of = np.fromiter((distinct[text] for text in texts), np.int64, len(texts))
    owner, project, points = _marks(file, list(distinct), place, unit, ballot_of)
    threshold = file.meta.get("min_project_score_threshold", "")
    least = Decimal(threshold.replace(",", ".")) * unit if NUMBER.fullmatch(threshold) else None
    return gather(
        projects=file.ids,
        costs=file.costs,
        budget=file.budget,
        kind=file.kind,
        owner=owner,
        project=project,
        points=points,
        ballot_of=ballot_of,
        unit=file.unit,
        points_unit=unit,
        withdrawn=withdrawn(file),
        exclusive=_exclusive(file),
        threshold=None if least is None else int(least.to_integral_value("ROUND_CEILING")),
    )


def withdrawn(file: Pabulib) -> list[str]:
    return [name for name, cost in zip(file.ids, file.costs, strict=True) if cost == WITHDRAWN * file.unit]


def winners(file: Pabulib) -> list[str] | None:
    """Ids that the file itself records as selected, or None where it does not say."""
    if "selected" not in file.projects:
        return None
    return [
        name for name, mark in zip(file.ids, file.projects["selected"], strict=True) if mark.strip() == "1"
    ]


def column(table: Mapping[str, tuple[str, ...]], name: str) -> tuple[str, ...]:
    """A column under its present or its former name; empty where the file has neither."""
    return table.get(name) or table.get(FORMER.get(name, ""), ())


def partial_date(text: str) -> tuple[int, int | None, int | None] | None:
    """Year, month and day of `dd.mm.yyyy`, `mm.yyyy` or `yyyy`, as far as stated; None for anything else."""
    found = DATE.fullmatch(text.strip())
    if not found:
        return None
    day, month, year = (None if part is None else int(part) for part in found.groups())
    return year or 0, month, day


def write(file: Pabulib) -> str:
    """The file as text, quoted where needed, lines ended by a line feed."""
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";", lineterminator="\n")
    out.write("META\n")
    rows.writerow(("key", "value"))
    rows.writerows(file.meta.items())
    for name, table in (("PROJECTS", file.projects), ("VOTES", file.votes)):
        out.write(name + "\n")
        rows.writerow(table)
        rows.writerows(zip(*table.values(), strict=True))
    return out.getvalue()


def compose(
    *,
    meta: dict[str, str],
    projects: Sequence[dict[str, str]],
    votes: Sequence[dict[str, str]],
) -> Pabulib:
    """A file from rows, for export; checked by reading it back. Raises PabulibError as `read` does."""
    rough = Pabulib(
        meta, _columns(projects, ("project_id", "cost")), _columns(votes, ("voter_id", "vote")), "", 0, (), 1
    )
    return read(write(rough))


def _columns(rows: Sequence[dict[str, str]], first: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    names = list(dict.fromkeys([*first, *(name for row in rows for name in row)]))
    return {name: tuple(row.get(name, "") for row in rows) for name in names}


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


def _sections(text: str) -> dict[str, list[Row]]:
    """Rows of each section with the line on which each begins."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    title = VOTES_TITLE.search(text)
    if title and '"' not in text[title.end() :]:
        # ballots are nearly the whole file: without quotation marks they need no CSV reader
        parts = _split(_rows(text[: title.end()]))
        if "VOTES" in parts:
            first = text.count("\n", 0, title.end()) + 1
            parts["VOTES"] += [
                (line, ballot.split(";"))
                for line, ballot in enumerate(text[title.end() :].split("\n"), first)
                if ballot.strip("; \t")
            ]
        else:
            parts = _split(_rows(text))
    else:
        parts = _split(_rows(text))
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


def _places(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _unit(amounts: list[Decimal], line: int) -> int:
    unit = int(10 ** max(_places(amount) for amount in amounts))
    if sum(amounts) * unit >= 2**62:
        raise PabulibError(
            "amounts_too_large", "the amounts have too many digits to count exactly.", line=line
        )
    return unit


def _points_unit(points: Sequence[str]) -> int:
    if not any("." in text for text in points):
        return 1
    found = (NUMBER.fullmatch(cell.strip()) for text in set(points) for cell in text.split(","))
    return int(10 ** max((_places(Decimal(cell[0].replace(",", "."))) for cell in found if cell), default=0))


def _marks(
    file: Pabulib,
    ballots: list[tuple[str, str]],
    place: dict[str, int],
    unit: int,
    ballot_of: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Ballot, project and points of each mark."""
    lengths = np.fromiter((text.count(",") + 1 if text else 0 for text, _ in ballots), np.int64, len(ballots))
    owner = np.repeat(np.arange(len(ballots)), lengths)
    names = ",".join(text for text, _ in ballots if text).split(",") if len(owner) else []
    try:
        project = np.fromiter((place[name] for name in names), np.int64, len(names))
    except KeyError:
        # an unknown id, or spaces and stray commas: look at the cells one by one
        project = np.fromiter((place.get(name.strip(), -1) for name in names), np.int64, len(names))
        for mark in np.flatnonzero(project < 0).tolist():
            if names[mark].strip():
                raise PabulibError(
                    "unknown_project",
                    "the ballot marks project {project}, which is not in PROJECTS.",
                    line=_line(file, int(owner[mark]), ballot_of),
                    project=names[mark].strip(),
                ) from None
    points = np.ones(len(names), np.int64)
    if file.kind == "cumulative":
        cells = ",".join(given for text, given in ballots if text).split(",") if len(owner) else []
        for number, (text, given) in enumerate(ballots):
            if text and given.count(",") + 1 != lengths[number]:
                raise PabulibError(
                    "points_mismatch",
                    "{votes} projects but {points} points on the ballot.",
                    line=_line(file, number, ballot_of),
                    votes=int(lengths[number]),
                    points=given.count(",") + 1,
                )
        worth = {cell: _points(cell, unit) for cell in set(cells)}
        points = np.fromiter((worth[cell] for cell in cells), np.int64, len(cells))
        if (points < 0).any():
            mark = int(np.argmax(points < 0))
            raise PabulibError(
                "not_points",
                "the points {value} are not a number.",
                line=_line(file, int(owner[mark]), ballot_of),
                value=cells[mark].strip() or "(empty)",
            )
    named = project >= 0
    return owner[named], project[named], points[named]


def _line(file: Pabulib, ballot: int, ballot_of: NDArray[np.int64]) -> int:
    voter = int(np.argmax(ballot_of == ballot))
    return file.vote_lines[voter] if file.vote_lines else voter + 1


def _points(cell: str, unit: int) -> int:
    tidy = cell.strip()
    return int(Decimal(tidy) * unit) if re.fullmatch(r"\d+(\.\d+)?", tidy) else -1


def _exclusive(file: Pabulib) -> list[list[str]]:
    """Sets of conflicting projects, from an optional column `exclusive_group`; the order of rows is the
    precedence.
    """
    sets: dict[str, list[str]] = {}
    for name, label in zip(file.ids, file.projects.get("exclusive_group", ()), strict=False):
        if label.strip():
            sets.setdefault(label.strip(), []).append(name)
    return [members for members in sets.values() if len(members) > 1]


def _notes(file: Pabulib) -> Iterator[Note]:
    for key, found in (("num_projects", len(file.ids)), ("num_votes", len(file.votes["vote"]))):
        stated = file.meta.get(key, "")
        if stated and stated != str(found):
            yield Note("count_differs", {"name": key, "stated": stated, "found": found})
    for name in withdrawn(file):
        yield Note("withdrawn", {"project": name})
    for name, cost in zip(file.ids, file.costs, strict=True):
        if cost <= file.unit and cost in (0, file.unit):
            yield Note("free_project", {"project": name, "cost": cost})
    voters = file.votes.get("voter_id", ())
    if len(set(voters)) != len(voters):
        yield Note("repeated_voter", {"ballots": len(voters) - len(set(voters))})
    yield from _limit_notes(file)
    for key in ("experimental", "fully_funded"):
        if file.meta.get(key) == "1":
            yield Note(key, {})
    if file.meta.get("comment"):
        yield Note("comment", {"text": file.meta["comment"]})


def _limit_notes(file: Pabulib) -> Iterator[Note]:
    """Ballots longer or shorter than META allows, the longest never more than there are projects."""
    lengths = Counter(text.count(",") + 1 if text.strip() else 0 for text in file.votes["vote"])
    for key, bound in (("max_length", -1), ("min_length", 1)):
        stated = file.meta.get(key, "")
        if stated.isdigit():
            limit = min(int(stated), len(file.ids))
            broken = sum(ballots for length, ballots in lengths.items() if length * bound < limit * bound)
            if broken:
                yield Note("limit_broken", {"name": key, "limit": limit, "ballots": broken})
