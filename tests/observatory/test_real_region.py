"""The pages of the real region: what the census says, and what it does not."""

import csv
import io

import pytest
from django.urls import reverse
from django.utils.translation import override

from multaqa.directory.actors import MACHINE
from multaqa.observatory.models import IndexRelease
from tests.observatory.factories import (
    a_release,
    dakhla,
)

pytestmark = pytest.mark.django_db
KEY = "observatory-test-key-0001"
MOST_SQL, MOST_BYTES = 12, 60_000


def at(name, *args, language="en"):
    with override(language):
        return reverse(f"observatory:{name}", args=args)


def text(response):
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()


def rows(response):
    return list(csv.DictReader(io.StringIO(text(response).removeprefix("\ufeff"))))


@pytest.fixture(scope="module", autouse=True)
def real(django_db_setup, django_db_blocker):
    """The real region with a release, once for the pages that only read it."""
    from django.db import connection, transaction

    with django_db_blocker.unblock(), transaction.atomic():
        mark = transaction.savepoint()
        dakhla()
        a_release(actor=MACHINE)
        yield
        transaction.savepoint_rollback(mark)
        connection.close_if_unusable_or_obsolete()


def test_territory_page_of_a_commune_that_was_only_counted(client):
    page = text(client.get(at("territory", "12.391.05.05")))

    assert "Only people and households were counted here." in page
    assert "There is no index and no rank" in page
    assert "not counted" in page
    assert "0.0%" not in page


def test_territory_page_hides_rates_on_fewer_than_30_households(client):
    page = text(client.get(at("territory", "12.391.05.03")))

    assert "Fewer than 30 households live here" in page
    assert "60.6%" not in page
    assert "294%" in page
    assert "7\u00a0155" in page or "7,155" in page


def test_territory_page_shows_both_populations_and_an_unverified_threshold(client):
    page = text(client.get(at("territory", "12.391.09.01")))

    for figure in ("12\u00a0182", "10\u00a0558", "4\u00a0177", "5\u00a0759", "15.8%", "35.0%", "8.6%"):
        assert figure in page
    assert "not verified yet" in page
    assert "small number" in page


@pytest.mark.parametrize("code", ["12.391.09.01", "12.391", "12"])
@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_territory_page_is_light(client, django_assert_max_num_queries, code, language):
    with django_assert_max_num_queries(MOST_SQL + 3):
        answer = client.get(at("territory", code, language=language))

    assert answer.status_code == 200
    assert len(answer.content) < MOST_BYTES


def test_home_is_light(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(MOST_SQL):
        answer = client.get(at("home", language="ar"))

    assert len(answer.content) < MOST_BYTES
    assert "الداخلة" in text(answer)


def test_values_csv_says_state_and_never_a_hidden_number(client):
    found = {
        row["indicator"]: row
        for row in rows(client.get(at("territory_values", "12.391.05.03")))
        if row["year"] == "2024"
    }

    assert (found["illiteracy"]["value"], found["illiteracy"]["state"]) == ("", "hidden")
    assert {row["licence"] for row in found.values()} == {"CC BY 4.0"}


def test_indicator_csv_has_a_row_for_what_is_missing(client):
    found = {
        row["territory"]: row
        for row in rows(client.get(at("indicator_values", "running-water")))
        if row["milieu"] == "all" and row["year"] == "2024"
    }

    assert (found["12.391.05.05"]["value"], found["12.391.05.05"]["state"]) == ("", "missing")
    assert (found["12.391.01.01"]["value"], found["12.391.01.01"]["n"]) == ("98.4", "45401")


def test_indicator_page_compares_two_censuses(client):
    page = text(client.get(at("indicator", "running-water")))

    assert "98.4%" in page
    assert "2014" in page
    assert "10.4%" in page


def test_release_csv_has_the_thirteen_communes(client):
    found = rows(client.get(at("release_scores", IndexRelease.objects.get().number)))

    assert len(found) == 13
    assert [row["rank"] for row in found][-6:] == [""] * 6
    assert {row["score"] for row in found if row["status"] != "measured"} == {""}
