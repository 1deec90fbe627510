"""A migrated, empty SQLite database kept inside the package, so that nobody waits for 240 migrations."""

import gzip
import os
import shutil
import sqlite3
import subprocess
import sys
import zlib
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
TEMPLATE = Path(__file__).with_name("template.sqlite3.gz")
_THIRD_PARTY = ("django", "wagtail", "django-allauth", "wagtail-localize", "django-tasks-db", "django-taggit")


def fingerprint() -> int:
    """A number that changes whenever a migration does, ours or a dependency's."""
    state = " ".join(f"{name}={version(name)}" for name in _THIRD_PARTY).encode()
    for file in sorted(PACKAGE.glob("*/migrations/*.py")):
        state += file.parent.parent.name.encode() + file.name.encode() + file.read_bytes()
    return zlib.crc32(state) & 0x7FFF_FFFF


def unpack(target: Path) -> bool:
    """Write the kept template to `target`; False when there is none or the migrations have moved on."""
    if not TEMPLATE.exists():
        return False
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    with gzip.open(TEMPLATE) as packed, open(draft, "wb") as file:
        shutil.copyfileobj(packed, file)
    with sqlite3.connect(draft) as database:
        current = database.execute("PRAGMA user_version").fetchone()[0] == fingerprint()
    draft.replace(target) if current else draft.unlink()
    return current


def build(target: Path) -> None:
    """Run every migration on a new database at `target`; takes about 15 seconds."""
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    environment = {**os.environ, "MULTAQA_DATABASE_URL": f"sqlite:///{draft}"}
    environment.setdefault("DJANGO_SETTINGS_MODULE", "multaqa.config.settings")
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "-v0", "--skip-checks"], env=environment, check=True
    )
    with sqlite3.connect(draft) as database:
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute(f"PRAGMA user_version={fingerprint()}")
        database.execute("VACUUM")
    draft.replace(target)


def pack(source: Path) -> None:
    """Keep `source` as the template of the package; the same database always gives the same bytes."""
    TEMPLATE.write_bytes(gzip.compress(source.read_bytes(), mtime=0))
