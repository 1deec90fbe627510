"""Where the count itself says that a loser would have begun to win: the places at which to look first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from multaqa.engine.allocation._equal_shares import NEVER, sum_of
from multaqa.engine.allocation._phragmen import phragmen
from multaqa.engine.allocation._rule import Outcome
from multaqa.engine.allocation._tracks import tracks
from multaqa.engine.allocation._utility import Marks


@dataclass(frozen=True, slots=True)
class Guess:
    """Steps of cost, voters and budget to try first. bid: the cost below which the project surely wins, and
    above which it surely loses; None where only a count can tell.
    """

    cheaper: int | None = None
    louder: int | None = None
    richer: int | None = None
    bid: float | None = None


def guesses(outcome: Outcome, marks: Marks, losers: Sequence[int]) -> dict[int, Guess]:
    """A guess for each loser."""
    rule = outcome.rule
    if rule.comparison != "none":
        return dict.fromkeys(losers, Guess())
    if rule.name == "equal-shares" and outcome.endowment is not None:
        return _of_shares(outcome, marks, losers)
    if rule.name == "phragmen":
        return _of_loads(outcome, marks, losers)
    if rule.name.startswith("greedy"):
        return {p: _of_order(outcome, marks, p) for p in losers}
    return dict.fromkeys(losers, Guess())


def _of_shares(outcome: Outcome, marks: Marks, losers: Sequence[int]) -> dict[int, Guess]:
    assert outcome.endowment is not None
    bought = [(step.project, step.price or 0.0) for step in outcome.steps if step.by == "shares"]
    found = dict.fromkeys(losers, Guess())
    for p, track in tracks(marks, outcome.endowment, bought, losers).items():
        sure = outcome.rule.completion == "none" and not track.tied
        after = _of_order(outcome, marks, p)  # by the greedy completion
        short = min(track.short, after.louder or NEVER)
        saved = int(marks.costs[p]) - math.floor(track.bid)
        found[p] = Guess(
            cheaper=saved if after.cheaper is None else min(saved, after.cheaper),
            louder=None if short == NEVER else max(1, math.ceil(short)),
            richer=int(marks.costs[p]) - (marks.budget - outcome.spent),
            bid=track.bid if sure else None,
        )
    return found


def _of_order(outcome: Outcome, marks: Marks, project: int) -> Guess:
    """Greedy: the money left when its turn came, and the score of the last place where it would have fit."""
    if project not in outcome.order:
        return Guess()
    won = {step.project for step in outcome.steps}
    cost = int(marks.costs[project])
    left = marks.budget - sum(int(marks.costs[s.project]) for s in outcome.steps if s.by == "shares")
    rival = project
    for other in outcome.order:
        if other == project:
            break
        if other in won:
            if left >= cost:
                rival = other
            left -= int(marks.costs[other])
    own, wanted = float(marks.total[project]), float(marks.total[rival])
    if marks.scale is not marks.costs:
        wanted *= cost / max(float(marks.costs[rival]), 1.0)
    return Guess(cheaper=cost - left, louder=max(1, math.ceil(wanted - own)), richer=cost - left)


def _of_loads(outcome: Outcome, marks: Marks, losers: Sequence[int]) -> dict[int, Guess]:
    """Phragmén: in each round, the cost and the voters that bring its load down to the winner's; and the
    money that a count without an end would have spent until it won.
    """
    endless = phragmen(marks, np.flatnonzero(marks.eligible).tolist(), int(marks.costs.sum()))
    spent = np.cumsum(marks.costs[list(endless.winners)])
    until = dict(zip(endless.winners, spent.tolist(), strict=True))
    rounds = [(step.project, step.price or 0.0) for step in outcome.steps]
    rounds += list(zip(endless.winners, endless.loads, strict=True))[len(rounds) : len(rounds) + 1]
    return {p: _of_load(marks, p, rounds, until.get(p)) for p in losers}


def _of_load(marks: Marks, project: int, rounds: list[tuple[int, float]], until: int | None) -> Guess:
    load = np.zeros(len(marks.weights))
    members, count = marks.members[project], marks.counts[project]
    voters, cost = float(marks.total[project]), float(marks.cost[project])
    money, bid, louder = float(marks.budget), 0.0, NEVER
    for winner, at in rounds:
        if not 0 < at < NEVER:
            break
        carried = sum_of(count, load.take(members))
        bid = max(bid, min(money, at * voters - carried))
        if money >= cost:
            louder = min(louder, (cost + carried) / at - voters)
        load[marks.members[winner]] = at
        money -= float(marks.cost[winner])
    return Guess(
        cheaper=int(marks.costs[project]) - math.floor(bid) if bid > 0 else None,
        louder=None if louder == NEVER else max(1, math.ceil(louder)),
        richer=None if until is None else max(1, until - marks.budget),
    )
