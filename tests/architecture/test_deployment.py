"""What an operator relies on."""

import os
import subprocess
import sys

import pytest
from django.db import connection

# what only the tests need is not there in deployment
CLEAN = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}


def django(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        capture_output=True,
        text=True,
        env={**CLEAN, "DJANGO_SETTINGS_MODULE": "multaqa.config.production", **environment},
    )


def test_production_settings_have_nothing_to_warn_of(tmp_path):
    checked = django(
        "check",
        "--deploy",
        "--fail-level=WARNING",
        MULTAQA_HOME=str(tmp_path),
        MULTAQA_SECRET_KEY="".join(chr(97 + number % 26) for number in range(60)),
        MULTAQA_ALLOWED_HOSTS="multaqa.example.org",
        MULTAQA_BASE_URL="https://multaqa.example.org",
        MULTAQA_DATABASE_URL=f"sqlite:///{tmp_path / 'unused'}",
    )

    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_production_settings_refuse_to_start_without_their_secret(tmp_path):
    started = django("check", MULTAQA_HOME=str(tmp_path), MULTAQA_SECRET_KEY="", MULTAQA_ALLOWED_HOSTS="x")

    assert started.returncode != 0


@pytest.mark.django_db
def test_sqlite_keeps_what_it_acknowledged():
    """A commit is on the disk before it is answered, and a writer takes its lock when it begins."""
    if connection.vendor != "sqlite":
        pytest.skip("this run is on PostgreSQL")

    with connection.cursor() as cursor:
        kept = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
        }

    assert kept == {"journal_mode": "wal", "synchronous": 2}
    assert connection.transaction_mode == "IMMEDIATE"
