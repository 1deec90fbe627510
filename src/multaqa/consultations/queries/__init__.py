"""Reading consultations: what is open, what comes next, what came out. Nothing here tells who said what."""

from multaqa.consultations.models import Consultation
from multaqa.consultations.queries.listing import (
    Turnout,
    consultations_to_close,
    detail,
    open_consultations,
    paper_pseudonym,
    participation_of,
    pseudonym,
    public_consultations,
    turnout,
)
from multaqa.consultations.queries.points import (
    FEWEST_PEOPLE,
    PointsResult,
    Share,
    count_points,
    own_points,
    points_csv,
    points_result,
)
from multaqa.consultations.queries.results import FEWEST, Result, Results, results, results_csv
from multaqa.consultations.queries.statements import (
    PAPER_STATEMENTS,
    Ballot,
    ballot,
    hidden_statements,
    next_statement,
    own_votes,
    shown_statements,
    statements_to_review,
)

__all__ = [
    "FEWEST",
    "FEWEST_PEOPLE",
    "PAPER_STATEMENTS",
    "Ballot",
    "PointsResult",
    "Result",
    "Results",
    "Share",
    "Turnout",
    "ballot",
    "consultations_to_close",
    "count_points",
    "detail",
    "hidden_statements",
    "next_statement",
    "open_consultations",
    "own_points",
    "own_votes",
    "paper_pseudonym",
    "participation_of",
    "points_csv",
    "points_result",
    "pseudonym",
    "public_consultations",
    "published_csv",
    "results",
    "results_csv",
    "shown_statements",
    "statements_to_review",
    "turnout",
]


def published_csv(consultation: Consultation) -> str:
    """The published table of a closed consultation, to the byte whose hash the record holds."""
    if consultation.is_points:
        return points_csv(points_result(consultation))
    return results_csv(results(consultation))
