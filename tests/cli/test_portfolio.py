"""`multaqa portfolio` from the outside: limits in, amounts and reasons out, one sentence on bad input."""

import json

import pytest
from click.testing import CliRunner

from multaqa.cli.portfolio import command

FILE = """META
key;value
budget;110,5
vote_type;approval
currency;MAD
{meta}PROJECTS
project_id;cost;name;category;district;share
road;60;Road;works;north;0,9
well;10;Well;works, water;south;
school;50;School;learning;north;
clinic;40;Clinic;health;south;
flag;0;Flag;works;north;
VOTES
voter_id;district;vote
1;north;road,school
2;north;road
3;south;clinic,well
4;south;clinic
5;south;well,flag
"""


@pytest.fixture
def ask(tmp_path):
    def run(limits=None, *options, meta=""):
        file, path = tmp_path / "small.pb", tmp_path / "limits.json"
        file.write_text(FILE.format(meta=meta), encoding="utf-8")
        arguments = [str(file), "--utility", "cost", "--json", "-", *options]
        if limits is not None:
            path.write_text(limits if isinstance(limits, str) else json.dumps(limits), encoding="utf-8")
            arguments += ["--limits", str(path)]
        return CliRunner().invoke(command, arguments)

    return run


def test_portfolio_writes_amounts_limits_proof_and_reasons(ask):
    result = ask(
        {
            "caps": [{"name": "works", "column": "category", "value": "works", "amount": 60}],
            "floors": [{"name": "south", "projects": ["well", "clinic"], "amount": "40,0"}],
        }
    )

    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert list(found) == [
        "instance", "limits", "budget", "spent", "worth_units", "worth", "bound", "gap", "settled", "proof",
        "selected", "amounts", "rejected", "cores", "utility", "seconds",
    ]  # fmt: skip
    assert (found["budget"], found["spent"], found["amounts"]) == (1105, 1000, {"road": 600, "clinic": 400})
    assert (found["worth"], found["gap"], found["settled"]) == (2000, 0.0, True)
    proof = found["proof"]
    assert (proof["bound"], proof["by"], proof["faults"]) == (2000, "every combination", [])
    assert found["limits"]["caps"] == [{"name": "works", "amount": 600, "used": 600}]
    assert found["limits"]["floors"] == [{"name": "south", "amount": 400, "reached": 400}]
    assert found["instance"]["free"] == ["flag"]
    reasons = {row["id"]: row["reason"]["key"] for row in found["rejected"]}
    assert reasons == {"well": "cap_full", "school": "worth_less"}


def test_portfolio_funds_in_part_by_column_or_by_id(ask):
    limits = {"caps": [{"projects": ["road"], "amount": 55}], "partial": {"column": "share"}}

    by_column = json.loads(ask(limits).stdout)
    by_id = json.loads(ask({**limits, "partial": {"road": 0.9}}).stdout)

    assert by_column["amounts"] == {"road": 550, "well": 100, "clinic": 400}
    assert by_id["amounts"] == by_column["amounts"]
    assert by_column["limits"]["caps"][0]["name"] == "caps[1]"


def test_portfolio_weighs_ballots_by_turnout_and_by_need(ask):
    turnout = {"column": "district", "turnout": {"north": 900, "south": 100}, "cap": 3, "floor": 0.1}
    need = {"column": "district", "need": {"north": 1, "south": 3.0}}

    by_turnout = json.loads(ask({"weights": turnout}).stdout)
    by_need = json.loads(ask({"weights": need}).stdout)

    assert by_turnout["limits"]["weights"] == {"north": 2.25, "south": 0.167}
    assert by_turnout["selected"] == ["road", "school"]
    assert by_turnout["worth_units"] == 1000
    assert by_need["limits"]["weights"] == {"north": 0.5, "south": 1.364}
    assert by_need["selected"] == ["road", "well", "clinic"]


def test_portfolio_takes_one_of_incompatible_projects(ask):
    named = json.loads(ask({"incompatible": [["road", "clinic"]]}).stdout)
    by_column = json.loads(ask({"incompatible": {"column": "district"}}).stdout)

    assert named["selected"] == ["road", "school"]
    assert by_column["selected"] == ["road", "clinic"]


def test_portfolio_keeps_the_budgets_that_the_file_states(ask):
    meta = 'categories;"works,learning,health"\nbudget_per_category;"20,60,60"\n'

    kept = json.loads(ask(meta=meta).stdout)
    left_aside = json.loads(ask({"meta": []}, meta=meta).stdout)

    assert kept["limits"]["from_file"] == ["budget_per_category"]
    assert [cap["amount"] for cap in kept["limits"]["caps"]] == [200, 600, 600]
    assert kept["selected"] == ["well", "school", "clinic"]
    assert left_aside["limits"]["caps"] == []
    assert left_aside["selected"] == ["road", "well", "clinic"]


def test_portfolio_takes_a_limit_on_ballots_for_a_limit_on_money_only_when_asked(ask):
    meta = "max_sum_cost_per_category;50\n"

    silent = json.loads(ask(meta=meta).stdout)
    asked = json.loads(ask({"meta": ["max_sum_cost_per_category"]}, meta=meta).stdout)

    assert silent["limits"]["from_file"] == []
    assert {cap["name"]: cap["amount"] for cap in asked["limits"]["caps"]} == dict.fromkeys(
        ["works", "water", "learning", "health"], 500
    )


def test_portfolio_tells_the_cores(ask):
    found = json.loads(ask(None, "--cores", "0.05").stdout)

    assert found["selected"] == ["road", "well", "clinic"]
    assert found["cores"] == {"road": "always", "well": "always", "school": "never", "clinic": "always"}


def test_portfolio_without_patience_gives_no_reasons(ask):
    found = json.loads(ask(None, "--patience", "0").stdout)

    assert [(row["id"], row["reason"]) for row in found["rejected"]] == [("school", None)]


def test_portfolio_shows_a_table(tmp_path):
    file = tmp_path / "small.pb"
    file.write_text(FILE.format(meta=""), encoding="utf-8")

    result = CliRunner().invoke(command, [str(file), "--utility", "cost"], env={"LC_ALL": "en"})

    assert "budget 110.5 MAD, spent 110.0" in result.stdout
    assert "the best possible" in result.stdout
    assert "School: with it the portfolio would lose" in result.stdout


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ("{", "is not JSON"),
        ("[]", "should hold one JSON object."),
        ({"roofs": []}, "Key 'roofs' is not one of caps, floors, incompatible, partial, weights, meta."),
        ({"caps": {}}, "caps should be a list."),
        ({"caps": [{"projects": ["road"]}]}, "caps[1] needs an amount."),
        ({"caps": [{"amount": 1}]}, "caps[1] needs projects, or a column and a value."),
        ({"caps": [{"projects": ["road"], "amount": "1.23"}]}, "caps[1]: 1.23 is not an amount"),
        ({"caps": [{"projects": ["road"], "amount": True}]}, "caps[1]: True is not an amount"),
        ({"floors": [{"column": "colour", "value": "red", "amount": 1}]}, "The file has no column colour"),
        ({"floors": [{"column": "category", "value": "red", "amount": 1}]}, "no project has red in column"),
        ({"floors": [{"name": "sea", "projects": ["well"], "amount": 40}]},
         "The floor sea asks for 40.0; at most 10.0 can be reached."),
        ({"caps": [{"name": "a", "projects": ["bridge"], "amount": 1}]}, "Project bridge of the limit a"),
        ({"incompatible": "road"}, "incompatible should be a list."),
        ({"partial": []}, "partial should give a share for each project."),
        ({"partial": {"road": "half"}}, "partial.road: half is not a number."),
        ({"partial": {"road": 2}}, "The least share 2.0 of project road"),
        ({"weights": {"column": "district"}}, "weights needs a column of the ballots"),
        ({"weights": {"column": "district", "need": {"north": 1, "south": None}}}, "need of south is not"),
        ({"weights": {"column": "district", "turnout": {"north": 1}}}, "electorate of south is not stated."),
        ({"meta": ["max_length"]}, "Key 'max_length' is not one of budget_per_category"),
        ({"meta": ["budget_per_category"]}, "META does not state budget_per_category."),
    ],
)  # fmt: skip
def test_portfolio_refuses_malformed_limits_in_one_sentence(ask, limits, sentence):
    result = ask(limits)

    assert result.exit_code == 1
    assert sentence in result.stderr
    assert "limits.json: " in result.stderr
    assert result.stderr.strip().count("\n") == 0


def test_portfolio_names_a_file_that_is_not_there(tmp_path):
    result = CliRunner().invoke(command, [str(tmp_path / "none.pb")])

    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "none.pb cannot be read" in result.stderr
