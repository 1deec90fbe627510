"""A PostgreSQL server of the tests' own, for what SQLite cannot show."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from django.utils.translation import override

from tests.conftest import ROOT

BINARIES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
OWNER, MIGRATED = "multaqa", "migrated"
_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[str], str]]:
    """Gives the address of a new copy of the migrated database; the server listens on one socket only."""
    if BINARIES is None:
        pytest.skip("PostgreSQL's server binaries are not installed")
    # the server refuses to run as root, and its user cannot enter pytest's own folder
    home = Path(tempfile.mkdtemp(prefix="multaqa-pg-"))
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    if user:
        owner = pwd.getpwnam("postgres")
        os.chown(home, owner.pw_uid, owner.pw_gid)

    def run(binary: str, *arguments: str) -> None:
        command = [str(BINARIES / binary), *arguments]
        subprocess.run(command, cwd=home, check=True, capture_output=True, **user)

    def copy(name: str, template: str = MIGRATED) -> str:
        run("createdb", "-h", str(home), "-U", OWNER, "-T", template, name)
        return f"postgres://{OWNER}@/{home}/{name}"

    data = str(home / "data")
    run("initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    # these tests ask who waits for whom, not what a power cut leaves
    options = f"-k {home} -c listen_addresses= -c max_connections=120 -c fsync=off -c full_page_writes=off"
    run("pg_ctl", "-D", data, "-o", options, "-l", str(home / "log"), "-w", "start")
    try:
        command = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(command, cwd=ROOT, env=environment(copy(MIGRATED, "template0")), check=True)
        yield copy
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(home)


@pytest.fixture
def postgres_url(postgres: Callable[[str], str]) -> str:
    """A migrated, empty PostgreSQL database of this test's own."""
    return postgres(f"test_{next(_NUMBERS)}")


@pytest.fixture
def english() -> Iterator[None]:
    """Sentences as they are written in the code."""
    with override("en"):
        yield


def environment(url: str) -> dict[str, str]:
    return {**os.environ, "MULTAQA_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
