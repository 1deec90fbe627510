"""The statement in front of somebody, and those around it."""

import hashlib
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from multaqa.consultations.models import Consultation, Participation, Statement, Vote
from multaqa.consultations.queries.listing import participation_of
from multaqa.directory.actors import Actor

PAPER_STATEMENTS = 40
"""How many statements one sheet of paper carries."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """The statement in front of somebody, and how far they are. `statement` is None when nothing is left."""

    consultation: Consultation
    statement: Statement | None
    own: int | None
    answered: int
    total: int

    @property
    def share(self) -> float:
        return 100 * self.answered / self.total if self.total else 0.0

    @property
    def own_label(self) -> str:
        return "" if self.own is None else str(Vote.Value(self.own).label)


def shown_statements(consultation: Consultation) -> QuerySet[Statement]:
    """The statements people may vote on, in their order."""
    return Statement.objects.filter(consultation=consultation, state=Statement.State.SHOWN).order_by("number")


def hidden_statements(consultation: Consultation) -> QuerySet[Statement]:
    """The statements not shown, the latest first; their reasons are public, their words are not."""
    return Statement.objects.filter(consultation=consultation, state=Statement.State.HIDDEN).order_by(
        "-number"
    )


def statements_to_review(consultation: Consultation) -> QuerySet[Statement]:
    """What waits for a facilitator, the longest waiting first."""
    return Statement.objects.filter(consultation=consultation, state=Statement.State.PROPOSED).order_by(
        "number"
    )


def next_statement(
    consultation: Consultation, participation: Participation | None = None
) -> Statement | None:
    """The next statement for a participant, None when all are answered: two SQL statements.

    Each participant meets the statements in an order of their own, so that none profits from standing first.
    A stranger meets them in their numbers' order.
    """
    waiting = shown_statements(consultation)
    if participation is None:
        return waiting.first()
    waiting = waiting.exclude(votes__participation=participation)
    numbers = list(waiting.values_list("number", flat=True))
    if not numbers:
        return None
    following = min(
        numbers, key=lambda number: hashlib.sha256(f"{participation.pseudonym}|{number}".encode()).digest()
    )
    return Statement.objects.get(consultation=consultation, number=following)


def ballot(consultation: Consultation, actor: Actor, number: int | None = None) -> Ballot:
    """The statement asked for by number, or the next one, with the actor's progress: four SQL statements."""
    participation = participation_of(actor, consultation)
    shown = shown_statements(consultation)
    statement = shown.filter(number=number).first() if number else None
    own = None
    if statement is None:
        statement = next_statement(consultation, participation)
    elif participation:
        own = participation.votes.filter(statement=statement).values_list("value", flat=True).first()
    progress = shown.aggregate(
        total=Count("pk"),
        answered=Count(
            "pk", filter=Q(pk__in=Vote.objects.filter(participation=participation).values("statement"))
        ),
    )
    return Ballot(
        consultation, statement, own, progress["answered"] if participation else 0, progress["total"]
    )


def own_votes(participation: Participation | None, statements: list[Statement]) -> dict[int, str]:
    """What a participant answered to these statements, as words, by statement."""
    if participation is None:
        return {}
    votes = participation.votes.filter(statement__in=statements).values_list("statement_id", "value")
    return {statement: str(Vote.Value(value).label) for statement, value in votes}
