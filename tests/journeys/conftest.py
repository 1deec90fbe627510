"""The demonstration, told once a run, and copies of it to walk through."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as configured

from tests.web.browser import connected, served


@pytest.fixture(scope="session")
def told(tmp_path_factory) -> Path:
    """The folder of the demonstration as `multaqa demo` leaves it; all workers of a run share one."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    home = root / "told"
    with open(root / "told.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "demo" / "complete").exists():
            environment = os.environ | {
                "MULTAQA_HOME": str(home),
                "MULTAQA_BASE_URL": configured.BASE_URL,
                "MULTAQA_SECRET_KEY": configured.SECRET_KEY,
                "DJANGO_SETTINGS_MODULE": "multaqa.config.settings",
            }
            command = [str(Path(sys.executable).with_name("multaqa")), "demo", "--no-serve"]
            subprocess.run(command, env=environment, check=True, capture_output=True)
    return home / "demo"


@pytest.fixture
def log_of_the_story(_own_log, settings, told):
    """The published log that belongs to the demonstration's entries."""
    settings.LEDGER_ROOT = told / "ledger"


@pytest.fixture(scope="module")
def story(told, django_db_blocker, tmp_path_factory):
    """The demonstration's region in a database of the module's own."""
    with connected(told / "multaqa.sqlite3", tmp_path_factory.mktemp("story"), django_db_blocker):
        yield


@pytest.fixture(scope="module")
def story_site(story):
    """The address of a server that shows the demonstration."""
    with served() as address:
        yield address
