"""Files as people send them, and what is made of their cells."""

import io
from datetime import date

import numpy as np
import pytest
from django.utils.translation import override

from multaqa.observatory.importing import KINDS, check_file, from_parquet, table_schema, to_parquet
from multaqa.observatory.importing.cells import day, number
from tests.observatory.imports_factories import INDICATORS, KNOWN, READINGS, VALUES, a_csv
from tests.observatory.malformed import written

HEAD = "indicator,territory,year,value,n\n"


def check(content, name="f.csv", kind=""):
    return check_file(
        content if isinstance(content, bytes) else content.encode(), known=KNOWN, name=name, kind=kind
    )


def faults(checked):
    return [(refusal.line, refusal.column, refusal.key) for refusal in checked.refusals]


def figures(checked):
    return (
        [] if checked.rows is None else [None if value != value else value for value in checked.rows["value"]]
    )


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("12.5", 12.5), ("١٢٫٥", 12.5), ("12,5", 12.5), ("1 234,5", 1234.5), ("1\u202f234\u202f567", 1234567),
        ("١٬٢٣٤", 1234), ("−3", -3), ("1e3", 1000), (".5", 0.5), ("1,234", "ambiguous"),
        ("1,234.5", "ambiguous"), ("1 2 3", "not_number"), ("1_000", "not_number"),
        ("nan", "not_number"), ("12 %", "not_number"),
    ],
)  # fmt: skip
def test_number_reads_what_people_write_and_refuses_what_may_be_two(text, meant):
    assert number(text) == meant


def test_comma_is_decimal_where_columns_are_separated_otherwise():
    checked = check("indicator;territory;year;value\nwater;X.1.1;2024;1,234\n")

    assert figures(checked) == [1.234]


@pytest.mark.parametrize(
    ("text", "meant"), [("2026-01-05", date(2026, 1, 5)), ("٦/١/٢٠٢٦", date(2026, 1, 6))]
)
def test_day_reads_both_orders(text, meant):
    assert day(text) == (meant - date(1970, 1, 1)).days


def test_rows_are_held_against_their_table_and_told_by_line_and_column():
    checked = check(
        HEAD
        + "water,X.1.1,2024,12.5,9\nwater,X.1.1,2024,13,9\nwood,X.1.1,1899,5,9\nwater,X.1.2,2024,101,-1\n"
        "water,X.1.3,2024,,\n"
    )

    assert faults(checked) == [
        (3, "indicator", "twice"),
        (4, "indicator", "unknown_indicator"),
        (4, "year", "outside"),
        (5, "value", "outside"),
        (5, "n", "outside"),
    ]
    assert figures(checked) == [12.5, None]
    assert checked.refused == 3


def test_refusal_says_why_in_the_readers_language():
    refusal = check(HEAD + "water,X.1.1,2024,101,9\n").refusals[0]

    with override("en"):
        assert refusal.sentence == "“101” is not between 0 and 100."
    with override("fr"):
        assert "101" in refusal.sentence
        assert "between" not in refusal.sentence


def test_line_of_a_row_is_that_of_the_file_after_a_quoted_line_end_and_blank_lines():
    rows = [{**INDICATORS[0], "note_ar": "سطر\nوسطر"}, {**INDICATORS[0], "code": "b c"}]

    assert faults(check(b"\n\n" + a_csv(rows))) == [(6, "code", "not_code")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1256"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_text_is_read_in_its_encoding_and_with_its_separator(encoding, separator):
    content = a_csv(INDICATORS, separator=separator).decode().encode(encoding)

    checked = check(content)

    assert faults(checked) == []
    assert checked.rows["title_ar"].tolist() == ["ماء بالصهاريج"]


def test_french_of_windows_is_read_as_french():
    row = {**INDICATORS[0], "title_ar": "Eau potable à É", "source_ar": "s"}

    assert check(a_csv([row]).decode().encode("cp1252")).rows["title_ar"].tolist() == ["Eau potable à É"]


def test_broken_letter_of_utf_8_is_not_taken_for_another_encoding():
    content = a_csv(INDICATORS).replace("ء".encode(), b"\xd8", 1)

    assert faults(check(content)) == [(2, "1", "encoding")]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("", (1, "1", "empty_file")),
        ("\n \n", (1, "1", "empty_file")),
        (HEAD, (1, "indicator", "no_row")),
        ("a,b\n1,2\n", (1, "1", "unknown_table")),
        ("indicator,territory,year,n\nwater,X.1.1,2024,1\n", (1, "value", "column_missing")),
        (HEAD.replace("n\n", "year\n") + "water,X.1.1,2024,1,2\n", (1, "5", "column_twice")),
        (HEAD.replace("n\n", "note\n") + "water,X.1.1,2024,1,2\n", (1, "note", "column_unknown")),
        (HEAD + "water,X.1.1,2024\n", (2, "value", "cells_missing")),
        (HEAD + "water,X.1.1,2024,1,2,3\n", (2, "6", "cells_surplus")),
        (HEAD + 'water,X.1.1,"2024,1,2\n', (2, "year", "quote")),
        (HEAD + f"water,X.1.1,2024,1,{'1' * 6000}\n", (2, "n", "too_long")),
        (HEAD + "wat\x00er,X.1.1,2024,1,2\n", (2, "indicator", "control")),
        (b"\xd0\xcf\x11\xe0 old", (1, "1", "old_workbook")),
        (b"x" * 20_000_001, (1, "1", "too_large")),
    ],
)  # fmt: skip
def test_file_that_is_no_table_is_refused_with_its_place(content, where):
    assert faults(check(content))[0] == where


def test_more_than_half_a_million_rows_are_refused(monkeypatch):
    monkeypatch.setattr("multaqa.observatory.importing.table.MOST_ROWS", 2)

    assert faults(check(a_csv(VALUES))) == [(1, "1", "too_many_rows")]


@pytest.mark.parametrize("kind", ["indicators", "values", "readings"])
@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_three_formats_give_the_same_rows(kind, ending):
    table = {"indicators": INDICATORS, "values": VALUES, "readings": READINGS}[kind]
    rows = [list(table[0]), *([str(cell) for cell in row.values()] for row in table)]

    checked = check(written(rows, ending), f"f.{ending}")

    assert checked.kind == kind
    assert faults(checked) == []
    assert checked.rows.equals(check(a_csv(table)).rows)


def a_workbook(rows, change=lambda book: None):
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_workbook_of_a_spreadsheet_is_read_with_its_dates_and_numbers():
    rows = [list(READINGS[0]), ["calls", "X.1.1", date(2026, 1, 5), 4.5, 3100]]

    checked = check(a_workbook(rows), "f.xlsx")

    assert checked.rows["day"].dt.date.tolist() == [date(2026, 1, 5)]
    assert figures(checked) == [4.5]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda book: book.active.__setitem__("D2", "=1+1"), (2, "value", "formula")),
        (lambda book: book.active.merge_cells("D2:D3"), (2, "value", "merged")),
        (lambda book: setattr(book.active["D2"], "number_format", "0%"), (2, "value", "not_number")),
        (lambda book: book.create_sheet("b").append([1]), (1, "1", "two_sheets")),
    ],
)
def test_workbook_that_hides_what_it_says_is_refused(change, where):
    rows = [list(VALUES[0]), *(list(row.values()) for row in VALUES)]

    assert faults(check(a_workbook(rows, change), "f.xlsx"))[0] == where


def test_parquet_with_types_is_read_and_nested_columns_are_refused():
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        "indicator": ["calls"],
        "territory": ["X.1.1"],
        "day": [date(2026, 1, 5)],
        "value": [float("nan")],
    }
    good, bad = io.BytesIO(), io.BytesIO()
    pq.write_table(pa.table(columns), good)
    pq.write_table(pa.table(columns | {"value": [[1.0]]}), bad)

    assert figures(check(good.getvalue(), "f.parquet")) == [None]
    assert faults(check(bad.getvalue(), "f.parquet")) == [(1, "value", "nested")]


def test_rows_survive_being_kept():
    rows = check(a_csv(READINGS)).rows

    assert np.array_equal(from_parquet(to_parquet(rows))["value"], rows["value"])


def test_schema_names_the_columns_their_types_and_what_is_required():
    published = table_schema(KINDS["values"])

    assert [field["name"] for field in published["fields"]] == [
        "indicator", "territory", "year", "sex", "milieu", "value", "n",
    ]  # fmt: skip
    assert published["fields"][2]["constraints"] == {"required": True, "minimum": 1900, "maximum": 2100}
    assert published["primaryKey"] == ["indicator", "territory", "year", "sex", "milieu"]
