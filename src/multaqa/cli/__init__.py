"""Cli: the `multaqa` command, one file a verb family.

Every verb writes its result with `--json PATH|-`, its progress to standard error, and ends with 0 (done), 1
(the input is wrong, said in one sentence) or 2 (usage). Files are imported when their verb is asked for, so
that a verb that needs no database does not wait for one.
"""

import os
import sys
from importlib import import_module
from keyword import iskeyword

import click

VERBS = {
    "alerts": "Which weeks of a series are unusual?",
    "allocate": "Which projects does a budget support? Reads a PaBuLib file.",
    "check": "Is this installation healthy?",
    "demo": "Build the demonstration region and serve it.",
    "envelopes": "Share a total among territories by a formula, within bounds.",
    "import": "Take in a file of figures: all its good rows, or nothing.",
    "index": "How do places compare, and how sure is it? Reads COINr's iMeta and iData.",
    "init": "Start an empty region from a territory pack.",
    "ledger": "Export, verify or prove the public record.",
    "opinion": "Where do people agree across their differences? Reads a folder of votes.",
    "portfolio": "Which projects are worth most together within limits? Reads a PaBuLib file.",
    "serve": "Serve the platform.",
    "tick": "One round of due work: deadlines, scheduled publication, tasks, the ledger's log.",
    "warehouse": "Keep files of households outside the database, and publish figures of them.",
}


class Verbs(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        module = f"{name}_" if iskeyword(name) else name
        return import_module(f"multaqa.cli.{module}").command


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="multaqa")
def main() -> None:
    """Multaqa: a region's public decisions, from what threatens residents to what changed."""
    if "demo" in sys.argv[1:2]:
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "multaqa.config.settings")
