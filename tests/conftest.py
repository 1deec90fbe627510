"""What every test may ask for: a migrated database, the shared data, a moment in time."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.utils import translation

from multaqa.config import template
from tools import messages

ROOT = Path(__file__).parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        messages.compile_all()


def template_database() -> Path:
    """A migrated SQLite file: the package's own when it is current, else made once and kept."""
    kept = settings.TEMPLATE_CACHE / f"template-{template.fingerprint()}.sqlite3"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        if not template.unpack(kept):
            template.build(kept)
    return kept


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker, tmp_path_factory):
    """Each worker gets a copy of the template instead of running 240 migrations."""
    copy = tmp_path_factory.mktemp("database") / "multaqa.sqlite3"
    shutil.copy(template_database(), copy)
    with django_db_blocker.unblock():
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = str(copy)
        settings.DATABASES["default"]["NAME"] = str(copy)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real data beside the checkout; what needs it is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the shared data folder is not beside this checkout")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def _arabic():
    """Each test begins in the platform's first language, whatever page the one before asked for."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _own_log(settings, tmp_path):
    """Each test publishes its ledger in a folder of its own: the database forgets, a folder would not."""
    settings.LEDGER_ROOT = tmp_path / "ledger"


# registered once for all rooms: a worker has one Chromium
from tests.web.browser import browser, site  # noqa: E402, F401  fixtures; they need what stands above
