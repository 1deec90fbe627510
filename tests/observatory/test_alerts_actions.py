from datetime import timedelta

import pytest
from django.db import IntegrityError

from multaqa.config.rounds import tick
from multaqa.directory.actors import MACHINE, Function
from multaqa.kit import clock
from multaqa.kit.policy import Forbidden, Refused
from multaqa.ledger.models import Entry
from multaqa.ledger.queries import thread
from multaqa.ledger.steps import Step
from multaqa.observatory.actions import (
    acknowledge_alert,
    escalate_alert,
    raise_alert,
    resolve_alert,
    retire_rule,
    set_rule,
)
from multaqa.observatory.models import Alert, AlertCheck, AlertRule, Post, Reading
from multaqa.observatory.queries.watching import Row
from multaqa.observatory.tasks.alerts import escalate_unanswered, watch_series
from tests.factories import Role, actor, organisation, verbs_in_ledger
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
from tests.observatory.factories import a_commune, an_indicator

pytestmark = pytest.mark.django_db
Method, State = AlertRule.Method, Alert.State
DAY = timedelta(days=1)


def the_rule(**overrides):
    asked = {"indicator": tankers(), "territory": a_commune(), "method": Method.C2}
    return asked | {"told": council(), "told_next": cell()} | overrides


def after(days):
    return clock.at(clock.now() + days * DAY)


@pytest.mark.parametrize("role", [Role.COUNCIL_OFFICER, Role.COORDINATOR, Role.ADMINISTRATOR])
def test_rule_is_set_with_its_two_offices_and_waits_for_readings_from_today(role):
    a_series()

    rule = set_rule(actor=actor(role), **the_rule())

    assert (rule.number, rule.told.key, rule.told_next.key) == (
        1,
        "council_officer@council",
        "coordinator@cell",
    )
    assert (rule.starts_on, rule.answer_days, rule.silence_days) == (clock.today(), 3, 7)
    assert verbs_in_ledger()[-1] == "observatory.rule_set"


def test_rule_is_not_set_by_an_association():
    with pytest.raises(Forbidden):
        set_rule(actor=actor(Role.OFFICER_A), **the_rule())


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"method": Method.ABOVE}, "bound"),
        ({"told_next": "told"}, "told_next"),
        ({"told": Post}, "told"),
        ({"territory": "elsewhere"}, "territory"),
    ],
)
def test_rule_that_cannot_work_is_refused_at_its_field(overrides, field):
    a_series()
    made = {
        "told": lambda: council(),
        Post: lambda: Post(organisation("council"), Function.FOCAL_POINT),
        "elsewhere": lambda: a_commune("X.1.9"),
    }
    asked = {name: made[value]() if value in made else value for name, value in overrides.items()}

    with pytest.raises(Refused) as refusal:
        set_rule(actor=actor(Role.COUNCIL_OFFICER), **the_rule(**asked))

    assert refusal.value.field == field


def test_rule_over_a_few_households_is_refused():
    few = a_commune("X.1.8", households=12)
    a_series(place=few)

    with pytest.raises(Refused, match="30"):
        set_rule(actor=actor(Role.COUNCIL_OFFICER), **the_rule(territory=few))


def test_second_rule_of_a_method_over_a_series_waits_until_the_first_is_retired():
    rule = a_rule()

    with pytest.raises(Refused):
        a_rule()
    retire_rule(actor=actor(Role.COORDINATOR), rule=rule)

    assert a_rule().number == 2
    assert verbs_in_ledger()[-2:] == ["observatory.rule_retired", "observatory.rule_set"]


def test_rule_is_retired_once_and_by_no_association():
    rule = a_rule()

    with pytest.raises(Forbidden):
        retire_rule(actor=actor(Role.OFFICER_A), rule=rule)
    retire_rule(actor=MACHINE, rule=rule)
    with pytest.raises(Refused):
        retire_rule(actor=MACHINE, rule=rule)


def test_database_keeps_a_rule_from_escalating_to_the_office_it_tells():
    rule = a_rule()
    rule.escalates_to, rule.escalates_to_function = rule.recipient, rule.recipient_function

    with pytest.raises(IntegrityError):
        rule.save()


def test_alert_is_an_observation_that_follows_from_its_rule_and_is_due():
    rule = a_rule(answer_days=5)

    alert = an_alert(rule)

    entry = Entry.objects.get(verb="observatory.alert_raised")
    assert (alert.value, alert.expected, alert.bound, alert.state) == (12.0, 3.4286, 6.4443, State.OPEN)
    assert alert.answer_due_on == clock.today() + 5 * DAY
    assert (entry.step, entry.due_on, entry.capacity) == (Step.OBSERVED, alert.answer_due_on, "platform")
    assert f"observatory.alertrule:{rule.pk}" in entry.payload


def test_alert_is_raised_by_the_machine_alone():
    with pytest.raises(Forbidden):
        raise_alert(
            actor=actor(Role.ADMINISTRATOR),
            rule=a_rule(),
            reading=Row(clock.today(), 12.0, 3.0, 6.0, "alarm"),
        )


def test_thread_is_overdue_until_the_alert_is_resolved():
    alert = an_alert(a_rule(answer_days=3))

    with after(10):
        late = thread(alert).overdue
        resolved(alert, Alert.Outcome.UNKNOWN)
        then = thread(alert).overdue

    assert (late.step, late.days_late) == (Step.RECOMMENDED, 7)
    assert then is None


def test_silence_follows_the_last_alert_of_the_rule():
    rule = a_rule(silence_days=14)
    an_alert(rule, day=clock.today() - 14 * DAY)

    an_alert(rule, day=clock.today())
    with pytest.raises(Refused):
        an_alert(rule, day=clock.today() - 7 * DAY)

    assert Alert.objects.count() == 2


def test_retired_rule_raises_nothing():
    rule = retire_rule(actor=MACHINE, rule=a_rule())

    with pytest.raises(Refused):
        an_alert(rule)


def test_tick_tells_an_unusual_reading_once_however_often_it_runs():
    a_series(RISING)
    a_rule()

    first = tick()["alerts"]
    again = tick()["alerts"]
    AlertCheck.objects.all().delete()  # as after a round that was killed before its end
    killed = tick()["alerts"]

    assert (first, again, killed) == (1, 0, 0)
    assert verbs_in_ledger().count("observatory.alert_raised") == 1
    alert = Alert.objects.get()
    assert (alert.day, alert.value, round(alert.bound, 2)) == (clock.today(), 12.0, 6.44)


def test_tick_reads_only_series_that_changed(django_assert_num_queries):
    a_series(QUIET)
    a_rule()
    watch_series(clock.today())

    with django_assert_num_queries(2):
        assert watch_series(clock.today()) == 0
    Reading.objects.filter(day=clock.today()).update(value=40)

    assert watch_series(clock.today()) == 1


def test_tick_says_nothing_of_what_came_before_the_rule():
    a_series(RISING, until=clock.today() - 7 * DAY)
    a_rule(starts_on=clock.today())

    assert watch_series(clock.today()) == 0


def test_tick_keeps_silent_after_an_alert():
    a_series((*RISING[:-1], 12, 40, 90, 150))
    a_rule(silence_days=15)

    raised = watch_series(clock.today())

    assert raised == 2
    days = sorted(Alert.objects.values_list("day", flat=True))
    assert days == [clock.today() - 21 * DAY, clock.today()]


@pytest.mark.parametrize(("value", "raised"), [(1, 0), (2, 1)])
def test_single_case_never_rings(value, raised):
    a_series((0, 0, value))
    a_rule(method=Method.ABOVE, bound=0.5)

    assert watch_series(clock.today()) == raised


def test_series_below_its_fixed_bound_rings():
    level = an_indicator("wells", "hazard", unit="km", high=1000)
    a_series((90, 80, 20), indicator=level)
    a_rule(indicator=level, method=Method.BELOW, bound=30)

    watch_series(clock.today())

    alert = Alert.objects.get()
    assert (alert.value, alert.expected, alert.bound) == (20, None, 30)


def test_series_off_its_step_says_why_it_cannot_be_judged():
    a_series(RISING)
    Reading.objects.create(indicator=tankers(), territory=a_commune(), day=clock.today() - 3 * DAY, value=4)
    rule = a_rule()

    assert watch_series(clock.today()) == 0
    assert AlertCheck.objects.get(rule=rule).problem == "off_step"


@pytest.mark.parametrize("role", [Role.COUNCIL_OFFICER, Role.COORDINATOR])
def test_alert_is_acknowledged_by_either_office(role):
    alert = acknowledge_alert(actor=actor(role), alert=an_alert())

    assert (alert.state, alert.acknowledged_at is not None) == (State.ACKNOWLEDGED, True)
    assert verbs_in_ledger()[-1] == "observatory.alert_acknowledged"


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.FACILITATOR, Role.CELL_MEMBER, Role.ANONYMOUS])
@pytest.mark.parametrize("act", [acknowledge_alert, escalate_alert])
def test_alert_is_answered_by_no_other_office(act, role):
    with pytest.raises(Forbidden):
        act(actor=actor(role), alert=an_alert())


def test_alert_is_acknowledged_once():
    alert = acknowledge_alert(actor=actor(Role.COUNCIL_OFFICER), alert=an_alert())

    with pytest.raises(Refused):
        acknowledge_alert(actor=actor(Role.COUNCIL_OFFICER), alert=alert)


def test_alert_is_passed_on_by_its_office_before_the_answer_is_due():
    alert = escalate_alert(actor=actor(Role.COUNCIL_OFFICER), alert=an_alert())

    assert (alert.state, alert.in_charge.key) == (State.ESCALATED, "coordinator@cell")
    with pytest.raises(Refused):
        escalate_alert(actor=actor(Role.COUNCIL_OFFICER), alert=alert)


def test_second_office_does_not_pass_an_alert_on():
    with pytest.raises(Forbidden):
        escalate_alert(actor=actor(Role.COORDINATOR), alert=an_alert())


def test_machine_passes_on_only_what_is_late():
    alert = an_alert(a_rule(answer_days=3))

    with pytest.raises(Refused), after(3):
        escalate_alert(actor=MACHINE, alert=alert)


def test_tick_passes_on_what_nobody_answered_once():
    silent, answered = an_alert(a_rule()), an_alert(a_rule(method=Method.C1))
    acknowledge_alert(actor=actor(Role.COUNCIL_OFFICER), alert=answered)

    with after(4):
        passed = [escalate_unanswered(clock.today()) for _round in range(2)]

    silent.refresh_from_db()
    answered.refresh_from_db()
    assert passed == [1, 0]
    assert (silent.state, answered.state) == (State.ESCALATED, State.ACKNOWLEDGED)
    assert verbs_in_ledger()[-1] == "observatory.alert_escalated"


@pytest.mark.parametrize("outcome", Alert.Outcome)
def test_alert_is_resolved_with_how_it_ended(outcome):
    alert = resolved(an_alert(), outcome, "  عطل في المضخة  ")

    assert (alert.state, alert.outcome, alert.note) == (State.RESOLVED, outcome, "عطل في المضخة")
    assert verbs_in_ledger()[-1] == "observatory.alert_resolved"


@pytest.mark.parametrize(
    ("outcome", "note", "field"), [("confirmed", "  ", "note"), ("perhaps", "seen", "outcome")]
)
def test_alert_is_not_resolved_without_an_end_and_a_note(outcome, note, field):
    with pytest.raises(Refused) as refusal:
        resolve_alert(actor=actor(Role.COUNCIL_OFFICER), alert=an_alert(), outcome=outcome, note=note)

    assert refusal.value.field == field


def test_alert_is_resolved_once_and_by_its_offices_alone():
    alert = resolved(an_alert(), "confirmed")

    with pytest.raises(Refused):
        resolved(alert, "false_alarm")
    with pytest.raises(Forbidden):
        resolve_alert(actor=actor(Role.ADMINISTRATOR), alert=alert, outcome="confirmed", note="x")
