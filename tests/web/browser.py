"""A real browser against a real server, for the tests that look at pages as readers do.

    from tests.web.browser import assert_accessible, open_page

    def test_something(site, browser):
        page = open_page(browser, site, "/ar/", width=360, dark=True)
        assert_accessible(page)

The server has its own copy of the migrated database; what a test writes there stays until its module ends.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import cache
from django.db import connections
from django.test.testcases import LiveServerThread
from django.test.utils import modify_settings, override_settings

from tests.conftest import template_database

FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Watch:
    """What a page said or asked for while it was open."""

    console: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


@contextmanager
def connected(database: Path, folder: Path, blocker: Any) -> Iterator[None]:
    """Django at work in a copy of a database, kept in a folder; whatever is written there stays there."""
    copy = folder / "multaqa.sqlite3"
    shutil.copy(database, copy)
    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    with blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = str(copy)
        cache.clear()
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before
            cache.clear()


@contextmanager
def served() -> Iterator[str]:
    """The address of a server at work in the connected database."""
    with modify_settings(ALLOWED_HOSTS={"append": "localhost"}), override_settings(DEBUG=False):
        server = LiveServerThread("localhost", StaticFilesHandler, port=0)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        if server.error:
            raise server.error
        try:
            yield f"http://localhost:{server.port}"
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def site(django_db_blocker, tmp_path_factory):
    """The address of a server with a database of its own, empty but for what migrations put there."""
    with (
        connected(template_database(), tmp_path_factory.mktemp("site"), django_db_blocker),
        served() as address,
    ):
        yield address


@pytest.fixture(scope="session")
def browser():
    """Chromium, started once; its absence skips the test and says so."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("Chromium is not installed: no page was looked at")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


def open_page(
    browser: Any, site: str, path: str, *, width: int = 1280, dark: bool = False, script: bool = True
) -> Any:
    """The page at `path`, loaded; `page.watch` gathers its console errors and its requests to other hosts."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.watch = Watch()
    own = (site, "data:", "blob:", "about:")
    page.on("console", lambda line: page.watch.console.append(line.text) if _is_fault(line, page) else None)
    page.on("pageerror", lambda error: page.watch.console.append(str(error)))
    page.on("request", lambda sent: None if sent.url.startswith(own) else page.watch.foreign.append(sent.url))
    page.goto(site + path)
    page.wait_for_load_state("networkidle")
    return page


def _is_fault(line: Any, page: Any) -> bool:
    """An error, but not the browser's note that the page was answered with 4xx, as a refused form is."""
    refused = line.text.startswith("Failed to load resource") and " status of 4" in line.text
    return line.type == "error" and not (
        refused and line.location["url"].split("?")[0] == page.url.split("?")[0]
    )


def sign_in(page: Any, site: str, account: Any) -> None:
    """Give the page's browser the session of an account."""
    from django.test import Client

    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": site}])


def assert_accessible(page: Any) -> None:
    """axe-core finds no violation; what it finds is listed with the elements at fault."""
    from axe_playwright_python.sync_playwright import Axe

    violations = Axe().run(page).response["violations"]
    found = [
        {"rule": each["id"], "where": [node["html"][:160] for node in each["nodes"][:3]]}
        for each in violations
    ]
    assert found == [], json.dumps(found, indent=1, ensure_ascii=False)


def assert_no_overflow(page: Any) -> None:
    """Nothing is wider than the screen."""
    wide = page.evaluate(
        """() => document.documentElement.scrollWidth > innerWidth
            ? [...document.querySelectorAll("body *")]
                .map(e => [e, e.getBoundingClientRect()])
                .filter(([e, box]) => box.width && (box.x < -1 || box.right > innerWidth + 1))
                .slice(0, 5).map(([e]) => e.outerHTML.slice(0, 120))
            : []"""
    )
    assert wide == []


def assert_self_contained(page: Any) -> None:
    """No console error (a refused inline script or style is one) and no request to another host."""
    assert page.watch.console == []
    assert page.watch.foreign == []
