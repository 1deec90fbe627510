"""Pabulib: what does a `.pb` file say, with its traps disarmed, and how is an election written as one?

Format: pabulib.org (META, PROJECTS, VOTES; `;`-separated with CSV quoting). Guarantee: what is malformed is refused in
one sentence with its line number; what is merely odd is kept and reported in `notes`; writing what was read loses
nothing. Text in, text out: no file is opened here.

>>> file = read("META\\nkey;value\\nbudget;10,5\\nvote_type;approval\\nPROJECTS\\nproject_id;cost\\na;4\\nVOTES\\n"
...             "voter_id;vote\\n1;a\\n2;\\n")
>>> file.budget, file.unit, election(file).voters
(105, 10, 2)
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from multaqa.engine.allocation import AllocationError, Election, gather

WITHDRAWN = 999_999_999  # the cost by which the library marks a project that was taken back
KINDS = {"approval": "approval", "choose-1": "choose-1", "cumulative": "cumulative", "scoring": "cumulative",
         "ordinal": "ordinal"}
RENAMED = {"target": "beneficiaries", "subunit": "district"}
SECTIONS = ("META", "PROJECTS", "VOTES")
NUMBER = re.compile(r"\d+(?:[.,]\d+)?|[.,]\d+")
LIMITS = ("min_length", "max_length", "min_sum_cost", "max_sum_cost", "min_points", "max_points", "min_sum_points",
          "max_sum_points")


class PabulibError(AllocationError):
    """The file is malformed. `values["line"]` is the line, `key` and `values` let a screen say it in any language."""

    def __init__(self, key: str, message: str, *, line: int, **values: object) -> None:
        super().__init__(key, "Line {line}: " + message, line=line, **values)


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
    """The file, checked. Raises PabulibError, one sentence with the line number, on the first thing malformed."""
    parts = _sections(_decode(text))
    meta, meta_lines = _meta(parts["META"])
    project_lines, projects = _table(parts["PROJECTS"], "PROJECTS", ("project_id", "cost"))
    vote_lines, votes = _table(parts["VOTES"], "VOTES", ("vote",))
    kind = KINDS.get(meta.get("vote_type", "").lower())
    if "vote_type" not in meta or "budget" not in meta:
        missing = "vote_type" if "vote_type" not in meta else "budget"
        raise PabulibError("missing_key", "META does not state {name}.", line=parts["META"][0][0], name=missing)
    if kind is None:
        raise PabulibError("unknown_vote_type", "vote_type {value} is not known; it should be one of {known}.",
                           line=meta_lines["vote_type"], value=meta["vote_type"], known=", ".join(KINDS))
    if kind == "cumulative" and "points" not in votes:
        raise PabulibError("missing_column", "{section} has no column {name}.", line=parts["VOTES"][0][0],
                           section="VOTES", name="points")
    _refuse_repeated(projects["project_id"], project_lines)
    budget = _number(meta["budget"], meta_lines["budget"], "budget")
    costs = [_number(cost, line, "cost") for cost, line in zip(projects["cost"], project_lines, strict=True)]
    unit = _unit([budget, *costs], meta_lines["budget"])
    file = Pabulib(meta, projects, votes, kind, int(budget * unit), tuple(int(cost * unit) for cost in costs), unit,
                   tuple(vote_lines))
    return Pabulib(**{**{name: getattr(file, name) for name in Pabulib.__slots__}, "notes": tuple(_notes(file))})


def election(file: Pabulib) -> Election:
    """The election of a file: ballots de-duplicated and merged, withdrawn projects set aside.

    Raises PabulibError on a vote for an unknown project or points that do not match the vote.
    """
    place = {name: number for number, name in enumerate(file.ids)}
    points = file.votes["points"] if file.kind == "cumulative" else ()
    unit = _points_unit(points)
    texts = list(zip(file.votes["vote"], points, strict=True)) if points else file.votes["vote"]
    raw: dict[object, int] = {}
    raw_of = np.fromiter((raw.setdefault(text, len(raw)) for text in texts), np.int64, len(texts))
    merged: dict[tuple[tuple[int, int], ...], int] = {}
    group_of_raw = np.empty(len(raw), np.int32)
    for number, ballot in enumerate(raw):
        try:
            key = _ballot(ballot, place, file.kind, unit)
        except PabulibError:
            raise
        except _Odd as odd:
            line = file.vote_lines[int(np.argmax(raw_of == number))] if file.vote_lines else 0
            raise PabulibError(odd.key, odd.message, line=line, **odd.values) from None
        group_of_raw[number] = merged.setdefault(key, len(merged)) if key else -1
    group_of = group_of_raw[raw_of] if len(raw) else np.empty(0, np.int32)
    weights = np.bincount(group_of[group_of >= 0], minlength=len(merged)).astype(np.int64)
    threshold = file.meta.get("min_project_score_threshold", "")
    least = Decimal(threshold.replace(",", ".")) * unit if NUMBER.fullmatch(threshold) else None
    return gather(
        projects=file.ids, costs=file.costs, budget=file.budget, kind=file.kind, groups=list(merged), weights=weights,
        group_of=group_of, unit=file.unit, points_unit=unit, withdrawn=withdrawn(file), exclusive=_exclusive(file),
        threshold=None if least is None else int(least.to_integral_value("ROUND_CEILING")),
    )


def withdrawn(file: Pabulib) -> list[str]:
    return [name for name, cost in zip(file.ids, file.costs, strict=True) if cost == WITHDRAWN * file.unit]


def winners(file: Pabulib) -> list[str] | None:
    """Ids that the file itself records as selected, or None where it does not say."""
    if "selected" not in file.projects:
        return None
    return [name for name, mark in zip(file.ids, file.projects["selected"], strict=True) if mark.strip() == "1"]


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
    rough = Pabulib(meta, _columns(projects, ("project_id", "cost")), _columns(votes, ("voter_id", "vote")), "", 0, (), 1)
    return read(write(rough))


def _columns(rows: Sequence[dict[str, str]], first: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    names = list(dict.fromkeys([*first, *(name for row in rows for name in row)]))
    return {name: tuple(row.get(name, "") for row in rows) for name in names}


class _Odd(Exception):
    def __init__(self, key: str, message: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.message, self.values = key, message, values


def _decode(text: str | bytes) -> str:
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        line = text.count(b"\n", 0, broken.start) + 1
        raise PabulibError("not_utf8", "the text is not UTF-8.", line=line) from None


def _sections(text: str) -> dict[str, list[tuple[int, list[str]]]]:
    """Rows of each section with the line on which each begins."""
    parts: dict[str, list[tuple[int, list[str]]]] = {}
    current: list[tuple[int, list[str]]] | None = None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    line = 1
    try:
        for row in reader:
            if len(row) == 1 or (row and not any(row[1:])):
                title = row[0].strip().strip(";").upper()
                if title in SECTIONS and (title not in parts):
                    current = parts.setdefault(title, [])
                    line = reader.line_num + 1
                    continue
            if row and any(cell.strip() for cell in row):
                if current is None:
                    raise PabulibError("no_meta", "the file should begin with META.", line=line)
                current.append((line, row))
            line = reader.line_num + 1
    except csv.Error as broken:
        raise PabulibError("bad_csv", "the row cannot be read ({reason}).", line=line, reason=str(broken)) from None
    for name in SECTIONS:
        if not parts.get(name):
            swallowed = next((begin for rows in parts.values() for begin, row in rows
                              if any(f"\n{name}" in cell for cell in row)), None)
            if swallowed:
                raise PabulibError("open_quote", "a quotation mark is opened and never closed.", line=swallowed)
            raise PabulibError("missing_section", "section {name} is missing.", line=max(line - 1, 1), name=name)
    return parts


def _meta(rows: list[tuple[int, list[str]]]) -> tuple[dict[str, str], dict[str, int]]:
    meta: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, row in rows:
        key = row[0].strip()
        if key.lower() == "key" and not meta:
            continue
        if len(row) < 2:
            raise PabulibError("meta_row", "META needs a key and a value, found {cell}.", line=line, cell=row[0])
        if key in meta:
            raise PabulibError("repeated_key", "META states {name} twice.", line=line, name=key)
        # a value with a bare ';' in it is split by the reader; trailing empty cells are spreadsheet leftovers
        meta[key], lines[key] = ";".join(row[1:]).rstrip(";").strip(), line
    return meta, lines


def _table(rows: list[tuple[int, list[str]]], section: str, needed: tuple[str, ...],
           ) -> tuple[list[int], dict[str, tuple[str, ...]]]:
    head_line, head = rows[0]
    names = [name.strip() for name in head]
    while names and not names[-1]:
        names.pop()
    for name in needed:
        if name not in names:
            raise PabulibError("missing_column", "{section} has no column {name}.", line=head_line, section=section,
                               name=name)
    if len(set(names)) != len(names):
        raise PabulibError("repeated_column", "{section} names a column twice.", line=head_line, section=section)
    width = len(names)
    lines, cells = [], []
    for line, row in rows[1:]:
        if len(row) != width:
            if len(row) > width and any(row[width:]):
                raise PabulibError("row_too_long", "{found} cells where {section} has {wanted} columns.", line=line,
                                   found=len(row), section=section, wanted=width)
            row = (row + [""] * width)[:width]
        lines.append(line)
        cells.append(row)
    columns = zip(*cells, strict=True) if cells else ([] for _ in names)
    table = {name: tuple(column) for name, column in zip(names, columns, strict=True)}
    if "project_id" in table:
        table["project_id"] = tuple(name.strip() for name in table["project_id"])
    return lines, table


def _refuse_repeated(names: tuple[str, ...], lines: list[int]) -> None:
    seen: set[str] = set()
    for name, line in zip(names, lines, strict=True):
        if not name:
            raise PabulibError("project_without_id", "the project has no project_id.", line=line)
        if name in seen:
            raise PabulibError("repeated_project", "project {project} is listed twice.", line=line, project=name)
        seen.add(name)


def _number(text: str, line: int, name: str) -> Decimal:
    """A non-negative amount; decimal comma or point, spaces between thousands."""
    tidy = re.sub(r"[\s\u00a0\u202f]", "", text)
    if not NUMBER.fullmatch(tidy):
        raise PabulibError("not_a_number", "{name} {value} is not a number of zero or more.", line=line, name=name,
                           value=text.strip() or "(empty)")
    return Decimal(tidy.replace(",", "."))


def _places(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _unit(amounts: list[Decimal], line: int) -> int:
    unit = int(10 ** max(_places(amount) for amount in amounts))
    if sum(amounts) * unit >= 2**62:
        raise PabulibError("amounts_too_large", "the amounts have too many digits to count exactly.", line=line)
    return unit


def _points_unit(points: Sequence[str]) -> int:
    if not any("." in text for text in points):
        return 1
    found = (NUMBER.fullmatch(cell.strip()) for text in set(points) for cell in text.split(","))
    return int(10 ** max((_places(Decimal(cell[0].replace(",", "."))) for cell in found if cell), default=0))


def _ballot(ballot: object, place: dict[str, int], kind: str, unit: int) -> tuple[tuple[int, int], ...]:
    text, points = ballot if isinstance(ballot, tuple) else (ballot, None)
    if not text.strip():
        return ()
    names = [name.strip() for name in text.split(",")]
    try:
        marks = [place[name] for name in names if name]
    except KeyError as unknown:
        raise _Odd("unknown_project", "the ballot marks project {project}, which is not in PROJECTS.",
                   project=unknown.args[0]) from None
    if kind == "ordinal":
        ranked = list(dict.fromkeys(marks))
        return tuple(sorted((mark, len(ranked) - rank - 1) for rank, mark in enumerate(ranked)))
    if points is None:
        return tuple((mark, 1) for mark in sorted(set(marks)))
    worth = _points(points, len(names), unit)
    given: dict[int, int] = {}
    for mark, value in zip(marks, worth, strict=True):
        given.setdefault(mark, value)
    return tuple(sorted((mark, value) for mark, value in given.items() if value > 0))


def _points(text: str, wanted: int, unit: int) -> list[int]:
    cells = [cell.strip() for cell in text.split(",")]
    if len(cells) != wanted:
        raise _Odd("points_mismatch", "{votes} projects but {points} points on the ballot.", votes=wanted,
                   points=len(cells))
    try:
        return [int(Decimal(cell) * unit) for cell in cells]
    except ArithmeticError:
        raise _Odd("not_points", "the points {value} are not numbers.", value=text) from None


def _exclusive(file: Pabulib) -> list[list[str]]:
    """Sets of conflicting projects, from an optional column `exclusive_group`; the order of rows is the precedence."""
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
    lengths = [0 if not text.strip() else text.count(",") + 1 for text in file.votes["vote"]]
    for key, breaks in (("max_length", lambda found, limit: found > min(limit, len(file.ids))),
                        ("min_length", lambda found, limit: found < limit)):
        stated = file.meta.get(key, "")
        if stated.isdigit():
            count = sum(breaks(found, int(stated)) for found in lengths)
            if count:
                yield Note("limit_broken", {"name": key, "limit": int(stated), "ballots": count})
