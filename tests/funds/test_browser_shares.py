"""Shares by formula in a real browser: by keyboard, without script, on a telephone."""

import pytest

from multaqa.observatory.models import IndexRelease
from tests.factories import Role, account_in
from tests.observatory.factories import a_release, dakhla
from tests.web.browser import (
    assert_accessible,
    assert_no_overflow,
    assert_self_contained,
    open_page,
    sign_in,
)

pytestmark = pytest.mark.browser


def opened(browser, site, language="ar", **options):
    """The page of the real region with an index, as the coordinator of the cell sees it."""
    if not IndexRelease.objects.exists():
        dakhla()
        a_release()
    page = open_page(browser, site, "/healthz", **options)
    sign_in(page, site, account_in(Role.COORDINATOR))
    page.goto(f"{site}/{language}/fund/shares/")
    return page


def filled(page):
    page.fill("#id_total", "12000000")
    page.fill("#id_base", "200000")
    page.fill("#id_floor", "٣٠٠٠٠٠")
    page.fill("#id_cap", "3000000")
    page.check("input[name=missing][value=mean]")


@pytest.mark.parametrize(("language", "width"), [("ar", 360), ("fr", 1280)])
def test_shares_are_made_by_keyboard_without_script(browser, site, language, width):
    page = opened(browser, site, language, width=width, script=False)
    filled(page)

    page.focus("#id_total")
    page.keyboard.press("Enter")
    page.wait_for_selector("#shares")

    assert page.locator("#shares tbody tr").count() == 14  # and the total
    assert "total=12000000" in page.url
    assert_no_overflow(page)


@pytest.mark.parametrize(("language", "width"), [("ar", 360), ("ar", 1280), ("fr", 360)])
def test_pages_are_accessible_and_self_contained(browser, site, language, width):
    page = opened(browser, site, language, width=width)
    assert_accessible(page)
    assert_no_overflow(page)

    filled(page)
    page.click("form.stack button[type=submit]")
    page.wait_for_selector("#shares")

    assert_accessible(page)
    assert_no_overflow(page)
    assert_self_contained(page)
