"""`multaqa envelopes`: share a total among territories by a published formula, and show every part of it."""

from __future__ import annotations

import csv
import io
from decimal import Decimal, InvalidOperation
from math import isnan
from pathlib import Path
from typing import Any

import click

from multaqa.cli.money import in_currency, shown
from multaqa.cli.output import json_option, refuse, write_json
from multaqa.cli.words import _, engine_sentence
from multaqa.engine.envelopes import (
    Bounds,
    Criterion,
    EnvelopeError,
    Envelopes,
    Missing,
    check,
    explain,
    gini,
    share,
)

BLANK = ("", "-", "na", "n/a", "nan", "null")


class TableError(ValueError):
    """The table or an option cannot be used; the text is one sentence in the language of the terminal."""


@click.command("envelopes")
@click.argument("file", metavar="TERRITORIES.csv", type=click.Path(path_type=Path))
@click.option("--total", required=True, metavar="AMOUNT", help="What is to be shared, in currency.")
@click.option(
    "--base", default="0", show_default=True, metavar="AMOUNT", help="What each territory gets first."
)
@click.option(
    "--weight",
    "weights",
    multiple=True,
    required=True,
    metavar="COLUMN=W",
    help="A criterion and its weight; need*population multiplies two columns; repeatable.",
)
@click.option("--floor", metavar="AMOUNT|COLUMN", help="The least that a territory gets.")
@click.option("--cap", metavar="AMOUNT|COLUMN", help="The most that a territory gets.")
@click.option("--last", metavar="COLUMN", help="Last year's amounts; an empty cell holds nothing.")
@click.option("--fall", metavar="SHARE", help="Greatest yearly fall against --last, for example 5%.")
@click.option("--rise", metavar="SHARE", help="Greatest yearly rise against --last, for example 20%.")
@click.option("--step", metavar="AMOUNT", help="Amounts are multiples of it. Default: one minor unit.")
@click.option("--decimals", default=2, show_default=True, type=click.IntRange(0, 4), help="Of the currency.")
@click.option(
    "--missing",
    type=click.Choice(("refuse", "mean", "nothing")),
    default="refuse",
    show_default=True,
    help="What a figure that was not measured means: an error, the mean of the others, or no part.",
)
@click.option("--id", "key", metavar="COLUMN", help="Column that names the territories. Default: the first.")
@json_option
def command(
    file: Path,
    total: str,
    base: str,
    weights: tuple[str, ...],
    floor: str | None,
    cap: str | None,
    last: str | None,
    fall: str | None,
    rise: str | None,
    step: str | None,
    decimals: int,
    missing: Missing,
    key: str | None,
    json_path: str | None,
) -> None:
    """How much of a total does each territory get by base + weight × column, within bounds?"""
    try:
        table = _read(file)
        unit = 10**decimals
        shared = share(
            _column(table, key or next(iter(table))),
            total=_money(total, unit, "--total"),
            base=_money(base, unit, "--base"),
            criteria=[_criterion(table, text) for text in weights],
            bounds=Bounds(
                floor=_bound(table, floor, unit, "--floor") or 0,
                cap=_bound(table, cap, unit, "--cap"),
                last=None
                if last is None
                else tuple(
                    None if _blank(cell) else _money(cell, unit, last) for cell in _column(table, last)
                ),
                fall=None if fall is None else _share(fall, "--fall"),
                rise=None if rise is None else _share(rise, "--rise"),
            ),
            step=1 if step is None else _money(step, unit, "--step"),
            missing=missing,
        )
    except EnvelopeError as wrong:
        refuse(" ".join(f"{file}: {engine_sentence(in_currency(wrong, 10**decimals))}".split()))
    except TableError as wrong:
        refuse(" ".join(f"{file}: {wrong}".split()))
    except OSError as absent:
        refuse(_("{file} cannot be read: {reason}.").format(file=file, reason=absent.strerror))
    result = report(shared, unit)
    if json_path is None:
        click.echo(_text(result))
    write_json(result, json_path)


def report(shared: Envelopes, unit: int) -> dict[str, Any]:
    """The sharing as plain data; money in minor units."""
    figures = {
        criterion.name: [float(part) for part in parts]
        for criterion, parts in zip(shared.criteria, shared.formula.parts, strict=True)
    }
    spread = {name: gini(shared.amounts, parts) for name, parts in figures.items()}
    return {
        "total": shared.total,
        "base": shared.base,
        "step": shared.step,
        "minor_units": unit,
        "missing": shared.missing,
        "weights": {criterion.name: criterion.weight for criterion in shared.criteria},
        "factor": float(shared.factor),
        "territories": [
            {
                "id": part.territory,
                "amount": part.amount,
                "base": part.base,
                "parts": dict(part.parts),
                "sharing": part.sharing,
                "bound": part.bound,
                "by": part.by or None,
                "rounding": part.rounding,
                "not_measured": list(part.guessed),
            }
            for part in explain(shared)
        ],
        "gini": {name: None if isnan(value) else round(value, 6) for name, value in spread.items()},
        "faults": [{"key": fault.key, "values": fault.values} for fault in check(shared)],
    }


def _read(file: Path) -> dict[str, list[str]]:
    """Columns of a CSV file with a header; comma or semicolon."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TableError(_("the text is not UTF-8.")) from None
    head = text.split("\n", 1)[0]
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=";" if ";" in head else ",") if any(row)]
    if len(rows) < 2:
        raise TableError(_("the table has no rows."))
    names = [name.strip() for name in rows[0]]
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(names):
            raise TableError(
                _("row {row} has {found} cells where the header has {wanted}.").format(
                    row=number, found=len(row), wanted=len(names)
                )
            )
    return {name: [row[place].strip() for row in rows[1:]] for place, name in enumerate(names)}


def _column(table: dict[str, list[str]], name: str) -> list[str]:
    if name not in table:
        raise TableError(
            _("The file has no column {column}; it has {known}.").format(column=name, known=", ".join(table))
        )
    return table[name]


def _blank(cell: str) -> bool:
    return cell.lower() in BLANK


def _number(text: str, where: str) -> Decimal:
    try:
        found = Decimal(text.replace(",", ".").replace(" ", "").replace("\u202f", "").replace("\u00a0", ""))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found < 0:
        raise TableError(_("{key}: {value} is not a number of zero or more.").format(key=where, value=text))
    return found


def _money(text: str, unit: int, where: str) -> int:
    amount = _number(text, where) * unit
    if amount != int(amount):
        raise TableError(
            _("{key}: {value} has more decimals than the currency.").format(key=where, value=text)
        )
    return int(amount)


def _share(text: str, where: str) -> float:
    return float(_number(text.removesuffix("%"), where) / (100 if text.endswith("%") else 1))


def _bound(
    table: dict[str, list[str]], text: str | None, unit: int, where: str
) -> tuple[int, ...] | int | None:
    """One amount for all, or a column of amounts."""
    if text is None:
        return None
    if text in table:
        return tuple(_money(cell, unit, text) for cell in table[text])
    return _money(text, unit, where)


def _criterion(table: dict[str, list[str]], text: str) -> Criterion:
    """`need*population=0.6`: the first column may have gaps, the second may not."""
    name, sign, weight = text.rpartition("=")
    if not sign:
        raise TableError(_("--weight {value} is not written COLUMN=W.").format(value=text))
    first, _by, second = name.partition("*")
    values = tuple(
        None if _blank(cell) else float(_number(cell, first)) for cell in _column(table, first.strip())
    )
    times = tuple(float(_number(cell, second)) for cell in _column(table, second.strip())) if second else None
    return Criterion(name, float(_number(weight, name)), values, times)


def _text(result: dict[str, Any]) -> str:
    unit = result["minor_units"]

    def money(amount: int) -> str:
        return shown(amount, unit)

    bounds = {
        "floor": _("floor"),
        "cap": _("cap"),
        "hold_harmless": _("yearly change"),
    }
    names = list(result["weights"])
    head = [
        _("territory"),
        _("amount"),
        _("base"),
        *names,
        _("for others' bounds"),
        _("own bound"),
        _("rounding"),
    ]
    rows = [
        [
            row["id"],
            *(money(row[key]) for key in ("amount", "base")),
            *(money(row["parts"][name]) + ("*" if name in row["not_measured"] else "") for name in names),
            money(row["sharing"]),
            money(row["bound"]) + (f" ({bounds[row['by']]})" if row["by"] else ""),
            money(row["rounding"]),
        ]
        for row in result["territories"]
    ]
    wide = [max(len(line[place]) for line in [head, *rows]) for place in range(len(head))]
    lines = ["  ".join(cell.rjust(wide[place]) for place, cell in enumerate(line)) for line in [head, *rows]]
    lines.append("")
    if any(row["not_measured"] for row in result["territories"]):
        lines.append(_("* not measured"))
    lines += [
        _("Gini against {criterion}: {value} (0: in proportion)").format(criterion=name, value=value)
        for name, value in result["gini"].items()
    ]
    return "\n".join(lines)
