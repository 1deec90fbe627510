"""`multaqa init`: an empty region from a territory pack."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from multaqa.cli.output import django, json_option, progress, refuse, write_json
from multaqa.cli.words import _


@click.command()
@click.option("--pack", required=True, metavar="PACK", help="A built-in pack, or a folder with a pack.toml.")
@json_option
def command(pack: str, json_path: str | None) -> None:
    """Start an empty region from a territory pack: places, counts, boundaries, legal rules, indicators."""
    with django():
        from multaqa.directory.actors import MACHINE
        from multaqa.observatory.actions import load_comparison, load_indicators
        from multaqa.observatory.models import Indicator, Value
        from multaqa.territories.actions import load_country, load_pack
        from multaqa.territories.models import LegalRule, Population, Territory
        from multaqa.territories.reading import read_pack

        read = read_pack(pack)  # a malformed pack is refused before the database is touched
        steps: list[tuple[str, Callable[[], Any]]] = [
            ("database", _migrate),
            ("territories", lambda: load_pack(actor=MACHINE, source=pack)),
            ("indicators", lambda: load_indicators(actor=MACHINE, pack=pack)),
        ]
        if read.country is not None:
            steps += [
                ("country", lambda: load_country(actor=MACHINE, source=pack)),
                ("comparison", lambda: load_comparison(actor=MACHINE)),
            ]
        try:
            with progress("the region", of=len(steps)) as show:
                for done, (name, step) in enumerate(steps):
                    show(name, done)
                    step()
                show("ready", len(steps))
        except OSError as error:
            refuse(_("The pack cannot be read: {reason}.").format(reason=error.strerror))
        models: dict[str, Any] = {
            "territories": Territory,
            "counts": Population,
            "rules": LegalRule,
            "indicators": Indicator,
            "values": Value,
        }
        result = {"pack": pack, **{name: model.objects.count() for name, model in models.items()}}
        write_json(result, json_path)
        if json_path != "-":
            click.echo(", ".join(f"{name}: {count}" for name, count in result.items()))


def _migrate() -> None:
    """A new SQLite file starts from the kept template, which spares it some 240 migrations."""
    from django.conf import settings
    from django.core.management import call_command

    from multaqa.config import template

    database = settings.DATABASES["default"]
    target = Path(str(database["NAME"]))
    if database["ENGINE"] == "django.db.backends.sqlite3" and not target.exists():
        template.unpack(target)
    call_command("migrate", verbosity=0, skip_checks=True)
