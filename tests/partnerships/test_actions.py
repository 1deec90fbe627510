import hashlib
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from multaqa.directory.actors import Function, actor_of
from multaqa.kit import clock
from multaqa.kit.policy import Forbidden, Refused
from multaqa.kit.translated import Translated
from multaqa.ledger.models import Entry, Link, reference
from multaqa.partnerships.actions import (
    accept_report,
    add_commitment,
    cancel_agreement,
    end_agreement,
    link_finding,
    put_to_signature,
    reply_to_evaluation,
    return_report,
    sign_agreement,
    submit_report,
    update_commitment,
)
from multaqa.partnerships.models import Agreement, Report, Signature
from multaqa.recommendations.actions import adopt_recommendation
from tests.factories import Role, actor, appoint, organisation, verbs_in_ledger
from tests.partnerships.factories import (
    LATER,
    SCORES,
    SIGNING_DAY,
    a_draft,
    a_promise,
    a_report,
    a_text_to_sign,
    an_agreement,
    an_evaluation,
    signatory,
    terms,
)

pytestmark = pytest.mark.django_db


def test_draft_agreement_numbers_references_within_the_year():
    drafts = [a_draft(), a_draft()]

    assert [draft.reference for draft in drafts] == ["2025-01", "2025-02"]
    assert verbs_in_ledger() == ["partnerships.agreement_drafted"] * 2
    assert Entry.objects.last().facts["parties"] == ["association-a", "council"]


def test_draft_agreement_remembers_what_it_follows_from():
    first = a_draft()

    second = a_draft(causes=[first])

    assert list(Link.objects.values_list("subject", "cause")) == [(reference(second), reference(first))]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"parties": ["council"], "commitments": []}, "at least two parties"),
        ({"parties": ["council", "council"], "commitments": []}, "each party once"),
        ({"ends_on": date(2025, 11, 30)}, "before the first"),
        ({"commitments": ["cell"]}, "Only a party"),
    ],
)
def test_draft_agreement_refuses_what_is_no_agreement(overrides, message):
    if "parties" in overrides:
        overrides = {**overrides, "parties": terms(*overrides["parties"])}
    if overrides.get("commitments"):
        overrides = {"commitments": [a_promise(code) for code in overrides["commitments"]]}

    with override("en"), pytest.raises(Refused, match=message):
        a_draft(**overrides)

    assert verbs_in_ledger() == []


def test_draft_agreement_is_not_for_an_association():
    with pytest.raises(Forbidden):
        a_draft(actor=actor(Role.OFFICER_A))


def test_add_commitment_numbers_after_the_last():
    draft = a_draft()
    party = draft.parties.get(organisation__code="council")

    added = add_commitment(
        actor=actor(Role.COUNCIL_OFFICER),
        agreement=draft,
        party=party,
        text=Translated.of("نشر لائحة الدعم"),
        due_on=date(2026, 12, 31),
    )

    assert (added.number, added.party) == (3, party)
    assert verbs_in_ledger()[-1] == "partnerships.commitment_added"


def test_add_commitment_refuses_a_frozen_text():
    agreement = a_text_to_sign()

    with pytest.raises(Refused):
        add_commitment(
            actor=actor(Role.COORDINATOR),
            agreement=agreement,
            party=agreement.parties.first(),
            text=Translated.of("متأخر"),
            due_on=date(2026, 12, 31),
        )

    assert agreement.commitments.count() == 2


def test_add_commitment_refuses_a_party_of_another_agreement():
    draft, other = a_draft(), a_draft()

    with pytest.raises(Refused):
        add_commitment(
            actor=actor(Role.COORDINATOR),
            agreement=draft,
            party=other.parties.first(),
            text=Translated.of("غريب"),
            due_on=date(2026, 12, 31),
        )


def test_put_to_signature_keeps_the_bytes_and_their_hash():
    agreement = a_text_to_sign()

    assert agreement.state == Agreement.State.SIGNING
    assert hashlib.sha256(bytes(agreement.document.content)).hexdigest() == agreement.document_sha256
    assert bytes(agreement.document.content).startswith(b"%PDF-")
    assert Entry.objects.latest("pk").facts["sha256"] == agreement.document_sha256


def test_put_to_signature_refuses_a_text_without_commitment():
    draft = a_draft(commitments=[])

    with pytest.raises(Refused):
        put_to_signature(actor=actor(Role.COORDINATOR), agreement=draft)

    assert Agreement.objects.get().state == Agreement.State.DRAFT


def test_put_to_signature_refuses_money_of_a_council_without_its_deliberation():
    parties = [terms("association-a")[0], type(terms("council")[0])(organisation("council"))]
    draft = a_draft(parties=parties)

    with pytest.raises(Refused) as refusal:
        put_to_signature(actor=actor(Role.COORDINATOR), agreement=draft)
    frozen = put_to_signature(actor=actor(Role.COORDINATOR), agreement=draft, deliberations={2: "2026/07"})

    assert refusal.value.field == "deliberation_2"
    assert frozen.parties.get(order=2).deliberation == "2026/07"


def test_put_to_signature_is_for_the_coordinator_or_a_council_in_it():
    draft = a_draft("association-a", "other-council", actor=actor(Role.COORDINATOR))

    with pytest.raises(Forbidden):
        put_to_signature(actor=actor(Role.COUNCIL_OFFICER), agreement=draft)


def test_first_signature_does_not_bind_yet():
    agreement = a_text_to_sign()

    signed = sign_agreement(actor=signatory("association-a"), agreement=agreement)

    entry = Entry.objects.latest("pk")
    assert signed.state == Agreement.State.SIGNING
    assert (entry.verb, entry.step, entry.due_on) == ("partnerships.agreement_signed", "", None)
    assert entry.facts["in_force"] is False


def test_last_signature_brings_the_agreement_into_force_in_one_entry():
    agreement = an_agreement()

    entry = Entry.objects.latest("pk")
    assert verbs_in_ledger() == [
        "partnerships.agreement_drafted",
        "partnerships.agreement_put_to_signature",
        "partnerships.agreement_signed",
        "partnerships.agreement_signed",
    ]
    assert (agreement.state, agreement.in_force_on) == (Agreement.State.IN_FORCE, date(2025, 12, 1))
    assert (entry.step, entry.due_step, entry.due_on, entry.met_by) == (
        "agreed",
        "evaluated",
        date(2026, 12, 1),
        "partnerships.agreement_evaluated",
    )
    assert set(Signature.objects.values_list("document_sha256", flat=True)) == {agreement.document_sha256}


def test_signature_of_29_february_is_evaluated_on_28_february():
    agreement = a_text_to_sign(starts_on=date(2028, 1, 1), ends_on=date(2029, 12, 31))

    for code in ("association-a", "council"):
        with clock.at(SIGNING_DAY.replace(year=2028, month=2, day=29)):
            agreement = sign_agreement(actor=signatory(code), agreement=agreement)

    assert agreement.evaluation_due_on == date(2029, 2, 28)


def test_sign_agreement_keeps_the_name_of_the_signer_out_of_the_public_payload():
    an_agreement()

    entry = Entry.objects.filter(verb="partnerships.agreement_signed").first()
    assert "officer of association A" not in entry.payload
    assert "signer" in entry.private.data


def test_sign_agreement_refuses_a_second_signature_of_the_same_party():
    agreement = a_text_to_sign()
    sign_agreement(actor=signatory("association-a"), agreement=agreement)

    with pytest.raises(Refused):
        sign_agreement(actor=signatory("association-a"), agreement=agreement)

    assert Signature.objects.count() == 1


def test_sign_agreement_refuses_one_person_for_two_parties():
    agreement = a_text_to_sign()
    office = appoint(Role.OFFICER_A, "council", Function.COUNCIL_OFFICER)
    appoint(Role.OFFICER_A, "association-a", Function.OFFICER)
    both = actor_of(office.person.account)
    sign_agreement(actor=both, agreement=agreement)

    with pytest.raises(Refused):
        sign_agreement(actor=both, agreement=agreement)

    assert Signature.objects.count() == 1


def test_sign_agreement_refuses_a_draft():
    with pytest.raises(Refused):
        sign_agreement(actor=signatory("council"), agreement=a_draft())


def test_sign_agreement_stops_when_the_kept_text_was_changed_behind_its_back():
    agreement = a_text_to_sign()
    agreement.document.content = bytes(agreement.document.content) + b" "
    agreement.document.save()

    with pytest.raises(Refused):
        sign_agreement(actor=signatory("council"), agreement=agreement)

    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    "role", [Role.OFFICER_B, Role.COORDINATOR, Role.AUDITOR, Role.RESIDENT, Role.ANONYMOUS]
)
def test_sign_agreement_needs_an_office_in_a_party_that_binds_it(role):
    agreement = a_text_to_sign()

    with pytest.raises(Forbidden):
        sign_agreement(actor=actor(role), agreement=agreement)


def test_the_database_refuses_an_agreement_in_force_without_a_frozen_text():
    draft = a_draft()

    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(pk=draft.pk).update(state=Agreement.State.SIGNING)


def test_update_commitment_keeps_progress_and_evidence():
    commitment = an_agreement().commitments.get(party__organisation__code="association-a")

    update_commitment(
        actor=signatory("association-a"), commitment=commitment, progress=70, evidence="لائحة الحضور"
    )

    commitment.refresh_from_db()
    assert (commitment.progress, commitment.evidence) == (70, "لائحة الحضور")
    assert Entry.objects.latest("pk").facts["progress"] == 70


def test_update_commitment_refuses_more_than_everything():
    commitment = an_agreement().commitments.get(party__organisation__code="association-a")

    with pytest.raises(Refused):
        update_commitment(actor=signatory("association-a"), commitment=commitment, progress=101)


def test_update_commitment_refuses_before_the_agreement_binds():
    commitment = a_text_to_sign().commitments.get(party__organisation__code="association-a")

    with pytest.raises(Refused):
        update_commitment(actor=signatory("association-a"), commitment=commitment, progress=10)


def test_update_commitment_is_not_for_the_other_party():
    commitment = an_agreement().commitments.get(party__organisation__code="association-a")

    with pytest.raises(Forbidden):
        update_commitment(actor=signatory("council"), commitment=commitment, progress=100)


@pytest.mark.parametrize(
    ("progress", "day", "state", "late"),
    [
        (0, date(2026, 6, 30), "planned", 0),
        (10, date(2026, 6, 30), "running", 0),
        (10, date(2026, 7, 1), "late", 1),
        (100, date(2027, 1, 1), "done", 0),
    ],
)
def test_commitment_state_follows_progress_and_day(progress, day, state, late):
    commitment = a_draft().commitments.first()
    commitment.progress = progress

    with clock.at(SIGNING_DAY.replace(year=day.year, month=day.month, day=day.day)):
        found = (commitment.state, commitment.days_late)

    assert found == (state, late)


def test_submit_report_for_the_party_one_speaks_for():
    report = a_report()

    assert (report.party.organisation.code, report.spent, report.state) == (
        "association-a",
        40_000_000,
        "submitted",
    )
    assert verbs_in_ledger()[-1] == "partnerships.report_submitted"


def test_submit_report_refuses_the_same_period_twice_unless_the_first_was_returned():
    agreement = an_agreement()
    first = a_report(agreement)
    with pytest.raises(Refused):
        a_report(agreement)

    return_report(actor=actor(Role.COORDINATOR), report=first, reason="الوثائق ناقصة.")
    second = a_report(agreement)

    assert list(Report.objects.order_by("pk").values_list("state", flat=True)) == ["returned", "submitted"]
    assert second.pk != first.pk


def test_submit_report_refuses_a_financial_report_without_an_amount():
    agreement = an_agreement()

    with pytest.raises(Refused) as refusal:
        a_report(agreement, spent=None)

    assert refusal.value.field == "spent"


def test_submit_report_is_for_parties_only():
    agreement = an_agreement()

    with pytest.raises(Forbidden):
        a_report(agreement, actor=actor(Role.OFFICER_B))


def test_accept_report_by_the_other_party():
    report = a_report()

    accepted = accept_report(actor=signatory("council"), report=report)

    assert accepted.state == Report.State.ACCEPTED
    assert verbs_in_ledger()[-1] == "partnerships.report_accepted"


def test_accept_report_refuses_what_was_decided():
    report = a_report()
    accept_report(actor=actor(Role.COORDINATOR), report=report)

    with pytest.raises(Refused):
        return_report(actor=actor(Role.COORDINATOR), report=report, reason="متأخر")

    report.refresh_from_db()
    assert (report.state, report.reason) == ("accepted", "")


def test_nobody_decides_on_a_report_of_their_own_house():
    report = a_report(code="council")

    with pytest.raises(Forbidden):
        accept_report(actor=signatory("council"), report=report)
    with pytest.raises(Forbidden):
        return_report(actor=signatory("council"), report=report, reason="لا")


def test_a_council_that_is_no_party_decides_on_nothing():
    report = a_report(an_agreement("association-a", "other-council", actor=actor(Role.COORDINATOR)))

    with pytest.raises(Forbidden):
        accept_report(actor=actor(Role.COUNCIL_OFFICER), report=report)


def test_return_report_needs_a_reason():
    report = a_report()

    with pytest.raises(Refused) as refusal:
        return_report(actor=actor(Role.COORDINATOR), report=report, reason="  ")

    assert refusal.value.field == "reason"


def test_evaluate_agreement_meets_the_obligation_of_the_signature():
    evaluation = an_evaluation()

    entry = Entry.objects.latest("pk")
    assert (entry.verb, entry.step, entry.due_on) == ("partnerships.agreement_evaluated", "evaluated", None)
    assert entry.subject == reference(evaluation.agreement)
    assert (evaluation.year, evaluation.due_on, evaluation.published_on) == (
        1,
        date(2026, 12, 1),
        LATER.date(),
    )
    assert evaluation.scores["impact"] is None
    assert [finding.text for finding in evaluation.findings.all()] == ["المقر بالعركوب غير مجهز."]


def test_evaluate_agreement_of_several_years_sets_the_next_day():
    agreement = an_agreement(ends_on=date(2028, 11, 30))

    evaluation = an_evaluation(agreement)

    entry = Entry.objects.latest("pk")
    assert entry.due_on == date(2027, 12, 1)
    assert an_evaluation(evaluation.agreement).year == 2


def test_evaluate_agreement_refuses_the_same_year_twice():
    evaluation = an_evaluation()

    with pytest.raises(Refused):
        an_evaluation(evaluation.agreement)


@pytest.mark.parametrize("scores", [{}, dict.fromkeys(SCORES), {"relevance": 5}, {"relevance": 0}])
def test_evaluate_agreement_refuses_scores_that_say_nothing_or_too_much(scores):
    agreement = an_agreement()

    with pytest.raises(Refused):
        an_evaluation(agreement, scores=scores)


def test_evaluate_agreement_is_not_for_the_grantee():
    agreement = an_agreement()

    with pytest.raises(Forbidden):
        an_evaluation(agreement, actor=actor(Role.OFFICER_A))


def test_reply_to_evaluation_once_a_party():
    evaluation = an_evaluation()

    reply = reply_to_evaluation(
        actor=signatory("council"), evaluation=evaluation, text="تأخر المقر سببه إعادة طلب العروض."
    )

    assert reply.party.organisation.code == "council"
    assert "طلب العروض" not in Entry.objects.latest("pk").payload
    with pytest.raises(Refused):
        reply_to_evaluation(actor=signatory("council"), evaluation=evaluation, text="مرة ثانية")
    with pytest.raises(Forbidden):
        reply_to_evaluation(actor=actor(Role.OFFICER_B), evaluation=evaluation, text="من خارج الاتفاقية")


def test_link_finding_to_the_recommendation_it_became():
    finding = an_evaluation().findings.get()
    with clock.at(LATER):
        recommendation = adopt_recommendation(
            actor=actor(Role.COORDINATOR),
            title=Translated.of("تجهيز المقر"),
            text=Translated.of("تجهيز المقر بالعركوب."),
            addressee=organisation("council"),
            proposer=organisation("cell"),
            territory=finding.evaluation.agreement.territory,
            due_on=date(2027, 2, 1),
            causes=[finding.evaluation.agreement],
        )

    linked = link_finding(actor=actor(Role.COORDINATOR), finding=finding, recommendation=recommendation)

    assert linked.becomes_recommendation == recommendation
    assert verbs_in_ledger()[-1] == "partnerships.finding_linked"
    with pytest.raises(Refused):
        link_finding(actor=actor(Role.COORDINATOR), finding=finding, recommendation=recommendation)
    with pytest.raises(Forbidden):
        link_finding(actor=actor(Role.OFFICER_A), finding=finding, recommendation=recommendation)


def test_end_agreement_after_its_last_day_only():
    agreement = an_agreement()
    with clock.at(LATER), pytest.raises(Refused):
        end_agreement(actor=actor(Role.COORDINATOR), agreement=agreement)

    with clock.at(LATER.replace(month=12, day=1)):
        ended = end_agreement(actor=actor(Role.COORDINATOR), agreement=agreement)

    assert ended.state == Agreement.State.ENDED
    assert verbs_in_ledger()[-1] == "partnerships.agreement_ended"


def test_an_ended_agreement_still_takes_its_last_report():
    agreement = an_agreement()
    with clock.at(LATER.replace(month=12, day=1)):
        agreement = end_agreement(actor=actor(Role.COORDINATOR), agreement=agreement)

    report = submit_report(
        actor=signatory("association-a"),
        agreement=agreement,
        kind=Report.Kind.FINAL,
        period_start=date(2025, 12, 1),
        period_end=date(2026, 11, 30),
        text="التقرير النهائي",
    )

    assert report.spent is None


def test_cancel_agreement_publishes_the_reason():
    agreement = an_agreement()

    cancelled = cancel_agreement(actor=actor(Role.COORDINATOR), agreement=agreement, reason="انسحاب طرف")

    assert (cancelled.state, Entry.objects.latest("pk").facts["reason"]) == ("cancelled", "انسحاب طرف")
    with pytest.raises(Refused):
        cancel_agreement(actor=actor(Role.COORDINATOR), agreement=agreement, reason="مرة ثانية")


def test_cancel_agreement_refuses_silence_and_strangers():
    agreement = an_agreement()

    with pytest.raises(Refused):
        cancel_agreement(actor=actor(Role.COORDINATOR), agreement=agreement, reason=" ")
    with pytest.raises(Forbidden):
        cancel_agreement(actor=actor(Role.OFFICER_A), agreement=agreement, reason="لا نريد")
