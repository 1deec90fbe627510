"""Why this place, and is everything as it must be?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.scoring._decide import Decision, commitment, ticket
from multaqa.engine.scoring._rank import Ranking

_CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class Reason:
    """One row about a proposal: a message key and its values."""

    proposal: str
    key: str
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Violation:
    rule: str
    where: str


def explain(ranking: Ranking, decision: Decision | None = None) -> tuple[Reason, ...]:
    """Two rows a proposal, or three with a decision, by expected rank.

    Keys: `raw` (mean, reviews, rank), `ranked` (expected, low, high, of, shift: what its reviewers' severity
    and the few reviews were worth), then the fate's key with `line` and `ticket`.
    """
    fates = {} if decision is None else {fate.id: fate for fate in decision.fates}
    rows = []
    for one in sorted(ranking.proposals, key=lambda row: (row.expected_rank, row.id)):
        rows.append(
            Reason(one.id, "raw", {"mean": one.raw_mean, "reviews": one.reviews, "rank": one.raw_rank})
        )
        place: dict[str, object] = {"expected": one.expected_rank, "low": one.low, "high": one.high}
        rows.append(
            Reason(
                one.id, "ranked", {**place, "of": len(ranking.proposals), "shift": one.worth - one.raw_mean}
            )
        )
        if decision is not None:
            fate = fates[one.id]
            rows.append(Reason(one.id, fate.key, {"line": decision.line, "ticket": fate.ticket}))
    return tuple(rows)


def check(ranking: Ranking) -> tuple[Violation, ...]:
    """The raw figures counted anew, the model's equations with its own residuals, the ranks' fixed sum.

    At the optimum the residuals of a proposal add up to its worth × noise / variance, those of a reviewer to
    the generosity × noise / variance, and all together to zero.
    """
    reviews, effects = ranking.reviews, ranking.effects
    found = []
    for place, one in enumerate(ranking.proposals):
        given = [float(score) for score in reviews.score[reviews.proposal == place]]
        if one.reviews != len(given) or abs(one.raw_mean - sum(given) / len(given)) > _CLOSE:
            found.append(Violation("raw_mean", one.id))
        if not 1 <= one.low <= one.expected_rank <= one.high <= len(ranking.proposals) + _CLOSE:
            found.append(Violation("interval", one.id))
    fitted = effects.level + effects.worth[reviews.proposal]
    if ranking.correction == "additive":
        fitted = fitted + effects.generosity[reviews.reviewer]
    rest = reviews.score - fitted
    size = max(float(np.abs(reviews.score).max()), 1.0) * len(rest)
    own = 1.0 / effects.own - np.bincount(reviews.proposal)
    off = np.abs(np.bincount(reviews.proposal, rest) - own * effects.worth)
    for place in np.flatnonzero(off > _CLOSE * size * np.maximum(1.0, own)).tolist():
        found.append(Violation("worth", reviews.proposals[place]))
    if abs(float(rest.sum())) > _CLOSE * size:
        found.append(Violation("level", ""))
    total = sum(one.expected_rank for one in ranking.proposals)
    many = len(ranking.proposals)
    if abs(total - many * (many + 1) / 2) > _CLOSE * many:
        found.append(Violation("expected_ranks", ""))
    return tuple(found)


def check_decision(decision: Decision) -> tuple[Violation, ...]:
    """The budget, the sure ones, and that chance was used inside the band only, with the promised seed."""
    rows = {row.id: row for row in decision.ranking.proposals}
    costs = dict(zip(rows, decision.costs, strict=True))
    found = []
    if sum(costs[name] for name in decision.funded) + decision.left != decision.budget or decision.left < 0:
        found.append(Violation("budget", ""))
    if {fate.id for fate in decision.fates} != set(rows):
        found.append(Violation("fates", ""))
    lottery = decision.lottery
    if lottery is not None and commitment(lottery.seed) != lottery.committed:
        found.append(Violation("seed", ""))
    drawn = []
    for fate in decision.fates:
        row = rows[fate.id]
        inside = row.low <= decision.line <= row.high
        if inside != (fate.id in decision.band):
            found.append(Violation("band", fate.id))
        if fate.funded != inside and not inside and fate.funded != (row.high < decision.line):
            found.append(Violation("outside_the_band", fate.id))
        if fate.ticket != (ticket(lottery.seed, fate.id) if lottery and inside else ""):
            found.append(Violation("ticket", fate.id))
        if inside:
            drawn.append(fate)
    if lottery and [fate.ticket for fate in drawn] != sorted(fate.ticket for fate in drawn):
        found.append(Violation("order_of_the_draw", ""))
    return tuple(found)
