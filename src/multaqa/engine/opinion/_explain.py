"""A map in rows a citizen can read, and the proof that it is what it claims to be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.opinion._conversation import AGREE
from multaqa.engine.opinion._factor import equations_of_statements, place
from multaqa.engine.opinion._kmeans import nearest
from multaqa.engine.opinion._opinion import Bridging, Opinion

_TOP = 10
_LEAST_RANKED = 10
_SETTLED = 0.01  # of a vote: how far a score may be from solving its own equation


@dataclass(frozen=True, slots=True)
class Reason:
    """A message key with its values: ids, counts and shares."""

    key: str
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Fault:
    key: str
    values: dict[str, object]


def explain(opinion: Opinion) -> tuple[Reason, ...]:
    """What the map says, one row a finding.

    Keys: `group` (who is in it, what sets it apart), `one_group`, `firm`, `fragile`, `continuum`, `bridge`
    (a statement people agree with across the divide), `divides` (the one that parts them most), `agreed`,
    `refused`.
    """
    ids = opinion.conversation.statements
    rows = []
    for g, found in enumerate(opinion.representative):
        sides: dict[str, list[int]] = {"agree": [], "disagree": []}
        for one in found:
            sides[one.direction].append(int(ids[one.statement]))
        rows.append(Reason("group", {"group": g, "members": int((opinion.group == g).sum()), **sides}))
    if opinion.bridging is not None:
        rows = _of_bridging(opinion, opinion.bridging) + (rows if opinion.groups > 1 else [])
    for key, side in zip(("agreed", "refused"), opinion.consensus, strict=True):
        rows += [Reason(key, {"statement": int(ids[s])}) for s in side]
    return tuple(rows)


def ranking(opinion: Opinion) -> list[int]:
    """Positions of the statements of the bridging list, the highest score first.

    Those with fewer than 10 votes that count come last: a few voters must not carry one to the top.
    """
    assert opinion.bridging is not None
    score, heard = opinion.bridging.score, opinion.bridging.heard
    known = np.flatnonzero(~np.isnan(score))
    order = np.lexsort((-score[known], heard[known] < _LEAST_RANKED))
    return [int(s) for s in known[order]]


def _of_bridging(opinion: Opinion, found: Bridging) -> list[Reason]:
    ids = opinion.conversation.statements
    rows = []
    if opinion.groups == 1:
        rows.append(Reason("one_group", {"members": int((opinion.group == 0).sum())}))
    elif found.stability is not None:
        firm = found.stability
        rows.append(Reason("firm" if firm.firm else "fragile", {"median": firm.median, "least": firm.least}))
        if not firm.apart:
            rows.append(Reason("continuum", {}))
    for s in ranking(opinion)[:_TOP]:
        rows.append(
            Reason(
                "bridge",
                {
                    "statement": int(ids[s]),
                    "score": float(found.score[s]),
                    "low": float(found.low[s]),
                    "high": float(found.high[s]),
                    "least_willing": None if np.isnan(found.agree_bound[s]) else float(found.agree_bound[s]),
                },
            )
        )
    widest = int(np.argmax(np.abs(found.model.factor)))
    if found.model.factor[widest]:
        rows.append(Reason("divides", {"statement": int(ids[widest])}))
    return rows


def check(opinion: Opinion) -> tuple[Fault, ...]:
    """Recompute what the map claims from the votes alone; an empty tuple is the proof."""
    faults = _counts(opinion) + (_components(opinion) if opinion.bridging is None else [])
    if opinion.bridging is not None:
        faults += _bridging(opinion, opinion.bridging)
    return tuple(faults)


def _counts(opinion: Opinion) -> list[Fault]:
    """The tally and the product, by another way than `tally` takes."""
    conversation = opinion.conversation
    agrees = conversation.matrix((conversation.vote == AGREE).astype(float))
    all_votes = conversation.matrix(np.ones(conversation.votes))
    product = np.ones(len(conversation.statements))
    for g in range(opinion.groups):
        inside = (opinion.group == g).astype(float)
        product *= (agrees.T @ inside + 1) / (all_votes.T @ inside + 2)
    shown = ~conversation.hidden if opinion.bridging is not None else np.ones(len(product), bool)
    gap = float(np.abs(product - opinion.group_aware_consensus)[shown].max(initial=0.0))
    return [Fault("group_aware_consensus", {"gap": gap})] if gap > 1e-9 else []


def _components(opinion: Opinion) -> list[Fault]:
    """Two axes at right angles, each an eigenvector of the covariance."""
    conversation = opinion.conversation
    rated = conversation.only(~conversation.hidden[conversation.column])
    deviation = rated.matrix(rated.vote - opinion.center[rated.column])
    faults = []
    present = opinion.components[np.abs(opinion.components).sum(axis=1) > 0]
    off = np.abs(present @ present.T - np.eye(len(present)))
    if len(present) and off.max() > 1e-6:
        faults.append(Fault("orthogonal", {"gap": float(off.max())}))
    for axis in present:
        image = deviation.T @ (deviation @ axis)
        value = float(axis @ image)
        left = float(np.linalg.norm(image - value * axis)) / max(value, 1e-300)
        if left > 1e-4:
            faults.append(Fault("component", {"residual": left}))
    return faults


def _bridging(opinion: Opinion, found: Bridging) -> list[Fault]:
    """Scores solve their equations, everyone is in the nearest group, chances add up, bounds hold."""
    faults = []
    ballots = found.ballots
    own = place(ballots.conversation, found.model)
    again = equations_of_statements(ballots.conversation, ballots.weight, found.model, own)
    known = ~np.isnan(found.score)
    gap = np.abs(again.solve(found.model.penalty)[0] - found.model.bias)[known]
    if len(gap) and gap.max() > _SETTLED:
        faults.append(Fault("score", {"gap": float(gap.max())}))
    if np.any(found.low[known] > found.score[known]) or np.any(found.high[known] < found.score[known]):
        faults.append(Fault("interval", {}))
    if len(found.group_centers):
        grouped = opinion.group >= 0
        nearest_ = nearest(opinion.points[grouped], found.group_centers)
        if np.any(nearest_ != opinion.group[grouped]) or np.any(grouped != ballots.counted):
            faults.append(Fault("nearest_group", {}))
    chance = opinion.priorities
    if abs(chance.sum() - 1) > 1e-9 or np.any(chance[opinion.conversation.moderated_out] > 0):
        faults.append(Fault("chances", {"sum": float(chance.sum())}))
    return faults
