"""The warehouse: what comes in, what is computed from it."""

import math

import ibis
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from multaqa.kit.policy import Refused
from multaqa.observatory.warehouse import (
    HOUSEHOLDS,
    Column,
    Mean,
    Quantile,
    Rate,
    RowsRefused,
    Share,
    add,
    answerable,
    create,
    datasets,
    open_dataset,
    run,
    verify,
)
from multaqa.observatory.warehouse.running import _complete, expression
from tests.observatory.warehouse_cases import COLUMNS, DESCRIPTION

# Ibis still calls DuckDB by names that DuckDB will drop
pytestmark = pytest.mark.filterwarnings("ignore:fetch_:DeprecationWarning")
NOW = "2026-11-25T10:00:00+01:00"
SURVEY = (
    Column("water", "truth"),
    Column("people", "number", low=1, high=40),
    Column("births", "number"),
    Column("deaths", "number"),
    Column("shock", "code", codes=("none", "flood")),
)
# B: nobody answered; the last but one row of A does not say who answered
TWELVE = """commune,sex,milieu,weight,water,people,births,deaths,shock
A,male,urban,1,true,3,1,0,none
A,male,urban,2,false,5,2,1,flood
A,female,urban,1,true,,0,0,none
A,female,rural,3,false,4,1,0,none
A,,rural,2,true,6,3,1,none
A,male,rural,1,,2,,,
B,male,rural,1,,,,,
B,female,rural,2,,,,,
C,male,urban,1,true,2,0,0,none
C,male,urban,1,false,4,0,0,none
C,female,rural,2,true,6,2,0,none
C,female,rural,4,false,8,0,0,flood
"""
NO_WATER = Share("no_water", of=lambda rows: ~rows.water)
PEOPLE = Mean("people", of="people")
DEATHS = Rate("deaths", events="deaths", per="births")
MEDIAN = Quantile("median_people", of="people")


@pytest.fixture
def survey(tmp_path):
    return create(name="survey", columns=SURVEY, at=tmp_path / "warehouse", **DESCRIPTION)


@pytest.fixture
def twelve(survey, tmp_path):
    return add(survey, saved(tmp_path / "twelve.csv", TWELVE), imported_at=NOW).dataset


def saved(file, text):
    file.write_text(text, encoding="utf-8")
    return file


def figure(table, indicator, commune, sex="all", milieu="all"):
    """Value and n of one cell, None for what is missing."""
    row = table[
        (table["indicator"] == indicator)
        & (table["commune"] == commune)
        & (table["sex"] == sex)
        & (table["milieu"] == milieu)
    ]
    assert len(row) == 1
    return tuple(None if pd.isna(value) else value for value in row[["value", "n"]].iloc[0])


def test_run_weighs_answers_and_leaves_missing_ones_out(twelve):
    table = run(twelve, [NO_WATER, PEOPLE, DEATHS, MEDIAN], engine="duckdb")

    assert figure(table, "no_water", "A") == (pytest.approx(100 * 5 / 9), 5)
    assert figure(table, "no_water", "A", sex="male") == (pytest.approx(100 * 2 / 3), 2)
    assert figure(table, "no_water", "A", milieu="rural") == (pytest.approx(60), 2)
    assert figure(table, "no_water", "all") == (pytest.approx(100 * 10 / 17), 9)
    assert figure(table, "people", "A") == (pytest.approx(39 / 9), 5)
    assert figure(table, "deaths", "A") == (pytest.approx(1000 * 4 / 14), 4)
    assert figure(table, "deaths", "C") == (0, 1)
    assert figure(table, "median_people", "A") == (4, 5)
    assert figure(table, "median_people", "C") == (6, 4)


def test_run_sums_to_the_areas_above_and_says_nothing_where_nobody_answered_or_went(twelve):
    groups = {"P": ["A", "B"], "Q": ["C"], "R": ["P", "Q"]}

    table = run(twelve, [NO_WATER, MEDIAN], engine="duckdb", groups=groups, communes=["D"])

    assert figure(table, "no_water", "P", sex="male") == (pytest.approx(100 * 2 / 3), 2)
    assert figure(table, "no_water", "R") == figure(table, "no_water", "all")
    assert figure(table, "median_people", "R", milieu="rural") == (6, 5)
    assert figure(table, "no_water", "B") == (None, 0)
    assert figure(table, "median_people", "B") == (None, 0)
    assert figure(table, "no_water", "D", sex="female", milieu="urban") == (None, 0)
    assert len(table) == 2 * 8 * 3 * 3


def test_run_counts_only_those_a_definition_is_about(twelve):
    flooded = Share("flooded", of=lambda rows: rows.shock == "flood", among=lambda rows: rows.people >= 4)

    table = run(twelve, [flooded], engine="duckdb")

    assert figure(table, "flooded", "A") == (pytest.approx(100 * 2 / 7), 3)


def test_run_refuses_a_dataset_without_rows_and_an_unknown_engine(survey, twelve):
    with pytest.raises(Refused, match="survey"):
        run(survey, [PEOPLE], engine="duckdb")
    with pytest.raises(Refused, match="sqlite"):
        run(twelve, [PEOPLE], engine="sqlite")


def test_add_describes_what_it_added(twelve, tmp_path):
    found = open_dataset("survey", at=tmp_path / "warehouse")

    assert found == twelve
    assert [item.name for item in datasets(at=tmp_path / "warehouse")] == ["survey"]
    assert (found.rows, found.parts[0].source, found.parts[0].imported_at) == (12, "twelve.csv", NOW)
    assert verify(found) == []
    assert parquet.read_schema(found.files[0]).names == [
        "commune", "sex", "milieu", "weight", "water", "people", "births", "deaths", "shock",
    ]  # fmt: skip


def test_verify_names_a_part_that_is_not_what_was_imported(twelve):
    twelve.files[0].write_bytes(twelve.files[0].read_bytes()[:-1] + b"?")

    assert verify(twelve) == [twelve.parts[0].file]


def test_add_changes_nothing_for_a_file_that_is_there_already(twelve, tmp_path):
    again = add(twelve, saved(tmp_path / "other-name.csv", TWELVE), imported_at="later")

    assert (again.rows, again.dataset) == (0, twelve)


def test_add_takes_up_after_a_process_that_was_killed(survey, tmp_path):
    file = saved(tmp_path / "twelve.csv", TWELVE)
    whole = add(survey, file, imported_at=NOW).dataset
    part = whole.files[0]
    (whole.folder / "dataset.json").write_text(  # killed after the part had its name, before it counted
        (whole.folder / "dataset.json").read_text().replace(part.name, "gone.parquet"), encoding="utf-8"
    )
    create(name="second", columns=SURVEY, at=survey.folder.parent, **DESCRIPTION)
    second = survey.folder.parent / "second"
    (second / part.name).write_bytes(part.read_bytes()[:100])
    (second / f".{part.name}.tmp").write_bytes(b"half")

    before = open_dataset("second", at=survey.folder.parent)
    after = add(before, file, imported_at=NOW).dataset

    assert verify(open_dataset("survey", at=survey.folder.parent)) == ["gone.parquet"]
    assert (before.rows, after.rows, verify(after)) == (0, 12, [])
    assert {path.name for path in second.iterdir()} == {".lock", part.name, "dataset.json"}


BAD = """commune;sex;milieu;weight;water;people;births;deaths;shock;telephone
A;male;urban;1,5;true;3;1;0;none;0600000000

B;lady;urban;-1;maybe;99;;;fire;0600000000
C;male
;male;town;1;true;many;;;;
"""


def test_add_refuses_bad_rows_with_line_column_and_reason_and_writes_nothing(survey, tmp_path):
    with pytest.raises(RowsRefused) as refusal:
        add(survey, saved(tmp_path / "bad.csv", BAD), imported_at=NOW, communes=["A", "C"])

    assert refusal.value.total == 3
    assert [(fault.line, fault.column, fault.reason, fault.value) for fault in refusal.value.faults] == [
        (4, "commune", "unknown_commune", "B"),
        (4, "sex", "unknown_sex", "lady"),
        (4, "weight", "not_a_weight", "-1"),
        (4, "water", "not_a_truth", "maybe"),
        (4, "people", "too_high", "99"),
        (4, "shock", "unknown_code", "fire"),
        (5, "", "broken_row", ""),
        (6, "commune", "empty", ""),
        (6, "milieu", "unknown_milieu", "town"),
        (6, "people", "not_a_number", "many"),
    ]
    assert sorted(path.name for path in survey.folder.iterdir()) == [".lock", "dataset.json"]


def test_add_takes_the_good_rows_when_asked_and_leaves_undescribed_columns_out(survey, tmp_path):
    added = add(survey, saved(tmp_path / "bad[1].csv", BAD), imported_at=NOW, accept_good=True)

    assert (added.rows, added.refused, added.left_out) == (1, 3, ("telephone",))
    row = parquet.read_table(added.dataset.files[0]).to_pylist()[0]
    assert (row["commune"], row["weight"], row["water"], row["people"]) == ("A", 1.5, True, 3.0)
    assert "telephone" not in row


def test_add_refuses_a_file_whose_quotes_swallow_rows_even_when_good_ones_are_accepted(survey, tmp_path):
    text = TWELVE.replace("B,male,rural", '"B,male,rural')

    with pytest.raises(RowsRefused):
        add(survey, saved(tmp_path / "open-quote.csv", text), imported_at=NOW, accept_good=True)

    assert open_dataset("survey", at=survey.folder.parent).rows == 0


def test_add_lists_a_thousand_faults_and_counts_the_others(survey, tmp_path):
    heading, row = "commune,milieu,water,people,births,deaths,shock\n", "A,town,,,,,\n"

    with pytest.raises(RowsRefused) as refusal:
        add(survey, saved(tmp_path / "all-bad.csv", heading + row * 1500), imported_at=NOW)

    assert (len(refusal.value.faults), refusal.value.faults[-1].line, refusal.value.total) == (
        1000,
        1001,
        1500,
    )


def test_add_refuses_a_file_of_another_shape(survey, tmp_path):
    for name, text, said in [
        ("short.csv", "commune,sex,milieu\nA,,urban\n", "water"),
        ("twice.csv", TWELVE.replace("sex", "water", 1), "twice.csv"),
        ("empty.csv", TWELVE.splitlines()[0] + "\n", "empty.csv"),
        ("notes.txt", TWELVE, "notes.txt"),
    ]:
        with pytest.raises(Refused, match=said):
            add(survey, saved(tmp_path / name, text), imported_at=NOW)


def test_add_reads_a_spreadsheet_and_names_its_row(survey, tmp_path):
    book = openpyxl.Workbook()
    for row in [
        ["commune", "milieu", "water", "people", "births", "deaths", "shock"],
        ["A", "urban", True, 3, None, 0, "none"],
        [],
        ["A", "rural", False, 4.5, 1, "two", "flood"],
    ]:
        book.active.append(row)
    book.save(tmp_path / "visits.xlsx")

    with pytest.raises(RowsRefused) as refusal:
        add(survey, tmp_path / "visits.xlsx", imported_at=NOW)
    added = add(survey, tmp_path / "visits.xlsx", imported_at=NOW, accept_good=True)

    fault = refusal.value.faults[0]
    assert (fault.line, fault.column, fault.reason, fault.value) == (4, "deaths", "not_a_number", "two")
    assert parquet.read_table(added.dataset.files[0]).to_pylist() == [
        {"commune": "A", "sex": "", "milieu": "urban", "weight": 1.0, "water": True, "people": 3.0,
         "births": None, "deaths": 0.0, "shock": "none"}
    ]  # fmt: skip


def test_add_reads_parquet_and_takes_not_a_number_as_missing(survey, tmp_path):
    file = tmp_path / "rows.parquet"
    parquet.write_table(
        pa.table({
            "commune": ["A", "A"], "milieu": ["urban", "rural"], "weight": [1, 2], "water": [True, None],
            "people": [3.5, math.nan], "births": pa.array([None, 2], pa.int32()), "deaths": [0, 1],
            "shock": ["flood", ""],
        }),
        file,
    )  # fmt: skip

    added = add(survey, file, imported_at=NOW)

    rows = parquet.read_table(added.dataset.files[0]).to_pydict()
    assert (rows["people"], rows["water"], rows["shock"]) == ([3.5, None], [True, None], ["flood", None])


def test_answerable_keeps_the_definitions_whose_columns_are_there_in_their_kind(survey, tmp_path):
    every = create(name="households", columns=COLUMNS, at=tmp_path, **DESCRIPTION)

    no_shock, rooms = Share("no_shock", of=lambda rows: ~rows.shock), Mean("rooms", of="rooms")

    assert answerable(every) == HOUSEHOLDS
    assert answerable(survey, [NO_WATER, no_shock, rooms, MEDIAN]) == (NO_WATER, MEDIAN)


def test_create_refuses_names_that_are_taken_or_unfit(survey):
    for name, columns in [("survey", SURVEY), ("../out", SURVEY), ("new", (Column("sex", "code"),))]:
        with pytest.raises(Refused):
            create(name=name, columns=columns, at=survey.folder.parent, **DESCRIPTION)
    with pytest.raises(Refused, match="absent"):
        open_dataset("absent", at=survey.folder.parent)


# an answer of each kind, half of them missing; few communes, so that cells meet
rows_of_a_survey = st.lists(
    st.fixed_dictionaries({
        "commune": st.sampled_from("ABC"),
        "sex": st.sampled_from(["male", "female", ""]),
        "milieu": st.sampled_from(["urban", "rural"]),
        "weight": st.floats(0.1, 5).map(lambda weight: round(weight, 2)),
        "water": st.sampled_from([True, False, None]),
        "people": st.none() | st.integers(1, 9),
        "births": st.none() | st.integers(0, 3),
        "deaths": st.none() | st.integers(0, 3),
    }),
    min_size=1,
    max_size=40,
)  # fmt: skip


def slowly(rows, code):
    """Value and n of one indicator, from plain Python lists."""
    if code == "no_water":
        rows = [(row["weight"], 100.0 * (not row["water"]), 1) for row in rows if row["water"] is not None]
    elif code == "deaths":
        rows = [
            (row["weight"], 1000.0 * row["deaths"], row["births"])
            for row in rows
            if row["deaths"] is not None and row["births"]
        ]
    else:
        rows = [(row["weight"], float(row["people"]), 1) for row in rows if row["people"] is not None]
    if not rows:
        return None, 0
    if code == "median_people":
        half, gathered = sum(weight for weight, _value, _per in rows) / 2, 0.0
        for weight, value, _per in sorted(rows, key=lambda row: row[1]):
            gathered += weight
            if gathered >= half * (1 - 1e-12):
                return value, len(rows)
    above = math.fsum(weight * value for weight, value, _per in rows)
    return above / math.fsum(weight * per for weight, _value, per in rows), len(rows)


SCHEMA = pa.schema([
    ("commune", pa.string()), ("sex", pa.string()), ("milieu", pa.string()), ("weight", pa.float64()),
    ("water", pa.bool_()), ("people", pa.float64()), ("births", pa.float64()), ("deaths", pa.float64()),
])  # fmt: skip


@pytest.fixture(scope="module")
def indicators_of():
    """The table of indicators of some rows; the expression is built only once."""
    connection = ibis.duckdb.connect(threads=1)
    definitions, groups = [NO_WATER, PEOPLE, DEATHS, MEDIAN], {"P": ["A", "B"]}
    stored = connection.create_table("stored", schema=ibis.Schema.from_pyarrow(SCHEMA))
    asked = expression(stored, definitions, groups)
    connection.to_pyarrow(asked)  # makes the table of areas known to DuckDB
    sql = connection.compile(asked)

    def found(rows):
        connection.con.register("given", pa.Table.from_pylist(rows, SCHEMA))
        connection.raw_sql("DELETE FROM stored")
        connection.raw_sql("INSERT INTO stored SELECT * FROM given")
        return _complete(connection.raw_sql(sql).df(), [item.code for item in definitions], "ABC", groups)

    yield found
    connection.disconnect()


@settings(max_examples=6, deadline=None)
@given(rows=rows_of_a_survey)
def test_run_agrees_with_plain_lists(indicators_of, rows):
    table = indicators_of(rows)

    for row in table.itertuples():
        inside = {"all": "ABC", "P": "AB"}.get(row.commune, row.commune)
        chosen = [
            one
            for one in rows
            if one["commune"] in inside
            and row.sex in ("all", one["sex"])
            and row.milieu in ("all", one["milieu"])
        ]
        value, n = slowly(chosen, row.indicator)
        assert row.n == n
        assert (
            math.isnan(row.value) if value is None else row.value == pytest.approx(value, rel=1e-9, abs=1e-9)
        )
