"""A file to begin with, of each table and in each format."""

import csv
import io
from typing import Any

from multaqa.observatory.importing.kinds import Kind
from multaqa.observatory.models import Indicator
from multaqa.territories.queries import home_pack

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


def example(kind: Kind, ending: str) -> bytes:
    """A small file that would be taken in here: its codes are of this installation."""
    rows = [_here() | row if "territory" in kind.names else row for row in kind.example]
    table = [[row.get(name) for name in kind.names] for row in rows]
    return {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet}[ending](kind.names, table)


def _here() -> dict[str, Any]:
    pack, indicator = home_pack(), Indicator.objects.filter(unit=Indicator.Unit.PERCENT).first()
    return {
        "indicator": indicator.code if indicator else "water-trucked",
        "territory": pack.root.code if pack else "12",
    }


def _csv(names: list[str], table: list[list[Any]]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(names)
    writer.writerows(table)
    return file.getvalue().encode("utf-8-sig")


def _xlsx(names: list[str], table: list[list[Any]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in [names, *table]:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _parquet(names: list[str], table: list[list[Any]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: [row[place] for row in table] for place, name in enumerate(names)}
    file = io.BytesIO()
    pq.write_table(pa.table({name: _column(cells) for name, cells in columns.items()}), file)
    return file.getvalue()


def _column(cells: list[Any]) -> Any:
    import pyarrow as pa

    empty = all(cell is None for cell in cells)
    return pa.array(cells, pa.string() if empty else None)
