from datetime import timedelta

import pytest

from multaqa.directory.actors import MACHINE
from multaqa.kit import clock
from multaqa.kit.policy import Forbidden, Refused
from multaqa.ledger.models import Entry
from multaqa.observatory.actions import correct_report, lapse_report, review_report
from multaqa.observatory.models import CapacityReport, Indicator, Value
from multaqa.observatory.queries.reports import capacities, reports_to_lapse
from multaqa.observatory.reported import reported_series
from tests.factories import Role, actor, commune, organisation, region, verbs_in_ledger
from tests.observatory.aid_factories import a_paper_report, a_report, an_accepted_report, report_answers

pytestmark = pytest.mark.django_db


def figures(code="reported-volunteers"):
    return {
        (value.territory.code, value.year): (value.value, value.n)
        for value in Value.objects.filter(indicator__code=code).select_related("territory")
    }


def later(days):
    return clock.at(clock.now() + timedelta(days=days))


def test_send_report_waits_for_review_and_is_valid_for_a_year():
    report = a_report(seen_on=clock.today() - timedelta(days=5))

    assert report.state == "sent"
    assert report.valid_until == clock.today() + timedelta(days=360)
    assert verbs_in_ledger() == ["observatory.report_sent"]
    entry = Entry.objects.get()
    assert (entry.due_on - clock.today()).days == 15
    assert entry.met_by == "observatory.report_reviewed"


def test_send_report_refuses_an_association_of_others_a_day_to_come_and_one_too_long_ago():
    today = clock.today()

    for wrong in (
        {"organisation": organisation("association-b")},
        {"seen_on": today + timedelta(days=1)},
        {"seen_on": today - timedelta(days=366)},
    ):
        with pytest.raises(Refused):
            a_report(**wrong)
    with pytest.raises(Forbidden):
        a_report(Role.RESIDENT)


def test_key_in_report_refuses_the_same_form_twice_and_keeps_the_code_out_of_the_record():
    report = a_paper_report(receipt=" paper-77 ")

    assert (report.receipt, report.channel) == ("PAPER-77", "paper")
    assert "PAPER-77" not in Entry.objects.get().payload
    with pytest.raises(Refused, match="سبق"):
        a_paper_report(receipt="paper-77")


def test_review_report_accepts_and_the_figures_of_the_commune_follow():
    region()
    a_report(volunteers=30)

    report = review_report(
        actor=actor(Role.COUNCIL_OFFICER), report=CapacityReport.objects.get(), verdict="accepted"
    )

    year = clock.today().year
    assert report.state == "accepted"
    assert figures() == {("X.1.1", year): (30, 1)}
    assert figures("reported-vehicles") == {("X.1.1", year): (2, 1)}
    assert Indicator.objects.get(code="reported-volunteers").latest_year == year
    assert verbs_in_ledger()[-1] == "observatory.report_reviewed"
    assert Entry.objects.get(verb="observatory.report_sent").met_at is not None


def test_figures_add_up_the_latest_report_of_each_association_of_a_commune():
    an_accepted_report(volunteers=30, seen_on=clock.today() - timedelta(days=40))
    an_accepted_report(volunteers=12)
    an_accepted_report(Role.OFFICER_B, organisation=organisation("association-b"), volunteers=5)
    an_accepted_report(territory=commune("X.1.2"), volunteers=7)
    a_report(volunteers=1000)

    year = clock.today().year
    assert figures() == {("X.1.1", year): (17, 2), ("X.1.2", year): (7, 1)}
    first, _second = capacities(clock.today())
    assert [report.number for report in first.reports] == [2, 3]


def test_review_report_returns_with_a_question_and_its_association_corrects_it():
    report = a_report(volunteers=300)
    answers = report_answers(volunteers=30)
    for name in ("organisation", "territory"):
        del answers[name]
    with pytest.raises(Refused):
        review_report(actor=actor(Role.COORDINATOR), report=report, verdict="returned", question=" ")

    report = review_report(
        actor=actor(Role.COORDINATOR), report=report, verdict="returned", question="من أين جاء الرقم؟"
    )
    with pytest.raises(Forbidden):
        correct_report(actor=actor(Role.OFFICER_B), report=report, **answers)
    report = correct_report(actor=actor(Role.OFFICER_A), report=report, **answers)

    assert (report.state, report.volunteers, report.reason) == ("sent", 30, "من أين جاء الرقم؟")
    assert figures() == {}
    accepted = review_report(actor=actor(Role.COORDINATOR), report=report, verdict="accepted")
    assert accepted.reason == ""


def test_review_report_refuses_the_reporting_organisation_itself():
    report = a_paper_report()
    CapacityReport.objects.update(organisation=organisation("council"))

    with pytest.raises(Refused):
        review_report(actor=actor(Role.COUNCIL_OFFICER), report=report, verdict="accepted")
    with pytest.raises(Forbidden):
        review_report(actor=actor(Role.OFFICER_A), report=report, verdict="accepted")
    assert review_report(actor=actor(Role.COORDINATOR), report=report, verdict="accepted").state == "accepted"


def test_lapse_report_makes_the_commune_not_measured_and_keeps_the_earlier_year():
    report = an_accepted_report(volunteers=30)
    an_accepted_report(territory=commune("X.1.2"), seen_on=clock.today())
    year = clock.today().year
    with pytest.raises(Refused):
        lapse_report(actor=MACHINE, report=report)

    with later(366):
        due = list(reports_to_lapse(clock.today()))
        for each in due:
            lapse_report(actor=MACHINE, report=each)
        then = clock.today().year

    assert len(due) == 2
    assert then == year + 1
    assert figures()["X.1.1", year] == (30, 1)
    assert figures()["X.1.1", then] == (None, None)
    assert CapacityReport.objects.filter(state="lapsed").count() == 2
    assert verbs_in_ledger().count("observatory.report_lapsed") == 2


def test_reported_series_describe_three_indicators_of_coping():
    found = {series.code: series.columns for series in reported_series()}

    assert set(found) == {"reported-volunteers", "reported-vehicles", "unmet-needs"}
    assert {columns["dimension"] for columns in found.values()} == {"coping"}
    assert found["reported-volunteers"]["direction"] == -1
    assert found["unmet-needs"]["direction"] == 1
    assert all(columns["title"]["ar"] and columns["title"]["fr"] for columns in found.values())
