"""Who comes first when a rule cannot tell: an order of all projects fixed before the count."""

from __future__ import annotations

import hashlib

import numpy as np

from multaqa.engine.allocation._election import Election, Ints


def tie_rank(election: Election, ties: str) -> Ints:
    """Place of each project in the tie order, 0 first.

    `cost-votes` is lowest cost, then most votes, then the id; with a seed, the lot replaces the id. A lot is
    SHA-256(seed ‖ id), so that anyone can redraw it once the seed is revealed.
    """
    kind, _, seed = ties.partition(":")
    names = election.projects
    last = [_drawn(seed, name) for name in names] if seed else names
    if kind == "cost-votes":
        votes = election.votes()
        order = sorted(range(len(names)), key=lambda p: (election.costs[p], -votes[p], last[p]))
    else:
        order = sorted(range(len(names)), key=last.__getitem__)
    rank = np.empty(len(names), np.int64)
    rank[order] = np.arange(len(names))
    return rank


def _drawn(seed: str, name: str) -> str:
    """The lot of a project; hexadecimal digits sort as the bytes do."""
    return hashlib.sha256((seed + name).encode()).hexdigest()
