"""`multaqa alerts` from the outside: keys, exit codes, one sentence on bad input."""

import json

import pytest
from click.testing import CliRunner

from multaqa.cli.alerts import command

ROWS = "date,value\n" + "".join(
    f"2024-01-{day:02d},{value}\n" for day, value in enumerate([3, 4, 2, 5, 3, 4, 3, 4, 9, "", 30], 1)
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "series.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def run(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_alerts_writes_one_row_a_row_under_the_keys_of_its_contract(file):
    result = run(file, "--method", "c1", "--json", "-")

    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert len(found) == 11
    assert found[0] == {"date": "2024-01-01", "value": 3, "expected": None, "upper": None, "alarm": False}
    assert [row["alarm"] for row in found] == [False] * 8 + [True, False, False]
    assert found[8]["upper"] == pytest.approx(25 / 7 + 3.090232306167813 * 0.9759000729485332)
    assert (found[9]["value"], found[9]["alarm"]) == (None, False)
    assert found[10]["upper"] is None


def test_alerts_says_what_it_announces_and_how_often_it_rings(file):
    result = run(file, "--method", "c1")

    assert result.stdout.splitlines() == [
        "2024-01-09: 9 where at most 6.587 was expected",
        "Notices: 1; alarms within 7 days of one: 0; rows judged: 3 of 11.",
        "False alarms: at most 50.0% of quiet rows (95 % interval 9.5% to 90.5%).",
    ]


def test_alerts_leaves_known_events_out_of_its_rate(file):
    result = run(file, "--method", "c1", "--event", "2024-01-09/2024-01-11")

    assert result.stdout.splitlines()[-1].startswith("False alarms: at most 0.0% of quiet rows")


@pytest.mark.parametrize("method", ["c2", "c3", "c3-r", "farrington"])
def test_alerts_gives_no_bound_where_the_baseline_is_short(file, method):
    result = run(file, "--method", method, "--json", "-")

    assert {row["upper"] for row in json.loads(result.stdout)[:9]} == {None}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (ROWS.replace("2024-01-03,2", "2024-01-03,two"), "Line 4: the value “two” is not a number."),
        (ROWS.replace("2024-01-03", "2024-01-02"), "Line 4: the date 2024-01-02 already stands on line 3."),
        (ROWS.replace("date", "day"), "Line 1: the first line must name one column “date”."),
        ("", "There is no row to look at."),
    ],
)
def test_alerts_refuses_a_malformed_file_in_one_sentence(file, text, sentence):
    file.write_text(text, encoding="utf-8")

    result = run(file)

    assert result.exit_code == 1
    assert result.stderr == f"{file}: {sentence}\n"
    assert result.stdout == ""


def test_alerts_refuses_a_file_that_is_no_text_or_not_there(file):
    file.write_bytes(b"\xff\xfe\x00")

    unreadable, absent = run(file), run(file.parent / "absent.csv")

    assert (unreadable.exit_code, absent.exit_code) == (1, 1)
    assert unreadable.stderr == f"{file} is not UTF-8 text.\n"
    assert "cannot be read" in absent.stderr


def test_alerts_refuses_an_unknown_method_as_usage(file):
    assert run(file, "--method", "c9").exit_code == 2
    assert run(file, "--event", "soon").exit_code == 2
