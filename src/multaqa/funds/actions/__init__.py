"""What may be done in the fund; each verb checks its rule and leaves exactly one entry in the ledger."""

from multaqa.funds.actions.applications import (
    recuse,
    review_application,
    screen_application,
    submit_application,
    withdraw_application,
)
from multaqa.funds.actions.awards import (
    attach_agreement,
    award_application,
    pay_tranche,
    plan_tranches,
    release_tranche,
)
from multaqa.funds.actions.calls import allocate_call, close_call, open_call, open_vote
from multaqa.funds.actions.lots import commit_seed, reveal_seed
from multaqa.funds.actions.plans import create_envelope, set_priority
from multaqa.funds.actions.votes import cast_ballot, enter_paper_ballot

__all__ = [
    "allocate_call",
    "attach_agreement",
    "award_application",
    "cast_ballot",
    "close_call",
    "commit_seed",
    "create_envelope",
    "enter_paper_ballot",
    "open_call",
    "open_vote",
    "pay_tranche",
    "plan_tranches",
    "recuse",
    "release_tranche",
    "reveal_seed",
    "review_application",
    "screen_application",
    "set_priority",
    "submit_application",
    "withdraw_application",
]
