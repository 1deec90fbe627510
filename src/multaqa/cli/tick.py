"""`multaqa tick`: what a timer calls every minute."""

import click

from multaqa.cli.output import django, json_option, write_json


@click.command()
@json_option
def command(json_path: str | None) -> None:
    """One round of due work: scheduled publication, waiting tasks, the ledger's log."""
    with django():
        from multaqa.config.rounds import tick

        done = tick()
        write_json(done, json_path)
        click.echo(", ".join(f"{name}: {count}" for name, count in done.items()), err=json_path == "-")
