"""`multaqa ledger` as scripts call it: exit codes, JSON, one sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from multaqa.ledger import log
from tests.ledger.factories import an_entry


def multaqa(*arguments, language="en", **environment):
    return subprocess.run(
        [str(Path(sys.executable).parent / "multaqa"), *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "LANG": language, "LC_ALL": language, **environment},
    )


@pytest.fixture
def exported(db, tmp_path):
    for number in range(5):
        an_entry(facts={"n": number})
    folder = tmp_path / "export"
    log.export(folder)
    return folder


def test_verify_says_that_an_untouched_log_is_intact(exported):
    done = multaqa("ledger", "verify", exported, "--json", "-")

    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert (report["size"], report["entries_checked"], report["fault"]) == (5, 5, None)


def test_verify_names_the_damaged_entry(exported):
    bundle = exported / "tile" / "entries" / "000.p" / "5"
    bundle.write_bytes(bundle.read_bytes().replace(b'"n":3', b'"n":4'))

    done = multaqa("ledger", "verify", exported, "--json", "-")

    assert done.returncode == 1
    assert json.loads(done.stdout)["fault"]["entry"] == 3
    assert done.stderr == "Entry 3 is not the one that was signed (tile/entries/000.p/5).\n"


def test_verify_believes_the_key_it_is_given(exported):
    other = log.merkle.verifier_key("example.org/other", seed=bytes(32))

    done = multaqa("ledger", "verify", exported, "--key", other)

    assert done.returncode == 1
    assert "signed summary" in done.stderr


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ar", "/nowhere ليس مجلدا كتبه الأمر multaqa ledger export.\n"),
        ("fr", "/nowhere n’est pas un dossier écrit par multaqa ledger export.\n"),
        ("en", "/nowhere is not a folder that multaqa ledger export wrote.\n"),
    ],
)
def test_verify_of_no_folder_is_one_sentence_in_the_language_of_the_terminal(language, sentence):
    done = multaqa("ledger", "verify", "/nowhere", language=language)

    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


def test_receipt_before_there_is_a_database_says_what_to_do(tmp_path):
    done = multaqa(
        "ledger", "receipt", "0", MULTAQA_HOME=str(tmp_path), DJANGO_SETTINGS_MODULE="multaqa.config.settings"
    )

    assert done.returncode == 1
    assert "multaqa init" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_verb_is_a_matter_of_usage():
    assert multaqa("dance").returncode == 2
