"""Reads a file of rows into a part of a dataset: CSV of any size, Parquet, or a small spreadsheet.

Files of millions of rows stream through DuckDB, so memory does not grow with them. Columns that the dataset
does not describe are left out: a name or a telephone number that somebody forgot in the file never comes in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from multaqa.kit.policy import Refused
from multaqa.observatory.warehouse import answers, engines, sources, store
from multaqa.observatory.warehouse.answers import Fault
from multaqa.observatory.warehouse.store import Dataset, Part

LISTED = 1_000


class RowsRefused(Refused):
    """Rows that cannot be read: `faults` holds up to 1,000 in the order of the file, `total` counts rows."""

    def __init__(self, file: str, faults: list[Fault], total: int) -> None:
        super().__init__(
            _("%(total)s rows of %(file)s cannot be read, so nothing was added. First: %(first)s."),
            field="file",
            total=total,
            file=file,
            first=str(faults[0]) if faults else "",
        )
        self.faults = faults
        self.total = total


@dataclass(frozen=True, slots=True)
class Added:
    """The dataset as it stands now, and what became of the file.

    rows: added, 0 if the file was there already; refused, faults: rows left out where good ones were
    accepted; left_out: columns that the dataset does not describe.
    """

    dataset: Dataset
    rows: int
    refused: int = 0
    faults: tuple[Fault, ...] = ()
    left_out: tuple[str, ...] = ()


def add(
    dataset: Dataset,
    file: Path,
    *,
    imported_at: str,
    communes: Collection[str] | None = None,
    accept_good: bool = False,
) -> Added:
    """The rows of a file become a part of the dataset, all or none; the same file again changes nothing.

    communes: the codes that may stand in `commune`, any if None. imported_at: ISO moment. Raises RowsRefused
    unless every row can be read or `accept_good` lets the others in, Refused for a file of another shape.
    """
    if file.suffix.lower() not in sources.KINDS or not file.is_file():
        raise Refused(_("%(file)s is not a CSV, XLSX or Parquet file."), field="file", file=file.name)
    with store.locked(dataset.folder):
        now = store.open_dataset(dataset.name, at=dataset.folder.parent)
        source = store.sha256(file)
        if any(part.source_sha256 == source for part in now.parts):
            return Added(now, 0)
        name = f"{source[:16]}.parquet"
        written = dataset.folder / f".{name}.tmp"
        with engines.duckdb(dataset.folder.parent) as connection:
            rows, refused, faults, left_out = _convert(connection, now, file, written, communes, accept_good)
        part = Part(name, rows, store.sha256(written), file.name, source, imported_at)
        store.publish_file(written, dataset.folder / name)
        now = store.with_part(now, part)
        store.save(now)
    return Added(now, rows, refused, tuple(faults), left_out)


def _convert(
    connection: Any,
    dataset: Dataset,
    file: Path,
    written: Path,
    communes: Collection[str] | None,
    accept_good: bool,
) -> tuple[int, int, list[Fault], tuple[str, ...]]:
    opened = sources.open_source(connection, dataset, file)
    typed = answers.typed(connection, opened.rows, dataset.columns, communes)
    totals = connection.to_pyarrow(typed.aggregate(rows=typed.count(), bad=typed.bad.sum())).to_pylist()[0]
    broken, lost = sources.broken_rows(connection) if opened.text else ([], False)
    refused = (totals["bad"] or 0) + len(broken)
    faults = _listed(connection, typed.filter(typed.bad), broken, opened) if refused else []
    if refused and (lost or not accept_good):
        raise RowsRefused(file.name, faults, refused)
    good = typed if not refused else typed.filter(~typed.bad)
    kept = totals["rows"] - (totals["bad"] or 0)
    if not kept:
        raise Refused(_("%(file)s has no rows to add."), field="file", file=file.name)
    names = ["commune", "sex", "milieu", "weight", *(column.name for column in dataset.columns)]
    connection.to_parquet(good.select(*names), written, compression="zstd", row_group_size=122_880)
    _require_whole(written, names, kept)
    return kept, refused, faults, opened.left_out


def _require_whole(written: Path, names: list[str], rows: int) -> None:
    from pyarrow import parquet

    found = parquet.read_metadata(written)
    if found.num_rows != rows or found.schema.names != names:
        raise OSError(f"{written.name} holds {found.num_rows} rows where {rows} were read")


def _listed(connection: Any, bad: Any, broken: list[int], opened: sources.Opened) -> list[Fault]:
    rows = bad.order_by("line").limit(LISTED).select("line", fault=bad.faults.unnest()).unpack("fault")
    found = connection.to_pyarrow(rows).to_pylist()
    lines = {row["line"] for row in found}
    if opened.text:
        moved = sources.places_in(opened.text, sorted(lines), broken)
        found = [row | {"line": moved[row["line"]]} for row in found]
    faults = [Fault(row["line"], row["column"], row["reason"], row["value"]) for row in found]
    faults += [Fault(line, "", "broken_row", "") for line in broken]
    return sorted(faults, key=lambda fault: fault.line)[:LISTED]
