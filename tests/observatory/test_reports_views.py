import csv
import io

import pytest
from django.urls import reverse
from django.utils.translation import override

from multaqa.kit import clock
from multaqa.observatory.models import CapacityReport
from tests.factories import Role, account_in, commune, organisation
from tests.observatory.aid_factories import (
    a_report,
    a_returned_report,
    an_accepted_report,
)

pytestmark = pytest.mark.django_db
KEY = "reports-test-key-0001"


def at(name, *args):
    with override("en"):
        return reverse(f"observatory:{name}", args=args)


def text(response):
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()


def sign_in(client, role):
    client.force_login(account_in(role), backend="django.contrib.auth.backends.ModelBackend")


def answers(**overrides):
    return {
        "idempotency_key": KEY,
        "organisation": organisation("association-a").pk,
        "territory": commune().pk,
        "seen_on": clock.today().isoformat(),
        "kind": "flood",
        "seen": "الوادي يقطع الطريق",
        "volunteers": "٣٠",
        "vehicles": "2",
        "skills": ["driving", "first_aid"],
        "stock": "خيام",
        "opening_hours": "",
    } | overrides


@pytest.mark.parametrize("count", [1, 3])
def test_reports_cost_the_same_for_one_and_three(client, django_assert_max_num_queries, count):
    for _turn in range(count):
        an_accepted_report()

    with django_assert_max_num_queries(8):
        page = text(client.get(at("reports")))

    assert page.count("accepted</span>") == count
    assert len(page.encode()) < 60_000


def test_reports_show_which_reports_stand_behind_a_figure(client):
    first, last = an_accepted_report(volunteers=90), an_accepted_report(volunteers=31)

    page = text(client.get(at("reports")))
    behind = page[page.index("Capacity by commune") :]

    assert last.get_absolute_url().removeprefix("/ar") in behind
    assert first.get_absolute_url().removeprefix("/ar") not in behind
    assert ">31</bdi>" in behind


def test_reports_without_any_say_that_nothing_is_measured(client):
    page = text(client.get(at("reports"), {"state": "accepted"}))

    assert "No report matches." in page
    assert "capacity is measured" in page


def test_reports_csv_has_no_free_text(client):
    a_report(stock="خيام", seen="نص طويل")

    file = text(client.get(at("reports_csv"))).removeprefix("\ufeff")
    [row] = csv.DictReader(io.StringIO(file))

    assert (row["organisation"], row["volunteers"], row["skills"]) == ("association-a", "30", "first_aid")
    assert "خيام" not in file
    assert "نص طويل" not in file


def test_report_new_sends_what_was_typed(client):
    sign_in(client, Role.OFFICER_A)

    answer = client.post(at("report_new"), answers())

    report = CapacityReport.objects.get()
    assert answer["Location"] == at("report", report.number)
    assert (report.volunteers, report.skills) == (30, ["driving", "first_aid"])
    page = text(client.get(answer["Location"]))
    assert "waiting for review" in page
    assert "Record the decision" not in page


def test_report_paper_shows_the_receipt_once_and_refuses_the_form_twice(client):
    sign_in(client, Role.FACILITATOR)

    answer = client.post(at("report_paper"), answers(receipt="assoc-17"), follow=True)
    again = client.post(at("report_paper"), answers(receipt="assoc-17", idempotency_key=KEY + "2"))

    assert "ASSOC-17" in text(answer)
    assert "ASSOC-17" not in text(client.get(at("slip")))
    assert again.status_code == 422
    assert "already keyed in" in text(again)
    assert CapacityReport.objects.count() == 1


def test_report_review_page_accepts_and_a_stranger_sees_no_form(client):
    report = a_report()
    assert "Record the decision" not in text(client.get(at("report", report.number)))
    sign_in(client, Role.COORDINATOR)
    assert "Record the decision" in text(client.get(at("report", report.number)))

    empty = client.post(at("report_review", report.number), {"idempotency_key": KEY, "verdict": "returned"})
    answer = client.post(at("report_review", report.number), {"idempotency_key": KEY, "verdict": "accepted"})

    assert (empty.status_code, answer.status_code) == (422, 302)
    report.refresh_from_db()
    assert report.state == "accepted"


def test_report_correct_shows_the_question_and_sends_it_again(client):
    report = a_returned_report()
    sign_in(client, Role.OFFICER_A)

    page = text(client.get(at("report_correct", report.number)))
    client.post(at("report_correct", report.number), answers(volunteers="8"))

    assert "من أين جاء الرقم؟" in page
    report.refresh_from_db()
    assert (report.state, report.volunteers) == ("sent", 8)
