import io
import json

import pyarrow.parquet as pq
import pytest

from multaqa.kit.tables import cell, csv_file, feature, geojson_file, parquet_file


def test_csv_file_begins_with_the_mark_that_spreadsheets_read():
    answer = csv_file("awards", ["number", "title"], [[1, "ماء"]])

    assert b"".join(answer.streaming_content).decode() == "\ufeffnumber,title\r\n1,ماء\r\n"
    assert answer["Content-Disposition"] == 'attachment; filename="awards.csv"'


def test_cell_disarms_a_formula_and_leaves_numbers_alone():
    assert cell('=HYPERLINK("x")') == '\'=HYPERLINK("x")'
    assert cell(-5) == -5


def columns_of(answer):
    read = pq.read_table(io.BytesIO(b"".join(answer.streaming_content)))
    answer.file_to_stream.close()
    return {
        name: (str(read.schema.field(name).type), read.column(name).to_pylist()) for name in read.column_names
    }


def test_parquet_keeps_types_and_none_is_null():
    rows = [[1, "12", None, True, None], [2, None, 0.5, False, None]]

    found = columns_of(parquet_file("wells", ["whole", "text", "part", "flag", "none"], rows))

    assert found == {
        "whole": ("int64", [1, 2]),
        "text": ("string", ["12", None]),
        "part": ("double", [None, 0.5]),
        "flag": ("bool", [True, False]),
        "none": ("null", [None, None]),
    }


def test_parquet_widens_a_column_that_begins_narrower_than_it_goes_on(monkeypatch):
    monkeypatch.setattr("multaqa.kit.tables._PARQUET_ROWS", 2)
    rows = [[1, None, 1], [2, None, 2], [2.5, "x", "y"], [None, None, 3]]

    found = columns_of(parquet_file("wells", ["number", "late", "mixed"], rows))

    assert found == {
        "number": ("double", [1.0, 2.0, 2.5, None]),
        "late": ("string", [None, None, "x", None]),
        "mixed": ("string", ["1", "2", "y", "3"]),
    }


def test_parquet_of_nothing_has_its_columns():
    answer = parquet_file("wells", ["number", "title"], [])

    assert answer["Content-Disposition"] == 'attachment; filename="wells.parquet"'
    assert columns_of(answer) == {"number": ("string", []), "title": ("string", [])}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_geojson_is_a_collection_of_any_length(count):
    features = [feature(str(number), None, {"title": "ماء"}) for number in range(count)]

    answer = geojson_file("wells", features)

    text = b"".join(answer.streaming_content).decode()
    assert json.loads(text) == {"type": "FeatureCollection", "features": features}
    assert ("ماء" in text) == bool(count)
    assert answer["Content-Type"] == "application/geo+json"
