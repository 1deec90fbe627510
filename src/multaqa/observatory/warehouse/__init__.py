"""Warehouse: what do millions of households or field visits say of each commune?

Micro-data lie as Parquet files on disk, never in the database. Nouns: Dataset, Column, Part; Share, Mean,
Rate, Quantile; Places. Verbs: create, add, verify; run. `actions.publish_dataset` makes figures of it.
Stands on `kit.policy` (refusals); Ibis, DuckDB and Spark are imported when a verb runs.
A row without an answer counts in no indicator that asks for it; where nobody answered, the value is null.
"""

from multaqa.observatory.warehouse.answers import Fault
from multaqa.observatory.warehouse.definitions import (
    HOUSEHOLDS,
    Definition,
    Mean,
    Quantile,
    Rate,
    Share,
    answerable,
)
from multaqa.observatory.warehouse.places import Places, places
from multaqa.observatory.warehouse.reading import Added, RowsRefused, add
from multaqa.observatory.warehouse.running import run
from multaqa.observatory.warehouse.store import Column, Dataset, Part, create, datasets, open_dataset, verify

__all__ = [
    "HOUSEHOLDS",
    "Added",
    "Column",
    "Dataset",
    "Definition",
    "Fault",
    "Mean",
    "Part",
    "Places",
    "Quantile",
    "Rate",
    "RowsRefused",
    "Share",
    "add",
    "answerable",
    "create",
    "datasets",
    "open_dataset",
    "places",
    "run",
    "verify",
]
