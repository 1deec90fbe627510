"""`multaqa demo`: a whole region to look at, built by the same actions as everybody uses."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

import click

from multaqa.cli.output import django, progress
from multaqa.config import template

_SEED = 20_261_123


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--no-serve", is_flag=True, help="Build only.")
@click.option("--fresh", is_flag=True, help="Throw the earlier demonstration away and build it anew.")
def command(port: int, no_serve: bool, fresh: bool) -> None:
    """Build the demonstration region with progress bars and serve it."""
    home = Path(os.environ.get("MULTAQA_HOME") or Path.cwd() / "var") / "demo"
    os.environ["MULTAQA_HOME"] = str(home)
    os.environ.setdefault("MULTAQA_BASE_URL", f"http://localhost:{port}")
    # a demonstration left half-built, or built by another version, is built anew
    complete, version = home / "complete", str(template.fingerprint())
    if fresh or not complete.exists() or complete.read_text() != version:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        _build(home)
        complete.write_text(version)
    _greet(port)
    if not no_serve:
        from multaqa.cli.serve import serve

        serve(host="127.0.0.1", port=port)


def _build(home: Path) -> None:
    # the same demonstration everywhere, to the byte: whoever may read its password may read its key
    (home / "secret_key").write_text(hashlib.sha256(b"multaqa demonstration").hexdigest())
    database = home / "multaqa.sqlite3"
    if not template.unpack(database):
        click.echo("The kept database is of another version: running every migration (15 s).", err=True)
    with django():
        from django.core.management import call_command
        from django.db import transaction

        from multaqa.cli.demo.story import CHAPTERS
        from multaqa.cli.demo.telling import Story, tell
        from multaqa.kit import chance
        from multaqa.ledger import log

        call_command("migrate", verbosity=0, skip_checks=True)
        with chance.seeded(_SEED), transaction.atomic():
            story = Story()
            with progress("the story", of=story.length) as show:
                for chapter, days_ago in tell(story, CHAPTERS):
                    show(chapter, story.length - days_ago)
        with progress("the ledger", of=1) as show:
            log.integrate()
            show("the ledger", 1)


def _greet(port: int) -> None:
    from multaqa.cli.demo.accounts import PASSWORD, SHOWN, address

    click.echo(f"\n  http://localhost:{port}/\n")
    click.echo(f"  Sign in with any of these addresses and the password {PASSWORD}")
    for name in SHOWN:
        click.echo(f"    {address(name)}")
    click.echo("\n  Everything is invented except the census figures. Stop with Ctrl-C.\n")
    sys.stdout.flush()
