from datetime import timedelta

import pytest

from multaqa.kit import clock
from multaqa.observatory.actions import acknowledge_alert, escalate_alert
from multaqa.observatory.curves import around, curve
from multaqa.observatory.models import AlertCheck, AlertRule
from multaqa.observatory.queries import alerts as queries
from multaqa.observatory.queries import alerts_for, open_alerts
from multaqa.observatory.queries.watching import Row, judge, rows_of, share, traced
from multaqa.observatory.tasks.alerts import watch_series
from tests.factories import Role, actor
from tests.observatory.alerts_factories import RISING, a_rule, a_series, an_alert, resolved
from tests.observatory.factories import a_commune

pytestmark = pytest.mark.django_db
WEEK = timedelta(weeks=1)


def test_judging_a_series_gives_each_week_its_bound_and_finding():
    rule, readings = a_rule(), a_series(RISING, place=a_commune("X.1.2"))

    found = judge(rule, readings[::-1])

    assert [row.finding for row in found.rows] == ["short_baseline"] * 9 + ["alarm"]
    assert found.rows[-1] == Row(clock.today(), 12.0, 3.4286, 6.4443, "alarm")
    assert (found.judged, found.rang) == (1, 1)


def test_confirmed_event_is_not_counted_as_ringing_for_nothing():
    rule, readings = a_rule(), a_series((*RISING, 4, 3), place=a_commune("X.1.2"))

    silent = judge(rule, readings)
    confirmed = judge(rule, readings, [clock.today() - 2 * WEEK])

    assert (silent.judged, silent.rang) == (3, 1)
    assert (confirmed.judged, confirmed.rang) == (2, 0)


def test_week_nobody_measured_is_no_quiet_week():
    rule = a_rule()

    found = judge(rule, a_series((*RISING[:-1], None, 4), place=a_commune("X.1.2")))

    assert [row.finding for row in found.rows[-2:]] == ["not_measured", "quiet"]


def test_drought_is_judged_by_its_index():
    rule = a_rule(method=AlertRule.Method.DROUGHT)

    assert judge(rule, a_series(place=a_commune("X.1.2"))).problem == "not_monthly"


def test_series_without_a_row_has_its_reason():
    for method, bound in (("c2", None), ("above", 3)):
        assert judge(a_rule(method=method, bound=bound), []).problem == "empty"


def test_trace_keeps_the_rows():
    found = judge(a_rule(), a_series(place=a_commune("X.1.2")))

    assert rows_of(traced(found)) == found.rows


def test_share_has_the_interval_of_wilson():
    found = share(1, 2)

    assert (found.percent, round(found.low, 1), round(found.high, 1)) == (50.0, 9.5, 90.5)
    assert share(0, 0).percent is None


def test_counts_tell_late_from_waiting_and_false_from_true():
    rule = a_rule(answer_days=3)
    ends = ["confirmed", "false_alarm", "false_alarm", "unknown"]
    for weeks, end in enumerate(ends):
        resolved(an_alert(rule, day=clock.today() - weeks * WEEK), end)
    other = a_rule(method=AlertRule.Method.C1)
    an_alert(other)
    escalate_alert(actor=actor(Role.COUNCIL_OFFICER), alert=an_alert(other, day=clock.today() - WEEK))

    with clock.at(clock.now() + WEEK):
        found = queries.alert_counts()

    assert (found.open, found.escalated, found.resolved, found.overdue) == (1, 1, 4, 2)
    assert (found.rate.part, found.rate.whole, round(found.rate.percent, 1)) == (2, 3, 66.7)
    assert round(found.rate.low) == 21


def test_rule_line_has_both_rates_and_the_last_check():
    a_series((*RISING, 4, 3))
    rule = a_rule()
    watch_series(clock.today())
    resolved(rule.alerts.get(), "false_alarm")

    line = queries.rule_line(queries.alert_rules().get())

    assert (line.answered.part, line.answered.whole) == (1, 1)
    assert (line.readings.part, line.readings.whole) == (1, 3)
    assert queries.rang_for_nothing() == line.readings
    assert line.check.checked_at is not None


def test_check_is_made_again_when_an_event_is_confirmed():
    a_series((*RISING, 4, 3))
    rule = a_rule()
    watch_series(clock.today())
    resolved(rule.alerts.get(), "confirmed")

    watch_series(clock.today())

    check = AlertCheck.objects.get()
    assert (check.judged, check.rang) == (2, 0)


def test_open_alerts_of_a_place_come_unanswered_first_in_one_statement(django_assert_num_queries):
    rule = a_rule(answer_days=9)
    seen = acknowledge_alert(actor=actor(Role.COUNCIL_OFFICER), alert=an_alert(rule))
    late = an_alert(a_rule(method="c1", answer_days=1))
    later = an_alert(a_rule(method="c3", answer_days=5))
    resolved(an_alert(rule, day=clock.today() - WEEK), "unknown")
    an_alert(a_rule(territory=a_commune("X.1.2")))

    here = a_commune()
    with django_assert_num_queries(1):
        found = [alert.number for alert in open_alerts(here) if str(alert.title)]

    assert found == [late.number, later.number, seen.number]


def test_alerts_wait_for_the_office_in_charge():
    alert = an_alert()
    before = [alerts_for(actor(role)).count() for role in (Role.COUNCIL_OFFICER, Role.COORDINATOR)]
    escalate_alert(actor=actor(Role.COUNCIL_OFFICER), alert=alert)
    after = [alerts_for(actor(role)).count() for role in (Role.COORDINATOR, Role.OFFICER_A, Role.ANONYMOUS)]

    assert (before, after) == ([1, 0], [1, 0, 0])


def test_curve_breaks_where_nobody_measured_and_marks_the_alerts():
    rows = judge(a_rule(), a_series((*RISING[:-2], None, 12), place=a_commune("X.1.2"))).rows

    drawn = curve(rows, {rows[-1].day: "confirmed"}, rows[-1].day)

    assert (drawn.values.count("M"), len(drawn.gaps), len(drawn.dots)) == (2, 1, 9)
    assert [(mark.kind, mark.current, mark.y) for mark in drawn.marks] == [("confirmed", True, 8.0)]
    assert (drawn.least, drawn.most) == (0.0, 12.0)


def test_curve_of_nothing_is_none():
    rows = judge(a_rule(method="c1"), a_series((None, None), place=a_commune("X.1.2"))).rows

    assert curve(rows, {}) is None


def test_rows_around_a_day_end_a_little_after_it():
    rows = judge(a_rule(), a_series(RISING, place=a_commune("X.1.2"))).rows

    found = around(rows, rows[3].day, shown=4, after=1)

    assert found == list(rows[1:5])
