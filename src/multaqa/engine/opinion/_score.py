"""How sure the bridging scores are, and what every group agrees with at the least."""

from __future__ import annotations

import numpy as np

from multaqa.engine.opinion._ballots import Ballots, first
from multaqa.engine.opinion._conversation import AGREE, DISAGREE, Floats, Ints
from multaqa.engine.opinion._factor import Model, refits
from multaqa.engine.opinion._polis_lists import tally

CONFIDENCE = 0.9
LEAST_GROUP_VOTES = 5
_NORMAL = 1.645
_DRAWS, _MOST_BALLOTS = 30, 2_000


def intervals(counted: Ballots, model: Model) -> tuple[Floats, Floats]:
    """(S,) low and high of each score: people drawn anew, the model fitted anew.

    Above 2,000 ballots, draws of that many, their spread scaled to the size of the whole (m out of n).
    """
    few = first(counted, _MOST_BALLOTS)
    times = np.random.default_rng(30).poisson(1.0, size=(_DRAWS, len(few.weight)))
    drawn = refits(few.conversation, few.weight * times, model)
    spread = drawn.std(axis=0) * np.sqrt(len(few.weight) / len(counted.weight)) * _NORMAL
    return model.bias - spread, model.bias + spread


def lower_bounds(counted: Ballots, group: Ints, k: int) -> tuple[Floats, Floats]:
    """(S,) the share that agrees, and that disagrees, in the least willing group: 95 % sure it is no less.

    NaN where a group has fewer than 5 votes on the statement. group: (d,) of the distinct ballots.
    """
    from scipy.special import betaincinv

    agree, disagree, total, effective = _weighted(counted, group, k)
    tail = (1 - CONFIDENCE) / 2
    enough = (effective >= LEAST_GROUP_VOTES).all(axis=0)
    bounds = []
    for side in (agree, disagree):
        share = np.divide(side, total, out=np.zeros_like(side), where=total > 0) * effective
        bound = betaincinv(share + 1, effective - share + 1, tail).min(axis=0)
        bounds.append(np.where(enough, bound, np.nan))
    return bounds[0], bounds[1]


def _weighted(counted: Ballots, group: Ints, k: int) -> tuple[Floats, Floats, Floats, Floats]:
    """(k, S) weight that agrees, disagrees, votes at all; and the number of votes it is worth."""
    conversation = counted.conversation
    if np.all(counted.weight == 1):
        counts = tally(conversation, group, k)
        total = counts.total.astype(float)
        return counts.agree.astype(float), counts.disagree.astype(float), total, total
    # a ballot in no group weighs nothing
    mass = counted.weight[:, None] * (group[:, None] == np.arange(k))
    agrees = conversation.matrix((conversation.vote == AGREE).astype(float)).T
    refuses = conversation.matrix((conversation.vote == DISAGREE).astype(float)).T
    pattern = conversation.matrix(np.ones(conversation.votes)).T
    total = (pattern @ mass).T
    squares = (pattern @ (mass**2 / counted.voices[:, None])).T
    effective = np.divide(total**2, squares, out=np.zeros_like(total), where=squares > 0)
    return (agrees @ mass).T, (refuses @ mass).T, total, effective
