"""What every test may ask for: a migrated database, the shared data, a moment in time."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

ROOT = Path(__file__).parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"


def template_database() -> Path:
    """A migrated SQLite file, made once for each state of the migrations."""
    state = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for file in sorted((ROOT / "src").glob("multaqa/*/migrations/*.py")):
        state.update(file.name.encode() + file.read_bytes())
    kept = settings.TEMPLATE_CACHE / f"template-{state.hexdigest()[:16]}.sqlite3"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        draft = kept.with_suffix(f".{os.getpid()}")
        environment = {**os.environ, "MULTAQA_DATABASE_URL": f"sqlite:///{draft}", "DJANGO_SETTINGS_MODULE": "tests.settings"}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
        with sqlite3.connect(draft) as database:
            database.execute("PRAGMA journal_mode=DELETE")
        draft.replace(kept)
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
    yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real data beside the checkout; what needs it is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the shared data folder is not beside this checkout")
    return SHARED_DATA
