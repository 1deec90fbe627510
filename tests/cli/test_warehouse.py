"""`multaqa warehouse`: a dataset described, filled, computed and published from the terminal."""

import json

import pytest
from click.testing import CliRunner

from multaqa.cli.warehouse import command
from multaqa.observatory.models import Indicator, Value
from tests import factories

pytestmark = pytest.mark.django_db
DESCRIBED = """name = "visits"
source = "Survey"
licence = "CC BY 4.0"
year = 2026
title = { en = "Visits" }

[[column]]
name = "electricity"
kind = "truth"
meaning = { en = "Connected to the grid" }
"""
GOOD = "X.1.1,rural,true,…\n" * 30 + "X.1.1,rural,false,…\n" * 10


@pytest.fixture(autouse=True)
def _own_warehouse(settings, tmp_path):
    settings.WAREHOUSE_ROOT = tmp_path / "warehouse"
    factories.commune("X.1.1")


def said(*arguments):
    return CliRunner().invoke(command, list(map(str, arguments)), env={"LC_ALL": "en"})


def saved(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


def test_a_dataset_goes_from_its_description_to_figures(tmp_path):
    rows = saved(tmp_path, "visits.csv", f"commune,milieu,electricity,name\n{GOOD}X.7,rural,true,…\n")

    created = said("create", saved(tmp_path, "visits.toml", DESCRIBED))
    refused = said("add", "visits", rows)
    empty = said("run", "visits")
    added = said("add", "visits", rows, "--accept-good", "--json", "-")
    computed = said("run", "visits", "--engine", "duckdb", "--json", "-")
    published = said("publish", "visits", "--demo")
    listed = said("list")

    assert created.stdout == "Dataset visits: 1 columns.\n"
    assert refused.exit_code == 1
    assert "line 42, commune: " in refused.stdout
    assert empty.exit_code == 1
    assert json.loads(added.stdout)["left_out"] == ["name"]
    assert "Not for publication" in computed.stderr
    cell = {"commune": "X.1.1", "sex": "all", "milieu": "rural", "indicator": "no-electricity"}
    assert cell | {"value": 25.0, "n": 40} in json.loads(computed.stdout)["figures"]
    assert published.stdout == "1 indicators, 4 figures, 0 of them hidden.\n"
    assert Indicator.objects.get().is_demo
    assert Value.objects.filter(value=25.0).count() == 4
    assert listed.stdout == "visits, 2026: 40 rows in 1 parts\n"


def test_add_names_line_column_and_reason(tmp_path):
    said("create", saved(tmp_path, "visits.toml", DESCRIBED))
    rows = saved(tmp_path, "bad.csv", "commune,milieu,electricity\nX.1.1,rural,true\nX.7,town,maybe\n")

    answer = said("add", "visits", rows, "--json", "-")

    assert answer.exit_code == 1
    assert [(row["line"], row["column"], row["key"]) for row in json.loads(answer.stdout)["refusals"]] == [
        (3, "commune", "unknown_commune"),
        (3, "milieu", "unknown_milieu"),
        (3, "electricity", "not_a_truth"),
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "named"),
    [
        ("year = 2026", "year = '2026'", "“year”"),
        ('kind = "truth"', 'kind = "colour"', "[[column]] 1: “kind”"),
        ("licence", "license", "“license”"),
        ("[[column]]", "[[columns]]", "“columns”"),
        ("name = ", "name ", "TOML"),
    ],
)
def test_create_names_what_is_wrong_with_a_description(tmp_path, was, becomes, named):
    answer = said("create", saved(tmp_path, "visits.toml", DESCRIBED.replace(was, becomes, 1)))

    assert answer.exit_code == 1
    assert named in answer.stderr
    assert "Traceback" not in answer.output
