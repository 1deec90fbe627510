"""Writes figures by the hundred thousand, and keeps what follows from them true.

For actions only, inside their transaction. Half a million rows are too many for model instances: these
statements run once a row, and name tables and columns of our own models only.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.db.models import OuterRef, Subquery

from multaqa.observatory.models import Indicator, Value
from multaqa.observatory.protection import protect

Row = tuple[int, int, int, str, str, float | None, int | None, int | None]
_KEY, _REST = ("indicator", "territory", "year", "sex", "milieu"), ("value", "n", "imported")


def put_values(rows: Iterable[Row]) -> None:
    """Insert figures, or replace the value, n and provenance of those that stand in the same cell.

    rows: primary keys of indicator and territory, year, sex, milieu, value, n, primary key of the import. The
    latest year of each indicator and what must stay hidden follow.
    """
    rows = list(rows)
    upsert(Value, _KEY, _REST, rows)
    settle({(row[0], row[2]) for row in rows})


def settle(tables: Iterable[tuple[int, int]]) -> None:
    """Bring up to date what is derived from these tables of (indicator, year), however they were written."""
    tables = sorted(tables)
    latest = Value.objects.filter(indicator=OuterRef("pk")).order_by("-year").values("year")[:1]
    touched = {indicator for indicator, _year in tables}
    Indicator.objects.filter(pk__in=touched).update(latest_year=Subquery(latest))
    protect(tables)


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of these fields; foreign keys as primary keys."""
    _execute(_insert(model, names), rows)


def upsert(
    model: type[models.Model], key: Sequence[str], rest: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows of the fields of `key` and `rest`; where the unique key stands, replace the rest."""
    columns = [_column(model, name) for name in rest]
    _execute(
        f"{_insert(model, [*key, *rest])} ON CONFLICT ({', '.join(_column(model, name) for name in key)})"
        f" DO UPDATE SET {', '.join(f'{column} = excluded.{column}' for column in columns)}",
        rows,
    )


def update(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Set these fields, one row each; the primary key comes last in the row."""
    columns = ", ".join(f"{_column(model, name)} = %s" for name in names)
    _execute(
        f"UPDATE {_table(model)} SET {columns} WHERE {_column(model, 'id')} = %s",  # noqa: S608  our own names
        rows,
    )


def _insert(model: type[models.Model], names: Sequence[str]) -> str:
    columns, marks = ", ".join(_column(model, name) for name in names), ", ".join(["%s"] * len(names))
    return f"INSERT INTO {_table(model)} ({columns}) VALUES ({marks})"  # noqa: S608  our own names


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _column(model: type[models.Model], name: str) -> str:
    return connection.ops.quote_name(model._meta.get_field(name).column)


def _execute(statement: str, rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
