"""Series are watched and silence is passed on. Part of `multaqa tick`."""

from datetime import date

import structlog

from multaqa.directory.actors import MACHINE
from multaqa.kit import clock
from multaqa.kit.policy import Refused
from multaqa.observatory.actions.alerts import escalate_alert, raise_alert
from multaqa.observatory.models import AlertCheck, AlertRule
from multaqa.observatory.queries import alerts as queries
from multaqa.observatory.queries.watching import judge, traced

log = structlog.get_logger()


def watch_series(today: date) -> int:
    """Judge every series that changed since its last check; how many alerts were raised."""
    return sum(_watch(rule, seen, today) for rule, seen in queries.rules_to_check(today))


def escalate_unanswered(today: date) -> int:
    """Pass on every alert whose office let its days go by; how many were."""
    passed = 0
    for alert in queries.unanswered(today):
        try:
            escalate_alert(actor=MACHINE, alert=alert)
            passed += 1
        except Refused:  # answered in the meantime
            log.info("alert_answered_meanwhile", alert=alert.number)
    return passed


def _watch(rule: AlertRule, seen: str, today: date) -> int:
    judged = judge(rule, queries.readings_of(rule, today), queries.confirmed_days(rule))
    raised = 0
    for row in queries.untold(rule, judged.unusual):
        try:
            raise_alert(actor=MACHINE, rule=rule, reading=row)
            raised += 1
        except Refused as refusal:  # told by another round, or the rule was retired in the meantime
            log.info("alert_not_raised", rule=rule.number, day=str(row.day), reason=str(refusal))
    # last, so that a round that was killed is done again
    AlertCheck.objects.update_or_create(
        rule=rule,
        defaults={
            "checked_at": clock.now(),
            "seen": seen,
            "judged": judged.judged,
            "rang": judged.rang,
            "problem": judged.problem,
            "trace": traced(judged),
        },
    )
    return raised
