"""What came out of the points: how much people together say each option counts."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from multaqa.consultations.models import Consultation, Participation, Points, Statement, Vote
from multaqa.consultations.queries.results import told_apart
from multaqa.consultations.queries.statements import shown_statements
from multaqa.engine.composite import budget_weights
from multaqa.kit.tables import cell

FEWEST_PEOPLE = 5
"""Below this many participants no share is published."""
MILLION = 1_000_000
TABLE = ("key", "text_ar", "text_fr", "text_en", "share", "standard_error", "people", "on_paper")
# the sum and the exact spread of few whole numbers nearly give the numbers away
_ERROR_STEP = 1_000


@dataclass(frozen=True, slots=True)
class Share:
    """What one option was given: parts per million of all points, and the standard error of that mean."""

    option: Statement
    millionths: int
    error: int

    @property
    def percent(self) -> float:
        return self.millionths / 10_000

    @property
    def error_percent(self) -> float:
        return self.error / 10_000


@dataclass(frozen=True, slots=True)
class PointsResult:
    """The frozen result: no shares when fewer than five people took part.

    `on_paper` is None when it, or what it leaves for the other channel, counts one to four.
    """

    people: int
    on_paper: int | None
    options: tuple[Statement, ...]
    shares: tuple[Share, ...]


def own_points(participation: Participation | None) -> dict[int, int]:
    """How somebody's points are spread now, by number of the option; empty when they are not."""
    if participation is None:
        return {}
    return dict(participation.points.values_list("statement__number", "points"))


def count_points(consultation: Consultation) -> dict[str, Any]:
    """What closing freezes and records: see `close_consultation`. Two SQL statements.

    Each person counts the same (`engine.composite.budget_weights`); shares are rounded to whole parts per
    million by largest remainder, the earlier option first where remainders are equal.
    """
    keys = list(shown_statements(consultation).values_list("key", flat=True))
    place = {key: k for k, key in enumerate(keys)}
    spreads: dict[int, list[int]] = {}
    paper = set()
    given = Points.objects.filter(statement__consultation=consultation).order_by("participation_id")
    for person, channel, key, points in given.values_list(
        "participation_id", "channel", "statement__key", "points"
    ):
        spreads.setdefault(person, [0] * len(keys))[place[key]] = points
        if channel == Vote.Channel.PAPER:
            paper.add(person)
    counted: dict[str, Any] = {
        "shares": {},
        "errors": {},
        "people": len(spreads),
        "on_paper": told_apart(len(paper), len(spreads), FEWEST_PEOPLE),
    }
    if len(spreads) >= FEWEST_PEOPLE:
        budget = budget_weights(np.array(list(spreads.values()), np.float64))
        steps = np.rint(budget.error * MILLION / _ERROR_STEP).astype(int)
        counted["shares"] = dict(zip(keys, _millionths(budget.weights.tolist()), strict=True))
        counted["errors"] = dict(zip(keys, (steps * _ERROR_STEP).tolist(), strict=True))
    return counted


def points_result(consultation: Consultation) -> PointsResult:
    """The frozen shares in the options' order: one SQL statement. Raises ValueError before closing."""
    counted = consultation.result
    if counted is None:
        raise ValueError("a consultation has a result once it is closed")
    options = tuple(shown_statements(consultation))
    shares = tuple(
        Share(option, counted["shares"][option.key], counted["errors"][option.key])
        for option in options
        if option.key in counted["shares"]
    )
    return PointsResult(counted["people"], counted["on_paper"], options, shares)


def points_csv(found: PointsResult) -> str:
    """The published shares, one row an option; only the head when too few took part."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(TABLE)
    paper = "" if found.on_paper is None else found.on_paper
    for share in found.shares:
        texts = [cell(share.option.text.get(language, "")) for language in ("ar", "fr", "en")]
        figures = [
            f"{number // MILLION}.{number % MILLION:06d}" for number in (share.millionths, share.error)
        ]
        rows.writerow([cell(share.option.key), *texts, *figures, found.people, paper])
    return out.getvalue()


def _millionths(shares: Iterable[float]) -> list[int]:
    # rounded first: equal shares must not differ by an error of the machine
    exact = [round(share * MILLION, 6) for share in shares]
    parts = [int(number) for number in exact]
    by_remainder = sorted(range(len(exact)), key=lambda k: (round(parts[k] - exact[k], 6), k))
    for k in by_remainder[: MILLION - sum(parts)]:
        parts[k] += 1
    return parts
