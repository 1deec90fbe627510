import rules

from multaqa.directory.actors import (
    Actor,
    is_administrator,
    is_coordinator,
    is_council_officer,
    is_facilitator,
    is_known,
    is_machine,
    is_officer,
)
from multaqa.observatory import standing
from multaqa.observatory.models import Alert


@rules.predicate
def is_told_of(actor: Actor, alert: Alert | None = None) -> bool:
    """Holds the office that hears of the alert first."""
    return alert is not None and actor.holds(alert.rule.recipient_function, alert.rule.recipient)


@rules.predicate
def is_told_next_of(actor: Actor, alert: Alert | None = None) -> bool:
    """Holds the office that hears of it when the first is silent."""
    return alert is not None and actor.holds(alert.rule.escalates_to_function, alert.rule.escalates_to)


_acts_for = rules.predicate(standing.acts_for)
_is_side = rules.predicate(lambda actor, match: bool(standing.sides_of(actor, match)), "is_side")

rules.add_perm("observatory.load_indicators", is_administrator)
rules.add_perm("observatory.load_comparison", is_administrator)
rules.add_perm("observatory.load_series", is_administrator | is_council_officer)
rules.add_perm("observatory.publish_dataset", is_administrator | is_council_officer)
rules.add_perm("observatory.check_import", is_administrator | is_council_officer)
rules.add_perm("observatory.commit_import", is_administrator | is_council_officer)
rules.add_perm("observatory.discard_import", is_administrator | is_council_officer)
rules.add_perm("observatory.revert_import", is_administrator | is_council_officer)
rules.add_perm("observatory.record_observation", is_facilitator | is_officer | is_council_officer)
rules.add_perm("observatory.confirm_observation", is_council_officer | is_coordinator)
rules.add_perm("observatory.order_release", is_council_officer | is_administrator)
rules.add_perm("observatory.retry_release", is_council_officer | is_administrator)
rules.add_perm("observatory.finish_release", is_machine)
rules.add_perm("observatory.fail_release", is_machine)
rules.add_perm("observatory.set_rule", is_council_officer | is_coordinator | is_administrator)
rules.add_perm("observatory.retire_rule", is_council_officer | is_coordinator | is_administrator)
rules.add_perm("observatory.raise_alert", is_machine)
rules.add_perm("observatory.acknowledge_alert", is_told_of | is_told_next_of)
rules.add_perm("observatory.escalate_alert", is_told_of | is_machine)
rules.add_perm("observatory.resolve_alert", is_told_of | is_told_next_of)
rules.add_perm("observatory.send_report", is_officer)
rules.add_perm("observatory.key_in_report", is_facilitator)
rules.add_perm("observatory.review_report", is_council_officer | is_coordinator)
rules.add_perm("observatory.correct_report", rules.predicate(standing.may_correct))
rules.add_perm("observatory.lapse_report", is_administrator)
rules.add_perm("observatory.register_need", is_known)
rules.add_perm("observatory.register_offer", is_known)
rules.add_perm("observatory.key_in_need", is_facilitator)
rules.add_perm("observatory.key_in_offer", is_facilitator)
rules.add_perm("observatory.withdraw_need", _acts_for)
rules.add_perm("observatory.withdraw_offer", _acts_for)
rules.add_perm("observatory.close_need", is_administrator)
rules.add_perm("observatory.close_offer", is_administrator)
rules.add_perm("observatory.erase_contacts", is_administrator)
rules.add_perm("observatory.count_unmet_needs", is_administrator)
rules.add_perm("observatory.propose_matches", is_facilitator | is_coordinator | is_machine)
rules.add_perm("observatory.confirm_match", is_facilitator | is_coordinator)
rules.add_perm("observatory.dismiss_match", is_facilitator | is_coordinator)
rules.add_perm("observatory.accept_match", _is_side)
rules.add_perm("observatory.decline_match", _is_side)
rules.add_perm("observatory.finish_match", _is_side)
rules.add_perm("observatory.end_match", is_administrator)
