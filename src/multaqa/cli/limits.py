"""Limits of a portfolio from a JSON file, and those that a `.pb` file states itself.

Money is in the file's unit of currency. Sets of projects are lists of ids, or a column of the file and a
value; a cell may hold several values, separated by commas.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

from multaqa.cli.words import _
from multaqa.engine import pabulib
from multaqa.engine.allocation import Election
from multaqa.engine.portfolio import Limit, need_weights, turnout_weights

# what META states about money: where the names are, which column of PROJECTS holds them, and what it limits
STATED = {
    "budget_per_category": ("categories", "category", "caps"),
    "budget_per_neighborhood": ("neighborhoods", "neighborhood", "caps"),
    "max_sum_cost_per_category": ("categories", "category", "caps"),
    "min_sum_cost_per_category": ("categories", "category", "floors"),
}
# the other two limit what one ballot may mark, in the files that state them; they count only when asked for
UNASKED = ("budget_per_category", "budget_per_neighborhood")
KEYS = ("caps", "floors", "incompatible", "partial", "weights", "meta")


class LimitsError(ValueError):
    """The limits are malformed; the text is one sentence in the language of the terminal."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits in minor units, the weight of each territory's ballots, and the keys of META that were used."""

    caps: tuple[Limit, ...]
    floors: tuple[Limit, ...]
    incompatible: tuple[tuple[str, ...], ...]
    partial: dict[str, Fraction]
    territories: tuple[str, ...] | None
    weights: dict[str, Fraction] | None
    meta: tuple[str, ...]


def read(path: Path | None, file: pabulib.Pabulib, election: Election) -> Limits:
    """The limits for a file. Raises LimitsError, and PortfolioError where weights cannot be computed."""
    stated = {} if path is None else _load(path)
    unknown = next((key for key in stated if key not in KEYS), None)
    if unknown:
        raise LimitsError(
            _("Key {key} is not one of {known}.").format(key=repr(unknown), known=", ".join(KEYS))
        )
    asked = _texts(stated.get("meta", [key for key in UNASKED if key in file.meta]), "meta")
    caps, floors = list(_limits(stated, "caps", file)), list(_limits(stated, "floors", file))
    for key in asked:
        (caps if _known(key)[2] == "caps" else floors).extend(_from_meta(key, file))
    territories, weights = _weights(stated.get("weights"), file, election)
    return Limits(
        tuple(caps),
        tuple(floors),
        (*election.exclusive, *_sets(stated.get("incompatible", []), file)),
        _partial(stated.get("partial", {}), file),
        territories,
        weights,
        tuple(asked),
    )


def _load(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes(), parse_float=Decimal)
    except ValueError as broken:  # also text that is not UTF-8
        raise LimitsError(_("{file} is not JSON: {reason}.").format(file=path, reason=broken)) from None
    if not isinstance(found, dict):
        raise LimitsError(_("{file} should hold one JSON object.").format(file=path))
    return found


def _known(key: str) -> tuple[str, str, str]:
    if key not in STATED:
        raise LimitsError(
            _("Key {key} is not one of {known}.").format(key=repr(key), known=", ".join(STATED))
        )
    return STATED[key]


def _limits(stated: dict[str, Any], key: str, file: pabulib.Pabulib) -> Iterator[Limit]:
    rows = stated.get(key, [])
    if not isinstance(rows, list):
        raise LimitsError(_("{key} should be a list.").format(key=key))
    for number, row in enumerate(rows, 1):
        where = f"{key}[{number}]"
        if not isinstance(row, dict) or "amount" not in row:
            raise LimitsError(_("{key} needs an amount.").format(key=where))
        name = str(row.get("name") or row.get("value") or where)
        yield Limit(name, _members(row, where, file), _money(row["amount"], where, file.unit))


def _members(row: dict[str, Any], where: str, file: pabulib.Pabulib) -> tuple[str, ...]:
    if "projects" in row:
        return tuple(_texts(row["projects"], where))
    if "column" not in row or "value" not in row:
        raise LimitsError(_("{key} needs projects, or a column and a value.").format(key=where))
    found = _holding(file, str(row["column"]), str(row["value"]))
    if not found:
        raise LimitsError(
            _("{key}: no project has {value} in column {column}.").format(
                key=where, value=row["value"], column=row["column"]
            )
        )
    return found


def _holding(file: pabulib.Pabulib, column: str, value: str) -> tuple[str, ...]:
    """Projects with a value in a column."""
    cells = _column(file.projects, column)
    return tuple(
        name
        for name, cell in zip(file.ids, cells, strict=True)
        if value == cell.strip() or value in _cells(cell)
    )


def _column(table: dict[str, tuple[str, ...]], name: str) -> tuple[str, ...]:
    found = pabulib.column(table, name)
    if not found and name not in table:
        raise LimitsError(
            _("The file has no column {column}; it has {known}.").format(column=name, known=", ".join(table))
        )
    return found


def _cells(text: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([text], skipinitialspace=True), [])]


def _texts(value: Any, where: str) -> list[str]:
    if not isinstance(value, list):
        raise LimitsError(_("{key} should be a list.").format(key=where))
    return [str(name) for name in value]


def _money(value: Any, where: str, unit: int) -> int:
    """Minor units of an amount in the file's currency."""
    try:
        amount = Decimal(str(value).replace(",", ".").replace(" ", "")) * unit
        whole = int(amount)
    except (InvalidOperation, ValueError, OverflowError):
        whole, amount = -1, Decimal(-1)
    if isinstance(value, bool) or whole != amount or whole < 0:
        raise LimitsError(
            _("{key}: {value} is not an amount of zero or more in the file's currency.").format(
                key=where, value=value
            )
        )
    return whole


def _sets(value: Any, file: pabulib.Pabulib) -> Iterator[tuple[str, ...]]:
    """Incompatible projects: lists of ids, or the projects that share a value in a column."""
    if isinstance(value, dict) and "column" in value:
        cells = _column(file.projects, str(value["column"]))
        for label in dict.fromkeys(cell.strip() for cell in cells if cell.strip()):
            yield tuple(name for name, cell in zip(file.ids, cells, strict=True) if cell.strip() == label)
        return
    if not isinstance(value, list):
        raise LimitsError(_("{key} should be a list.").format(key="incompatible"))
    for number, names in enumerate(value, 1):
        yield tuple(_texts(names, f"incompatible[{number}]"))


def _partial(value: Any, file: pabulib.Pabulib) -> dict[str, Fraction]:
    """Least shares by id, or from a column where empty means all or nothing."""
    if not isinstance(value, dict):
        raise LimitsError(_("{key} should give a share for each project.").format(key="partial"))
    if list(value) == ["column"]:
        cells = _column(file.projects, str(value["column"]))
        value = {name: cell for name, cell in zip(file.ids, cells, strict=True) if cell.strip()}
    return {str(name): _share(share, f"partial.{name}") for name, share in value.items()}


def _share(value: Any, where: str) -> Fraction:
    try:
        return Fraction(Decimal(str(value).replace(",", ".").strip()))
    except (InvalidOperation, ValueError, OverflowError):
        raise LimitsError(_("{key}: {value} is not a number.").format(key=where, value=value)) from None


def _weights(
    value: Any, file: pabulib.Pabulib, election: Election
) -> tuple[tuple[str, ...] | None, dict[str, Fraction] | None]:
    """Territory of each voter and the weight of a ballot there."""
    if value is None:
        return None, None
    kinds = [kind for kind in ("turnout", "need") if isinstance(value, dict) and kind in value]
    if len(kinds) != 1 or "column" not in value or not isinstance(value[kinds[0]], dict):
        raise LimitsError(
            _("weights needs a column of the ballots, and turnout (who may vote) or need of each territory.")
        )
    (kind,) = kinds
    territories = tuple(cell.strip() for cell in _column(file.votes, str(value["column"])))
    ballots = Counter(
        name for name, group in zip(territories, election.group_of.tolist(), strict=True) if group >= 0
    )
    given = {
        str(name): None if one is None else _share(one, f"weights.{kind}.{name}")
        for name, one in value[kind].items()
    }
    bounds = {
        name: float(_share(value[name], f"weights.{name}")) for name in ("floor", "cap") if name in value
    }
    if kind == "need":
        need = {name: None if one is None else float(one) for name, one in given.items()}
        return territories, need_weights(need, ballots, **bounds)
    electorate = {name: 0 if one is None else int(one) for name, one in given.items()}
    return territories, turnout_weights(electorate, ballots, **bounds)


def _from_meta(key: str, file: pabulib.Pabulib) -> Iterator[Limit]:
    """Limits that META states: amounts in the order of its list of names, or one amount for every name."""
    if key not in file.meta:
        raise LimitsError(_("META does not state {name}.").format(name=key))
    listed, column, _side = _known(key)
    amounts = [cell for cell in _cells(file.meta[key]) if cell]
    names = [name for name in _cells(file.meta.get(listed, "")) if name]
    if not names:
        found = (cell for text in _column(file.projects, column) for cell in _cells(text))
        names = list(dict.fromkeys(name for name in found if name))
    if len(amounts) not in (1, len(names)):
        raise LimitsError(
            _("META states {amounts} amounts in {key} for {names} names.").format(
                amounts=len(amounts), key=key, names=len(names)
            )
        )
    for name, amount in zip(names, amounts * (len(names) if len(amounts) == 1 else 1), strict=True):
        yield Limit(name, _holding(file, column, name), _money(amount, key, file.unit))
