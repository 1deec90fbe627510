"""`multaqa import`: figures from a file, checked first, taken in whole or not at all."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from multaqa.cli.output import django, json_option, refuse, write_json
from multaqa.cli.words import _

if TYPE_CHECKING:
    from multaqa.observatory.models import DataImport
    from multaqa.observatory.queries.imports import Prepared

KINDS = ("indicators", "values", "readings")
SAID = 20  # refused rows that the terminal shows; --json gives all that are kept


@click.group("import")
def command() -> None:
    """Take in a file of figures: all its good rows, or nothing."""


@command.command("indicators")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(KINDS), help="Which table it is.  [default: told by its header]")
@click.option("--source", default="", help="Who measured, when and how.  [default: the file's name]")
@click.option("--licence", default="not stated", show_default=True, help="Shown with each figure.")
@click.option("--accept-good", is_flag=True, help="Take in the good rows when others are refused.")
@click.option("--demo", "is_demo", is_flag=True, help="The figures are invented, and marked so.")
@click.option("--dry-run", is_flag=True, help="Check only; write nothing.")
@json_option
def indicators(
    file: Path,
    kind: str | None,
    source: str,
    licence: str,
    accept_good: bool,
    is_demo: bool,
    dry_run: bool,
    json_path: str | None,
) -> None:
    """Take in FILE (CSV, XLSX or Parquet): indicators, their figures by year, or readings by day.

    Ends with 1, and changes no figure, when rows are refused and --accept-good is not given.
    """
    try:
        began = perf_counter()
        content = file.read_bytes()
    except OSError as missing:
        refuse(_("{file} cannot be read: {reason}.").format(file=file, reason=missing.strerror))
    with django():
        from multaqa.observatory.queries.imports import prepare

        prepared = prepare(content, file.name, kind or "")
        held = prepared.columns["refused"] and not accept_good
        told = {"source": (source or file.name)[:300], "licence": licence[:60], "is_demo": is_demo}
        changes = prepared.columns.get("new", 0) + prepared.columns.get("changed", 0)
        taken = None
        if not dry_run and not held and changes:
            taken = _take(content, file.name, prepared, **told)
        result = report(prepared, taken, seconds=perf_counter() - began)
        if json_path is None:
            click.echo(_words(result, dry_run=dry_run))
        write_json(result, json_path)
        if held or not prepared.checked.accepted:
            raise SystemExit(1)


def _take(content: bytes, name: str, prepared: Prepared, **told: Any) -> DataImport:
    """Check and commit in one transaction, so that a process killed in between leaves nothing."""
    from django.db import transaction

    from multaqa.directory.actors import MACHINE
    from multaqa.observatory.actions import check_import, commit_import

    with transaction.atomic():
        checked = check_import(actor=MACHINE, content=content, file_name=name, prepared=prepared, **told)
        return commit_import(actor=MACHINE, data_import=checked, accept_good=True)


def report(prepared: Prepared, taken: DataImport | None, *, seconds: float) -> dict[str, Any]:
    """The result under the keys of the command's contract."""
    columns = prepared.columns
    return {
        "kind": prepared.checked.kind or None,
        "sha256": prepared.sha256,
        "accepted": columns["accepted"],
        "refused": columns["refused"],
        "new": columns.get("new", 0),
        "changed": columns.get("changed", 0),
        "same": columns.get("same", 0),
        "written": taken is not None,
        "import": taken.number if taken else None,
        "refusals": [
            {"line": row.line, "column": row.column, "key": row.key, "reason": row.sentence}
            for row in prepared.checked.refusals
        ],
        "seconds": round(seconds, 3),
    }


def _words(result: dict[str, Any], *, dry_run: bool) -> str:
    lines = [_("line {line}, {column}: {reason}").format(**row) for row in result["refusals"][:SAID]]
    if len(result["refusals"]) > SAID:
        lines.append(_("… and more: see --json."))
    lines.append(
        _(
            "rows accepted {accepted}, refused {refused}; new {new}, changed {changed}, the same {same}"
        ).format(**result)
    )
    if result["written"]:
        lines.append(_("Taken in as import {number}.").format(number=result["import"]))
    elif dry_run:
        lines.append(_("Nothing was written, as asked."))
    elif result["refused"]:
        lines.append(
            _("Nothing was written. Correct the file, or give --accept-good to take in the good rows.")
        )
    else:
        lines.append(_("Nothing was written: every row stands already."))
    return "\n".join(lines)
