"""What the repository as a whole keeps to."""

import re
import sqlite3
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from multaqa.config import template
from tools import messages, reference

ROOT = Path(__file__).parents[2]


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def texts():
    for file in tracked():
        try:
            yield file, file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_template_database_is_of_the_present_migrations(tmp_path):
    assert template.unpack(tmp_path / "kept.sqlite3"), "run `make template`"


@pytest.mark.slow
def test_template_database_is_what_the_migrations_make(tmp_path):
    kept, made = tmp_path / "kept.sqlite3", tmp_path / "made.sqlite3"
    template.unpack(kept)
    template.build(made)

    def schema(file):
        with sqlite3.connect(file) as database:
            return database.execute(
                "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
            ).fetchall()

    assert schema(kept) == schema(made)


def test_every_message_is_translated_in_arabic_and_french():
    faults = [
        fault
        for room in messages.rooms([])
        for language in messages.FORMS
        for fault in messages.faults(room, language)
    ]

    assert len(messages.rooms([])) > 5
    assert faults == []


def test_no_message_is_said_differently_by_two_rooms():
    assert list(messages.conflicts()) == []


def test_no_file_names_a_registry_or_a_path_of_a_machine():
    registry = re.compile(
        r"https?://[\w.-]*(pypi|pythonhosted|npmjs|registry|/simple/)[\w./-]*", re.IGNORECASE
    )
    machine = re.compile(r"(?<![\w/])/(root|work|home/\w+)/")

    found = [
        str(file.relative_to(ROOT))
        for file, text in texts()
        if file.name != "test_repository.py" and (registry.search(text) or machine.search(text))
    ]

    assert found == []


def test_lock_file_pins_every_package_by_hash():
    lock = (ROOT / "requirements.lock").read_text()

    assert lock.count("==") > 50
    assert all(
        "--hash=sha256:" in block for block in re.split(r"\n(?=\w)", lock) if "==" in block.split("\n")[0]
    )


@pytest.mark.parametrize("name", reference.PAGES)
def test_reference_is_what_the_code_says(name):
    written = (reference.REFERENCE / name).read_text(encoding="utf-8")

    assert written == reference.PAGES[name]().rstrip() + "\n", "run `make docs`"
