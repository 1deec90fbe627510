"""`multaqa ledger export|verify|receipt`: the public record as files that anybody can check."""

from pathlib import Path

import click

from multaqa.cli.output import django, json_option, refuse, write_json
from multaqa.cli.words import _, merkle_sentence


@click.group()
def command() -> None:
    """Export, verify or prove the public record."""


@command.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@json_option
def export(folder: Path, json_path: str | None) -> None:
    """Write checkpoint, key and tiles to DIR."""
    with django():
        from multaqa.ledger import log

        audit = log.export(folder)
        write_json({"folder": str(folder), "size": audit.size, "key": log.verifier_key()}, json_path)
        click.echo(_("{size} entries in {folder}").format(size=audit.size, folder=folder), err=True)


@command.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--key", metavar="VKEY", help="The key of the log's origin. Without it, the key in DIR is believed."
)
@json_option
def verify(folder: Path, key: str | None, json_path: str | None) -> None:
    """Check every entry and the signature of the log in DIR; name the first bad entry."""
    from multaqa.engine import merkle

    def read(path: str) -> bytes | None:
        try:
            return (folder / path).read_bytes()
        except OSError:
            return None

    if not folder.is_dir():
        refuse(_("{folder} is not a folder that multaqa ledger export wrote.").format(folder=folder))
    try:
        audit = merkle.check(read, (key or (read("key") or b"").decode(errors="replace")).strip())
    except merkle.Invalid as invalid:
        refuse(merkle_sentence(invalid.message))
    fault = audit.fault
    report = {
        "size": audit.size,
        "entries_checked": audit.entries_checked,
        "fault": None
        if fault is None
        else {"kind": fault.kind, "entry": fault.index, "last": fault.last, "path": fault.path},
        "sentence": merkle_sentence(merkle.explain(audit)),
    }
    write_json(report, json_path)
    if fault is not None:
        refuse(report["sentence"])
    click.echo(report["sentence"], err=json_path == "-")


@command.command()
@click.argument("entry", type=int)
@json_option
def receipt(entry: int, json_path: str | None) -> None:
    """The proof that ENTRY (its place in the log) is in the signed log, as C2SP tlog-proof text."""
    with django():
        from multaqa.ledger import log

        text = log.receipt(entry).decode()
        if json_path is None:
            click.echo(text, nl=False)
        else:
            write_json({"entry": entry, "receipt": text}, json_path)
