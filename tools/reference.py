"""Write docs/reference from the code, or with --check say where it no longer agrees."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from multaqa import cli

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
SETTINGS = ROOT / "src" / "multaqa" / "config"


def command_line() -> str:
    """The help of every verb."""
    parts = ["# Command line", "", "Written by `make docs` from the commands themselves.", ""]
    for path, command in sorted(_commands(cli.main, ("multaqa",))):
        context = click.Context(command, info_name=" ".join(path), terminal_width=100)
        parts += [f"## `{' '.join(path)}`", "", "```", command.get_help(context), "```", ""]
    return "\n".join(parts)


def _commands(
    command: click.Command, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found:
                yield from _commands(found, (*path, name))


def settings() -> str:
    """Every environment variable, its kind and its default."""
    parts = ["# Settings", "", "Environment variables. Written by `make docs` from the settings modules.", ""]
    for module in ("settings", "production"):
        parts += [f"## `multaqa.config.{module}`", "", "| variable | kind | default |", "|---|---|---|"]
        source = (SETTINGS / f"{module}.py").read_text(encoding="utf-8")
        for kind, name, default in _variables(source):
            parts.append(f"| `{name}` | {kind} | {f'`{default}`' if default else 'required'} |")
        parts.append("")
    return "\n".join(parts)


def _variables(source: str) -> Iterator[tuple[str, str, str]]:
    """Kind, name and default, in the order of the file, of every env.KIND("MULTAQA_…", default=…)."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for node in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        if isinstance(node.func, ast.Attribute):
            name = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
            if isinstance(name, str) and name.startswith("MULTAQA_"):
                given = [word.value for word in node.keywords if word.arg == "default"]
                yield node.func.attr, name, ast.get_source_segment(source, given[0]) if given else ""


PAGES = {"command-line.md": command_line, "settings.md": settings}


def main(arguments: list[str]) -> int:
    stale = []
    for name, write in PAGES.items():
        path, text = REFERENCE / name, write().rstrip() + "\n"
        if "--check" in arguments:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(str(path.relative_to(ROOT)))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{name} no longer agrees with the code: run `make docs`")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
