"""`multaqa allocate` from the outside: keys, exit codes, one sentence on bad input."""

import json

import pytest
from click.testing import CliRunner

from multaqa.cli.allocate import command

FILE = """META
key;value
budget;30,5
vote_type;approval
currency;MAD
PROJECTS
project_id;cost;name
a;18;Park
b;14;Well
VOTES
voter_id;vote
1;a,b
2;a,b
3;a
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "small.pb"
    path.write_text(FILE, encoding="utf-8")
    return path


def run(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_allocate_writes_the_keys_of_its_contract(file):
    every = ["--completion", "add1", "--explain", "--audit", "--robustness", "--json", "-"]
    result = run(file, "--rule", "equal-shares", "--utility", "cost", *every)

    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert list(found) == [
        "instance", "rule", "budget", "spent", "selected", "rejected", "audit", "robustness", "certificate",
        "seconds",
    ]  # fmt: skip
    assert (found["budget"], found["spent"], found["selected"]) == (305, 180, ["a"])
    assert found["instance"]["minor_units"] == 10
    (lost,) = found["rejected"]
    assert (lost["id"], lost["cost"], lost["support"]) == ("b", 140, 2)
    assert (lost["reason"]["key"], lost["reason"]["values"]["lacked"]) == ("purses_short", 57)
    assert set(lost["needed"]) == {"max_cost", "extra_votes", "extra_budget"}
    assert lost["needed"]["max_cost"] == 125
    assert (found["audit"]["violations"], found["audit"]["faults"]) == ([], [])
    assert [row["id"] for row in found["robustness"]] == ["a"]
    assert found["certificate"]["winners"][0]["cap"] == "1/3"
    assert set(found["seconds"]) == {"parse", "allocate", "explain"}


def test_allocate_writes_json_to_a_file_and_says_nothing(file, tmp_path):
    result = run(file, "--json", tmp_path / "out.json")

    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert (result.exit_code, result.stdout) == (0, "")
    assert found["rule"] == {
        "name": "equal-shares", "utility": "cost", "completion": "none", "ties": "lexicographic",
        "start": "fraction", "comparison": "none",
        "text": "equal-shares utility=cost completion=none ties=lexicographic",
    }  # fmt: skip
    assert found["rejected"][0]["needed"] is None


def test_allocate_gives_the_same_result_twice(file):
    def count():
        found = json.loads(run(file, "--audit", "--robustness", "--explain", "--json", "-").stdout)
        return {key: value for key, value in found.items() if key != "seconds"}

    assert count() == count()


def test_allocate_prints_a_table_a_person_can_read(file):
    result = run(file, "--explain", "--audit", "--robustness")

    assert result.exit_code == 0
    assert "budget 30.5 MAD, spent 18.0" in result.stdout
    assert "won  a" in result.stdout
    assert "Well: its supporters had 8.3 left, 5.7 short" in result.stdout
    assert "would have won with a cost of" in result.stdout
    assert "EJR+ audit: no groups left short" in result.stdout


@pytest.mark.parametrize("rule", ["greedy", "greedy-no-skip", "greedy-threshold", "phragmen", "welfare"])
def test_allocate_counts_by_every_rule(file, rule):
    result = run(file, "--rule", rule, "--threshold", 1, "--json", "-")

    assert json.loads(result.stdout)["selected"] == ["a"]


def test_allocate_takes_exclusive_sets(file):
    result = run(file, "--rule", "greedy-exclusive", "--exclusive", "b>a", "--json", "-")

    found = json.loads(result.stdout)
    assert found["selected"] == ["b"]
    assert found["rejected"][0]["reason"] == {"key": "excluded", "values": {"by": "b"}}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (FILE.replace("a;18", "a;much"), "Line 8: cost much is not a number of zero or more."),
        (FILE.replace("3;a", "3;z"), "Line 14: the ballot marks project z, which is not in PROJECTS."),
        ("", "Line 1: section META is missing or empty."),
    ],
)
def test_allocate_refuses_a_malformed_file_in_one_sentence(tmp_path, content, sentence):
    path = tmp_path / "bad.pb"
    path.write_text(content, encoding="utf-8")

    result = run(path, "--json", "-")

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == f"{path}: {sentence}\n"


def test_allocate_refuses_a_file_that_is_not_there(tmp_path):
    result = run(tmp_path / "none.pb")

    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "cannot be read" in result.stderr


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--rule", "random"),
        ("--utility", "love"),
        ("--completion", "add2"),
        ("--ties", "coin"),
        ("--ties", "lot:"),
    ],
)
def test_allocate_answers_wrong_usage_with_2(file, option, value):
    assert run(file, option, value).exit_code == 2


def test_allocate_refuses_a_combination_that_makes_no_sense(file):
    result = run(file, "--rule", "greedy", "--completion", "add1")

    assert (result.exit_code, result.stderr) == (
        1,
        f"{file}: Completion add1 belongs to equal-shares, not to greedy.\n",
    )


def test_allocate_takes_the_small_print_of_equal_shares(tmp_path):
    path = tmp_path / "small.pb"
    path.write_text(
        "META\nkey;value\nbudget;10\nvote_type;approval\nPROJECTS\nproject_id;cost\na;10\nb;1\n"
        "VOTES\nvoter_id;vote\n1;a\n2;a\n3;b\n"
    )

    found = json.loads(run(path, "--start", "whole", "--comparison", "exclusion", "--json", "-").stdout)

    assert (found["selected"], found["rule"]["start"]) == (["a"], "whole")
    assert found["rule"]["text"].endswith("start=whole comparison=exclusion")


def test_allocate_describes_an_excluded_group_only_above_the_small_cell(tmp_path):
    def audited(loud, silent):
        rows = ["north"] * loud + ["south"] * silent
        votes = "".join(f"{n};{'a,b' if d == 'north' else 'c'};{d}\n" for n, d in enumerate(rows))
        path = tmp_path / "group.pb"
        path.write_text(
            "META\nkey;value\nbudget;30\nvote_type;approval\nPROJECTS\nproject_id;cost\na;15\nb;15\nc;9\n"
            f"VOTES\nvoter_id;vote;district\n{votes}"
        )
        found = json.loads(run(path, "--rule", "greedy", "--audit", "--json", "-").stdout)
        return [row["group"] for row in found["audit"]["violations"]]

    told = {"column": "district", "value": "south", "voters": 10, "share": 1.0, "share_of_all": 0.3333}
    assert audited(20, 10) == [[told]]
    assert audited(18, 9) == [[]]
