"""Why a file, a row or a cell is not taken in: one sentence, with line and column."""

from dataclasses import dataclass, field
from typing import Any, Self

from django.utils.translation import gettext_lazy as _

SHOWN = 80  # letters of a faulty cell that its sentence repeats
SENTENCES = {
    "ambiguous": _("“%(cell)s” can be read in two ways: write it without separator of thousands."),
    "cell_error": _("This cell holds the error %(cell)s."),
    "cells_missing": _("This line has %(found)s cells, the header %(expected)s."),
    "cells_surplus": _("This cell stands under no column of the header."),
    "column_missing": _("The column “%(name)s” is missing."),
    "column_twice": _("The column “%(name)s” stands twice."),
    "column_unknown": _("“%(name)s” is not a column of this table, which has: %(known)s."),
    "control": _("This cell holds a character that cannot be printed."),
    "empty": _("This cell may not be empty."),
    "empty_file": _("The file is empty."),
    "encoding": _("These bytes are not text in UTF-8: save the file as CSV UTF-8."),
    "formula": _("This formula has no stored result: open the file in a spreadsheet and save it again."),
    "goalposts": _("The low goalpost must be below the high one."),
    "macros": _("This workbook holds macros: save it as XLSX without them."),
    "merged": _("These cells are merged: separate them and fill each one."),
    "nested": _("The column “%(name)s” holds %(kind)s, which is no kind of cell."),
    "no_row": _("There is no row under the header."),
    "not_code": _("“%(cell)s” is not a code: Latin letters, digits, hyphens, 40 at most."),
    "not_day": _("“%(cell)s” is not a day such as 2026-11-23."),
    "not_number": _("“%(cell)s” is not a number."),
    "not_whole": _("“%(cell)s” is not a whole number."),
    "not_word": _("“%(cell)s” is not one of: %(known)s."),
    "old_workbook": _("This workbook is old or locked: save it as XLSX, without password."),
    "other_table": _("This is a table of another kind: the column “%(name)s” is missing."),
    "outside": _("“%(cell)s” is not between %(least)s and %(most)s."),
    "parquet": _("This Parquet file is damaged, or is none."),
    "quote": _("A quotation mark opens here and is not closed, or text follows the closing one."),
    "too_large": _("The file is larger than %(limit)s MB: divide it."),
    "too_long": _("This cell is longer than %(limit)s letters."),
    "too_many_columns": _("The file has more than %(limit)s columns."),
    "too_many_rows": _("The file has more than %(limit)s rows: divide it."),
    "too_much": _("Unpacked, this file is too large: divide it."),
    "twice": _("The same thing stands already on line %(first)s."),
    "two_sheets": _("More than one sheet holds data (%(names)s): keep one."),
    "unknown_branch": _("“%(cell)s” is not the code of a branch of social protection."),
    "unknown_hazard": _("“%(cell)s” is not the code of a hazard."),
    "unknown_indicator": _("“%(cell)s” is not the code of an indicator of the observatory."),
    "unknown_table": _("This header is none of a table of indicators, of figures by year or of readings."),
    "unknown_territory": _("“%(cell)s” is not the code of a territory."),
    "workbook": _("This XLSX file is damaged, or is none."),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A fault: the line of the file, from 1, and its column by name, or by place where it has no name."""

    line: int
    column: str
    key: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """Why, in the reader's language."""
        return str(SENTENCES[self.key]) % self.values

    @property
    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {"line": self.line, "column": self.column, "key": self.key, "values": self.values}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Self:
        return cls(plain["line"], plain["column"], plain["key"], plain["values"])


class FileRefused(Exception):  # noqa: N818  a refusal is an answer, not an error
    """The whole file cannot be read; carries where and why."""

    def __init__(self, key: str, *, line: int = 1, column: str = "1", **values: Any) -> None:
        super().__init__(key)
        self.refusal = Refusal(line, column, key, values)


def shown(cell: str) -> str:
    """As much of a cell as a sentence can carry, on one line."""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in cell[:SHOWN]).split())
    return text + "…" if len(cell) > SHOWN else text
