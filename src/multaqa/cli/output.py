"""How every verb answers: JSON where asked, one sentence when the input is wrong."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

from multaqa.cli.words import _, language

json_option = click.option(
    "--json", "json_path", metavar="PATH|-", help="Write the result as JSON to PATH or -."
)


def refuse(sentence: object) -> NoReturn:
    """Say what is wrong in one sentence and end with 1."""
    click.echo(str(sentence), err=True)
    sys.exit(1)


def write_json(result: Any, path: str | None) -> None:
    """Write the result as UTF-8 JSON to a file or, for `-`, to standard output."""
    if path is None:
        return
    text = json.dumps(result, ensure_ascii=False, indent=2) + "\n"
    if path == "-":
        click.echo(text, nl=False)
        return
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        refuse(_("{file} cannot be written: {reason}.").format(file=path, reason=error.strerror))


@contextmanager
def django() -> Iterator[None]:
    """Django ready, messages in the user's language, refusals turned into one sentence."""
    import django as framework
    from django.db import DatabaseError
    from django.utils.translation import override

    from multaqa.kit.policy import Refused

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "multaqa.config.settings")
    framework.setup()
    with override(language()):
        try:
            yield
        except Refused as refusal:
            refuse(refusal)
        except DatabaseError as error:
            refuse(
                _("The database is not ready ({reason}). Run multaqa init or multaqa demo first.").format(
                    reason=error
                )
            )


@contextmanager
def progress(label: str, *, of: int) -> Iterator[Callable[[str, int], None]]:
    """A progress bar on standard error; gives a function that shows what is being done and how far it is."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<24}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task(label, total=of)
        yield lambda doing, done: bars.update(bar, description=doing, completed=done)
        bars.update(bar, description=label, completed=of)
