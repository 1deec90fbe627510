"""Who comes first when a rule cannot tell: an order of all projects fixed before the count."""

from __future__ import annotations

import hashlib

import numpy as np

from multaqa.engine.allocation._election import Election, Ints


def tie_rank(election: Election, ties: str) -> Ints:
    """Place of each project in the tie order, 0 first.

    A lot is SHA-256(seed ‖ id), so that anyone can redraw it once the seed is revealed.
    """
    kind, _, seed = ties.partition(":")
    names = election.projects
    if kind == "lot":
        order = sorted(range(len(names)), key=lambda p: hashlib.sha256((seed + names[p]).encode()).digest())
    elif kind == "cost-votes":
        votes = election.votes()
        order = sorted(range(len(names)), key=lambda p: (election.costs[p], -votes[p], names[p]))
    else:
        order = sorted(range(len(names)), key=names.__getitem__)
    rank = np.empty(len(names), np.int64)
    rank[order] = np.arange(len(names))
    return rank
