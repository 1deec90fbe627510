"""The front page: every block from the rooms' own actions, each with its empty state, at a fixed cost."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from multaqa.kit import clock
from multaqa.territories.models import RegionPack
from multaqa.web import home
from tests import factories
from tests.consultations.factories import a_consultation
from tests.funds.factories import a_call, an_award
from tests.newsroom.factories import an_article
from tests.observatory.factories import a_release, three_communes
from tests.recommendations.factories import a_recommendation, an_overdue_recommendation

NOON = datetime(2026, 7, 5, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(db):
    factories.region()
    with clock.at(NOON):
        yield


def page(client, language: str = "en") -> str:
    response = client.get(f"/{language}/")
    assert response.status_code == 200
    return response.content.decode()


def filled(count: int) -> None:
    """A region in which every block has so many things to show."""
    three_communes()
    a_release()
    a_call()
    for number in range(count):
        a_consultation(
            days=number + 2, title=factories.Translated.of(f"استشارة {number}", en=f"Question {number}")
        )
        an_overdue_recommendation(days=10 + number)
        an_article(title=f"مقال {number}", slug=f"ar-{number}")
        an_article("en", title=f"Article {number}", slug=f"en-{number}")
    an_article("en", title="Lead of the day", slug="lead", is_lead=True)


@pytest.mark.parametrize(
    "sentence",
    [
        "No article leads this page yet.",
        "No consultation and no call is open today.",
        "No recommendation has been addressed to anybody yet.",
        "Nothing has been decided here yet: the ledger is empty.",
        "No article has been published in this language yet.",
    ],
)
def test_empty_front_page_says_so_in_each_block(client, sentence):
    assert sentence in page(client)


def test_front_page_leads_with_the_marked_article(client):
    filled(1)

    html = page(client)

    assert '<h1><a href="/en/news/lead/">Lead of the day</a></h1>' in html
    assert html.count("<h1") == 1


def test_front_page_shows_where_the_lead_stands_on_its_thread(client):
    an_article("en", title="Lead of the day", slug="lead", is_lead=True)

    assert '<nav class="thread" aria-labelledby="thread">' in page(client)


def test_openings_come_soonest_first_with_their_last_day():
    late = a_consultation(days=40)
    soon = a_consultation(days=3)
    call = a_call()

    found = home.openings(clock.today())

    assert [one.url for one in found] == [
        one.get_absolute_url() for one in sorted([late, soon, call], key=lambda one: one.closes_on)
    ]


@pytest.mark.parametrize(
    ("days", "tone"), [(0, "coral"), (3, "coral"), (4, "amber"), (7, "amber"), (8, ""), (40, "")]
)
def test_opening_is_marked_by_how_soon_it_closes(days, tone):
    closes = date(2026, 7, 5) + timedelta(days=days)

    assert home.Opening("x", "/", "Call", closes, is_demo=False).tone == tone


def test_front_page_counts_the_silent_and_names_the_longest(client):
    an_overdue_recommendation(days=12)
    worst = an_overdue_recommendation(days=41)
    a_recommendation()

    html = page(client)

    assert '<span class="big coral"><bdi class="n">2</bdi></span>' in html
    assert "out of 3 recommendations" in html
    listed = html[html.index('id="answers"') :]
    assert listed.index(worst.get_absolute_url().replace("/ar/", "/en/")) < listed.index(
        "no answer for 12 days"
    )


def test_pulse_is_printed_anew_after_the_next_entry_of_the_ledger(client):
    three_communes()
    a_release()
    first = page(client)

    a_release()
    second = page(client)

    assert first.count("<path class=") == second.count("<path class=")
    assert home.front_page(None).version != f"0-{clock.today()}"


def test_front_page_lists_the_newest_entries_with_their_verbs(client):
    recommendation = a_recommendation()

    html = page(client)

    record = html[html.index('id="record"') :]
    assert f'<a href="{recommendation.get_absolute_url().replace("/ar/", "/en/")}">Water nearby</a>' in record


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_front_page_costs_at_most_twelve_statements_while_the_ledger_stands_still(client, language):
    filled(3)
    page(client, language)

    with CaptureQueriesContext(connection) as spent:
        page(client, language)

    assert len(spent) <= 12


def test_front_page_costs_at_most_fifteen_statements_whatever_it_shows(client):
    filled(1)
    cache.clear()
    with CaptureQueriesContext(connection) as few:
        page(client, "ar")
    for days in (30, 31):
        an_overdue_recommendation(days=days)
        a_consultation(days=days)
    cache.clear()

    with CaptureQueriesContext(connection) as many:
        page(client, "ar")

    assert len(few) == len(many) <= 15


def test_front_page_weighs_at_most_sixty_kilobytes(client):
    filled(3)

    assert len(page(client, "ar").encode()) <= 60 * 1024


def test_invented_things_are_marked_where_they_stand(client):
    RegionPack.objects.update(is_demo=True)
    cache.clear()
    consultation = a_consultation()
    type(consultation).objects.update(is_demo=True)

    html = page(client)

    opened = html[html.index('id="open"') : html.index('id="pulse"')]
    assert '<span class="chip demo">Invented data</span>' in opened


def test_strip_shows_what_happened_within_a_day_and_nothing_on_a_quiet_one(client):
    with clock.at(NOON - timedelta(hours=2)):
        a_recommendation(title=factories.Translated.of("ماء", en="Water nearby"))

    assert 'class="live"' in page(client)
    with clock.at(NOON + timedelta(days=2)):
        assert 'class="live"' not in page(client)


def test_lead_about_a_call_shows_how_its_money_was_shared(client):
    award = an_award()
    call = award.application.call
    an_article("en", title="Result", is_lead=True, about=[f"funds.call:{call.pk}"])

    with override("en"):
        shares = home.shares(home.newsroom.front_page().lead)

    assert [part.value.minor for part in shares] == [award.amount, call.amount - award.amount]
    assert page(client).count('class="viz flip seg"') == 1
