"""Entries about an invented place."""

from typing import Any

from django.db import transaction

from multaqa.directory.actors import MACHINE
from multaqa.ledger.actions import record
from multaqa.ledger.models import Entry
from multaqa.ledger.verbs import register
from multaqa.territories.models import Territory
from tests.factories import commune

register({"ledger.done": "Done", "ledger.answered": "Answered"})


def place(code: str = "X.1.1") -> Territory:
    return commune(code)


def an_entry(subject: Any = None, verb: str = "ledger.done", **options: Any) -> Entry:
    with transaction.atomic():
        return record(MACHINE, verb, subject or place(), **options)
