import csv
import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from multaqa.kit import clock
from multaqa.kit.idempotency import new_key
from multaqa.kit.translated import Translated
from multaqa.ledger.models import Link
from multaqa.ledger.models import reference as ledger_reference
from multaqa.partnerships.actions import cancel_agreement, sign_agreement
from multaqa.partnerships.models import Agreement, Commitment, Finding, Reply, Report
from multaqa.recommendations.models import Recommendation
from tests.factories import Role, account_in, actor, organisation, region, verbs_in_ledger
from tests.partnerships.factories import (
    LATER,
    SCORES,
    a_draft,
    a_promise,
    a_report,
    a_text_to_sign,
    an_agreement,
    an_evaluation,
    signatory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    """Assertions read the messages' own words."""
    with override("en"):
        yield


def sign_in(client, role):
    client.force_login(account_in(role), backend="allauth.account.auth_backends.AuthenticationBackend")


def url(name, *arguments):
    return reverse(f"partnerships:{name}", args=arguments)


def send(client, address, **data):
    return client.post(address, {"idempotency_key": new_key(), **data})


def test_register_says_there_is_nothing(client):
    page = client.get(url("register"))

    assert "No agreement matches" in page.content.decode()


def test_register_narrows_and_keeps_unknown_filters_harmless(client):
    draft, signed = a_draft(), an_agreement()

    narrowed = client.get(url("register"), {"state": "in_force", "party": "council"}).content.decode()
    harmless = client.get(url("register"), {"state": "nonsense", "territory": "nowhere", "page": "x"})

    assert signed.get_absolute_url() in narrowed
    assert draft.get_absolute_url() not in narrowed
    assert harmless.context["page_obj"].paginator.count == 2


def test_register_tells_a_signatory_what_waits(client):
    agreement = a_text_to_sign()
    sign_in(client, Role.OFFICER_A)

    assert url("sign", agreement.reference) in client.get(url("register")).content.decode()


def test_register_costs_the_same_for_one_and_three_agreements(client, django_assert_max_num_queries):
    an_agreement()
    sign_in(client, Role.COUNCIL_OFFICER)
    client.get(url("register"))
    with django_assert_max_num_queries(15) as one:
        client.get(url("register"))

    an_agreement(), an_agreement()
    with django_assert_max_num_queries(15) as three:
        page = client.get(url("register"))

    assert len(three) == len(one)
    assert len(page.content) < 60_000


def test_register_downloads_as_a_table(client):
    an_agreement(), a_draft()

    answer = client.get(url("register_csv"), {"state": "in_force"})

    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [(row["reference"], row["amount_minor"]) for row in rows] == [("2025-01", "100000000")]


def test_agreement_shows_signatures_commitments_reports_and_both_answers(client):
    agreement = an_agreement()
    report, evaluation = a_report(agreement), an_evaluation(agreement)
    Reply.objects.create(
        evaluation=evaluation,
        party=agreement.parties.get(order=2),
        text="تأخر المقر.",
        replied_on=date(2026, 11, 24),
    )

    with clock.at(LATER):
        page = client.get(agreement.get_absolute_url()).content.decode()

    assert page.count("Signature verified") == 2
    assert "146 days late" in page
    assert url("report", agreement.reference, report.pk) in page
    assert page.count("not measured") == 1
    assert "«تأخر المقر.»" in page
    assert "Not here yet" in page
    assert agreement.document_sha256[:24] in page


def test_agreement_says_when_its_evaluation_is_late(client):
    agreement = an_agreement()

    with clock.at(LATER.replace(month=12, day=9)):
        page = client.get(agreement.get_absolute_url()).content.decode()

    assert "The evaluation is late" in page


def test_cancelled_agreement_says_why(client):
    agreement = an_agreement()
    cancel_agreement(actor=actor(Role.COORDINATOR), agreement=agreement, reason="انسحاب طرف")

    assert "انسحاب طرف" in client.get(agreement.get_absolute_url()).content.decode()


def test_agreement_costs_the_same_for_one_and_many(client, django_assert_max_num_queries):
    small = an_agreement()
    a_report(small), an_evaluation(small)
    large = an_agreement(
        "association-a",
        "association-b",
        "council",
        commitments=[a_promise(code) for code in ("association-a", "association-b", "council")] * 8,
        ends_on=date(2029, 1, 1),
    )
    for code in ("association-a", "association-b", "council"):
        a_report(large, code)
    for _year in range(3):
        an_evaluation(large, findings=["واحد", "اثنان", "ثلاثة"])
    sign_in(client, Role.COUNCIL_OFFICER)
    client.get(small.get_absolute_url())

    with django_assert_max_num_queries(15) as one:
        client.get(small.get_absolute_url())
    with django_assert_max_num_queries(15) as many:
        page = client.get(large.get_absolute_url())

    assert len(many) == len(one)
    assert len(page.content) < 60_000


def test_document_of_a_signed_agreement_is_the_kept_bytes(client):
    agreement = an_agreement()

    answer = client.get(url("document", agreement.reference))

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content == bytes(agreement.document.content)


def test_document_of_a_draft_is_a_preview(client):
    answer = client.get(url("document", a_draft().reference))

    assert answer.content.startswith(b"%PDF-")


def test_certificate_of_a_draft_does_not_exist(client):
    draft = a_draft()

    assert client.get(url("certificate", draft.reference)).status_code == 404
    assert client.get(url("certificate", an_agreement().reference)).content.startswith(b"%PDF-")


def drafting(**overrides):
    return {
        "title_ar": "اتفاقية جديدة",
        "purpose_ar": "الغاية",
        "territory": region().pk,
        "starts_on": "2027-01-01",
        "ends_on": "2027-12-31",
        "amount": "٥٠ ٠٠٠",
        "party_1": organisation("council").code,
        "deliberation_1": "2026/9",
        "party_2": organisation("association-a").code,
        "capacity_2_ar": "رئيس الجمعية",
        **overrides,
    }


def test_draft_becomes_an_agreement_with_its_parties(client):
    sign_in(client, Role.COUNCIL_OFFICER)

    answer = send(client, url("draft"), **drafting())

    agreement = Agreement.objects.get()
    assert answer.url == agreement.get_absolute_url()
    assert agreement.amount == 5_000_000
    assert list(agreement.parties.values_list("organisation__code", "deliberation", "capacity")) == [
        ("council", "2026/9", {}),
        ("association-a", "", {"ar": "رئيس الجمعية"}),
    ]


def test_draft_keeps_what_was_typed_and_says_what_is_wrong(client):
    sign_in(client, Role.COUNCIL_OFFICER)

    answer = send(client, url("draft"), **drafting(party_2="nobody", ends_on="2026-01-01"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "No organisation has this code" in page
    assert "اتفاقية جديدة" in page
    assert not Agreement.objects.exists()


def test_the_whole_way_from_draft_to_force(client):
    sign_in(client, Role.COUNCIL_OFFICER)
    send(client, url("draft"), **drafting(deliberation_1=""))
    agreement = Agreement.objects.get()
    party = agreement.parties.get(order=1)
    send(
        client,
        url("add_commitment", agreement.reference),
        party=party.pk,
        text_ar="نشر لائحة الدعم",
        due_on="2027-06-30",
    )
    refused = send(client, url("put_to_signature", agreement.reference))
    send(client, url("put_to_signature", agreement.reference), deliberation_1="2026/9")
    unread = send(client, url("sign", agreement.reference))
    send(client, url("sign", agreement.reference), read="on")
    again = send(client, url("sign", agreement.reference), read="on")
    sign_in(client, Role.OFFICER_A)
    send(client, url("sign", agreement.reference), read="on")

    agreement.refresh_from_db()
    assert (refused.status_code, unread.status_code, again.status_code) == (422, 422, 422)
    assert "Your organisation has signed already" in again.content.decode()
    assert agreement.state == Agreement.State.IN_FORCE
    assert verbs_in_ledger() == [
        "partnerships.agreement_drafted",
        "partnerships.commitment_added",
        "partnerships.agreement_put_to_signature",
        "partnerships.agreement_signed",
        "partnerships.agreement_signed",
    ]


def test_commitment_takes_arabic_digits(client):
    agreement = an_agreement()
    sign_in(client, Role.OFFICER_A)

    answer = send(client, url("commitment", agreement.reference, 1), progress="٧٠", evidence="لائحة")

    assert answer.url == f"{agreement.get_absolute_url()}#commitment-1"
    assert Commitment.objects.get(number=1).progress == 70


def test_commitment_refuses_more_than_everything(client):
    agreement = an_agreement()
    sign_in(client, Role.OFFICER_A)

    assert send(client, url("commitment", agreement.reference, 1), progress="170").status_code == 422


def test_report_is_submitted_read_and_returned(client):
    agreement = an_agreement()
    sign_in(client, Role.OFFICER_A)
    period = {"period_start": "2025-12-01", "period_end": "2026-05-31"}
    unpriced = send(client, url("submit_report", agreement.reference), kind="financial", text="نص", **period)
    send(
        client,
        url("submit_report", agreement.reference),
        kind="financial",
        text="نص التقرير",
        spent="0",
        **period,
    )
    report = Report.objects.get()
    address = url("report", agreement.reference, report.pk)
    own_decision = send(client, address, decision="accept")
    client.logout()
    read = client.get(address).content.decode()
    sign_in(client, Role.COUNCIL_OFFICER)
    silent = send(client, address, decision="return")
    send(client, address, decision="return", reason="الوثائق ناقصة.")

    report.refresh_from_db()
    assert (unpriced.status_code, own_decision.status_code, silent.status_code) == (422, 403, 422)
    assert "نص التقرير" in read
    assert "Publish the decision" not in read
    assert (report.state, report.reason, report.spent) == ("returned", "الوثائق ناقصة.", 0)


def test_report_is_accepted(client):
    report = a_report()
    sign_in(client, Role.COORDINATOR)

    answer = send(client, url("report", report.agreement.reference, report.pk), decision="accept", reason="")

    report.refresh_from_db()
    assert (answer.status_code, report.state) == (302, "accepted")


def test_evaluation_leaves_unmeasured_what_nobody_scored(client):
    agreement = an_agreement()
    sign_in(client, Role.AUDITOR)
    scores = {name: str(score) for name, score in SCORES.items() if score}

    empty = send(client, url("evaluate", agreement.reference), conclusion="خلاصة")
    send(
        client, url("evaluate", agreement.reference), conclusion="خلاصة", findings="واحد\n\n اثنان ", **scores
    )

    evaluation = agreement.evaluations.get()
    assert "Measure at least one criterion" in empty.content.decode()
    assert evaluation.scores == SCORES
    assert [finding.text for finding in evaluation.findings.all()] == ["واحد", "اثنان"]


def test_reply_stands_beside_the_evaluation(client):
    evaluation = an_evaluation()
    sign_in(client, Role.OFFICER_A)

    send(client, url("reply", evaluation.agreement.reference), text="جوابنا")

    assert "«جوابنا»" in client.get(evaluation.agreement.get_absolute_url()).content.decode()


def test_reply_before_any_evaluation_is_not_found(client):
    sign_in(client, Role.OFFICER_A)

    assert client.get(url("reply", an_agreement().reference)).status_code == 404


def test_finding_becomes_a_recommendation_with_one_entry_of_each_room(client):
    finding = an_evaluation().findings.get()
    agreement = finding.evaluation.agreement
    sign_in(client, Role.COORDINATOR)
    due = clock.today().replace(year=clock.today().year + 1, day=1)

    answer = send(
        client,
        url("finding", agreement.reference, finding.pk),
        title_ar="تجهيز المقر",
        text_ar="تجهيز المقر بالعركوب",
        addressee=organisation("council").code,
        due_on=due.isoformat(),
    )

    recommendation = Recommendation.objects.get()
    assert answer.url == recommendation.get_absolute_url()
    assert Finding.objects.get().becomes_recommendation == recommendation
    assert verbs_in_ledger()[-2:] == ["recommendations.recommendation_adopted", "partnerships.finding_linked"]
    assert Link.objects.filter(
        subject=ledger_reference(recommendation), cause=ledger_reference(agreement)
    ).exists()


def test_finding_refused_by_the_other_room_leaves_nothing(client):
    finding = an_evaluation().findings.get()
    sign_in(client, Role.COORDINATOR)

    answer = send(
        client,
        url("finding", finding.evaluation.agreement.reference, finding.pk),
        title_ar="تجهيز المقر",
        text_ar="تجهيز المقر بالعركوب",
        addressee=organisation("council").code,
        due_on="2020-01-01",
    )

    assert answer.status_code == 422
    assert not Recommendation.objects.exists()
    assert Finding.objects.get().becomes_recommendation is None


def test_end_waits_for_the_last_day(client):
    agreement = an_agreement(ends_on=date(2199, 12, 31))
    sign_in(client, Role.COORDINATOR)

    answer = send(client, url("end", agreement.reference))

    assert "The agreement runs until its last day" in answer.content.decode()


def test_cancel_needs_a_reason(client):
    agreement = an_agreement()
    sign_in(client, Role.COORDINATOR)

    silent = send(client, url("cancel", agreement.reference), reason="")
    send(client, url("cancel", agreement.reference), reason="انسحاب طرف")

    agreement.refresh_from_db()
    assert silent.status_code == 422
    assert agreement.state == Agreement.State.CANCELLED


def uploaded(content):
    return SimpleUploadedFile("any.pdf", content, content_type="application/pdf")


def test_verify_recognises_the_signed_bytes(client):
    agreement = an_agreement()

    page = send(client, url("verify"), file=uploaded(bytes(agreement.document.content))).content.decode()

    assert "this is the text all parties signed" in page
    assert agreement.get_absolute_url() in page


def test_verify_does_not_recognise_one_more_byte(client):
    agreement = an_agreement()

    page = send(
        client, url("verify"), file=uploaded(bytes(agreement.document.content) + b"\n")
    ).content.decode()

    assert "No agreement of this platform has this text" in page
    assert agreement.get_absolute_url() not in page


def test_verify_by_hash_says_when_signatures_are_missing(client):
    agreement = a_text_to_sign()
    sign_agreement(actor=signatory("council"), agreement=agreement)

    linked = client.get(url("verify"), {"sha256": agreement.document_sha256}).content.decode()
    pasted = send(client, url("verify"), sha256=f" {agreement.document_sha256.upper()} ").content.decode()

    assert "not every party has signed it" in linked
    assert "not every party has signed it" in pasted


@pytest.mark.parametrize("asked", [{}, {"sha256": "abc"}, {"sha256": "g" * 64}])
def test_verify_asks_for_a_file_or_a_hash(client, asked):
    answer = send(client, url("verify"), **asked)

    assert answer.status_code == 422
    assert "Choose a PDF" in answer.content.decode()


def test_evaluations_lists_what_is_missing_and_what_is_published(client):
    late, judged = an_agreement(title=Translated.of("متأخرة", "En retard", "Late one")), an_agreement()
    an_evaluation(judged)

    with clock.at(LATER.replace(month=12, day=9)):
        page = client.get(url("evaluations")).content.decode()

    assert "Late one" in page
    assert "Due and missing" in page
    assert f"{judged.get_absolute_url()}#evaluation-1" in page
    assert f"{late.get_absolute_url()}#evaluation-1" not in page


def test_evaluations_cost_the_same_for_one_and_three(client, django_assert_max_num_queries):
    an_evaluation()
    client.get(url("evaluations"))
    with django_assert_max_num_queries(15) as one:
        client.get(url("evaluations"))

    an_evaluation(), an_evaluation()
    with django_assert_max_num_queries(15) as three:
        page = client.get(url("evaluations"))

    assert len(three) == len(one)
    assert len(page.content) < 60_000


@pytest.mark.parametrize("name", ["draft", "sign", "evaluate"])
def test_a_stranger_is_asked_to_sign_in(client, name):
    arguments = [] if name == "draft" else [a_text_to_sign().reference]

    answer = client.get(url(name, *arguments))

    assert answer.status_code == 302
    assert "/accounts/login/" in answer.url
