"""Fifty hands on the last unit of an envelope: exactly one gets it, on both databases."""

import json
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT, template_database
from tests.funds.conftest import environment


def run(url: str, name: str) -> dict:
    command = [sys.executable, "-m", "tests.funds.parallel_awards", name]
    done = subprocess.run(command, cwd=ROOT, env=environment(url), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def sqlite(folder) -> str:
    copy = folder / "multaqa.sqlite3"
    shutil.copy(template_database(), copy)
    return f"sqlite:///{copy}"


def test_fifty_parallel_awards_on_the_last_unit_on_sqlite(tmp_path):
    assert run(sqlite(tmp_path), "awards") == one_award("sqlite", {"awarded": 1, "refused": 49})


def test_the_same_key_sent_eight_times_at_once_counts_once_on_sqlite(tmp_path):
    assert run(sqlite(tmp_path), "key") == one_award("sqlite", {"302 /ar/fund/awards/1/": 8})


@pytest.mark.postgres
def test_fifty_parallel_awards_on_the_last_unit_on_postgresql(postgres_url):
    assert run(postgres_url, "awards") == one_award("postgresql", {"awarded": 1, "refused": 49})


@pytest.mark.postgres
def test_the_same_key_sent_eight_times_at_once_counts_once_on_postgresql(postgres_url):
    assert run(postgres_url, "key") == one_award("postgresql", {"302 /ar/fund/awards/1/": 8})


def one_award(vendor: str, answers: dict[str, int]) -> dict:
    return {
        "vendor": vendor,
        "answers": answers,
        "awards": 1,
        "granted": 10_000,
        "left": 0,
        "call_committed": 10_000,
        "entries": 1,
        "marked": 1,
    }
