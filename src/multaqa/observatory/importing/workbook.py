"""XLSX read straight from its XML: in one pass, in bounded memory, each cell with its place on the sheet."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from xml.parsers import expat

from multaqa.observatory.importing.kinds import Kind
from multaqa.observatory.importing.refusals import FileRefused, shown
from multaqa.observatory.importing.table import MOST_COLUMNS, Builder, Table

MOST_UNPACKED = 400_000_000
_SHEET, _STRINGS, _STYLES = "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"
_CHUNK = 1 << 16
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_PERCENT = {9, 10}
_UNWRITTEN = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
Attributes = dict[str, str]


def read_workbook(content: bytes, kind: Kind | None) -> Table:
    """The rows of the only sheet that holds data. Raises FileRefused for what is no such workbook."""
    try:
        return _read(zipfile.ZipFile(io.BytesIO(content)), kind)
    except FileRefused:
        raise
    except Exception:  # what a damaged archive makes zipfile, zlib and expat raise is not one family
        raise FileRefused("workbook") from None


def _read(archive: zipfile.ZipFile, kind: Kind | None) -> Table:
    names = set(archive.namelist())
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefused("macros")
    if sum(info.file_size for info in archive.infolist()) > MOST_UNPACKED:
        raise FileRefused("too_much")
    book = _Book(archive)
    filled = [(title, part) for title, part in book.sheets if part in names and book.holds_data(part)]
    if not filled:
        raise FileRefused("empty_file")
    if len(filled) > 1:
        raise FileRefused("two_sheets", names=", ".join(shown(title) for title, _part in filled[:5]))
    return _Sheet(book, kind).read(filled[0][1])


class _Stop(Exception):  # noqa: N818  not an error: enough was read
    pass


class _Book:
    """What the cells of all sheets share: texts, formats, the day that counts as zero."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = set(archive.namelist())
        self.zero = date(1899, 12, 30)
        self.sheets = self._sheets()
        self.dates, self.percents = self._formats()
        self._texts: list[str] | None = None

    @property
    def texts(self) -> list[str]:
        if self._texts is None:
            self._texts = self._shared()
        return self._texts

    def parse(
        self,
        part: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _no_doctype  # entities that unfold without end need one
        parser.StartElementHandler = lambda name, given: start(name.rpartition(":")[2], given)
        if end:
            parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
        if text:
            parser.CharacterDataHandler = text
        left = MOST_UNPACKED
        with self.archive.open(part) as file:
            while chunk := file.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise FileRefused("too_much")
                parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def _sheets(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        targets: dict[str, str] = {}

        def relation(name: str, given: Attributes) -> None:
            if name == "Relationship" and given.get("Type", "").endswith("/worksheet"):
                target = given["Target"]
                targets[given["Id"]] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

        def sheet(name: str, given: Attributes) -> None:
            if name == "workbookPr" and given.get("date1904", "0") in ("1", "true"):
                self.zero = date(1904, 1, 1)
            if name == "sheet":
                key = next(value for key, value in given.items() if key.rpartition(":")[2] == "id")
                if key in targets:
                    found.append((given.get("name", ""), targets[key]))

        self.parse("xl/_rels/workbook.xml.rels", relation)
        self.parse(_SHEET, sheet)
        return found

    def _formats(self) -> tuple[set[str], set[str]]:
        """The styles that show a number as a date, and those that show it as a share of a hundred."""
        codes: dict[int, str] = {}
        used: list[int] = []
        inside = False

        def start(name: str, given: Attributes) -> None:
            nonlocal inside
            if name == "numFmt":
                codes[int(given["numFmtId"])] = _UNWRITTEN.sub("", given.get("formatCode", ""))
            elif name == "cellXfs":
                inside = True
            elif name == "xf" and inside:
                used.append(int(given.get("numFmtId", 0)))

        def end(name: str) -> None:
            nonlocal inside
            inside = inside and name != "cellXfs"

        if _STYLES in self.names:
            self.parse(_STYLES, start, end)
        dated = {key for key, code in codes.items() if re.search("[dmyhs]", code, re.IGNORECASE)}
        shares = {key for key, code in codes.items() if "%" in code}
        return (
            {str(place) for place, key in enumerate(used) if key in _DATES - codes.keys() or key in dated},
            {str(place) for place, key in enumerate(used) if key in _PERCENT - codes.keys() or key in shares},
        )

    def _shared(self) -> list[str]:
        found: list[str] = []
        parts: list[str] = []
        reading = phonetic = False

        def start(name: str, _given: Attributes) -> None:
            nonlocal reading, phonetic
            phonetic = phonetic or name == "rPh"
            reading = name == "t" and not phonetic

        def end(name: str) -> None:
            nonlocal reading, phonetic
            reading = False
            phonetic = phonetic and name != "rPh"
            if name == "si":
                found.append("".join(parts))
                parts.clear()

        if _STRINGS in self.names:
            self.parse(_STRINGS, start, end, lambda text: parts.append(text) if reading else None)
        return found

    def holds_data(self, part: str) -> bool:
        """Has the sheet any cell with a content?"""

        def start(name: str, _given: Attributes) -> None:
            if name in ("v", "is", "f"):
                raise _Stop

        try:
            self.parse(part, start)
        except _Stop:
            return True
        return False


def _no_doctype(*_given: Any) -> None:
    raise FileRefused("workbook")


class _Sheet:
    """One pass over a sheet, which ends each row in the builder."""

    def __init__(self, book: _Book, kind: Kind | None) -> None:
        self.book, self.builder = book, Builder(kind)
        self.line = self.place = 0
        self.cells: list[str] = []
        self.parts: list[str] = []
        self.reading = False
        self.fault: tuple[int, str, dict[str, str]] | None = None
        self.given: Attributes = {}
        self.formula = self.stored = False
        self.merged: list[str] = []

    def read(self, part: str) -> Table:
        self.book.parse(part, self._start, self._end, self._text)
        table = self.builder.table()
        for area in self.merged:
            self._mark(table, area)
        return table

    def _start(self, name: str, given: Attributes) -> None:
        if name == "c":
            self._begin_cell(given)
        elif name == "v" or name == "t":
            self.reading = True
            self.stored = self.stored or name == "v"
        elif name == "f":
            self.formula = True
        elif name == "row":
            # a row without its number follows the one before
            line = int(given["r"]) if "r" in given else self.line + 1
            if line <= self.line:
                raise FileRefused("workbook", line=max(line, 1))
            self.line, self.place, self.cells, self.fault = line, -1, [], None
        elif name == "mergeCell":
            self.merged.append(given.get("ref", ""))

    def _begin_cell(self, given: Attributes) -> None:
        reference = given.get("r")
        self.place = _column(reference) if reference else self.place + 1
        if self.place < len(self.cells):
            raise FileRefused("workbook", line=max(self.line, 1), column=str(self.place + 1))
        if self.place >= MOST_COLUMNS:
            raise FileRefused(
                "too_many_columns", line=max(self.line, 1), column=str(self.place + 1), limit=MOST_COLUMNS
            )
        self.given, self.parts = given, []
        self.formula = self.stored = False

    def _text(self, text: str) -> None:
        if self.reading:
            self.parts.append(text)

    def _end(self, name: str) -> None:
        if name == "v" or name == "t":
            self.reading = False
        elif name == "c":
            text = self._cell("".join(self.parts))
            if text:
                self.cells.extend([""] * (self.place - len(self.cells)))
                self.cells.append(text)
        elif name == "row":
            self._end_row()

    def _end_row(self) -> None:
        header = self.builder.header
        if self.fault:
            place, key, values = self.fault
            if header is None:
                raise FileRefused(key, line=self.line, column=str(place + 1), **values)
            self.builder.refuse(self.line, header.name_of(place), key, **values)
        elif self.cells:
            self.builder.add(self.line, self.cells, ragged=True)

    def _cell(self, text: str) -> str:
        kind = self.given.get("t", "n")
        if self.formula and not (self.stored and text):
            self.fault = self.fault or (self.place, "formula", {})
        elif kind == "e":
            self.fault = self.fault or (self.place, "cell_error", {"cell": shown(text)})
        elif kind == "s":
            return self.book.texts[int(text)] if text else ""
        elif kind == "n" and text:
            return self._figure(text)
        elif kind == "b":
            return "yes" if text == "1" else "no"
        return text

    def _figure(self, text: str) -> str:
        style = self.given.get("s", "0")
        if style in self.book.dates:
            return self._day(float(text))
        if style in self.book.percents:
            # 0.45 shown as 45 %: nobody can tell which of the two was meant
            return f"{float(text) * 100:g} %"
        return text

    def _day(self, serial: float) -> str:
        try:
            moment = datetime.combine(self.book.zero, datetime.min.time()) + timedelta(days=serial)
        except OverflowError:
            return f"{serial:g}"
        return moment.date().isoformat() if serial == int(serial) else moment.isoformat(timespec="seconds")

    def _mark(self, table: Table, area: str) -> None:
        """The rows in a merged area are refused: only its first cell has a content."""
        first, _colon, last = area.partition(":")
        header = self.builder.header
        ends = _CELL.fullmatch(first), _CELL.fullmatch(last or first)
        if header is None or not ends[0] or not ends[1]:
            raise FileRefused("workbook")
        top, bottom = int(ends[0][2]), int(ends[1][2])
        column = header.name_of(_column(first))
        if top <= header.line:
            raise FileRefused("merged", line=max(top, 1), column=column)
        table.marks.append(("merged", column, top, bottom))


def _column(reference: str) -> int:
    """The place of a cell on its row, from 0."""
    match = _CELL.fullmatch(reference)
    if match is None:
        raise FileRefused("workbook")
    place = 0
    for letter in match[1]:
        place = place * 26 + ord(letter) - 64
    return place - 1
