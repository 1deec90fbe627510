"""The comparison of rules in a real browser: by keyboard, without script, on a telephone."""

import pytest

from tests.factories import Role, account_in
from tests.funds.test_simulation import SMALL
from tests.web.browser import (
    assert_accessible,
    assert_no_overflow,
    assert_self_contained,
    open_page,
    sign_in,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def ballots(tmp_path):
    file = tmp_path / "last-year.pb"
    file.write_text(SMALL, encoding="utf-8")
    return file


def opened(browser, site, language="ar", **options):
    """The page, as the coordinator of the cell sees it."""
    page = open_page(browser, site, "/healthz", **options)
    sign_in(page, site, account_in(Role.COORDINATOR))
    page.goto(f"{site}/{language}/fund/simulate/")
    return page


@pytest.mark.parametrize(("language", "width"), [("ar", 360), ("fr", 1280)])
def test_comparison_is_made_by_keyboard_without_script(browser, site, ballots, language, width):
    page = opened(browser, site, language, width=width, script=False)
    page.set_input_files("#id_file", ballots)
    page.focus("#id_file")
    for _field in range(100):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('form.stack button')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#projects")

    page.focus("#projects tbody button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#why")

    assert page.locator("#why li").count() == 4
    assert_no_overflow(page)


@pytest.mark.parametrize(("language", "width"), [("ar", 360), ("ar", 1280), ("fr", 360)])
def test_pages_are_accessible_and_self_contained(browser, site, ballots, language, width):
    page = opened(browser, site, language, width=width)
    assert_accessible(page)
    assert_no_overflow(page)

    page.set_input_files("#id_file", ballots)
    page.click("form.stack button[type=submit]")
    page.wait_for_selector("#projects")

    assert_accessible(page)
    assert_no_overflow(page)
    assert_self_contained(page)


def test_table_is_taken_away_and_the_page_stays_usable(browser, site, ballots):
    page = opened(browser, site)
    page.set_input_files("#id_file", ballots)
    page.click("form.stack button[type=submit]")
    with page.expect_download() as taken:
        page.click("button[name=csv]")

    page.click("#projects tbody button >> nth=0")
    page.wait_for_selector("#why")

    assert taken.value.suggested_filename == "comparison.csv"
