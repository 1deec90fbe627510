"""Writes figures by the hundred thousand, and keeps what follows from them true.

For actions only, inside their transaction.
"""

from collections.abc import Iterable

from django.db import connection
from django.db.models import OuterRef, Subquery

from multaqa.observatory.models import Indicator, Value
from multaqa.observatory.protection import protect

Row = tuple[int, int, int, str, str, float | None, int | None, int | None]
_COLUMNS = ("indicator", "territory", "year", "sex", "milieu", "value", "n", "imported")
_KEY, _REST = _COLUMNS[:5], _COLUMNS[5:]


def put_values(rows: Iterable[Row]) -> None:
    """Insert figures, or replace the value, n and provenance of those that stand in the same cell.

    rows: primary keys of indicator and territory, year, sex, milieu, value, n, primary key of the import.
    Much faster than model instances, which is what a whole country asks for. The latest year of each
    indicator and what must stay hidden follow.
    """
    rows = list(rows)
    quote = connection.ops.quote_name
    column = {name: quote(Value._meta.get_field(name).column) for name in _COLUMNS}
    statement = (
        f"INSERT INTO {quote(Value._meta.db_table)} ({', '.join(column.values())})"  # noqa: S608  our own names
        f" VALUES ({', '.join(['%s'] * len(_COLUMNS))})"
        f" ON CONFLICT ({', '.join(column[name] for name in _KEY)})"
        f" DO UPDATE SET {', '.join(f'{column[name]} = excluded.{column[name]}' for name in _REST)}"
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
    settle({(row[0], row[2]) for row in rows})


def settle(tables: Iterable[tuple[int, int]]) -> None:
    """Bring up to date what is derived from these tables of (indicator, year), however they were written."""
    tables = sorted(tables)
    latest = Value.objects.filter(indicator=OuterRef("pk")).order_by("-year").values("year")[:1]
    touched = {indicator for indicator, _year in tables}
    Indicator.objects.filter(pk__in=touched).update(latest_year=Subquery(latest))
    protect(tables)
