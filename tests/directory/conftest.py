import pytest
from django.core.cache import cache

SENT: list[tuple[str, str]] = []


def keep(number: str, text: str) -> None:
    """The text-message back end of these tests."""
    SENT.append((number, text))


@pytest.fixture(autouse=True)
def _fresh_limits():
    """Rate limits count in the process's cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def texts(settings):
    """The text messages sent during the test, as (number, text)."""
    settings.SMS_BACKEND = "tests.directory.conftest.keep"
    SENT.clear()
    return SENT
