"""The all-hazards register and the branches of social protection, as files of their own (see LICENCES.md)."""

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from multaqa.kit.translated import Translated

_HERE = Path(__file__).parent


def hazards() -> Iterator[dict[str, Any]]:
    """The 302 hazards: code, title, type and cluster with their titles. Source: UNDRR-ISC 2025."""
    titles = {(row["kind"], row["code"]): _names(row) for row in _rows("hazard_types.csv")}
    for row in _rows("hazards.csv"):
        yield {
            "code": row["code"],
            "title": _names(row),
            "type": row["type"],
            "type_title": titles["type", row["type"]],
            "cluster": row["cluster"],
            "cluster_title": titles["cluster", row["cluster"]],
        }


def protection() -> dict[str, Any]:
    """`branch`, `scheme` and `gap` tables; see the file for the meaning of each key."""
    return tomllib.loads((_HERE / "protection.toml").read_text(encoding="utf-8"))


def _rows(name: str) -> Iterator[dict[str, str]]:
    with open(_HERE / name, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _names(row: dict[str, str]) -> Translated:
    return Translated.of(row["title_ar"], row["title_fr"], row["title_en"])
