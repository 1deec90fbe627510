"""The shell around every page, its own pages, and the answers when something is not there or not allowed."""

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory
from django.utils.translation import override

from multaqa.kit.translated import Translated
from multaqa.ledger.models import Entry
from multaqa.territories.models import RegionPack
from multaqa.web import open_data, shell, views
from tests import factories
from tests.factories import Role

SIGNED_IN_BY = "allauth.account.auth_backends.AuthenticationBackend"
PAGES = ["", "data/", "privacy/", "accessibility/"]


@pytest.fixture
def region(db):
    home = factories.region()
    RegionPack.objects.update(
        title=Translated.of("جهة المثال", "Région d’exemple", "Example region"),
        credit=Translated.of("المصدر: مكتب المثال", "Source : bureau", "Source: office"),
        notice=Translated.of("تنبيه محايد", "Avis neutre", "Neutral notice"),
    )
    return home


def page(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("language", "direction", "name", "skip", "place"),
    [
        ("ar", "rtl", "ملتقى", "انتقل إلى المحتوى", "جهة المثال"),
        ("fr", "ltr", "Multaqa", "Aller au contenu", "Région d’exemple"),
        ("en", "ltr", "Multaqa", "Skip to the content", "Example region"),
    ],
)
def test_shell_speaks_the_language_of_the_address(client, region, language, direction, name, skip, place):
    html = page(client, f"/{language}/privacy/")

    assert f'<html lang="{language}" dir="{direction}">' in html
    assert f'<a class="name" href="/{language}/">{name}</a>' in html
    assert f'<a class="skip" href="#main">{skip}</a>' in html
    assert re.search(rf"<a href=\"/{language}/(?:observatory/)?\">{place}</a>", html)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_page_has_one_heading_and_its_three_languages(client, region, path, language):
    html = page(client, f"/{language}/{path}")

    assert html.count("<h1") == 1
    for other in ("ar", "fr", "en"):
        assert f'<a href="/{other}/{path}" lang="{other}" hreflang="{other}"' in html
        assert f'<link rel="alternate" hreflang="{other}" href="/{other}/{path}">' in html


def test_language_links_keep_the_question_asked(client, region):
    assert '<a href="/fr/data/?page=2" lang="fr"' in page(client, "/ar/data/?page=2")


def test_page_with_its_own_addresses_links_to_them():
    request = RequestFactory().get("/ar/news/x/")

    with override("ar"):
        found = {tongue.code: tongue.url for tongue in shell.tongues(request, {"fr": "/fr/news/un-titre/"})}

    assert found["fr"] == "/fr/news/un-titre/"


def test_shell_marks_the_section_of_the_page(client, region):
    html = page(client, "/en/recommendations/")

    assert '<a href="/en/recommendations/" aria-current="true">Recommendations</a>' in html
    assert html.count('aria-current="true"') == 2  # the section and the language


def test_shell_offers_only_sections_that_lead_somewhere(region):
    request = RequestFactory().get("/ar/")

    with override("ar"):
        urls = [section.url for section in shell.Shell(request).sections]

    assert "/ar/ledger/" in urls
    assert all(shell.served(url) for url in urls)


def test_shell_costs_one_statement_and_then_none(client, region, django_assert_num_queries):
    with django_assert_num_queries(1):
        page(client, "/ar/privacy/")
    with django_assert_num_queries(0):
        page(client, "/ar/privacy/")


def test_demo_notice_is_shown_for_a_demo_pack_only(client, region):
    assert 'class="demo-bar"' not in page(client, "/ar/privacy/")

    RegionPack.objects.update(is_demo=True)
    cache.clear()

    assert 'class="demo-bar"' in page(client, "/ar/privacy/")


def test_shell_signs_out_by_a_form(client, region):
    client.force_login(factories.account_in(Role.RESIDENT), backend=SIGNED_IN_BY)

    html = page(client, "/en/privacy/")

    assert '<form method="post" action="/en/accounts/logout/">' in html
    assert '<a href="/en/me/">My space</a>' in html
    assert "Sign in" not in html


def test_footer_credits_the_figures_and_gives_the_neutral_notice(client, region):
    html = page(client, "/en/privacy/")

    assert "<li>Source: office</li>" in html
    assert "<p>Neutral notice</p>" in html


def test_own_space_asks_a_stranger_to_sign_in(client, region):
    response = client.get("/ar/me/")

    assert (response.status_code, response["Location"]) == (302, "/ar/accounts/login/?next=/ar/me/")


def test_own_space_lists_offices_and_says_when_nothing_waits(client, region):
    client.force_login(factories.account_in(Role.OFFICER_A), backend=SIGNED_IN_BY)

    html = page(client, "/en/me/")

    assert "<h3>officer of an association</h3>" in html
    assert "<bdi>Organisation association-a</bdi>" in html
    assert "Nothing waits for you today." in html
    assert "Open the staff office" not in html


def test_own_space_opens_the_office_to_those_who_work_there(client, region):
    client.force_login(factories.account_in(Role.EDITOR), backend=SIGNED_IN_BY)

    assert '<a class="btn two" href="/office/">' in page(client, "/en/me/")


def test_data_page_links_every_address_it_names(client, region):
    html = page(client, "/ar/data/")

    with override("ar"):
        found = open_data.addresses()
    assert {each.url for each in found} >= {"/log/checkpoint", "/ar/recommendations/tracker.csv"}
    for each in found:
        assert f'href="{each.url}"' in html


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_missing_page_leads_back_to_the_front(client, region, language):
    response = client.get(f"/{language}/nowhere/at/all/")

    html = response.content.decode()
    assert response.status_code == 404
    assert f'<a class="btn two" href="/{language}/">' in html
    assert html.count("<h1>") == 1


def test_refusal_shows_its_sentence_and_the_way_back(client, region):
    request = RequestFactory().get("/en/fund/")
    request.user = factories.account_in(Role.RESIDENT)
    from django.shortcuts import render

    with override("en"):
        html = render(request, "refused.html", {"sentence": "The call closed on 12 May."}).content.decode()

    assert "<p>The call closed on 12 May.</p>" in html
    assert '<a class="btn two" href="/en/fund/">Back to the page</a>' in html


def test_expired_form_is_explained(region):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post("/en/ledger/verify/", {"idempotency_key": "k" * 32})

    assert response.status_code == 403
    assert "This form had expired" in response.content.decode()


@pytest.mark.parametrize(
    ("language", "words"), [("ar", "وقع خطأ في المنصة"), ("fr", "La plateforme a commis une erreur")]
)
def test_server_error_shows_without_the_database(language, words):
    # no `db` fixture: any query would fail this test
    with override(language):
        response = views.server_error(RequestFactory().get(f"/{language}/"))

    assert response.status_code == 500
    assert f"<h1>{words}</h1>" in response.content.decode()


def test_health_answers_when_the_database_does(client, db):
    assert client.get("/healthz").content == b"ok\n"
    assert connection.connection is not None


def test_pages_hold_no_inline_style_or_script(client, region):
    for path in PAGES:
        html = page(client, f"/ar/{path}")
        assert re.findall(r"\sstyle=|<style|\son[a-z]+=", html) == []
        assert re.findall(r"<script(?![^>]*\bsrc=)", html) == []


def test_htmx_is_loaded_only_by_pages_that_ask_for_it(client, region):
    assert "htmx" not in page(client, "/ar/privacy/")


def test_htmx_snippet_forbids_eval_and_styles_and_swaps_refused_forms():
    from django.template.loader import render_to_string

    html = render_to_string("web/_htmx.html")

    assert '"includeIndicatorStyles":false,"allowEval":false' in html
    assert '{"code":"422","swap":true}' in html
    assert '<script src="/static/django_htmx/htmx-2.min.js"' in html or "django_htmx/htmx" in html


def test_masthead_says_nothing_of_an_empty_ledger(client, region):
    assert Entry.objects.count() == 0
    assert "Last entry" not in page(client, "/en/")
