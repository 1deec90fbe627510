"""Files of figures: what came in when, from where, and what it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Min, QuerySet

from multaqa.observatory.definitions import definitions_difference
from multaqa.observatory.importing import Checked, Known, check_file, from_parquet, to_parquet
from multaqa.observatory.models import (
    Branch,
    DataImport,
    Hazard,
    Indicator,
    Reading,
    SupersededValue,
    Value,
)
from multaqa.observatory.protection import few_households
from multaqa.observatory.queries.places import Cell, cell
from multaqa.observatory.revisions import Difference, figures_difference
from multaqa.territories.models import Territory

if TYPE_CHECKING:
    import pandas as pd

ABANDONED_AFTER = timedelta(days=7)
SHOWN = 20
_PUBLIC = (DataImport.State.COMMITTED, DataImport.State.REVERTED)


def known_codes() -> Known:
    """The codes that a file may name: four statements."""
    return Known(
        indicators=dict(Indicator.objects.values_list("code", "unit")),
        territories=frozenset(Territory.objects.values_list("code", flat=True)),
        hazards=frozenset(Hazard.objects.values_list("code", flat=True)),
        branches=frozenset(Branch.objects.values_list("code", flat=True)),
    )


def imports(*, everything: bool = False, kind: str = "") -> QuerySet[DataImport]:
    """The imports, newest first, without the rows they hold; those that were taken in, unless staff ask."""
    found = DataImport.objects.defer("rows", "preview", "earlier").select_related("revises")
    found = found if everything else found.filter(state__in=_PUBLIC)
    return found.filter(kind=kind) if kind in DataImport.Kind.values else found


def one_import(number: int, *, everything: bool = False) -> DataImport | None:
    """An import without its rows; None where there is none that this reader may see."""
    found = DataImport.objects.defer("rows").select_related("revises")
    return (found if everything else found.filter(state__in=_PUBLIC)).filter(number=number).first()


def abandoned_imports(now: datetime) -> QuerySet[DataImport]:
    """Checked files that nobody decided on within a week."""
    waiting = DataImport.objects.filter(state=DataImport.State.CHECKED, sent_at__lt=now - ABANDONED_AFTER)
    return waiting.defer("rows").order_by("number")


def difference_of(data_import: DataImport) -> Difference:
    """What taking in a checked import would change, as figures stand now."""
    content = DataImport.objects.values_list("rows", flat=True).get(pk=data_import.pk)
    return difference(data_import.kind, from_parquet(bytes(content or b"")))


def difference(kind: str, rows: pd.DataFrame) -> Difference:
    """What accepted rows would change: a fixed number of statements, and one an indicator."""
    if kind == DataImport.Kind.INDICATORS:
        return definitions_difference(rows)
    return figures_difference(kind, rows)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that was read before any lock: its rows, and what they would do."""

    sha256: str
    checked: Checked
    columns: dict[str, Any]  # of the import


def prepare(content: bytes, file_name: str, kind: str) -> Prepared:
    """Read and check a file, and find what it would change. kind: empty to go by the header."""
    checked = check_file(content, known=known_codes(), kind=kind, name=file_name)
    columns: dict[str, Any] = {
        "kind": checked.kind or kind or DataImport.Kind.VALUES,
        "accepted": checked.accepted,
        "refused": checked.refused,
        "refusals": [refusal.plain for refusal in checked.refusals],
        "state": DataImport.State.CHECKED if checked.accepted else DataImport.State.REFUSED,
    }
    if checked.rows is not None:
        change = difference(checked.kind, checked.rows)
        columns |= change.counts
        columns |= {"preview": preview(checked.rows, change), "rows": to_parquet(checked.rows)}
    return Prepared(hashlib.sha256(content).hexdigest(), checked, columns)


def preview(rows: pd.DataFrame, change: Difference) -> list[dict[str, Any]]:
    """The first rows that were accepted as text, each with what it does, as JSON."""
    assert change.rows is not None
    does = change.rows[["line", "does"]].head(SHOWN).to_dict("records")
    first = rows.head(SHOWN)
    texts = {name: [_text(value) for value in first[name]] for name in first.columns if name != "line"}
    return [
        {
            "line": int(row["line"]),
            "does": row["does"],
            "cells": [[name, column[place]] for name, column in texts.items() if any(column)],
        }
        for place, row in enumerate(does)
    ]


def _text(value: Any) -> str:
    if str(value) in ("None", "nan", "<NA>", "NaT"):
        return ""
    if isinstance(value, float):
        return f"{value:.15g}"
    return value.date().isoformat() if hasattr(value, "date") else str(value)[:120]


@dataclass(frozen=True, slots=True)
class Share:
    """What of an import stands now for one indicator."""

    indicator: Indicator
    figures: int
    since: Any
    until: Any


def standing_shares(data_import: DataImport) -> list[Share]:
    """The figures of an import that stand now, by indicator, the most first: two statements."""
    if data_import.kind == DataImport.Kind.INDICATORS:
        defined = Indicator.objects.filter(code__in=list(data_import.earlier))
        return [Share(indicator, 0, None, None) for indicator in defined[:SHOWN]]
    model, along = (Value, "year") if data_import.kind == DataImport.Kind.VALUES else (Reading, "day")
    found = (
        model._default_manager.filter(imported=data_import)
        .order_by()
        .values("indicator")
        .annotate(figures=Count("pk"), since=Min(along), until=Max(along))
        .order_by("-figures", "indicator")[:SHOWN]
    )
    indicators = Indicator.objects.in_bulk([row["indicator"] for row in found])
    return [Share(indicators[row["indicator"]], row["figures"], row["since"], row["until"]) for row in found]


def superseded(data_import: DataImport) -> QuerySet[SupersededValue]:
    """The figures that an import replaced, or, once it is taken back, those it had put in their place."""
    return (
        SupersededValue.objects.filter(replaced_by=data_import)
        .select_related(
            "cell__indicator", "cell__territory", "reading__indicator", "reading__territory", "imported"
        )
        .order_by("pk")
    )


@dataclass(frozen=True, slots=True)
class Revision:
    """One figure that changed, as far as it may be published: before and now."""

    indicator: Indicator
    territory: Territory
    when: Any
    sex: str
    milieu: str
    before: Cell
    now: Cell
    source: DataImport | None


def revisions(found: Iterable[SupersededValue]) -> list[Revision]:
    """What may be shown of figures that changed; one statement more than `found`."""
    few = few_households()
    rows = [(row, row.cell or row.reading) for row in found]
    return [_revision(row, figure, figure.territory_id in few) for row, figure in rows if figure]


def _revision(row: SupersededValue, figure: Value | Reading, in_few: bool) -> Revision:
    when = _when(figure)
    if isinstance(figure, Value):
        n, hidden = figure.n, figure.hidden
        sex = figure.get_sex_display() if figure.sex != Value.Sex.ALL else ""
        milieu = figure.get_milieu_display() if figure.milieu != Value.Milieu.ALL else ""
    else:
        n, hidden, sex, milieu = figure.population, in_few, "", ""
    return Revision(
        figure.indicator,
        figure.territory,
        when,
        sex,
        milieu,
        cell(Value(value=row.value, n=row.n, hidden=row.hidden or hidden), figure.indicator),
        cell(Value(value=figure.value, n=n, hidden=hidden), figure.indicator),
        row.imported,
    )


def _when(figure: Value | Reading) -> Any:
    return figure.year if isinstance(figure, Value) else figure.day
