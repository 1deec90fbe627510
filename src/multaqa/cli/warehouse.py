"""`multaqa warehouse`: micro-data of households on disk, and the figures they give."""

from __future__ import annotations

import tomllib
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, NoReturn

import click

from multaqa.cli.output import django, json_option, refuse, write_json
from multaqa.cli.words import _

if TYPE_CHECKING:
    from multaqa.observatory.warehouse import Fault

ENGINES = ("duckdb", "spark")
KINDS = ("number", "truth", "code")
SAID = 20  # refused rows that the terminal shows; --json gives all that are kept


@click.group("warehouse")
def command() -> None:
    """Keep files of households or visits outside the database, and publish figures of them."""


@command.command("create")
@click.argument("file", metavar="FILE.toml", type=click.Path(path_type=Path))
def create(file: Path) -> None:
    """Describe a dataset: name, title, source, licence, year, and a table [[column]] for each answer."""
    with django():
        from multaqa.observatory import warehouse

        dataset = warehouse.create(**_description(file))
        click.echo(
            _("Dataset {name}: {columns} columns.").format(name=dataset.name, columns=len(dataset.columns))
        )


@command.command("add")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--accept-good", is_flag=True, help="Take in the good rows when others are refused.")
@json_option
def add(name: str, file: Path, accept_good: bool, json_path: str | None) -> None:
    """Add the rows of FILE (CSV, XLSX or Parquet) to the dataset NAME.

    Ends with 1, and adds nothing, when rows are refused and --accept-good is not given.
    """
    with django():
        from multaqa.kit import clock
        from multaqa.observatory import warehouse

        began = perf_counter()
        known, now = warehouse.places().communes, clock.now().isoformat(timespec="seconds")
        dataset = warehouse.open_dataset(name)
        result: dict[str, Any] = {"dataset": name, "rows": 0, "left_out": []}
        held = False
        try:
            added = warehouse.add(dataset, file, imported_at=now, communes=known, accept_good=accept_good)
        except warehouse.RowsRefused as refusal:
            held = True
            result |= {"refused": refusal.total, "refusals": _refusals(refusal.faults)}
        else:
            result |= {"rows": added.rows, "refused": added.refused, "left_out": list(added.left_out)}
            result |= {"refusals": _refusals(added.faults)}
        result["seconds"] = round(perf_counter() - began, 3)
        if json_path is None:
            click.echo(_words(result, held=held))
        write_json(result, json_path)
        if held:
            raise SystemExit(1)


@command.command("run")
@click.argument("name")
@click.option("--engine", type=click.Choice(ENGINES), help="Default: the setting MULTAQA_WAREHOUSE_ENGINE.")
@json_option
def run(name: str, engine: str | None, json_path: str | None) -> None:
    """Compute the indicators of NAME for each commune, province and region: for the office only."""
    with django():
        from multaqa.observatory import warehouse

        began = perf_counter()
        places, dataset = warehouse.places(), warehouse.open_dataset(name)
        definitions = warehouse.answerable(dataset)
        table = warehouse.run(
            dataset, definitions, engine=engine, groups=places.groups, communes=places.communes
        )
        click.echo(
            _("Not for publication: small groups stand in these rows. Use multaqa warehouse publish."),
            err=True,
        )
        rows = [
            {**row, "value": None if row["value"] != row["value"] else row["value"]}
            for row in table.to_dict("records")
        ]
        if json_path is None:
            said = _("{rows} households, {indicators} indicators, {cells} figures. Give --json to see them.")
            click.echo(said.format(rows=dataset.rows, indicators=len(definitions), cells=len(rows)))
        result = {"dataset": name, "rows": dataset.rows, "figures": rows}
        write_json({**result, "seconds": round(perf_counter() - began, 3)}, json_path)


@command.command("publish")
@click.argument("name")
@click.option("--demo", "is_demo", is_flag=True, help="The figures are invented, and marked so.")
@json_option
def publish(name: str, is_demo: bool, json_path: str | None) -> None:
    """Bring the indicators of NAME into the observatory; figures that rest on few households stay hidden."""
    with django():
        from multaqa.directory.actors import MACHINE
        from multaqa.observatory import warehouse
        from multaqa.observatory.actions import publish_dataset
        from multaqa.observatory.models import Value

        began = perf_counter()
        dataset = warehouse.open_dataset(name)
        indicators = publish_dataset(actor=MACHINE, dataset=dataset, is_demo=is_demo)
        figures = Value.objects.filter(indicator__in=indicators, year=dataset.year, value__isnull=False)
        result = {
            "dataset": name,
            "indicators": [item.code for item in indicators],
            "figures": figures.count(),
            "hidden": figures.filter(hidden=True).count(),
            "seconds": round(perf_counter() - began, 3),
        }
        if json_path is None:
            said = _("{indicators} indicators, {figures} figures, {hidden} of them hidden.")
            click.echo(said.format(**{**result, "indicators": len(indicators)}))
        write_json(result, json_path)


@command.command("list")
@json_option
def list_(json_path: str | None) -> None:
    """The datasets of this installation."""
    with django():
        from multaqa.observatory import warehouse

        found = [
            {
                "name": one.name,
                "year": one.year,
                "rows": one.rows,
                "parts": len(one.parts),
            }
            for one in warehouse.datasets()
        ]
        if json_path is None:
            for row in found:
                click.echo(_("{name}, {year}: {rows} rows in {parts} parts").format(**row))
            if not found:
                click.echo(_("There is no dataset yet: multaqa warehouse create FILE.toml makes one."))
        write_json(found, json_path)


def _description(file: Path) -> dict[str, Any]:
    """The arguments of `create` from a file, each of its kind."""
    from multaqa.observatory.warehouse import Column

    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as missing:
        refuse(_("{file} cannot be read: {reason}.").format(file=file, reason=missing.strerror))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        refuse(_("{file} is no TOML: {reason}.").format(file=file, reason=wrong))
    columns = said.pop("column", None)
    kinds = {"name": str, "title": dict, "source": str, "licence": str, "year": int}
    _require(file, "", said, kinds, tuple(kinds))
    if not isinstance(columns, list) or not columns:
        refuse(_("{file}: describe each column in a table [[column]].").format(file=file))
    of_column = {
        "name": str, "kind": str, "meaning": dict, "low": (int, float), "high": (int, float), "codes": list
    }  # fmt: skip
    for place, column in enumerate(columns, 1):
        _require(file, f"[[column]] {place}: ", column, of_column, ("name", "kind"))
        if column["kind"] not in KINDS:
            _fault(file, f"[[column]] {place}: ", "kind")
        column["codes"] = tuple(map(str, column.get("codes", ())))
    return {**said, "columns": tuple(Column(**column) for column in columns)}


def _require(file: Path, where: str, said: Any, kinds: dict[str, Any], needed: tuple[str, ...]) -> None:
    if not isinstance(said, dict):
        _fault(file, where, "name")
    for key in (*said, *needed):
        if key not in kinds or not isinstance(said.get(key), kinds[key]):
            _fault(file, where, key)


def _fault(file: Path, where: str, key: str) -> NoReturn:
    refuse(_("{file}: {where}“{key}” is missing, unknown or not as it should be.").format(
        file=file, where=where, key=key
    ))  # fmt: skip


def _refusals(faults: Any) -> list[dict[str, Any]]:
    from multaqa.observatory.warehouse.answers import REASONS

    def told(fault: Fault) -> dict[str, Any]:
        reason = str(REASONS[fault.reason])
        return {"line": fault.line, "column": fault.column, "key": fault.reason, "reason": reason,
                "value": fault.value}  # fmt: skip

    return [told(fault) for fault in faults]


def _words(result: dict[str, Any], *, held: bool) -> str:
    lines = [_("line {line}, {column}: {reason}").format(**row) for row in result["refusals"][:SAID]]
    if len(result["refusals"]) > SAID:
        lines.append(_("… and more: see --json."))
    if result["left_out"]:
        lines.append(_("columns left out: {names}").format(names=", ".join(result["left_out"])))
    lines.append(_("rows added {rows}, refused {refused}").format(**result))
    if held:
        lines.append(
            _("Nothing was written. Correct the file, or give --accept-good to take in the good rows.")
        )
    elif not result["rows"]:
        lines.append(_("Nothing was written: every row stands already."))
    return "\n".join(lines)
