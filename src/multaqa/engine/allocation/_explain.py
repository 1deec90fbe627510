"""Why not this project? One row for each that lost: what stood in its way, in the amounts of the count
itself.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction

from multaqa.engine.allocation._allocate import exclusive_sets
from multaqa.engine.allocation._equal_shares import NEVER
from multaqa.engine.allocation._rule import Outcome
from multaqa.engine.allocation._tracks import tracks
from multaqa.engine.allocation._utility import Marks, marks_of
from multaqa.engine.allocation._welfare import welfare


@dataclass(frozen=True, slots=True)
class Reason:
    """A project that lost: a message key with its values (ids, whole minor units, counts)."""

    project: str
    cost: int
    support: int  # ballots that mark it
    key: str
    values: dict[str, object]


def explain(outcome: Outcome) -> tuple[Reason, ...]:
    """For each losing project, what kept it out; most supported first. Amounts are in minor units.

    Keys: `withdrawn`, `no_support`, `dearer_than_budget`, `below_threshold`, `excluded`, `did_not_fit`,
    `stopped`, `purses_short`, `worth_less`.
    """
    election = outcome.election
    votes, score = election.votes(), election.score()
    won = {step.project for step in outcome.steps}
    losers = [p for p in range(len(election.projects)) if p not in won]
    losers.sort(key=lambda p: (-int(score[p]), election.projects[p]))
    short = (
        _shares(outcome, losers)
        if outcome.rule.name == "equal-shares" and outcome.endowment is not None
        else {}
    )
    rows = []
    for p in losers:
        key, values = "withdrawn", dict[str, object]()
        if not election.eligible[p]:
            pass
        elif outcome.rule.name == "equal-shares" and not votes[p]:
            key = "no_support"
        elif p in short:
            key, values = "purses_short", short[p]
        else:
            key, values = _other(outcome, p)
        rows.append(Reason(election.projects[p], int(election.costs[p]), int(votes[p]), key, values))
    return tuple(rows)


def _other(outcome: Outcome, project: int) -> tuple[str, dict[str, object]]:
    election, rule = outcome.election, outcome.rule
    cost = int(election.costs[project])
    if cost > election.budget:
        return "dearer_than_budget", {"budget": election.budget, "lacked": cost - election.budget}
    if rule.name == "phragmen":
        if outcome.stopped_at == project:
            return "did_not_fit", {
                "position": len(outcome.steps) + 1,
                "left": election.budget - outcome.spent,
                "lacked": cost - (election.budget - outcome.spent),
                "taken_by": list(outcome.selected),
            }
        return "stopped", {
            "stopped_by": _name(outcome, outcome.stopped_at),
            "left": election.budget - outcome.spent,
        }
    if rule.name == "welfare":
        return "worth_less", _worth(outcome, project)
    return _greedy(outcome, project)


def _greedy(outcome: Outcome, project: int) -> tuple[str, dict[str, object]]:
    election, rule = outcome.election, outcome.rule
    if project not in outcome.order:
        least = rule.threshold if rule.threshold is not None else election.threshold
        return "below_threshold", {"score": int(election.score()[project]), "threshold": least}
    position = outcome.order.index(project)
    earlier = set(outcome.order[:position])
    before = [step.project for step in outcome.steps if step.project in earlier or step.by == "shares"]
    if rule.name == "greedy-exclusive":
        won = {step.project for step in outcome.steps}
        for members in exclusive_sets(election, rule):
            rival = next((p for p in members if p in won), None)
            if project in members and rival is not None:
                return "excluded", {"by": election.projects[rival]}
    left = election.budget - sum(int(election.costs[p]) for p in before)
    if outcome.stopped_at is not None and outcome.stopped_at != project:
        return "stopped", {
            "stopped_by": _name(outcome, outcome.stopped_at),
            "position": position + 1,
            "left": election.budget - outcome.spent,
        }
    return "did_not_fit", {
        "position": position + 1,
        "left": left,
        "lacked": int(election.costs[project]) - left,
        "taken_by": [election.projects[p] for p in before],
    }


def _name(outcome: Outcome, project: int | None) -> str | None:
    return None if project is None else outcome.election.projects[project]


def _worth(outcome: Outcome, project: int) -> dict[str, object]:
    """How much total utility would be lost if the project had to be among the winners."""
    election = outcome.election
    marks = marks_of(election, outcome.rule)
    value = marks.total * marks.scale
    rest = [p for p in range(len(election.projects)) if p != project and election.eligible[p]]
    forced = welfare(marks, rest, election.budget - int(election.costs[project]))
    best = sum(int(value[step.project]) for step in outcome.steps)
    return {
        "loss": best - int(value[project]) - sum(int(value[p]) for p in forced),
        "instead": [step for step in outcome.selected if step not in {election.projects[p] for p in forced}],
    }


def _shares(outcome: Outcome, losers: list[int]) -> dict[int, dict[str, object]]:
    """Purses of each loser's supporters: what is left, who took the rest, and the last round it was within
    reach.
    """
    election = outcome.election
    marks, votes = marks_of(election, outcome.rule), election.votes()
    endowment = outcome.endowment or Fraction(0)
    bought = [(step.project, step.price or 0.0) for step in outcome.steps if step.by == "shares"]
    rows: dict[int, dict[str, object]] = {}
    for p, track in tracks(marks, endowment, bought, losers).items():
        held = track.held[-1]
        absorbed = [before - after for before, after in itertools.pairwise(track.held)]
        paid = sorted(enumerate(absorbed), key=lambda item: (-item[1], item[0]))
        rows[p] = {
            "held": int(held),
            "lacked": int(marks.costs[p]) - int(held),
            "purses": int(endowment * int(votes[p])),
            "absorbed_by": [
                {"project": election.projects[bought[turn][0]], "paid": round(amount)}
                for turn, amount in paid
                if round(amount)
            ],
        }
        if outcome.rule.completion == "greedy":
            rows[p]["left"] = election.budget - outcome.spent
        if track.reach and track.reach[1] not in (0.0, NEVER):
            turn, at = track.reach
            winner, beaten_at = bought[turn]
            rows[p] |= {
                "round": turn + 1,
                "effective_votes": round(_effective(marks, p, at), 3),
                "beaten_by": election.projects[winner],
                "beaten_by_effective_votes": round(_effective(marks, winner, beaten_at or at), 3),
            }
    return rows


def _effective(marks: Marks, project: int, at: float) -> float:
    """Supporters (or points) it counts for when those with little left count for less: cost over cap."""
    return float(marks.costs[project]) / (at * float(marks.scale[project])) if at else 0.0
