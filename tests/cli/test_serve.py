"""`multaqa serve` and the start of `multaqa demo`."""

import os
import socket
import subprocess
import sys
from pathlib import Path


def test_serve_on_a_taken_port_is_one_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = subprocess.run(
            [str(Path(sys.executable).parent / "multaqa"), "serve", "--port", str(port)],
            capture_output=True,
            text=True,
            env={**os.environ, "LC_ALL": "en", "MULTAQA_HOME": str(tmp_path)},
            timeout=60,
        )

    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} of 127.0.0.1 cannot be used (")
    assert done.stderr.count("\n") == 1
