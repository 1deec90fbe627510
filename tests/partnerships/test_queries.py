from datetime import date

import pytest

from multaqa.kit import clock
from multaqa.kit.translated import Translated
from multaqa.partnerships import queries
from multaqa.partnerships.actions import accept_report, reply_to_evaluation, sign_agreement, update_commitment
from multaqa.partnerships.models import Agreement
from tests.factories import Role, actor, commune, organisation, region
from tests.partnerships.factories import (
    LATER,
    a_draft,
    a_report,
    a_text_to_sign,
    an_agreement,
    an_evaluation,
    signatory,
)

pytestmark = pytest.mark.django_db


def test_register_is_newest_first_and_counts_commitments():
    first, second = a_draft(), an_agreement()
    update_commitment(
        actor=signatory("council"),
        commitment=second.commitments.get(party__organisation__code="council"),
        progress=100,
    )

    with clock.at(LATER):
        rows = list(queries.register())

    assert [row.pk for row in rows] == [second.pk, first.pk]
    assert [(row.commitment_count, row.done_count, row.late_count) for row in rows] == [(2, 1, 1), (2, 0, 2)]


def test_register_filters_by_state_territory_party_and_words():
    draft = a_draft(territory=commune(), title=Translated.of("نقل صحي", "Transport sanitaire"))
    signed = an_agreement("association-b", "council")

    def found(**asked):
        return [row.pk for row in queries.register(**asked)]

    assert found(state="draft") == [draft.pk]
    assert found(territory=region()) == [signed.pk]
    assert found(party=organisation("association-b")) == [signed.pk]
    assert found(party=organisation("council")) == [signed.pk, draft.pk]
    assert found(text="صحي") == found(text="sanitaire transport") == [draft.pk]
    assert found(text="٢٠٢٥-٠٢") == [signed.pk]
    assert found(text="sanitaire صفر") == []


def test_register_costs_the_same_for_one_and_for_three(django_assert_num_queries):
    a_draft()
    with django_assert_num_queries(2):
        assert len([row.parties.all()[0].organisation for row in queries.register()]) == 1

    a_draft(), a_draft()
    with django_assert_num_queries(2):
        assert len([row.parties.all()[0].organisation for row in queries.register()]) == 3


def test_open_data_gives_codes_and_minor_units():
    an_agreement()

    row = dict(zip(queries.COLUMNS, next(iter(queries.rows(queries.register()))), strict=True))

    assert (row["reference"], row["state"], row["parties"]) == (
        "2025-01",
        "in_force",
        "association-a council",
    )
    assert (row["amount_minor"], row["currency"], row["territory"]) == (100_000_000, "MAD", "X.1")


@pytest.mark.parametrize(
    ("day", "bound"),
    [
        (date(2025, 11, 30), False),
        (date(2025, 12, 1), True),
        (date(2026, 11, 30), True),
        (date(2026, 12, 1), False),
    ],
)
def test_in_force_from_the_last_signature_to_the_last_day(day, bound):
    agreement = an_agreement()

    assert queries.is_in_force(agreement, day) is bound
    assert list(queries.in_force(day)) == ([agreement] if bound else [])


def test_an_agreement_waiting_for_a_signature_is_not_in_force():
    agreement = a_text_to_sign()
    sign_agreement(actor=signatory("council"), agreement=agreement)

    assert not queries.is_in_force(agreement, date(2025, 12, 2))


def test_due_evaluations_are_those_missing_on_their_day():
    waiting, judged = an_agreement(), an_agreement()
    an_evaluation(judged)

    assert list(queries.due_evaluations(date(2026, 11, 30))) == []
    assert list(queries.due_evaluations(date(2026, 12, 1))) == [waiting]


def test_past_their_end_are_in_force_by_state_only():
    agreement = an_agreement()

    assert list(queries.past_their_end(date(2026, 11, 30))) == []
    assert list(queries.past_their_end(date(2026, 12, 1))) == [agreement]


def test_sides_verify_signatures_against_the_kept_bytes():
    agreement = an_agreement()
    assert [side.verified for side in queries.sides(queries.in_full().get())] == [True, True]

    agreement.document.content = b"%PDF-another"
    agreement.document.save()

    assert [side.verified for side in queries.sides(queries.in_full().get())] == [False, False]


def test_sides_count_what_each_party_has_done():
    agreement = an_agreement()
    update_commitment(
        actor=signatory("council"),
        commitment=agreement.commitments.get(party__organisation__code="council"),
        progress=100,
    )

    assert [(side.done, side.total) for side in queries.sides(queries.in_full().get())] == [(0, 1), (1, 1)]


def test_accounted_adds_up_accepted_financial_reports_only():
    agreement = an_agreement()
    accepted = a_report(agreement)
    a_report(agreement, period_start=date(2026, 6, 1), period_end=date(2026, 8, 31))
    before = queries.accounted(queries.in_full().get())

    accept_report(actor=actor(Role.COORDINATOR), report=accepted)

    assert before is None
    assert queries.accounted(queries.in_full().get()) == queries.Accounted(spent=40_000_000, share=40)


def test_judged_keeps_a_place_for_each_party():
    evaluation = an_evaluation()
    with clock.at(LATER):
        reply_to_evaluation(actor=signatory("council"), evaluation=evaluation, text="جواب")

    with clock.at(LATER):
        (judged,) = queries.judged(queries.in_full().get())
        provisional = judged.is_provisional
    with clock.at(LATER.replace(month=12, day=9)):
        afterwards = judged.is_provisional

    assert [reply and reply.text for _party, reply in judged.answers] == [None, "جواب"]
    assert (provisional, afterwards) == (True, False)


def test_signed_text_is_found_by_its_hash_only():
    agreement = an_agreement()
    a_draft()

    assert queries.signed_text(agreement.document_sha256.upper()) == agreement
    assert queries.signed_text("0" * 64) is None
    assert queries.signed_text("") is None


def test_waiting_for_names_the_texts_one_has_not_signed():
    agreement = a_text_to_sign()
    a_text_to_sign("association-b", "other-council", actor=actor(Role.COORDINATOR))
    before = list(queries.waiting_for(signatory("association-a")))

    sign_agreement(actor=signatory("association-a"), agreement=agreement)

    assert before == [agreement]
    assert list(queries.waiting_for(signatory("association-a"))) == []
    assert list(queries.waiting_for(actor(Role.ANONYMOUS))) == []


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        (Role.OFFICER_A, ["submit_report"]),
        (Role.COUNCIL_OFFICER, ["submit_report", "evaluate_agreement", "cancel_agreement"]),
        (Role.AUDITOR, ["evaluate_agreement"]),
        (Role.RESIDENT, []),
    ],
)
def test_open_acts_are_those_allowed_and_possible(role, acts):
    an_agreement()

    with clock.at(LATER):
        assert queries.open_acts(actor(role), queries.in_full().get()) == acts


def test_open_acts_of_a_draft_and_of_a_text_to_sign():
    draft, waiting = a_draft(), a_text_to_sign()

    def acts(agreement: Agreement, role: Role) -> list[str]:
        return queries.open_acts(actor(role), queries.in_full().get(pk=agreement.pk))

    assert acts(draft, Role.COORDINATOR) == ["add_commitment", "put_to_signature", "cancel_agreement"]
    assert acts(draft, Role.OFFICER_A) == []
    assert acts(waiting, Role.OFFICER_A) == ["sign_agreement"]


def test_evaluation_is_late_the_day_after():
    agreement = an_agreement()
    full = queries.in_full().get(pk=agreement.pk)

    assert not queries.evaluation_is_late(full, date(2026, 12, 1))
    assert queries.evaluation_is_late(full, date(2026, 12, 2))
