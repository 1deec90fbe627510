"""Reading consultations: what is open, what comes next, what came out. Nothing here tells who said what."""

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import date

from django.db.models import (
    Case,
    Count,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.crypto import salted_hmac

from multaqa.consultations.models import Consultation, Participation, Statement, Tally, Vote
from multaqa.directory.actors import Actor
from multaqa.directory.models import Account
from multaqa.kit import clock
from multaqa.kit.tables import cell

State = Consultation.State
FEWEST = 10
"""Below this many votes a statement's counts are not published (k-threshold, trust reference §5)."""
PAPER_STATEMENTS = 40
"""How many statements one sheet of paper carries."""
TABLE = ("number", "text_ar", "text_fr", "text_en", "votes", "agree", "disagree", "pass", "on_paper")


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


@dataclass(frozen=True, slots=True)
class Result:
    """The frozen counts of one statement; all None when fewer than ten people answered it.

    `on_paper` is None as well when it, or what it leaves for the other channel, would count fewer than ten.
    """

    statement: Statement
    agree: int | None
    disagree: int | None
    passed: int | None
    on_paper: int | None

    @property
    def votes(self) -> int | None:
        if self.agree is None or self.disagree is None or self.passed is None:
            return None
        return self.agree + self.disagree + self.passed

    @property
    def agree_share(self) -> float:
        return 100 * (self.agree or 0) / self.votes if self.votes else 0.0

    @property
    def disagree_share(self) -> float:
        return 100 * (self.disagree or 0) / self.votes if self.votes else 0.0

    @property
    def pass_share(self) -> float:
        return 100 * (self.passed or 0) / self.votes if self.votes else 0.0


@dataclass(frozen=True, slots=True)
class Results:
    """What came out: how many took part, and each shown statement in its order."""

    participants: int
    votes: int
    statements: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many took part and how many votes there are: all that is public while votes are cast."""

    participants: int
    votes: int


def pseudonym(account: Account, consultation: Consultation) -> str:
    """The name of an account in one consultation: HMAC-SHA256 under the secret key, 64 hex digits."""
    return salted_hmac(
        "multaqa.consultations.participation", f"{account.pk}|{consultation.pk}", algorithm="sha256"
    ).hexdigest()


def paper_pseudonym(receipt: str, consultation: Consultation) -> str:
    """The name of a paper form in one consultation."""
    return salted_hmac(
        "multaqa.consultations.paper", f"{receipt}|{consultation.pk}", algorithm="sha256"
    ).hexdigest()


def public_consultations() -> QuerySet[Consultation]:
    """All that were ever opened, those that take votes first, each with its number of participants."""
    took_part = (
        Participation.objects.filter(consultation=OuterRef("pk"), votes__isnull=False)
        .order_by()
        .values("consultation")
        .annotate(n=Count("pk", distinct=True))
        .values("n")
    )
    today = clock.today()
    rank = Case(
        When(state=State.OPEN, opens_on__lte=today, closes_on__gte=today, then=Value(0)),
        When(state=State.OPEN, opens_on__gt=today, then=Value(1)),
        When(state=State.OPEN, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return (
        Consultation.objects.exclude(state=State.DRAFT)
        .select_related("organiser", "territory")
        .annotate(participants=Coalesce("participants_counted", Subquery(took_part), Value(0)))
        .order_by(rank, "-closes_on", "-pk")
    )


def detail() -> QuerySet[Consultation]:
    """Consultations with what their page shows."""
    return Consultation.objects.exclude(state=State.DRAFT).select_related("organiser", "territory")


def open_consultations(today: date) -> QuerySet[Consultation]:
    """Those that take votes today, the soonest to close first."""
    return (
        Consultation.objects.filter(state=State.OPEN, opens_on__lte=today, closes_on__gte=today)
        .select_related("organiser", "territory")
        .order_by("closes_on", "pk")
    )


def consultations_to_close(today: date) -> QuerySet[Consultation]:
    """Those whose last day is over and that nobody closed yet."""
    return Consultation.objects.filter(state=State.OPEN, closes_on__lt=today).order_by("closes_on", "pk")


def turnout(consultation: Consultation) -> Turnout:
    """How many took part so far: one SQL statement."""
    found = Vote.objects.filter(statement__consultation=consultation).aggregate(
        votes=Count("pk"), participants=Count("participation", distinct=True)
    )
    return Turnout(found["participants"], found["votes"])


def participation_of(actor: Actor, consultation: Consultation) -> Participation | None:
    """The actor's participation, None while there is none."""
    if actor.account is None:
        return None
    return Participation.objects.filter(
        consultation=consultation, pseudonym=pseudonym(actor.account, consultation)
    ).first()


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


def results(consultation: Consultation) -> Results:
    """The frozen result, with what would show too few people left out: two SQL statements.

    Raises ValueError while the consultation is not closed.
    """
    if consultation.participants_counted is None:
        raise ValueError("a consultation has results once it is closed")
    counted = shown_statements(consultation).prefetch_related("tallies")
    votes = Tally.objects.filter(statement__consultation=consultation).aggregate(
        n=Coalesce(Sum("agree"), Value(0))
        + Coalesce(Sum("disagree"), Value(0))
        + Coalesce(Sum("passed"), Value(0))
    )["n"]
    return Results(consultation.participants_counted, votes, tuple(map(_result, counted)))


def _result(statement: Statement) -> Result:
    tallies = list(statement.tallies.all())
    agree, disagree, passed = (
        sum(getattr(tally, name) for tally in tallies) for name in ("agree", "disagree", "passed")
    )
    votes = agree + disagree + passed
    if votes < FEWEST:
        return Result(statement, None, None, None, None)
    paper = sum(t.agree + t.disagree + t.passed for t in tallies if t.channel == Vote.Channel.PAPER)
    separable = all(part == 0 or part >= FEWEST for part in (paper, votes - paper))
    return Result(statement, agree, disagree, passed, paper if separable else None)


def results_csv(found: Results) -> str:
    """The published counts, one row a statement with at least ten votes."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(TABLE)
    for result in found.statements:
        if result.votes is not None:
            texts = [cell(result.statement.text.get(language, "")) for language in ("ar", "fr", "en")]
            paper = "" if result.on_paper is None else result.on_paper
            rows.writerow(
                [
                    result.statement.number,
                    *texts,
                    result.votes,
                    result.agree,
                    result.disagree,
                    result.passed,
                    paper,
                ]
            )
    return out.getvalue()
