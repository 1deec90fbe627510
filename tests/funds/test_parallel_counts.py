"""Two counts of one call at once: one allocation, and one sentence, on both databases."""

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.funds.conftest import environment
from tests.funds.test_parallel_awards import sqlite

ONE = {
    "answers": {
        "counted": 1,
        "The ballots of this call are already counted: read its results.": 1,
    },
    "allocations": 1,
    "entries": 1,
    "selected": 2,
}

RESULTS = "302 /ar/fund/calls/2026-01/results/"


def run(url: str, name: str = "actions") -> dict:
    command = [sys.executable, "-m", "tests.funds.parallel_counts", name]
    done = subprocess.run(command, cwd=ROOT, env=environment(url), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_two_counts_at_once_make_one_allocation_on_sqlite(tmp_path):
    assert run(sqlite(tmp_path)) == ONE


def test_a_form_sent_twice_at_once_counts_once_on_sqlite(tmp_path):
    assert run(sqlite(tmp_path), "form") == {**ONE, "answers": {RESULTS: 2}, "keys": 1}


def test_others_write_during_the_count_and_a_repeat_counts_nothing_on_sqlite(tmp_path):
    found = run(sqlite(tmp_path), "lock")

    assert found == {**ONE, "answers": [RESULTS, RESULTS], "written": ["written"], "keys": 1}


@pytest.mark.postgres
def test_two_counts_at_once_make_one_allocation_on_postgresql(postgres_url):
    assert run(postgres_url) == ONE
