"""Opens a file as rows with their place in it, whatever it was written with."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from multaqa.kit.policy import Refused
from multaqa.observatory.warehouse.store import Dataset

SHEET_ROWS = 100_000
KINDS = (".csv", ".parquet", ".xlsx")


@dataclass(frozen=True, slots=True)
class Opened:
    """The rows of a source with their place in it (`line`), and how its numbers are written."""

    rows: Any
    left_out: tuple[str, ...]
    text: Path | None = None  # a CSV file, where broken rows and empty lines are possible


def open_source(connection: Any, dataset: Dataset, file: Path) -> Opened:
    import ibis

    kind = file.suffix.lower()
    if kind == ".xlsx":
        header, records = _sheet(file)
        wanted, left_out = _heading(file, header, dataset)
        return Opened(_memory(header, records).select("line", *wanted), left_out)
    # the reader takes a star or a bracket in a file's name for a pattern
    link = dataset.folder / f".source{kind}.tmp"
    link.symlink_to(file.resolve())
    if kind == ".parquet":
        rows = connection.read_parquet(link)
        wanted, left_out = _heading(file, list(rows.columns), dataset)
        return Opened(rows.select(*wanted, line=ibis.row_number() + 1), left_out)
    header, mark = _first_line(file)
    wanted, left_out = _heading(file, header, dataset)
    rows = connection.read_csv(
        link, header=False, skip=1, auto_detect=False, delim=mark, quote='"', escape='"',
        columns=dict.fromkeys(header, "VARCHAR"), store_rejects=True, strict_mode=True,
    )  # fmt: skip
    rows = rows.select(*wanted, line=ibis.row_number() + 2)
    if mark == ";":  # written where the comma is the decimal sign
        numbers = {"weight", *(column.name for column in dataset.columns if column.kind == "number")}
        rows = rows.mutate(**{name: rows[name].replace(",", ".") for name in wanted if name in numbers})
    return Opened(rows, left_out, link)


def _first_line(file: Path) -> tuple[list[str], str]:
    """The heading and the sign between columns."""
    with open(file, encoding="utf-8-sig", newline="") as lines:
        try:
            first = lines.readline()
        except UnicodeDecodeError:
            raise Refused(_("%(file)s is not written in UTF-8."), field="file", file=file.name) from None
    mark = max(",;\t", key=first.count)
    header = next(csv.reader([first], delimiter=mark), [])
    return [name.strip() for name in header], mark


def _heading(file: Path, header: list[str], dataset: Dataset) -> tuple[list[str], tuple[str, ...]]:
    """The columns to read, and those left out."""
    described = [column.name for column in dataset.columns]
    missing = [name for name in ("commune", "milieu", *described) if name not in header]
    if missing:
        raise Refused(
            _("%(file)s lacks the columns %(names)s."),
            field="file",
            file=file.name,
            names=", ".join(missing),
        )
    if len(set(header)) < len(header):
        raise Refused(_("A column of %(file)s stands twice in its heading."), field="file", file=file.name)
    known = {"commune", "sex", "milieu", "weight", *described}
    return [name for name in header if name in known], tuple(name for name in header if name not in known)


def _sheet(file: Path) -> tuple[list[str], list[tuple[int, tuple[str, ...]]]]:
    """The heading of a spreadsheet's first sheet, and its rows that are not empty, as text."""
    from openpyxl import load_workbook

    book = load_workbook(file, read_only=True, data_only=True)
    try:
        lines = ([_text(value) for value in row] for row in book.worksheets[0].iter_rows(values_only=True))
        header = next(lines, [])
        while header and not header[-1]:
            header.pop()
        records: list[tuple[int, tuple[str, ...]]] = []
        for line, row in enumerate(lines, start=2):
            if len(records) >= SHEET_ROWS:
                raise Refused(
                    _("A spreadsheet may have %(rows)s rows: save %(file)s as CSV."),
                    field="file", rows=SHEET_ROWS, file=file.name,
                )  # fmt: skip
            if any(row):
                records.append((line, tuple(row[: len(header)]) + ("",) * (len(header) - len(row))))
    finally:
        book.close()
    return header, records


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def _memory(header: list[str], records: list[tuple[int, tuple[str, ...]]]) -> Any:
    import ibis
    import pyarrow as pa

    columns = {
        name: pa.array([row[place] for _line, row in records], pa.string())
        for place, name in enumerate(header)
    }
    return ibis.memtable(
        pa.table({"line": pa.array([line for line, _row in records], pa.int64()), **columns})
    )


def broken_rows(connection: Any) -> tuple[list[int], bool]:
    """Rows that the reader could not cut into columns, and whether it lost others with them."""
    found = connection.raw_sql("SELECT DISTINCT line, error_type::VARCHAR FROM reject_errors").fetchall()
    lost = any(kind in ("UNQUOTED VALUE", "LINE SIZE OVER MAXIMUM") for _line, kind in found)
    return sorted({int(line) for line, _kind in found}), lost


def places_in(file: Path, counted: list[int], broken: list[int]) -> dict[int, int]:
    """Where the rows that were counted stand in the file: empty lines and broken rows were not counted."""
    left_out, wanted, found = set(broken), iter(counted), {}
    at, seen = next(wanted, None), 1
    with open(file, encoding="utf-8", errors="replace", newline="") as lines:
        for line, text in enumerate(lines, start=1):
            if at is None:
                break
            if line == 1 or line in left_out or not text.strip():
                continue
            seen += 1
            if seen == at:
                found[at] = line
                at = next(wanted, None)
    return {line: found.get(line, line) for line in counted}
