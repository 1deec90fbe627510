"""Writes of the observatory, one module a noun."""

from multaqa.observatory.actions.aid import (
    close_need,
    close_offer,
    count_unmet_needs,
    erase_contacts,
    key_in_need,
    key_in_offer,
    register_need,
    register_offer,
    withdraw_need,
    withdraw_offer,
)
from multaqa.observatory.actions.alerts import (
    acknowledge_alert,
    escalate_alert,
    raise_alert,
    resolve_alert,
    retire_rule,
    set_rule,
)
from multaqa.observatory.actions.imports import check_import, commit_import, discard_import, revert_import
from multaqa.observatory.actions.indicators import load_comparison, load_indicators, load_series
from multaqa.observatory.actions.matches import (
    accept_match,
    confirm_match,
    decline_match,
    dismiss_match,
    end_match,
    finish_match,
    propose_matches,
)
from multaqa.observatory.actions.observations import confirm_observation, record_observation
from multaqa.observatory.actions.releases import (
    fail_release,
    finish_release,
    order_release,
    retry_release,
)
from multaqa.observatory.actions.reports import (
    correct_report,
    key_in_report,
    lapse_report,
    review_report,
    send_report,
)
from multaqa.observatory.actions.warehouse import publish_dataset

__all__ = [
    "accept_match",
    "acknowledge_alert",
    "check_import",
    "close_need",
    "close_offer",
    "commit_import",
    "confirm_match",
    "confirm_observation",
    "correct_report",
    "count_unmet_needs",
    "decline_match",
    "discard_import",
    "dismiss_match",
    "end_match",
    "erase_contacts",
    "escalate_alert",
    "fail_release",
    "finish_match",
    "finish_release",
    "key_in_need",
    "key_in_offer",
    "key_in_report",
    "lapse_report",
    "load_comparison",
    "load_indicators",
    "load_series",
    "order_release",
    "propose_matches",
    "publish_dataset",
    "raise_alert",
    "record_observation",
    "register_need",
    "register_offer",
    "resolve_alert",
    "retire_rule",
    "retry_release",
    "revert_import",
    "review_report",
    "send_report",
    "set_rule",
    "withdraw_need",
    "withdraw_offer",
]
