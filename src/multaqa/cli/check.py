"""`multaqa check`: is this installation healthy?"""

import click

from multaqa.cli.output import django, json_option, refuse, write_json
from multaqa.cli.words import _


@click.command()
@json_option
def command(json_path: str | None) -> None:
    """Database, migrations, ledger and settings, each with a sentence."""
    with django():
        from multaqa.config.health import examine

        found = examine()
        write_json(
            [{"part": part.name, "sound": part.sound, "sentence": part.sentence} for part in found], json_path
        )
        for part in found:
            click.echo(f"{'ok ' if part.sound else 'BAD'} {part.name}: {part.sentence}", err=json_path == "-")
        if not all(part.sound for part in found):
            refuse(_("This installation is not healthy: see the lines marked BAD."))
