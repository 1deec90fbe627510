import json
from datetime import date

import pytest
from django.db import transaction

from multaqa.directory.actors import MACHINE
from multaqa.ledger.actions import Due, commitment, record
from multaqa.ledger.models import Entry, Link, PrivateData
from multaqa.ledger.steps import Step
from tests.ledger.factories import an_entry, place

pytestmark = pytest.mark.django_db


def test_record_writes_the_fact_in_canonical_json():
    entry = an_entry(place(), facts={"b": 1, "a": "ماء", "day": date(2026, 3, 1)}, step=Step.OBSERVED)

    content = json.loads(entry.payload)
    assert content["facts"] == {"a": "ماء", "b": 1, "day": "2026-03-01"}
    assert content["actor"] == "platform"
    assert content["verb"] == "ledger.done"
    assert content["subject"] == f"territories.territory:{place().pk}"
    assert content["step"] == "observed"
    assert entry.payload.index('"a":"ماء"') < entry.payload.index('"b":1')


def test_record_keeps_personal_data_out_of_the_entry():
    entry = an_entry(private={"phone": "0600000000"})

    kept = PrivateData.objects.get(entry=entry)
    assert "0600000000" not in entry.payload
    assert json.loads(entry.payload)["commitment"] == commitment(bytes(kept.salt), {"phone": "0600000000"})


def test_record_erasing_private_data_leaves_the_entry_as_it_was():
    entry = an_entry(private={"phone": "0600000000"})
    before = entry.payload

    PrivateData.objects.all().delete()

    assert Entry.objects.get(pk=entry.pk).payload == before


def test_record_links_an_object_to_its_causes():
    cause, effect = place("X.1.1"), place("X.1.2")

    an_entry(effect, causes=[cause])

    assert list(Link.objects.values_list("subject", "cause")) == [
        (f"territories.territory:{effect.pk}", f"territories.territory:{cause.pk}")
    ]


def test_record_takes_an_entry_for_what_it_is_about():
    cause, effect = place("X.1.1"), place("X.1.2")
    decided = an_entry(cause)

    an_entry(effect, causes=[decided])

    assert Link.objects.get(subject=f"territories.territory:{effect.pk}").cause == decided.subject


def test_record_marks_an_obligation_as_met():
    promise = an_entry(due=Due(Step.PRIORITISED, date(2026, 5, 1), met_by="ledger.answered"))

    answer = an_entry(verb="ledger.answered")

    promise.refresh_from_db()
    assert promise.met_at == answer.recorded_at


def test_record_refuses_a_verb_no_room_registered():
    with pytest.raises(KeyError), transaction.atomic():
        record(MACHINE, "nobody.knows", place())


def test_record_refuses_an_entry_longer_than_the_log_allows():
    with pytest.raises(ValueError, match="65535"):
        an_entry(facts={"text": "x" * 66_000})
