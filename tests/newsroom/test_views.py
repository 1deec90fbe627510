from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from django.utils.translation import override

from multaqa.kit import clock
from multaqa.kit.translated import Translated
from multaqa.newsroom.actions import correct_article, publish_article, withdraw_article
from multaqa.newsroom.models import Newsroom
from tests.factories import Role, actor, organisation, region
from tests.newsroom.factories import a_draft, an_article, changed

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def home():
    region()


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_article_page_shows_headline_dateline_body_and_record(client):
    with clock.at(NOON):
        article = an_article(slug="water", title="الماء أولا", section="fund", is_demo=True)

    page = text(client.get("/ar/news/water/"))

    assert page.count("<h1>") == 1
    assert "<h1>الماء أولا</h1>" in page
    assert "مقدمة المقال" in page
    assert "هيئة التحرير" in page
    assert "الجهة" in page
    assert "23 نونبر 2026" in page
    assert "نص المقال." in page
    assert "نلتزم بالنشر" in page
    assert "رئيسة المجلس" in page
    assert 'class="chip demo"' in page
    assert article.content_hash[:12] in page
    assert f"/ar/ledger/?subject=newsroom.article%3A{article.pk}" in page


def test_article_page_says_what_is_not_known(client):
    an_article(
        slug="day", dateline_day="2018", dateline_place=None, byline="", unknown=["place", "byline", "about"]
    )

    page = text(client.get("/ar/news/day/"))

    assert '<bdi class="n">2018</bdi>' in page
    assert "المكان غير معروف" in page
    assert "الكاتب غير معروف" in page


def test_article_page_shows_corrections_with_their_date(client):
    article = changed(an_article(slug="water", title="قبل"), title="بعد")
    with clock.at(NOON):
        correct_article(actor=actor(Role.EDITOR), article=article, text=Translated.of("الرقم الصحيح 9"))

    page = text(client.get("/ar/news/water/"))

    assert "الرقم الصحيح 9" in page
    assert "12:00" in page
    assert "بعد" in page


def test_article_page_links_what_it_reports(client):
    reported = organisation()
    reference = f"directory.organisation:{reported.pk}"
    an_article(
        slug="water",
        about=[reference],
        body=[{"type": "record", "value": {"reference": reference, "text": "الجمعية"}}],
    )

    assert "الجمعية" in text(client.get("/ar/news/water/"))


def test_draft_has_no_public_page(client):
    draft = a_draft(slug="water")

    assert draft.pk
    assert client.get("/ar/news/water/").status_code == 404


def test_withdrawn_article_answers_with_the_reason(client):
    article = an_article(slug="water")
    withdraw_article(actor=actor(Role.EDITOR), article=article, reason=Translated.of("نُشر خطأ"))

    answer = client.get("/ar/news/water/")

    assert answer.status_code == 410
    assert "نُشر خطأ" in text(answer)


def test_article_address_leads_to_the_translation_in_the_readers_language(client):
    arabic = an_article(slug="ma")
    french = a_draft("fr", slug="eau", translation_key=arabic.translation_key)
    publish_article(actor=actor(Role.EDITOR), article=french)

    assert client.get("/fr/news/ma/").headers["Location"] == "/fr/news/eau/"
    assert client.get("/ar/news/eau/").headers["Location"] == "/ar/news/ma/"
    assert client.get("/en/news/ma/").headers["Location"] == "/ar/news/ma/"
    assert arabic.alternates() == {"ar": "/ar/news/ma/", "fr": "/fr/news/eau/"}


def test_copy_for_translation_makes_a_draft_in_the_other_newsroom():
    arabic = an_article(slug="ma")
    french = arabic.copy_for_translation(Newsroom.objects.get(locale__language_code="fr").locale)

    assert (french.language, french.live, french.slug) == ("fr", False, "ma")
    published = publish_article(actor=actor(Role.EDITOR), article=french)
    assert published.alternates() == {"fr": "/fr/news/ma/", "ar": "/ar/news/ma/"}


def test_list_shows_one_language_and_section_twenty_a_page(client):
    for number in range(21):
        with clock.at(NOON + timedelta(minutes=number)):
            an_article(title=f"خبر {number:02}", section="fund")
    an_article(title="تشاور", section="consultation")
    an_article("fr", title="Nouvelle")

    first = text(client.get("/ar/news/?section=fund"))
    second = text(client.get("/ar/news/?section=fund&page=2"))

    assert "خبر 20" in first
    assert "خبر 00" not in first
    assert "خبر 00" in second
    assert ("تشاور</a></h3>" in first, "Nouvelle" in first) == (False, False)


def test_empty_list_leads_to_the_arabic_one(client):
    an_article()

    assert "/ar/news/" in text(client.get("/fr/news/"))
    assert client.get("/fr/news/?section=nonsense&page=9").status_code == 200


def test_news_pages_announce_their_feeds(client):
    an_article(slug="water")

    for address in ("/ar/news/", "/ar/news/water/"):
        page = text(client.get(address))
        assert '<link rel="alternate" type="application/rss+xml"' in page
        assert 'href="/ar/news/feed.rss"' in page
        assert 'href="/ar/news/feed.atom"' in page


def test_rss_has_the_articles_of_its_language(client):
    with clock.at(NOON):
        an_article(title="ماء & مطر", slug="water", section="fund")
    an_article("fr", title="Eau")

    answer = client.get("/ar/news/feed.rss")
    channel = ElementTree.fromstring(answer.content).find("channel")

    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert channel.findtext("language") == "ar"
    assert [item.findtext("title") for item in channel.findall("item")] == ["ماء & مطر"]
    assert channel.find("item").findtext("link") == "http://localhost:8000/ar/news/water/"
    assert channel.find("item").findtext("pubDate") == "Mon, 23 Nov 2026 11:00:00 +0000"


def test_atom_marks_the_corrected_article_as_updated(client):
    with clock.at(NOON):
        article = changed(an_article("fr", title="Avant", slug="eau"), title="Après")
    with clock.at(NOON + timedelta(days=1)):
        correct_article(actor=actor(Role.EDITOR), article=article, text=Translated.of(fr="Chiffre"))

    entry = ElementTree.fromstring(client.get("/fr/news/feed.atom").content).find(f"{ATOM}entry")

    assert entry.findtext(f"{ATOM}title") == "Après"
    assert entry.findtext(f"{ATOM}published") == "2026-11-23T11:00:00+00:00"
    assert entry.findtext(f"{ATOM}updated") == "2026-11-24T11:00:00+00:00"


def test_withdrawn_article_leaves_the_feeds(client):
    article = an_article(title="ماء")
    withdraw_article(actor=actor(Role.EDITOR), article=article, reason=Translated.of("خطأ"))

    assert "ماء" not in client.get("/ar/news/feed.rss").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_whatever_they_hold(client, django_assert_max_num_queries, count):
    for number in range(count):
        an_article(slug=f"water-{number}")

    with django_assert_max_num_queries(15):
        article = client.get("/ar/news/water-0/")
    with django_assert_max_num_queries(15):
        listed = client.get("/ar/news/")

    assert len(article.content) < 60_000
    assert len(listed.content) < 60_000


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_every_page_is_in_each_language(client, language):
    an_article(language, slug="water")

    with override(language):
        for address in (reverse("newsroom:browse"), reverse("newsroom:article", args=["water"])):
            assert f'lang="{language}"' in text(client.get(address))


def test_fresh_database_has_three_newsrooms_and_no_welcome_page():
    from wagtail.models import Page, Site

    found = Newsroom.objects.order_by("path").values_list("locale__language_code", "slug")
    assert list(found) == [("ar", "news"), ("fr", "news-fr"), ("en", "news-en")]
    assert Newsroom.objects.values("translation_key").distinct().count() == 1
    assert Page.objects.filter(depth=2).count() == Newsroom.objects.count()
    assert Site.objects.get().root_page.specific.locale.language_code == "ar"
    assert Page.find_problems() == ([], [], [], [], [])


def test_opening_the_newsrooms_again_changes_nothing():
    from importlib import import_module

    from django.apps import apps

    before = list(Newsroom.objects.values_list("pk", "path"))
    import_module("multaqa.newsroom.migrations.0002_newsrooms").open_newsrooms(apps, None)

    assert list(Newsroom.objects.values_list("pk", "path")) == before
