"""Checking changes nothing; taking in is all or nothing, keeps what was, and can be taken back."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from multaqa.directory.actors import MACHINE
from multaqa.kit import clock
from multaqa.kit.policy import Forbidden, Refused
from multaqa.observatory.actions import commit_import, discard_import, revert_import
from multaqa.observatory.models import DataImport, IndexRelease, Indicator, Reading, SupersededValue, Value
from multaqa.observatory.queries.imports import abandoned_imports, difference_of
from tests.factories import Role, actor, verbs_in_ledger
from tests.observatory.factories import a_commune, a_release
from tests.observatory.imports_factories import (
    INDICATORS,
    READINGS,
    VALUES,
    a_checked_import,
    a_committed_import,
    a_csv,
)

pytestmark = pytest.mark.django_db
CHANGED = [{**VALUES[0], "value": 20.5}, *VALUES[1:]]


def figures():
    return sorted(
        Value.objects.values_list("indicator__code", "territory__code", "value", "n", "imported__number")
    )


def taken(content, **options):
    return a_committed_import(content, **options)


def test_check_import_keeps_the_good_rows_and_changes_no_figure():
    checked = a_checked_import(a_csv([*VALUES, {**VALUES[0], "value": 101, "territory": "X.1.3"}]))

    assert (checked.state, checked.accepted, checked.refused, checked.new) == ("checked", 3, 1, 3)
    assert checked.refusals[0]["line"] == 5
    assert checked.refusals[0]["column"] == "value"
    assert not Value.objects.exists()
    assert verbs_in_ledger() == ["observatory.import_checked"]


def test_check_import_of_which_no_row_is_good_is_refused_and_cannot_be_taken_in():
    checked = a_checked_import(b"no table at all")

    assert checked.state == "refused"
    with pytest.raises(Refused):
        commit_import(actor=actor(Role.COUNCIL_OFFICER), data_import=checked)
    assert not Value.objects.exists()


@pytest.mark.parametrize("act", [commit_import, discard_import])
def test_deciding_on_an_import_is_for_the_office(act):
    checked = a_checked_import()

    with pytest.raises(Forbidden):
        act(actor=actor(Role.OFFICER_A), data_import=checked)


def test_commit_import_writes_each_figure_with_its_import_and_the_latest_year():
    found = taken(a_csv(VALUES))

    assert figures() == [
        ("roads", "X.1.1", 3.25, None, found.number),
        ("water", "X.1.1", 12.5, 1200, found.number),
        ("water", "X.1.2", 40.0, 900, found.number),
    ]
    assert Indicator.objects.get(code="water").latest_year == 2024
    assert (found.state, found.new, found.rows) == ("committed", 3, None)
    assert verbs_in_ledger() == ["observatory.import_checked", "observatory.import_committed"]


def test_commit_import_with_refused_rows_asks_first():
    checked = a_checked_import(a_csv([*VALUES, {**VALUES[0], "value": "x", "territory": "X.1.3"}]))

    with pytest.raises(Refused) as refusal:
        commit_import(actor=actor(Role.COUNCIL_OFFICER), data_import=checked)
    assert refusal.value.field == "accept_good"
    assert not Value.objects.exists()

    commit_import(actor=actor(Role.COUNCIL_OFFICER), data_import=checked, accept_good=True)
    assert Value.objects.count() == 3


def test_commit_import_twice_is_refused_and_writes_once():
    checked = a_checked_import()
    commit_import(actor=actor(Role.COUNCIL_OFFICER), data_import=checked)

    with pytest.raises(Refused):
        commit_import(actor=actor(Role.COUNCIL_OFFICER), data_import=checked)

    assert Value.objects.count() == 3


def test_commit_import_that_fails_half_way_leaves_nothing(monkeypatch):
    checked = a_checked_import()

    def failing(*_given, **_options):
        raise IntegrityError

    monkeypatch.setattr("multaqa.observatory.actions.imports.record", failing)
    with pytest.raises(IntegrityError):
        commit_import(actor=actor(Role.COUNCIL_OFFICER), data_import=checked)

    assert not Value.objects.exists()
    assert DataImport.objects.get().state == "checked"


def test_repeat_changes_nothing_and_says_so():
    taken(a_csv(VALUES))
    again = a_checked_import(a_csv(VALUES))

    assert (again.new, again.changed, again.same) == (0, 0, 3)
    with pytest.raises(Refused):
        commit_import(actor=actor(Role.COUNCIL_OFFICER), data_import=again)


def test_revision_keeps_what_was_with_both_imports():
    first, second = taken(a_csv(VALUES)), taken(a_csv(CHANGED))

    kept = SupersededValue.objects.get()
    assert (kept.value, kept.n, kept.imported, kept.replaced_by) == (12.5, 1200, first, second)
    assert kept.cell.value == 20.5
    assert (second.new, second.changed, second.same, second.revises) == (0, 1, 2, first)


def test_figures_written_between_comparing_and_taking_in_are_compared_again():
    checked = a_checked_import(a_csv(CHANGED))
    compared = difference_of(checked)
    first = taken(a_csv(VALUES))

    second = commit_import(actor=actor(Role.COUNCIL_OFFICER), data_import=checked, prepared=compared)

    assert (second.new, second.changed, second.same) == (0, 1, 2)
    assert SupersededValue.objects.get().imported == first


def test_release_stays_what_it_was_after_a_revision():
    taken(a_csv(VALUES))
    a_commune("X.1.3")
    release = a_release()
    before = (release.snapshot, release.snapshot_hash)

    taken(a_csv(CHANGED))

    kept = IndexRelease.objects.get(pk=release.pk)
    assert (kept.snapshot, kept.snapshot_hash) == before


def test_revert_import_puts_back_what_it_replaced_and_removes_what_it_added():
    taken(a_csv(VALUES[:1]))
    before = figures()
    second = taken(a_csv([{**CHANGED[0], "n": 5000}, *VALUES[1:], {**VALUES[0], "year": 2025}]))

    revert_import(actor=actor(Role.COUNCIL_OFFICER), data_import=second, reason="خطأ في الوحدة")

    assert figures() == before
    assert SupersededValue.objects.get().value == 20.5
    assert Indicator.objects.get(code="water").latest_year == 2024
    assert verbs_in_ledger()[-1] == "observatory.import_reverted"


def test_revert_import_names_the_later_one_that_stands_in_its_way():
    first, second = taken(a_csv(VALUES)), taken(a_csv(CHANGED))

    with pytest.raises(Refused) as refusal:
        revert_import(actor=actor(Role.COUNCIL_OFFICER), data_import=first, reason="x")
    assert refusal.value.values == {"number": second.number}

    revert_import(actor=actor(Role.COUNCIL_OFFICER), data_import=second, reason="x")
    revert_import(actor=actor(Role.COUNCIL_OFFICER), data_import=first, reason="x")
    assert not Value.objects.exists()


def test_readings_come_in_are_revised_and_taken_back():
    first = taken(a_csv(READINGS))
    second = taken(a_csv([{**READINGS[0], "value": 9}, READINGS[1]]))

    assert list(Reading.objects.values_list("value", "imported")) == [(9.0, second.pk), (6.0, first.pk)]
    revert_import(actor=actor(Role.COUNCIL_OFFICER), data_import=second, reason="x")
    assert list(Reading.objects.values_list("value", "imported")) == [(4.0, first.pk), (6.0, first.pk)]


def test_indicators_come_in_are_changed_and_taken_back():
    rows = [{name: cell for name, cell in INDICATORS[0].items() if name != "hazards"}]
    first = taken(a_csv(rows))
    second = taken(a_csv([{**rows[0], "weight": 2, "title_ar": "عنوان"}]))

    assert (first.new, second.changed) == (1, 1)
    assert Indicator.objects.get(code="trucks").weight == 2
    revert_import(actor=actor(Role.COUNCIL_OFFICER), data_import=second, reason="x")
    assert Indicator.objects.get(code="trucks").weight == 1
    revert_import(actor=actor(Role.COUNCIL_OFFICER), data_import=first, reason="x")
    assert not Indicator.objects.filter(code="trucks").exists()


def test_discard_import_forgets_the_rows():
    checked = discard_import(actor=actor(Role.COUNCIL_OFFICER), data_import=a_checked_import())

    assert (checked.state, checked.rows) == ("discarded", None)


def test_abandoned_imports_are_those_of_more_than_a_week():
    checked = a_checked_import()
    a_committed_import(a_csv(CHANGED))

    assert list(abandoned_imports(clock.now())) == []
    assert list(abandoned_imports(clock.now() + timedelta(days=8))) == [checked]
    discard_import(actor=MACHINE, data_import=checked)
    assert list(abandoned_imports(clock.now() + timedelta(days=8))) == []
