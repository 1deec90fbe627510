"""`multaqa import indicators`: rows accepted, rows refused with line and reason, nothing half-written."""

import json

import pytest
from click.testing import CliRunner

from multaqa.cli.import_ import command
from multaqa.observatory.models import DataImport, Value
from tests.observatory.imports_factories import VALUES, a_csv, places

pytestmark = pytest.mark.django_db


def run(tmp_path, rows, *options):
    places()
    file = tmp_path / "water.csv"
    file.write_bytes(a_csv(rows))
    return CliRunner().invoke(
        command, ["indicators", str(file), "--json", "-", *options], env={"LC_ALL": "en"}
    )


def test_import_takes_in_a_good_file(tmp_path):
    answer = run(tmp_path, VALUES, "--source", "S", "--licence", "L")

    result = json.loads(answer.stdout)
    assert answer.exit_code == 0
    assert (result["accepted"], result["refused"], result["new"], result["written"]) == (3, 0, 3, True)
    assert Value.objects.count() == 3


def test_import_refuses_a_file_with_a_bad_row_and_names_it(tmp_path):
    answer = run(tmp_path, [*VALUES, {**VALUES[0], "year": 2025, "value": "x"}])

    result = json.loads(answer.stdout)
    assert answer.exit_code == 1
    assert result["refusals"] == [
        {"line": 5, "column": "value", "key": "not_number", "reason": "“x” is not a number."}
    ]
    assert not Value.objects.exists()
    assert not DataImport.objects.exists()


def test_import_takes_in_the_good_rows_where_asked(tmp_path):
    answer = run(tmp_path, [*VALUES, {**VALUES[0], "year": 1800}], "--accept-good")

    assert answer.exit_code == 0
    assert Value.objects.count() == 3


def test_import_of_the_same_file_again_writes_nothing(tmp_path):
    run(tmp_path, VALUES)
    answer = run(tmp_path, VALUES)

    assert (answer.exit_code, json.loads(answer.stdout)["written"]) == (0, False)
    assert DataImport.objects.count() == 1


def test_dry_run_writes_nothing(tmp_path):
    answer = run(tmp_path, VALUES, "--dry-run")

    assert (answer.exit_code, json.loads(answer.stdout)["new"]) == (0, 3)
    assert not DataImport.objects.exists()


def test_missing_file_is_one_sentence(tmp_path):
    answer = CliRunner().invoke(command, ["indicators", str(tmp_path / "none.csv")])

    assert answer.exit_code == 1
    assert "Traceback" not in answer.output
