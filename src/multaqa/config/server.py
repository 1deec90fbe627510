"""How gunicorn serves: beside the web workers, one process that carries out what is due."""

import os
import subprocess
import sys
from typing import Any

ROUND_SECONDS = 60


def when_ready(server: Any) -> None:
    """Start the process that runs tasks and due work; it ends when this one does."""
    tick = ["tick", "--every", str(ROUND_SECONDS), "--parent", str(os.getpid())]
    program = f"from multaqa.cli import main; main({tick!r})"
    subprocess.Popen([sys.executable, "-c", program])  # noqa: S603  our own interpreter and program
