"""The staff office in Chromium: right to left, nothing asked of other hosts, under its content policy."""

import pytest

from multaqa.newsroom.models import Newsroom
from tests.factories import Role, account_in, region
from tests.newsroom.factories import a_draft, an_article
from tests.web.browser import (
    assert_accessible,
    assert_no_overflow,
    assert_self_contained,
    open_page,
    sign_in,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def content(site):
    region()
    return {"article": an_article(slug="water", title="الماء أولا"), "draft": a_draft(title="مسودة")}


@pytest.fixture
def office(site, browser):
    page = open_page(browser, site, "/ar/")
    sign_in(page, site, account_in(Role.EDITOR))

    def visit(address: str):
        page.goto(site + address)
        page.wait_for_load_state("networkidle")
        return page

    return visit


def addresses(content) -> list[str]:
    arabic = Newsroom.objects.get(locale__language_code="ar")
    return [
        "/office/",
        "/office/newsroom/article/",
        "/office/ledger/entry/",
        "/office/observatory/indicator/",
        f"/office/pages/add/newsroom/article/{arabic.pk}/",
        f"/office/pages/{content['draft'].pk}/edit/",
        f"/office/pages/{content['article'].pk}/edit/",
        f"/office/newsroom/{content['article'].pk}/correct/",
        "/office/account/",
    ]


def test_office_pages_run_right_to_left_under_their_policy(office, content):
    for address in addresses(content):
        page = office(address)
        assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
        assert_self_contained(page)


def test_calendar_opens_without_a_script_in_the_page(office):
    page = office("/office/ledger/entry/")

    assert page.locator("script:not([src]):not([type])").count() == 0
    page.wait_for_function("document.querySelector('[data-office-chooser]') === null")
    assert page.evaluate("document.querySelectorAll('.xdsoft_datetimepicker').length") > 0
    assert_self_contained(page)


def test_preview_of_a_draft_shows_the_page_of_the_site(office, content):
    page = office(f"/office/pages/{content['draft'].pk}/view_draft/")

    assert page.locator("h1").inner_text() == "مسودة"
    assert_self_contained(page)


@pytest.mark.parametrize("width", [360, 1280])
def test_article_is_accessible_and_fits(site, browser, content, width):
    page = open_page(browser, site, "/ar/news/water/", width=width)

    assert_accessible(page)
    assert_no_overflow(page)
    assert_self_contained(page)


@pytest.mark.parametrize("width", [360, 1280])
def test_list_of_articles_is_accessible_and_fits(site, browser, content, width):
    page = open_page(browser, site, "/ar/news/", width=width)

    assert_accessible(page)
    assert_no_overflow(page)
    assert_self_contained(page)
