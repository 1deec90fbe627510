"""The front page as readers open it: three languages, a telephone and a desk, by day and by night."""

import pytest

from tests import factories
from tests.web.browser import (
    assert_accessible,
    assert_no_overflow,
    assert_self_contained,
    browser,  # noqa: F401
    open_page,
    site,  # noqa: F401
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def region(site):  # noqa: F811
    factories.region()


@pytest.mark.parametrize("dark", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("fr", "ltr"), ("en", "ltr")])
def test_front_page_is_accessible_and_fits(site, browser, language, direction, width, dark):  # noqa: F811
    page = open_page(browser, site, f"/{language}/", width=width, dark=dark)

    assert page.locator("html").get_attribute("dir") == direction
    assert page.evaluate("getComputedStyle(document.body).direction") == direction
    assert_accessible(page)
    assert_no_overflow(page)
    assert_self_contained(page)
