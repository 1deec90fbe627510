"""What may be done in a consultation; each verb checks its rule and leaves exactly one ledger entry."""

from multaqa.consultations.actions.closings import close_consultation
from multaqa.consultations.actions.openings import open_consultation
from multaqa.consultations.actions.points import enter_paper_points, spread_points, withdraw_points
from multaqa.consultations.actions.statements import propose_statement, review_statement
from multaqa.consultations.actions.votes import cast_vote, enter_paper_votes

__all__ = [
    "cast_vote",
    "close_consultation",
    "enter_paper_points",
    "enter_paper_votes",
    "open_consultation",
    "propose_statement",
    "review_statement",
    "spread_points",
    "withdraw_points",
]
