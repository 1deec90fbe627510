import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from multaqa.kit import clock
from multaqa.observatory.actions import escalate_alert
from multaqa.observatory.models import Alert, AlertRule, Reading
from multaqa.observatory.tasks.alerts import watch_series
from tests.factories import Role, account_in, actor, verbs_in_ledger
from tests.observatory.alerts_factories import (
    QUIET,
    RISING,
    a_rule,
    a_series,
    an_alert,
    cell,
    council,
    resolved,
    tankers,
)
from tests.observatory.factories import a_commune

pytestmark = pytest.mark.django_db
KEY = "alerts-test-key-00000001"
MOST_SQL, MOST_BYTES = 15, 60_000
WEEK = timedelta(weeks=1)


def at(name, *args, language="en"):
    with override(language):
        return reverse(f"observatory:{name}", args=args)


def text(response):
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()


def rows(response):
    return list(csv.DictReader(io.StringIO(text(response).removeprefix("\ufeff"))))


def signed_in(client, role):
    client.force_login(account_in(role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def three_years_of_weeks():
    """The longest series a page has to show."""
    return a_series(tuple(3 + week % 4 for week in range(150)) + RISING)


def test_board_says_what_was_read_against_what_was_expected(client):
    an_alert()

    page = text(client.get(at("alerts")))

    assert '<bdi class="n">12</bdi> against <bdi class="n">3.4</bdi> expected' in page
    assert 'the bound is <bdi class="n">6.4</bdi>' in page
    assert "officer of a council" in page


def test_board_puts_the_longest_unanswered_first_and_counts_its_days(client):
    rule = a_rule(answer_days=3)
    resolved(an_alert(rule, day=clock.today() - WEEK), "false_alarm")
    an_alert(rule)

    with clock.at(clock.now() + 5 * timedelta(days=1)):
        page = text(client.get(at("alerts")))

    assert "answer 2 days late" in page
    assert page.index("answer 2 days late") < page.rindex("false alarm</span>")


@pytest.mark.parametrize("count", [1, 3])
def test_board_costs_the_same_for_one_and_three(client, django_assert_max_num_queries, count):
    rule = a_rule()
    for weeks in range(count):
        an_alert(rule, day=clock.today() - weeks * WEEK)

    with django_assert_max_num_queries(11):
        page = text(client.get(at("alerts")))

    assert page.count("against") == count
    assert len(page.encode()) < MOST_BYTES


def test_board_filters_by_place_and_state(client):
    an_alert()
    resolved(an_alert(a_rule(territory=a_commune("X.1.2"))), "confirmed")

    here = text(client.get(at("alerts"), {"territory": "X.1.2"}))
    open_ones = text(client.get(at("alerts"), {"state": "open"}))
    nothing = text(client.get(at("alerts"), {"state": "escalated"}))

    assert (here.count("against"), open_ones.count("against")) == (1, 1)
    assert "No alert matches." in nothing


def test_board_without_alerts_leads_to_the_rules(client):
    page = text(client.get(at("alerts")))

    assert "No rule has found an unusual reading so far." in page
    assert at("alert_rules") in page


def test_alerts_csv_gives_every_column(client):
    alert = resolved(an_alert(), "false_alarm", "عداد معطل")

    row = rows(client.get(at("alerts_csv")))[0]

    assert (row["number"], row["value"], row["outcome"], row["note"]) == (
        str(alert.number),
        "12.0",
        "false_alarm",
        "عداد معطل",
    )
    assert (row["told"], row["told_next"]) == ("council_officer@council", "coordinator@cell")


def test_alert_page_draws_the_series_within_its_bounds(client, django_assert_max_num_queries):
    three_years_of_weeks()
    a_rule()
    watch_series(clock.today())
    alert = Alert.objects.get()

    with django_assert_max_num_queries(MOST_SQL):
        page = text(client.get(at("alert", alert.number)))

    assert page.count('<circle class="f1"') == 60
    assert page.count('<tr aria-current="true">') == 1
    assert "Waiting for the office in charge to answer." in page
    assert len(page.encode()) < MOST_BYTES


def test_alert_page_tells_its_steps_in_order(client):
    alert = escalate_alert(actor=actor(Role.COUNCIL_OFFICER), alert=an_alert())
    resolved(alert, "confirmed", "صهريج إضافي كل أسبوع")

    page = text(client.get(at("alert", alert.number)))

    told, passed, ended = (
        page.index(words) for words in ("office was told:", "passed on to", "It was resolved")
    )
    assert told < passed < ended
    assert "صهريج إضافي كل أسبوع" in page


def test_alert_page_says_that_an_office_is_empty(client):
    alert = an_alert()
    account_in(Role.COUNCIL_OFFICER).person.offices.update(ends_on=clock.today() - WEEK)

    assert "nobody holds this office today" in text(client.get(at("alert", alert.number)))


@pytest.mark.parametrize(
    ("role", "buttons"),
    [
        (Role.COUNCIL_OFFICER, (True, True, True, True)),
        (Role.COORDINATOR, (True, True, False, True)),
        (Role.CELL_MEMBER, (False, False, False, True)),
        (Role.RESIDENT, (False, False, False, False)),
    ],
)
def test_alert_page_offers_each_what_they_may(client, role, buttons):
    alert = an_alert()

    page = text(signed_in(client, role).get(at("alert", alert.number)))

    words = ("Acknowledge the alert", "Resolve the alert", "Pass the alert on", "Recommend acting on it")
    assert tuple(word in page for word in words) == buttons
    assert (f"?from=observatory.alert%3A{alert.pk}" in page) is buttons[-1]


def test_acknowledging_leads_back_to_the_alert(client):
    alert = an_alert()

    answer = signed_in(client, Role.COUNCIL_OFFICER).post(
        at("alert_acknowledge", alert.number), {"idempotency_key": KEY}
    )

    alert.refresh_from_db()
    assert (answer["Location"], alert.state) == (at("alert", alert.number), "acknowledged")


def test_acknowledging_again_says_why_not(client):
    alert = resolved(an_alert(), "unknown")

    answer = signed_in(client, Role.COUNCIL_OFFICER).post(
        at("alert_acknowledge", alert.number), {"idempotency_key": KEY}
    )

    assert (answer.status_code, verbs_in_ledger()[-1]) == (422, "observatory.alert_resolved")


def test_passing_on_leads_back_to_the_alert(client):
    alert = an_alert()

    signed_in(client, Role.COUNCIL_OFFICER).post(at("alert_escalate", alert.number), {"idempotency_key": KEY})

    alert.refresh_from_db()
    assert alert.state == "escalated"


def test_resolving_without_a_note_loses_nothing(client):
    alert = an_alert()
    data = {"idempotency_key": KEY, "outcome": "false_alarm", "note": ""}

    answer = signed_in(client, Role.COUNCIL_OFFICER).post(at("alert_resolve", alert.number), data)

    assert answer.status_code == 422
    assert 'value="false_alarm"' in text(answer)


def test_resolving_publishes_how_it_ended(client):
    alert = an_alert()
    data = {"idempotency_key": KEY, "outcome": "confirmed", "note": "بئر جاف"}

    answer = signed_in(client, Role.COORDINATOR).post(at("alert_resolve", alert.number), data, follow=True)

    assert "بئر جاف" in text(answer)
    assert "something happened" in text(answer)


def test_rules_list_their_rates_and_their_last_check(client, django_assert_max_num_queries):
    a_series()
    rule = a_rule()
    watch_series(clock.today())
    resolved(rule.alerts.get(), "false_alarm")
    for method in ("c1", "c3"):
        a_rule(method=method)

    with django_assert_max_num_queries(8):
        page = text(client.get(at("alert_rules")))

    assert "1</bdi> of" in page
    assert page.count("not checked yet") == 2
    assert page.count("none was answered yet") == 2
    assert len(page.encode()) < MOST_BYTES


def test_no_rule_says_that_nothing_is_watched(client):
    assert "No rule is set yet, so nothing is watched." in text(client.get(at("alert_rules")))


def test_rules_csv_has_the_counts(client):
    rule = a_rule(method=AlertRule.Method.ABOVE, bound=9.5)
    watch_series(clock.today())

    row = rows(client.get(at("alert_rules_csv")))[0]

    assert (row["number"], row["bound"], row["alerts"]) == (str(rule.number), "9.5", "1")
    assert (row["readings_judged"], row["readings_rang_for_nothing"]) == ("10", "1")


def test_rule_page_shows_series_rates_and_alerts(client, django_assert_max_num_queries):
    three_years_of_weeks()
    rule = a_rule()
    watch_series(clock.today())

    with django_assert_max_num_queries(MOST_SQL):
        page = text(client.get(at("alert_rule", rule.number)))

    assert page.count("against") == 1
    assert "alert without an end yet" in page
    assert "Retire the rule" not in page
    assert len(page.encode()) < MOST_BYTES


def test_rule_page_before_its_first_check_says_so(client):
    page = text(client.get(at("alert_rule", a_rule().number)))

    assert "not checked yet" in page
    assert "There is no drawing" in page


def test_rule_page_says_why_a_series_is_not_judged(client):
    a_series(QUIET)
    Reading.objects.filter(day=clock.today()).update(day=clock.today() - timedelta(days=2))
    rule = a_rule()
    watch_series(clock.today())

    page = text(client.get(at("alert_rule", rule.number)))

    assert "The readings do not keep one step of days, weeks or months." in page


def test_readings_csv_gives_each_finding(client):
    a_series()
    rule = a_rule()
    watch_series(clock.today())

    found = rows(client.get(at("alert_rule_readings", rule.number)))

    assert (len(found), found[-1]["finding"], found[-1]["value"]) == (10, "alarm", "12.0")


def test_rule_is_set_from_the_form(client):
    a_series()
    told, then = council(), cell()
    data = {
        "idempotency_key": KEY,
        "indicator": tankers().pk,
        "territory": a_commune().pk,
        "method": "above",
        "bound": "٩,٥",
        "told": told.key,
        "told_next": then.key,
        "answer_days": "٤",
        "silence_days": "14",
        "starts_on": clock.today().isoformat(),
    }

    answer = signed_in(client, Role.COUNCIL_OFFICER).post(at("alert_rule_new"), data)

    rule = AlertRule.objects.get()
    assert answer["Location"] == at("alert_rule", rule.number)
    assert (rule.bound, rule.answer_days, rule.told.key) == (9.5, 4, told.key)


def test_rule_form_says_what_is_missing_at_its_field(client):
    a_series()
    data = {"idempotency_key": KEY, "method": "above", "told": "nobody@nowhere"}

    answer = signed_in(client, Role.COORDINATOR).post(at("alert_rule_new"), data)

    assert (answer.status_code, AlertRule.objects.count()) == (422, 0)


def test_rule_form_without_any_series_says_what_to_do_first(client):
    page = text(signed_in(client, Role.ADMINISTRATOR).get(at("alert_rule_new")))

    assert "import a series first" in page


def test_rule_is_retired_with_a_button(client):
    rule = a_rule()

    page = signed_in(client, Role.COUNCIL_OFFICER).post(
        at("alert_rule_retire", rule.number), {"idempotency_key": KEY}, follow=True
    )

    rule.refresh_from_db()
    assert rule.is_active is False
    assert "The rule is retired." in text(page)


def test_recommendation_begins_with_the_alert_that_led_to_it(client):
    alert = an_alert()
    with override("en"):
        address = reverse("recommendations:adopt")

    page = text(signed_in(client, Role.COORDINATOR).get(address, {"from": f"observatory.alert:{alert.pk}"}))

    assert f"selected>{alert.title['en']}" in page
