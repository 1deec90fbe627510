"""The front page as readers open it: three languages, a telephone and a desk, by day and by night."""

import pytest

from tests import factories
from tests.factories import Role
from tests.web.browser import (
    assert_accessible,
    assert_no_overflow,
    assert_self_contained,
    open_page,
    sign_in,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def region(site):
    factories.region()


@pytest.mark.parametrize("dark", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("fr", "ltr"), ("en", "ltr")])
def test_front_page_is_accessible_and_fits(site, browser, language, direction, width, dark):
    page = open_page(browser, site, f"/{language}/", width=width, dark=dark)

    assert page.locator("html").get_attribute("dir") == direction
    assert page.evaluate("getComputedStyle(document.body).direction") == direction
    assert_accessible(page)
    assert_no_overflow(page)
    assert_self_contained(page)


@pytest.mark.parametrize("path", ["data/", "privacy/", "accessibility/", "nowhere/"])
def test_pages_of_the_shell_are_accessible_and_fit(site, browser, path):
    page = open_page(browser, site, f"/ar/{path}", width=360)

    assert_accessible(page)
    assert_no_overflow(page)
    assert_self_contained(page)


def test_skip_link_is_the_first_stop_and_leads_to_the_content(site, browser):
    page = open_page(browser, site, "/ar/")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"

    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_front_page_works_without_scripts(site, browser):
    page = open_page(browser, site, "/ar/", script=False)

    page.get_by_role("link", name="Français").click()

    assert page.url == f"{site}/fr/"


def test_reader_is_told_when_the_connection_is_lost(site, browser):
    page = open_page(browser, site, "/en/")
    notice = page.locator("[data-offline]")
    assert notice.is_hidden()

    page.context.set_offline(True)
    page.wait_for_function("!document.querySelector('[data-offline]').hidden")

    assert (
        notice.inner_text() == "The connection is lost. What you type stays on this device until it is sent."
    )


@pytest.fixture
def adoption(site, browser):
    """The form by which a recommendation is adopted, before somebody who may adopt one."""
    page = open_page(browser, site, "/en/")
    sign_in(page, site, factories.account_in(Role.CELL_MEMBER))
    page.goto(f"{site}/en/recommendations/adopt/")
    return page


def test_typed_text_survives_a_reload(adoption):
    adoption.locator("form[data-keep] textarea").first.fill("خزان في كل دوار")

    adoption.reload()

    assert adoption.locator("form[data-keep] textarea").first.input_value() == "خزان في كل دوار"


def test_submit_button_answers_one_click(adoption):
    sent = []
    adoption.route("**/adopt/", lambda route: (sent.append(route.request.method), route.fulfill(status=204)))
    button = adoption.locator("form[data-keep] button[type=submit]")

    with adoption.expect_request("**/adopt/"):
        button.evaluate("button => { button.click(); button.click(); }")
    adoption.wait_for_timeout(200)

    assert sent == ["POST"]
    assert button.is_disabled()


def test_arrived_text_is_forgotten_and_refused_text_is_not(adoption):
    adoption.evaluate(
        """sessionStorage.setItem("keep /en/x 0", "[]"); sessionStorage.setItem("sent", "keep /en/x 0")"""
    )
    adoption.goto(adoption.url)
    assert adoption.evaluate("sessionStorage.getItem('keep /en/x 0')") == "[]"

    adoption.evaluate("""sessionStorage.setItem("sent", "keep /en/x 0")""")
    adoption.goto(adoption.url.split("/en/")[0] + "/")  # answered by a redirect, as an accepted form is

    assert adoption.evaluate("sessionStorage.getItem('keep /en/x 0')") is None
