"""Rules are set, unusual readings are told to one office, and somebody answers for each."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor
from multaqa.kit import clock, states
from multaqa.kit.policy import Refused, require
from multaqa.ledger.actions import Due, record
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import register
from multaqa.observatory.models import ALERT_STEPS, Alert, AlertRule, Indicator, Post, Reading
from multaqa.observatory.queries.alerts import held, is_silent, is_too_small
from multaqa.observatory.queries.numbers import next_number
from multaqa.observatory.queries.watching import Row
from multaqa.territories.models import Territory

VERBS = {
    "observatory.rule_set": _("Alert rule set"),
    "observatory.rule_retired": _("Alert rule retired"),
    "observatory.alert_raised": _("Alert raised"),
    "observatory.alert_acknowledged": _("Alert acknowledged"),
    "observatory.alert_escalated": _("Alert passed on"),
    "observatory.alert_resolved": _("Alert resolved"),
}
register(VERBS)
_FIXED = (AlertRule.Method.ABOVE, AlertRule.Method.BELOW)


def set_rule(
    *,
    actor: Actor,
    indicator: Indicator,
    territory: Territory,
    method: str,
    told: Post,
    told_next: Post,
    bound: float | None = None,
    answer_days: int = 3,
    silence_days: int = 7,
    starts_on: date | None = None,
    is_demo: bool = False,
) -> AlertRule:
    """Decide when a reading of a series is unusual, which office is told, and which one if it is silent.

    bound: in the indicator's unit, for the two methods that need one. starts_on: the first day whose reading
    may ring, today when none is given; earlier ones are what it is held against. Raises Refused for a series
    without readings, a place of too few households, an empty office, the same office twice, or a second rule
    of the same method over the same series.
    """
    require(actor, "observatory.set_rule")
    _require_series(indicator, territory)
    bound = _fitting(method, bound)
    _require_posts(told, told_next)
    with transaction.atomic():
        # the indicator's row stands for its series, so that two officers do not set the same rule at once
        indicator = Indicator.objects.select_for_update().get(pk=indicator.pk)
        same = {"indicator": indicator, "territory": territory, "method": method, "is_active": True}
        if AlertRule.objects.filter(**same).exists():
            raise Refused(_("A rule of this method already watches this series."), field="method")
        rule = AlertRule.objects.create(
            number=next_number(AlertRule),
            **same,
            bound=bound,
            recipient=told.organisation,
            recipient_function=told.function,
            escalates_to=told_next.organisation,
            escalates_to_function=told_next.function,
            answer_days=answer_days,
            silence_days=silence_days,
            starts_on=starts_on or clock.today(),
            is_demo=is_demo,
        )
        facts = {"number": rule.number, "indicator": indicator.code, "territory": territory.code}
        facts |= {"method": method, "bound": bound, "told": told.key, "told_next": told_next.key}
        facts |= {"answer_days": answer_days, "silence_days": silence_days, "starts_on": rule.starts_on}
        record(actor, "observatory.rule_set", rule, facts=facts)
    return rule


def retire_rule(*, actor: Actor, rule: AlertRule) -> AlertRule:
    """Stop a rule: it raises nothing more, its alerts are still answered. Raises Refused when it is."""
    require(actor, "observatory.retire_rule", rule)
    with transaction.atomic():
        rule = AlertRule.objects.select_for_update().get(pk=rule.pk)
        if not rule.is_active:
            raise Refused(_("This rule was retired already."))
        rule.is_active = False
        rule.save(update_fields=["is_active"])
        record(actor, "observatory.rule_retired", rule, facts={"number": rule.number})
    return rule


def raise_alert(*, actor: Actor, rule: AlertRule, reading: Row) -> Alert:
    """Tell the rule's office of one unusual reading; it answers within the rule's days.

    reading: as `judge` found it. Raises Refused for a rule that is retired, a reading before the rule's first
    day, and a day that is told already or lies within the rule's silence.
    """
    require(actor, "observatory.raise_alert", rule)
    with transaction.atomic():
        rule = AlertRule.objects.select_for_update().get(pk=rule.pk)
        if not rule.is_active or reading.day < rule.starts_on or reading.value is None:
            raise Refused(_("This rule does not watch this reading."))
        if is_silent(rule, reading.day):
            raise Refused(_("This rule has spoken a few days from there and is silent."))
        alert = Alert.objects.create(
            number=next_number(Alert),
            rule=rule,
            day=reading.day,
            value=reading.value,
            expected=reading.expected,
            bound=reading.bound,
            raised_at=clock.now(),
            answer_due_on=clock.today() + timedelta(days=rule.answer_days),
            is_demo=rule.is_demo,
        )
        facts = {"number": alert.number, "rule": rule.number, "day": alert.day, "value": alert.value}
        facts |= {"expected": alert.expected, "bound": alert.bound, "told": rule.told.key}
        record(
            actor,
            "observatory.alert_raised",
            alert,
            facts=facts,
            step=Step.OBSERVED,
            causes=[rule],
            due=Due(Step.RECOMMENDED, alert.answer_due_on, met_by="observatory.alert_resolved"),
        )
    return alert


def acknowledge_alert(*, actor: Actor, alert: Alert) -> Alert:
    """Say that the office has seen the alert and is looking into it. Raises Refused when it did already."""
    require(actor, "observatory.acknowledge_alert", alert)
    with transaction.atomic():
        alert = Alert.objects.select_for_update().get(pk=alert.pk)
        states.move(alert, Alert.State.ACKNOWLEDGED, ALERT_STEPS)
        alert.acknowledged_at = clock.now()
        alert.save(update_fields=["acknowledged_at"])
        record(actor, "observatory.alert_acknowledged", alert, facts={"number": alert.number})
    return alert


def escalate_alert(*, actor: Actor, alert: Alert) -> Alert:
    """Pass the alert on to the rule's second office, which answers within the same number of days.

    The first office does it when it cannot deal with it, the machine when the answer is late. Raises Refused
    when it was passed on already, is resolved, or, for the machine, is not late.
    """
    require(actor, "observatory.escalate_alert", alert)
    with transaction.atomic():
        alert = Alert.objects.select_for_update(of=["self"]).select_related("rule").get(pk=alert.pk)
        if alert.escalated_at:
            raise Refused(_("This alert was passed on already."))
        if actor.machine and not alert.is_overdue(clock.today()):
            raise Refused(_("The office still has time to answer."))
        states.move(alert, Alert.State.ESCALATED, ALERT_STEPS)
        late = alert.days_late
        alert.escalated_at = clock.now()
        alert.save(update_fields=["escalated_at"])
        record(
            actor,
            "observatory.alert_escalated",
            alert,
            facts={"number": alert.number, "told": alert.rule.told_next.key, "days_late": late},
        )
    return alert


def resolve_alert(*, actor: Actor, alert: Alert, outcome: str, note: str) -> Alert:
    """Close the alert: something happened, it was a false alarm, or nobody could tell.

    note: what was found and done; public. Raises Refused without a note, and when it is resolved already.
    """
    require(actor, "observatory.resolve_alert", alert)
    if not note.strip():
        raise Refused(_("Say in a sentence what was found and what was done."), field="note")
    if outcome not in Alert.Outcome.values:
        raise Refused(_("Say how it ended."), field="outcome")
    with transaction.atomic():
        alert = Alert.objects.select_for_update().get(pk=alert.pk)
        if alert.state == Alert.State.RESOLVED:
            raise Refused(_("This alert is resolved already."))
        alert.outcome, alert.note, alert.resolved_at = outcome, note.strip(), clock.now()
        alert.save(update_fields=["outcome", "note", "resolved_at"])
        states.move(alert, Alert.State.RESOLVED, ALERT_STEPS)
        record(
            actor,
            "observatory.alert_resolved",
            alert,
            facts={"number": alert.number, "outcome": outcome},
        )
    return alert


def _require_series(indicator: Indicator, territory: Territory) -> None:
    if not Reading.objects.filter(indicator=indicator, territory=territory).exists():
        raise Refused(
            _("This indicator has no readings in this place yet: import them first."), field="territory"
        )
    if is_too_small(indicator, territory):
        raise Refused(
            _("Fewer than 30 households live there: a figure on so few people is not published."),
            field="territory",
        )


def _fitting(method: str, bound: float | None) -> float | None:
    if method not in _FIXED:
        return None
    if bound is None:
        raise Refused(_("This method needs a bound, in the unit of the indicator."), field="bound")
    return bound


def _require_posts(told: Post, told_next: Post) -> None:
    if told.key == told_next.key:
        raise Refused(_("Choose another office for alerts that nobody answers."), field="told_next")
    present = held([told, told_next])
    for field, post in (("told", told), ("told_next", told_next)):
        if post.key not in present:
            raise Refused(_("Nobody holds this office today: an alert would reach no one."), field=field)
