"""What came out of the votes: counts frozen at closing, those of too few people kept back."""

import csv
import io
from dataclasses import dataclass

from django.db.models import Sum, Value
from django.db.models.functions import Coalesce

from multaqa.consultations.models import Consultation, Statement, Tally, Vote
from multaqa.consultations.queries.statements import shown_statements
from multaqa.kit.tables import cell

FEWEST = 10
"""Below this many votes a statement's counts are not published (k-threshold, trust reference §5)."""
TABLE = ("number", "text_ar", "text_fr", "text_en", "votes", "agree", "disagree", "pass", "on_paper")


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


def told_apart(part: int, whole: int, fewest: int) -> int | None:
    """The part, None when it or what it leaves of the whole is neither nothing nor at least the fewest."""
    return part if all(number == 0 or number >= fewest for number in (part, whole - part)) else None


def _result(statement: Statement) -> Result:
    tallies = list(statement.tallies.all())
    agree, disagree, passed = (
        sum(getattr(tally, name) for tally in tallies) for name in ("agree", "disagree", "passed")
    )
    votes = agree + disagree + passed
    if votes < FEWEST:
        return Result(statement, None, None, None, None)
    paper = sum(t.agree + t.disagree + t.passed for t in tallies if t.channel == Vote.Channel.PAPER)
    return Result(statement, agree, disagree, passed, told_apart(paper, votes, FEWEST))


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
