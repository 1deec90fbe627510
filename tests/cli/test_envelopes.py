"""`multaqa envelopes` from the outside: a table and a formula in, amounts that add up out."""

import json

import pytest
from click.testing import CliRunner

from multaqa.cli.envelopes import command

TABLE = """code,people,need,least,before
coast,60,2,100,700
oasis,30,,200,100
desert,10,4,0,
"""


@pytest.fixture
def ask(tmp_path):
    def run(*options, table=TABLE):
        file = tmp_path / "places.csv"
        file.write_bytes(table if isinstance(table, bytes) else table.encode())
        return CliRunner().invoke(command, [str(file), *options], env={"LC_ALL": "en"})

    return run


def amounts(result):
    return {row["id"]: row["amount"] for row in json.loads(result.stdout)["territories"]}


def test_envelopes_writes_every_part_of_every_amount(ask):
    result = ask("--total", "1000", "--base", "100", "--weight", "people=1", "--cap", "400", "--json", "-")

    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert list(found) == [
        "total", "base", "step", "minor_units", "missing", "weights", "factor", "territories", "gini",
        "faults",
    ]  # fmt: skip
    assert found["territories"][0] == {
        "id": "coast", "amount": 40_000, "base": 10_000, "parts": {"people": 42_000}, "sharing": 13_000,
        "bound": -25_000, "by": "cap", "rounding": 0, "not_measured": [],
    }  # fmt: skip
    assert sum(row["amount"] for row in found["territories"]) == found["total"] == 100_000
    assert found["faults"] == []
    assert found["gini"]["people"] > 0


def test_envelopes_multiplies_need_by_people_and_fills_gaps_only_when_told(ask):
    options = ("--total", "1300", "--decimals", "0", "--weight", "need*people=1", "--json", "-")

    refused = ask(*options)
    mean = ask(*options, "--missing", "mean")
    nothing = ask(*options, "--missing", "nothing")

    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "need*people of oasis is not measured: choose what that means." in refused.stderr
    assert amounts(mean) == {"coast": 624, "oasis": 468, "desert": 208}
    assert amounts(nothing) == {"coast": 975, "oasis": 0, "desert": 325}
    assert [row["not_measured"] for row in json.loads(mean.stdout)["territories"]] == [
        [],
        ["need*people"],
        [],
    ]


def test_envelopes_holds_the_yearly_change(ask):
    formula = ("--total", "1 000", "--decimals", "0", "--weight", "people=1", "--json", "-")
    change = ("--last", "before", "--fall", "5%", "--rise", "0,2")

    held = ask(*formula, *change)
    crossed = ask(*formula, *change, "--floor", "least")

    assert amounts(held) == {"coast": 754, "oasis": 120, "desert": 126}
    assert (crossed.exit_code, crossed.stdout) == (1, "")
    assert "oasis should get at least 200 and at most 120: no amount does both." in crossed.stderr


def test_envelopes_takes_floors_from_a_column(ask):
    formula = ("--total", "300", "--decimals", "0", "--weight", "people=1", "--json", "-")

    result = ask(*formula, "--floor", "least")

    assert amounts(result) == {"coast": 100, "oasis": 200, "desert": 0}


def test_envelopes_shows_a_table_that_marks_what_was_not_measured(ask):
    result = ask("--total", "900", "--weight", "need=1", "--missing", "mean", "--step", "100")

    assert "300.00*" in result.stdout
    assert "* not measured" in result.stdout
    assert "Gini against need: 0.0 (0: in proportion)" in result.stdout


def test_envelopes_reads_semicolons_and_decimal_commas(ask):
    result = ask(
        "--total", "10", "--decimals", "0", "--weight", "need=1", "--id", "name", "--json", "-",
        table="need;name\n1,5;a\n0,5;b\n",
    )  # fmt: skip

    assert amounts(result) == {"a": 8, "b": 2}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--total", "many"), "--total: many is not a number of zero or more."),
        (("--total", "0.001"), "--total: 0.001 has more decimals than the currency."),
        (("--weight", "people"), "--weight people is not written COLUMN=W."),
        (
            ("--weight", "colour=1"),
            "The file has no column colour; it has code, people, need, least, before.",
        ),
        (("--id", "name"), "The file has no column name"),
        (("--floor", "-3"), "--floor: -3 is not a number of zero or more."),
        (("--base", "400"), "The base of 3 territories takes 200.00 more than the total."),
        (("--cap", "300"), "The greatest amounts add up to 900.00, 100.00 less than the total."),
        (("--fall", "x%"), "--fall: x is not a number of zero or more."),
    ],
)
def test_envelopes_refuses_in_one_sentence(ask, options, sentence):
    result = ask("--total", "1000", "--weight", "people=1", *options)

    assert result.exit_code == 1
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("code,people\n", "the table has no rows."),
        ("code,people\na,1,2\n", "row 2 has 3 cells where the header has 2."),
        (b"code,people\n\xff,1\n", "the text is not UTF-8."),
        ("code,people\na,many\n", "people: many is not a number of zero or more."),
    ],
)
def test_envelopes_refuses_malformed_tables(ask, table, sentence):
    result = ask("--total", "1000", "--weight", "people=1", table=table)

    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert sentence in result.stderr


def test_envelopes_names_a_file_that_is_not_there(tmp_path):
    result = CliRunner().invoke(command, [str(tmp_path / "none.csv"), "--total", "1", "--weight", "a=1"])

    assert result.exit_code == 1
    assert "none.csv cannot be read" in result.stderr
