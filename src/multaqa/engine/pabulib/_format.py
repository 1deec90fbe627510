"""The words of the format, and what one file says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from multaqa.engine.allocation import AllocationError

WITHDRAWN = 999_999_999  # the cost by which the library marks a project that was taken back
KINDS = {
    "approval": "approval",
    "choose-1": "choose-1",
    "cumulative": "cumulative",
    "scoring": "cumulative",
    "ordinal": "ordinal",
}
AGE_BANDS = ((0, 17), (18, 24), (25, 34), (35, 44), (45, 59), (60, 999))
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
    votes: Mapping[str, tuple[str, ...]]  # column -> one text a voter
    kind: str
    budget: int
    costs: tuple[int, ...]
    unit: int
    vote_lines: Sequence[int] = ()  # line of each ballot, for messages
    notes: tuple[Note, ...] = field(default=())

    @property
    def ids(self) -> tuple[str, ...]:
        return self.projects["project_id"]


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


def traits(file: Pabulib) -> dict[str, tuple[str, ...]]:
    """What the file tells of its voters: district, age band and sex where it has them, one text a voter."""
    found = {}
    for name in ("district", "neighborhood", "sex"):
        values = column(file.votes, "subunit" if name == "district" else name)
        if any(values):
            found[name] = tuple(value.strip() for value in values)
    ages = column(file.votes, "age")
    if any(ages):
        found["age"] = tuple(map(age_band, ages))
    return found


def age_band(age: str) -> str:
    """`38` is `35-44`; a band that the file itself states stays as it is."""
    tidy = age.strip()
    if not tidy.isdigit():
        return tidy
    years = int(tidy)
    low, high = next(((a, z) for a, z in AGE_BANDS if a <= years <= z), AGE_BANDS[-1])
    return f"{low}+" if high > 120 else f"{low}-{high}"
