"""Writes of the room: from a draft to an evaluated agreement."""

from multaqa.partnerships.actions.agreements import (
    PartyTerms,
    Promise,
    add_commitment,
    cancel_agreement,
    draft_agreement,
    end_agreement,
    put_to_signature,
    sign_agreement,
)
from multaqa.partnerships.actions.follow_up import (
    accept_report,
    evaluate_agreement,
    link_finding,
    reply_to_evaluation,
    return_report,
    submit_report,
    update_commitment,
)

__all__ = [
    "PartyTerms",
    "Promise",
    "accept_report",
    "add_commitment",
    "cancel_agreement",
    "draft_agreement",
    "end_agreement",
    "evaluate_agreement",
    "link_finding",
    "put_to_signature",
    "reply_to_evaluation",
    "return_report",
    "sign_agreement",
    "submit_report",
    "update_commitment",
]
