"""Whose voice weighs what: by how sure their identity is, and to mirror the population.

Raking (Deming & Stephan 1940) with a cap. Results are always published with and without weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from multaqa.engine.opinion._conversation import Floats, Ints, OpinionError

MOST_WEIGHT = 5.0
_ROUNDS = 100


def assurance_weights(level: Ints, weight_of: Mapping[int, float]) -> Floats:
    """(n,) the weight of each participant's identity-assurance level.

    Raises OpinionError for a level without a weight or a weight below 0.
    """
    for known in np.unique(level).tolist():
        if weight_of.get(known, -1.0) < 0:
            raise OpinionError("level", "identity level {level} has no weight of 0 or more.", level=known)
    return np.array([weight_of[int(one)] for one in level], float)


def post_stratify(
    strata: Sequence[Ints], shares: Sequence[Floats], start: Floats | None = None, most: float = MOST_WEIGHT
) -> Floats:
    """(n,) weights of mean 1 under which each stratum has its share of the population.

    strata: for each trait (province, sex, age band …) an (n,) array of classes from 0; shares: for each
    trait the population's share of each class. Classes nobody belongs to are left out. No weight passes
    `most` times the mean, so a stratum with hardly anyone stays short of its share. Raises OpinionError
    where shares do not sum to 1.
    """
    weight = np.ones(len(strata[0])) if start is None else start.astype(float)
    for share in shares:
        if abs(float(np.sum(share)) - 1) > 1e-6 or np.min(share) < 0:
            raise OpinionError("shares", "the shares of a trait's classes do not sum to 1.")
    for _round in range(_ROUNDS):
        before = weight
        for classes, share in zip(strata, shares, strict=True):
            have = np.bincount(classes, weights=weight, minlength=len(share))
            present = np.where(have > 0, share, 0)
            wanted = present / present.sum() * weight.sum()
            weight = weight * np.divide(wanted, have, out=np.zeros_like(have), where=have > 0)[classes]
        weight = _held(weight, most)
        if np.abs(weight - before).max() < 1e-9:
            break
    return weight


def _held(weight: Floats, most: float) -> Floats:
    """Mean 1 and none above the cap: what the cap takes from some is shared among the others."""
    for _round in range(_ROUNDS):
        weight = np.minimum(weight / weight.mean(), most)
        if abs(weight.mean() - 1) < 1e-12:
            break
    return weight
