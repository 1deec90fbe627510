"""Releases in each state, and what a consultation leaves behind."""

from typing import Any

from django.db import transaction

from multaqa.directory.actors import MACHINE
from multaqa.kit.translated import Translated
from multaqa.ledger.actions import record
from multaqa.ledger.models import Entry
from multaqa.ledger.verbs import LABELS
from multaqa.observatory.actions import fail_release, order_release
from multaqa.observatory.models import IndexRelease
from tests.factories import Role, actor, organisation


def an_order(**overrides: Any) -> IndexRelease:
    title = Translated.of("مؤشر 2027", "Indice 2027", "Index 2027")
    return order_release(**{"actor": actor(Role.COUNCIL_OFFICER), "title": title, "draws": 1000} | overrides)


def a_failed_release(problem: str = "interrupted") -> IndexRelease:
    return fail_release(actor=MACHINE, release=an_order(), problem=problem)


def consulted(shares: dict[str, int], *, people: int = 40, on_paper: int = 15) -> Entry:
    """The entry of a closed consultation; any recorded object stands for the consultation itself."""
    assert "consultations.consultation_closed" in LABELS
    with transaction.atomic():
        return record(
            actor(Role.COUNCIL_OFFICER),
            "consultations.consultation_closed",
            organisation("council"),
            facts={"points": {"shares": shares, "people": people, "on_paper": on_paper}},
        )
