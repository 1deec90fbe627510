from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from multaqa.kit import clock
from multaqa.newsroom.queries import article_at, articles, front_page
from tests.newsroom.factories import a_draft, an_article

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def published(*titles: str, language: str = "ar", **fields):
    """Articles an hour apart, oldest first."""
    found = []
    for number, title in enumerate(titles):
        with clock.at(NOON + timedelta(hours=number)):
            found.append(an_article(language, title=title, slug=title, **fields))
    return found


def titles(found) -> list[str]:
    return [article.title for article in found]


def test_articles_are_of_one_language_newest_first():
    published("a", "b")
    published("c", language="fr")
    a_draft(title="d")

    assert titles(articles("ar")) == ["b", "a"]
    assert titles(articles("fr")) == ["c"]


def test_articles_of_one_section():
    published("water", section="fund")
    published("rain", section="region")

    assert titles(articles("ar", section="fund")) == ["water"]


def test_front_page_has_a_lead_and_three_stories():
    published(*"abcdef")

    with override("ar"):
        found = front_page()

    assert found.lead.title == "f"
    assert titles(found.stories) == ["e", "d", "c"]


def test_front_page_lead_is_the_newest_marked_and_never_the_archive():
    published("marked", is_lead=True)
    published("old", "news", section="region")
    published("archive", section="archive")

    with override("ar"):
        assert front_page().lead.title == "marked"


def test_front_page_without_a_mark_leads_with_news_before_the_archive():
    with clock.at(NOON - timedelta(days=1)):
        an_article(title="news", section="fund")
    published("archive", section="archive")

    with override("ar"):
        found = front_page()

    assert found.lead.title == "news"
    assert titles(found.stories) == ["archive"]


def test_front_page_falls_back_to_arabic_but_not_to_what_is_translated():
    arabic, _ = published("water", "rain")
    french = a_draft("fr", title="eau", translation_key=arabic.translation_key)
    with override("fr"):
        from multaqa.newsroom.actions import publish_article
        from tests.factories import Role, actor

        publish_article(actor=actor(Role.EDITOR), article=french)
        found = front_page()

    assert found.lead.title == "eau"
    assert titles(found.stories) == ["rain"]


def test_front_page_is_empty_without_articles():
    found = front_page()

    assert (found.lead, found.stories) == (None, ())


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_front_page_costs_one_statement(django_assert_num_queries, language):
    published(*"abcdefghijklmn")

    with override(language), django_assert_num_queries(1):
        shown = [
            (article.title, article.language, str(article.dateline_place)) for article in front_page().stories
        ]

    assert len(shown) == 3


def test_article_at_prefers_the_readers_language():
    arabic = an_article(slug="water")
    french = an_article("fr", slug="water")

    with override("fr"):
        assert article_at("water") == french
    with override("en"):
        assert article_at("water") in (arabic, french)
    assert article_at("rain") is None


def test_article_at_never_finds_a_draft():
    draft = a_draft(slug="water")

    assert draft.pk
    assert article_at("water") is None
