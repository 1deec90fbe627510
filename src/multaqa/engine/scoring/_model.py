"""Score = level + proposal + reviewer + chance: the mixed model, with the proposals eliminated.

Proposals are many and meet only their own reviewers, so their block is diagonal; what is left has the size of
the panel.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from multaqa.engine.errors import EngineError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

Correction = Literal["additive", "none"]

_ROUNDS = 1_000
_STILL = 1e-7
_LEAST_SHARE = 1e-6  # of the scores' variance: below, an effect is nothing


class ScoringError(EngineError):
    """The reviews cannot be ranked."""


@dataclass(frozen=True, slots=True)
class Reviews:
    """Who gave what: ids in sorted order, and for each review its proposal, reviewer and score."""

    proposals: tuple[str, ...]
    reviewers: tuple[str, ...]
    proposal: Ints
    reviewer: Ints
    score: Floats


@dataclass(frozen=True, slots=True)
class Effects:
    """The panel's view: worth of each proposal against the level, generosity of each reviewer, variances.

    Var(worth) = noise × (diag(own) + reach · shared · reachᵀ); root: a square root of `shared`.
    """

    level: float
    worth: Floats
    generosity: Floats
    between_proposals: float
    between_reviewers: float
    noise: float
    own: Floats
    reach: Floats
    root: Floats


def reviews_of(rows: Iterable[tuple[str, str, float]]) -> Reviews:
    """From (proposal, reviewer, score), in any order; a score is a number, and «not applicable» is no row.

    Raises ScoringError when a reviewer scores a proposal twice or a score is not finite.
    """
    listed = sorted((str(proposal), str(reviewer), float(score)) for proposal, reviewer, score in rows)
    if not listed:
        raise ScoringError("no_reviews", "There are no reviews.")
    for before, after in pairwise(listed):
        if before[:2] == after[:2]:
            raise ScoringError(
                "twice", "{reviewer} scores {proposal} twice.", reviewer=after[1], proposal=after[0]
            )
    score = np.array([row[2] for row in listed])
    if not np.isfinite(score).all():
        raise ScoringError("not_a_number", "A score is not a number.")
    proposals, proposal = np.unique([row[0] for row in listed], return_inverse=True)
    reviewers, reviewer = np.unique([row[1] for row in listed], return_inverse=True)
    return Reviews(tuple(proposals.tolist()), tuple(reviewers.tolist()), proposal, reviewer, score)


def groups(reviews: Reviews) -> Ints:
    """For each proposal the number of its group; two groups share no reviewer, directly or through others."""
    label = np.arange(len(reviews.proposals))
    while True:
        least = np.full(len(reviews.reviewers), len(label))
        np.minimum.at(least, reviews.reviewer, label[reviews.proposal])
        lower = label.copy()
        np.minimum.at(lower, reviews.proposal, least[reviews.reviewer])
        if (lower == label).all():
            return np.unique(label, return_inverse=True)[1].astype(np.int64)
        label = lower


def estimate(reviews: Reviews, correction: Correction, step: float) -> Effects:
    """The variances by EM for REML, then the effects and the covariance of the worths, all at once.

    A mark on a scale of whole steps is never surer than its rounding: chance has at least step² / 12.
    """
    sizes = len(reviews.proposals), len(reviews.reviewers) if correction == "additive" else 0
    count = np.zeros(sizes)
    if sizes[1]:
        np.add.at(count, (reviews.proposal, reviews.reviewer), 1.0)
    per_proposal = np.bincount(reviews.proposal, minlength=sizes[0]).astype(np.float64)
    border = np.concatenate([per_proposal[:, None], count], axis=1)
    centre = float(reviews.score.mean())
    score = reviews.score - centre
    total = float(score @ score) / max(len(score) - 1, 1)
    least = max(total, 1e-12) * _LEAST_SHARE
    rounding = max(step * step / 12, least)
    between, among, noise = total / 3, total / 3, max(total / 3, rounding)
    for _round in range(_ROUNDS):
        found = _solve(reviews, score, border, per_proposal, between, among, noise, least)
        level, worth, generosity, own, reach, shared = found
        fitted = level + worth[reviews.proposal]
        if sizes[1]:
            fitted = fitted + generosity[reviews.reviewer]
        spread = own.sum() + np.einsum("ij,jk,ik->", reach, shared, reach)
        fresh = (
            float(worth @ worth + noise * spread) / sizes[0],
            float(generosity @ generosity + noise * np.trace(shared[1:, 1:])) / max(sizes[1], 1),
            max(float(score @ (score - fitted)) / max(len(score) - 1, 1), rounding),
        )
        change = max(abs(a - b) for a, b in zip(fresh, (between, among, noise), strict=True))
        between, among, noise = fresh
        if change <= _STILL * max(total, 1e-12):
            break
    level, worth, generosity, own, reach, shared = _solve(
        reviews, score, border, per_proposal, between, among, noise, least
    )
    root: Floats = np.linalg.cholesky(shared).astype(np.float64)
    return Effects(
        level + centre, worth, generosity, between, among if sizes[1] else 0.0, noise, own, reach, root
    )


def _solve(
    reviews: Reviews,
    score: Floats,
    border: Floats,
    per_proposal: Floats,
    between: float,
    among: float,
    noise: float,
    least: float,
) -> tuple[float, Floats, Floats, Floats, Floats, Floats]:
    """Henderson's equations: level, worths, generosities, then the three parts of the worths' covariance."""
    own = 1.0 / (per_proposal + noise / max(between, least))
    reach = border * own[:, None]
    sums = np.bincount(reviews.proposal, score, len(own))
    size = border.shape[1]
    matrix = np.zeros((size, size))
    matrix[0, 0] = len(score)
    right = np.zeros(size)
    right[0] = score.sum()
    if size > 1:
        per_reviewer = np.bincount(reviews.reviewer, minlength=size - 1)
        matrix[0, 1:] = matrix[1:, 0] = per_reviewer
        matrix[1:, 1:] = np.diag(per_reviewer + noise / max(among, least))
        right[1:] = np.bincount(reviews.reviewer, score, size - 1)
    shared = np.linalg.inv(matrix - border.T @ reach)
    shared = (shared + shared.T) / 2
    rest = shared @ (right - reach.T @ sums)
    worth = own * sums - reach @ rest
    return float(rest[0]), worth, rest[1:], own, reach, shared
