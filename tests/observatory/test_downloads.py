import csv
import io
import json
import re

import pyarrow.parquet as pq
import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from multaqa.observatory.models import Value
from multaqa.territories.models import Boundary
from tests.observatory.factories import (
    a_commune,
    a_release,
    a_value,
    an_indicator,
    an_observation,
    three_communes,
)

pytestmark = pytest.mark.django_db
SQUARE = {"type": "Polygon", "coordinates": [[[-16, 23], [-15, 23], [-15, 24], [-16, 23]]]}
SECRET_VALUE, SECRET_N = 87.654, 17


def at(name, *args):
    with override("en"):
        return reverse(f"observatory:{name}", args=args)


def content(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def as_csv(client, url):
    return list(csv.DictReader(io.StringIO(content(client, url).decode().removeprefix("\ufeff"))))


def as_parquet(client, url):
    return pq.read_table(io.BytesIO(content(client, url)))


def features(client, url):
    read = json.loads(content(client, url))
    assert read["type"] == "FeatureCollection"
    return {each["id"]: each for each in read["features"]}


def an_outline(place):
    Boundary.objects.create(
        territory=place, geometry=SQUARE, label_longitude=-15.5, label_latitude=23.3, source="test"
    )


def water_with_every_state():
    """Shown to one decimal, small, hidden by n, hidden by the mark, hidden by households, missing."""
    water = an_indicator("water", latest_year=2024)
    places = [a_commune(f"X.1.{number}") for number in range(1, 6)]
    a_value(water, places[0], 12.345, n=1000)
    a_value(water, places[0], 20, n=80, sex="female")
    a_value(water, places[1], SECRET_VALUE, n=SECRET_N)
    cover = a_value(water, places[2], SECRET_VALUE, n=5417)
    a_value(water, a_commune("X.1.6", households=12), SECRET_VALUE, n=5418)
    a_value(water, places[3], None, n=None)
    Value.objects.filter(pk=cover.pk).update(hidden=True)
    return water


def test_values_have_a_state_and_published_precision(client):
    water_with_every_state()

    found = {(row["territory"], row["sex"]): row for row in as_csv(client, at("values"))}

    told = {key: (row["value"], row["n"], row["state"]) for key, row in found.items()}
    assert told == {
        ("X.1.1", "all"): ("12.3", "1000", "shown"),
        ("X.1.1", "female"): ("20.0", "80", "small"),
        ("X.1.2", "all"): ("", "", "hidden"),
        ("X.1.3", "all"): ("", "", "hidden"),
        ("X.1.6", "all"): ("", "", "hidden"),
        ("X.1.4", "all"): ("", "", "missing"),
    }


def test_a_count_is_no_rate_and_is_shown_as_it_is(client):
    wells = an_indicator("wells", unit="count")
    a_value(wells, a_commune("X.1.6", households=12), 3, n=None)

    assert [(row["value"], row["state"]) for row in as_csv(client, at("values"))] == [("3.0", "shown")]


def test_parquet_holds_the_same_rows_with_their_types(client):
    water_with_every_state()

    read = as_parquet(client, at("values", "parquet"))

    types = {
        name: str(read.schema.field(name).type) for name in ("territory", "year", "value", "n", "is_demo")
    }
    assert types == {
        "territory": "string", "year": "int64", "value": "double", "n": "int64", "is_demo": "bool",
    }  # fmt: skip
    rows = as_csv(client, at("values", "csv"))
    assert read.column("state").to_pylist() == [row["state"] for row in rows]
    assert read.column("value").to_pylist() == [float(row["value"]) if row["value"] else None for row in rows]


@pytest.mark.parametrize("fmt", ["csv", "parquet", "geojson"])
def test_no_file_holds_a_hidden_figure_or_what_it_rests_on(client, fmt):
    water_with_every_state()

    texts = [content(client, at("indicator_values", "water", fmt))]
    texts += [content(client, at("territory_values", code, fmt)) for code in ("X.1.2", "X.1.3", "X.1.6")]
    if fmt == "parquet":
        texts = [json.dumps(pq.read_table(io.BytesIO(text)).to_pylist()).encode() for text in texts]

    for text in texts:
        for secret in (b"87.6", b"87.7", b"5417", b"5418", b": 17", b",17,"):
            assert secret not in text
        assert b"hidden" in text


def test_indicator_geojson_has_one_feature_a_territory_with_its_latest_figures(client):
    water = water_with_every_state()
    worse = a_commune("X.1.1")
    an_outline(worse)
    old = a_value(water, worse, 99, milieu="rural")
    type(old).objects.filter(pk=old.pk).update(year=2014)

    found = features(client, at("indicator_values", "water", "geojson"))

    assert list(found) == ["X.1.1", "X.1.2", "X.1.3", "X.1.4", "X.1.6"]
    assert (found["X.1.1"]["geometry"], found["X.1.2"]["geometry"]) == (SQUARE, None)
    own = found["X.1.1"]["properties"]
    assert (own["year"], own["value"], own["n"], own["state"]) == (2024, 12.3, 1000, "shown")
    assert (own["value_female"], own["state_female"], "value_rural" in own) == (20.0, "small", False)
    assert found["X.1.2"]["properties"]["state"] == "hidden"
    assert found["X.1.2"]["properties"]["value"] is None


def test_territory_geojson_is_one_feature_with_each_indicator(client):
    water_with_every_state()

    (found,) = features(client, at("territory_values", "X.1.1", "geojson")).values()

    assert found["properties"]["water"] == {
        "year": 2024, "unit": "percent", "value": 12.3, "n": 1000, "state": "shown",
    }  # fmt: skip
    assert found["properties"]["water_female"]["value"] == 20.0


def test_scores_in_three_formats_agree(client):
    worse, _better, silent = three_communes()
    an_outline(worse)
    number = a_release().number

    rows = as_csv(client, at("release_scores", number))
    table = as_parquet(client, at("release_scores", number, "parquet")).to_pylist()
    found = features(client, at("release_scores", number, "geojson"))

    assert [row["territory"] for row in rows] == [row["territory"] for row in table] == list(found)
    assert table[0]["score"] == pytest.approx(float(rows[0]["score"]))
    assert found[worse.code]["properties"]["rank"] == 1
    assert found[worse.code]["geometry"] == SQUARE
    assert (found[silent.code]["properties"]["score"], found[silent.code]["geometry"]) == (None, None)


def test_observations_by_territory(client):
    an_observation()
    an_observation(kind="flood")

    (found,) = features(client, at("observations_csv", "geojson")).values()

    assert found["properties"]["count"] == 2
    assert [seen["kind"] for seen in found["properties"]["observations"]] == ["flood", "water"]
    assert as_parquet(client, at("observations_csv", "parquet")).num_rows == 2


def test_the_whole_table_is_no_map(client):
    assert client.get("/en/observatory/values.geojson", follow=True).status_code == 404
    assert client.get("/en/observatory/values.xml", follow=True).status_code == 404


@pytest.mark.parametrize("communes", [1, 3])
@pytest.mark.parametrize(
    ("name", "fmt", "most"),
    [("values", "csv", 3), ("values", "parquet", 3), ("indicator_values", "geojson", 5)],
)
def test_a_file_costs_the_same_for_one_and_three(
    client, django_assert_num_queries, communes, name, fmt, most
):
    water = an_indicator("water", latest_year=2024)
    for number in range(communes):
        a_value(water, a_commune(f"X.1.{number}"), 50)

    with django_assert_num_queries(most):
        content(client, at(name, *(["water"] if name != "values" else []), fmt))


@pytest.mark.parametrize(
    ("name", "key", "links"),
    [
        ("indicator_values", "water", ["values.csv", "values.geojson", "values.parquet"]),
        ("values", "", ["values.csv", "values.parquet"]),
    ],
)
def test_the_links_name_each_format_there_is(name, key, links):
    html = render_to_string("observatory/_downloads.html", {"name": f"observatory:{name}", "key": key})

    assert re.findall(r'href="[^"]*/([^"/]+)"', html) == links
