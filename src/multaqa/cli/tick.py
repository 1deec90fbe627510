"""`multaqa tick`: what a timer calls every minute, or what repeats itself."""

import contextlib
import os

import click

from multaqa.cli.output import django, json_option, write_json


@click.command()
@click.option(
    "--every",
    type=click.FloatRange(min=1),
    metavar="SECONDS",
    help="Stay, with a round so often and waiting tasks within a second, until the parent process ends.",
)
@click.option("--parent", type=int, hidden=True)
@json_option
def command(json_path: str | None, every: float | None, parent: int | None) -> None:
    """One round of due work: scheduled publication, waiting tasks, the ledger's log."""
    parent = parent or os.getppid()
    with django():
        from multaqa.config.rounds import follow, tick

        if every:
            with contextlib.suppress(KeyboardInterrupt):
                follow(every=every, parent=parent)
            return
        done = tick()
        write_json(done, json_path)
        click.echo(", ".join(f"{name}: {count}" for name, count in done.items()), err=json_path == "-")
