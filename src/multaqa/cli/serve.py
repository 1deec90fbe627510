"""`multaqa serve`: the web server, and beside it the process that carries out what is due."""

import os
import socket
import sys

import click

from multaqa.cli.output import refuse
from multaqa.cli.words import _


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
def command(host: str, port: int, workers: int) -> None:
    """Serve the platform at http://HOST:PORT."""
    serve(host=host, port=port, workers=workers)


def serve(*, host: str, port: int, workers: int = 1) -> None:
    """Replace this process by the web server; refuse in one sentence when the port is taken."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError as error:
            sentence = _("Port {port} of {host} cannot be used ({reason}): choose another with --port.")
            refuse(sentence.format(port=port, host=host, reason=error.strerror))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "multaqa.config.settings")
    arguments = [
        "--config",
        "python:multaqa.config.server",
        "--bind",
        f"{host}:{port}",
        "--workers",
        str(workers),
        "--threads",
        "4",
        "--timeout",
        "60",
        "--no-control-socket",
    ]
    os.execv(  # noqa: S606  our own interpreter, no shell wanted
        sys.executable, [sys.executable, "-m", "gunicorn", *arguments, "multaqa.config.wsgi:application"]
    )
