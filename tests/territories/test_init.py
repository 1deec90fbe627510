"""`multaqa init` from the outside."""

import json

import pytest
from click.testing import CliRunner

from multaqa.cli.init import command
from multaqa.territories.models import RegionPack
from tests.territories.factories import ISLAND_PLACES, a_folder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def migrated(monkeypatch):
    """The test database is migrated already, and a transaction is open in which nothing could be."""
    monkeypatch.setattr("multaqa.cli.init._migrate", lambda: None)


def run(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_init_loads_a_folder(tmp_path):
    answer = run("--pack", a_folder(tmp_path), "--json", "-")

    assert answer.exit_code == 0
    assert json.loads(answer.stdout) == {
        "pack": str(tmp_path),
        "territories": 2,
        "counts": 2,
        "rules": 1,
        "indicators": 3,
        "values": 0,
    }
    assert RegionPack.objects.get().key == "islands"


def test_init_says_in_one_sentence_what_is_wrong(tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    folder = a_folder(tmp_path, territories_csv=ISLAND_PLACES.replace("I-1,commune,I,", "I-1,commune,Z,"))

    answer = run("--pack", folder)

    assert (answer.exit_code, answer.stderr) == (
        1,
        "territories.csv, line 3: the parent “Z” is not on a line above.\n",
    )
    assert RegionPack.objects.count() == 0


def test_init_without_a_pack_is_a_usage_error():
    assert run().exit_code == 2
