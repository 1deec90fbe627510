"""What a table of figures changes, and its writing: new figures, changed ones, those that stand already.

Reading takes seconds for half a million figures and needs no lock; writing happens in the transaction of an
action. `stamp` tells whether anything was written in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from multaqa.kit.policy import Refused
from multaqa.ledger.models import Entry
from multaqa.observatory.bulk import insert, put_values, settle, update, upsert
from multaqa.observatory.models import DataImport, Indicator, Reading, SupersededValue, Value
from multaqa.territories.models import Territory

if TYPE_CHECKING:
    import pandas as pd


PAGES_KIB = 400_000


@dataclass(frozen=True, slots=True)
class Shape:
    """Where figures of a kind are kept: the key of a cell, and what stands in it."""

    model: type[models.Model]
    key: tuple[str, ...]  # after indicator and territory
    along: str  # what a cell's series runs along
    rest: str  # beside the value
    of: str  # the column of SupersededValue


SHAPES = {
    DataImport.Kind.VALUES: Shape(Value, ("year", "sex", "milieu"), "year", "n", "cell"),
    DataImport.Kind.READINGS: Shape(Reading, ("day",), "day", "population", "reading"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """What taking in would do. rows: each with `does` (new, changed or same) and, if changed, what was."""

    kind: str
    stamp: int
    indicators: tuple[Indicator, ...]
    rows: pd.DataFrame | None = None
    described: tuple[Any, ...] = field(default=())  # for indicators: importing.definitions

    @property
    def counts(self) -> dict[str, int]:
        if self.rows is None:
            return {"new": 0, "changed": 0, "same": 0}
        does = self.rows["does"]
        return {name: int((does == name).sum()) for name in ("new", "changed", "same")}


def figures_stamp() -> int:
    """The last act of this room: while it stays the same, so do the figures."""
    last = Entry.objects.filter(verb__startswith="observatory.").order_by("-pk").values_list("pk", flat=True)
    return last.first() or 0


def figures_difference(kind: str, rows: pd.DataFrame) -> Difference:
    """What rows of figures change: a statement for the codes of each sort, and one an indicator.

    Raises Refused when an indicator or a territory is gone since the file was checked.
    """
    import pandas as pd

    stamp, shape = figures_stamp(), SHAPES[DataImport.Kind(kind)]
    named = [str(code) for code in rows["indicator"].unique()]
    indicators = {item.code: item for item in Indicator.objects.filter(code__in=named).order_by("pk")}
    places = dict(Territory.objects.values_list("code", "pk"))
    frame = pd.DataFrame(
        {
            "line": rows["line"],
            "indicator": _keys(rows["indicator"], {code: item.pk for code, item in indicators.items()}),
            "territory": _keys(rows["territory"], places),
            **{name: _plain(rows[name]) for name in (*shape.key, "value")},
            "rest": _plain(rows[shape.rest]) if shape.rest in rows else float("nan"),
        }
    )
    parts = [_against(shape, part, keep=shape.rest not in rows) for _pk, part in frame.groupby("indicator")]
    joined = pd.concat(parts, ignore_index=True).sort_values("line", ignore_index=True)
    return Difference(kind, stamp, tuple(indicators.values()), joined)


def _keys(codes: pd.Series[Any], keys: dict[str, int]) -> Any:
    found = codes.astype("str").map(keys)
    if found.isna().any():
        gone = codes[found.isna()].iloc[0]
        raise Refused(_("“%(code)s” is gone since this file was checked: check it again."), code=str(gone))
    return found.astype("int64")


def _plain(column: pd.Series[Any]) -> Any:
    """Numbers as floats with NaN, words as categories: what compares fast and joins with the database's."""
    kind = column.dtype.kind if hasattr(column.dtype, "kind") else "O"
    if kind == "M":
        return column.astype("datetime64[s]")
    return column if kind == "O" else column.astype("float64")


def _against(shape: Shape, part: pd.DataFrame, *, keep: bool) -> pd.DataFrame:
    """The rows of one indicator beside what stands. keep: the file does not say what a figure rests on."""
    import numpy as np

    key = ["territory", *shape.key]
    joined = part.merge(_standing(shape, part), on=key, how="left")
    equal = _equal(joined["value"], joined["was"])
    if not keep:
        equal = equal & _equal(joined["rest"], joined["was_rest"])
    stands = joined["pk"].notna().to_numpy()
    joined["does"] = np.where(~stands, "new", np.where(equal, "same", "changed"))
    return joined


def _equal(one: pd.Series[Any], other: pd.Series[Any]) -> Any:
    return ((one == other) | (one.isna() & other.isna())).to_numpy()


def _standing(shape: Shape, part: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    along = part[shape.along]
    low, high = along.min(), along.max()
    if shape.along == "day":
        low, high = low.date(), high.date()
    asked = shape.model._default_manager.filter(
        indicator=int(part["indicator"].iloc[0]), **{f"{shape.along}__range": (low, high)}
    )
    hidden = "hidden" if shape.model is Value else models.Value(False)
    columns = ["territory", *shape.key, "pk", "value", shape.rest, "imported", hidden]
    names = ["territory", *shape.key, "pk", "was", "was_rest", "was_from", "was_hidden"]
    found = pd.DataFrame.from_records(list(asked.values_list(*columns).iterator(20_000)), columns=names)
    for name in names:
        if name in ("sex", "milieu"):
            found[name] = found[name].astype("str").astype(part[name].dtype)
        elif name == "day":
            found[name] = found[name].astype("datetime64[s]")
        elif name == "territory":
            found[name] = found[name].astype("int64")
        else:
            found[name] = found[name].astype("float64")
    return found


@contextmanager
def _room_for_pages() -> Iterator[None]:
    """SQLite keeps 2 MB of pages; a table that does not fit is written to the disk again and again."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA cache_size").fetchone()[0]
        cursor.execute(f"PRAGMA cache_size = -{PAGES_KIB:d}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size = {before:d}")


@_room_for_pages()
def write_figures(difference: Difference, imported: DataImport) -> DataImport | None:
    """Write what is new and what changed; gives the latest import of which a figure was replaced."""
    assert difference.rows is not None
    shape, rows = SHAPES[DataImport.Kind(difference.kind)], difference.rows
    changed = rows[rows["does"] == "changed"].sort_values("pk")
    insert(
        SupersededValue,
        (shape.of, "value", "n", "imported", "hidden", "replaced_by"),
        (
            (int(pk), value, rest, source, bool(hidden), imported.pk)
            for pk, value, rest, source, hidden in zip(
                changed["pk"],
                _floats(changed["was"]),
                _wholes(changed["was_rest"]),
                _wholes(changed["was_from"]),
                changed["was_hidden"],
                strict=True,
            )
        ),
    )
    # in the order of the index, so that its pages are written once
    moving = rows[rows["does"] != "same"].sort_values(["indicator", *shape.key, "territory"])
    cells = zip(
        moving["indicator"].tolist(),
        moving["territory"].tolist(),
        *(_written(moving[name]) for name in shape.key),
        _floats(moving["value"]),
        _wholes(moving["rest"]),
        [imported.pk] * len(moving),
        strict=True,
    )
    if shape.model is Value:
        put_values(cells)
    else:
        upsert(Reading, ("indicator", "territory", *shape.key), ("value", shape.rest, "imported"), cells)
    earlier = changed["was_from"].dropna()
    return DataImport.objects.filter(pk=int(earlier.max())).first() if len(earlier) else None


def _floats(column: pd.Series[Any]) -> Iterator[float | None]:
    return (None if value != value else value for value in column.tolist())


def _wholes(column: pd.Series[Any]) -> Iterator[int | None]:
    return (None if value != value else int(value) for value in column.tolist())


def _written(column: pd.Series[Any]) -> Iterator[Any]:
    """A part of a cell's key as the database takes it."""
    if column.dtype.kind == "M":
        return (connection.ops.adapt_datefield_value(moment.date()) for moment in column)
    return iter(column.astype("int64").tolist() if column.dtype.kind == "f" else column.tolist())


def touched_since(imported: DataImport) -> tuple[bool, DataImport | None]:
    """Has anything replaced figures of this import? And the first later import that did, if one did."""
    later = DataImport.objects.filter(replaced__imported=imported).exclude(pk=imported.pk).order_by("number")
    shape = SHAPES[DataImport.Kind(imported.kind)]
    standing = shape.model._default_manager.filter(imported=imported).count()
    first = later.first()
    return first is not None or standing != imported.new + imported.changed, first


@_room_for_pages()
def restore_figures(imported: DataImport) -> tuple[int, int]:
    """Put back what this import replaced and remove what it added; how many of each.

    What it had said stays on record where it replaced something.
    """
    shape = SHAPES[DataImport.Kind(imported.kind)]
    own = shape.model._default_manager.filter(imported=imported)
    tables = (
        set(own.order_by().values_list("indicator", "year").distinct()) if shape.model is Value else set()
    )
    columns = ("pk", f"{shape.of}_id", "value", "n", "imported_id", f"{shape.of}__value")
    kept = list(
        SupersededValue.objects.filter(replaced_by=imported)
        .order_by("pk")
        .values_list(*columns, f"{shape.of}__{shape.rest}")
        .iterator(20_000)
    )
    # by primary key: a database may choose the wrong one of two indexes, half a million times
    update(
        shape.model,
        ("value", shape.rest, "imported"),
        ((was, rest, source, cell) for _pk, cell, was, rest, source, _said, _said_rest in kept),
    )
    update(
        SupersededValue,
        ("value", "n", "imported"),
        ((said, rest, imported.pk, pk) for pk, _cell, _was, _was_rest, _source, said, rest in kept),
    )
    removed = own.count()
    own.delete()
    settle(tables)
    return len(kept), removed
