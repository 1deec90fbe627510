"""`multaqa tick`, and `multaqa tick --every` beside a web server."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import template_database

ROOT = Path(__file__).parents[2]
# a server in small: it orders a release, starts the process that does what is due, and ends when that is done
SERVER = """
import subprocess, sys, time
import django
django.setup()
from multaqa.config.server import when_ready
from multaqa.observatory.models import IndexRelease
from multaqa.observatory.tasks.releases import compute_release
from tests.observatory.factories import three_communes
from tests.observatory.releases_factories import an_order

started = []
popen = subprocess.Popen
subprocess.Popen = lambda *given, **more: started.append(popen(*given, **more)) or started[-1]
three_communes()
compute_release.enqueue(an_order().number)
when_ready(None)
until = time.monotonic() + 150
while IndexRelease.objects.get().state == "computing" and time.monotonic() < until:
    time.sleep(0.1)
print(IndexRelease.objects.get().state, IndexRelease.objects.get().scores.count(), started[0].pid)
"""


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # where nobody waits for orphans, a dead one stays listed
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[:1]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_the_process_beside_the_server_does_a_task_and_ends_with_it(tmp_path):
    shutil.copy(template_database(), tmp_path / "multaqa.sqlite3")
    settings = {"MULTAQA_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "multaqa.config.settings"}

    done = subprocess.run(
        [sys.executable, "-c", SERVER],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **settings},
        timeout=240,
    )

    state, scores, pid = done.stdout.split()
    assert (state, scores) == ("ready", "3")
    until = time.monotonic() + 60
    while alive(int(pid)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not alive(int(pid))
