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


def run(url: str) -> dict:
    command = [sys.executable, "-m", "tests.funds.parallel_counts"]
    done = subprocess.run(command, cwd=ROOT, env=environment(url), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_two_counts_at_once_make_one_allocation_on_sqlite(tmp_path):
    assert run(sqlite(tmp_path)) == ONE


@pytest.mark.postgres
def test_two_counts_at_once_make_one_allocation_on_postgresql(postgres_url):
    assert run(postgres_url) == ONE
