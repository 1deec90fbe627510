"""From effects to ranks: what place is each proposal expected to take, and between which places is it?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.scoring._model import (
    Correction,
    Effects,
    Floats,
    Ints,
    Reviews,
    ScoringError,
    estimate,
    groups,
)

_BLOCK = 500


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal: what reviewers wrote, what the model makes of it, and where it stands (1 is the best).

    raw_rank: equal means share the smaller number; error: standard error of `worth`; low, high: the places
    between which it lies with the ranking's confidence, always around the expected rank.
    """

    id: str
    reviews: int
    raw_mean: float
    raw_rank: int
    worth: float
    error: float
    expected_rank: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Proposals by id, with the reviews and effects they come from."""

    reviews: Reviews
    correction: Correction
    effects: Effects
    confidence: float
    proposals: tuple[Proposal, ...]


def rank(
    reviews: Reviews,
    *,
    generator: np.random.Generator,
    correction: Correction = "additive",
    confidence: float = 0.5,
    step: float = 1.0,
    draws: int = 4_000,
) -> Ranking:
    """Expected ranks with intervals, the raw mean and rank beside each.

    correction: «additive» takes the reviewers' generosity out; «none» only shrinks means of few reviews.
    confidence: of the interval of ranks; 0.5 is the Swiss practice. step: between two marks of the scale. The
    generator serves the intervals only: the expected ranks are exact sums. Raises ScoringError when
    «additive» is asked and groups of proposals share no reviewer, or when no proposal has a second review to
    tell chance from worth.
    """
    apart = int(groups(reviews).max()) + 1
    if correction == "additive" and apart > 1:
        raise ScoringError(
            "apart",
            "The reviews fall into {groups} groups that share no reviewer: "
            "let one reviewer of each group read a proposal of another.",
            groups=apart,
        )
    count = np.bincount(reviews.proposal)
    if count.max() < 2:
        raise ScoringError("one_review", "No proposal has a second review.")
    effects = estimate(reviews, correction, step)
    expected, error = _expected_ranks(effects)
    low, high = _intervals(effects, generator, confidence, draws)
    raw = np.bincount(reviews.proposal, reviews.score) / count
    rows = [
        Proposal(
            id=name,
            reviews=int(count[place]),
            raw_mean=float(raw[place]),
            raw_rank=1 + int((raw > raw[place]).sum()),
            worth=effects.level + float(effects.worth[place]),
            error=float(error[place]),
            expected_rank=float(expected[place]),
            low=min(float(low[place]), float(expected[place])),
            high=max(float(high[place]), float(expected[place])),
        )
        for place, name in enumerate(reviews.proposals)
    ]
    return Ranking(reviews, correction, effects, confidence, tuple(rows))


def _expected_ranks(effects: Effects) -> tuple[Floats, Floats]:
    """One more than the sum of the probabilities that each other proposal is worth more."""
    from scipy.special import ndtr

    size = len(effects.worth)
    spread = effects.reach @ effects.root
    variance = effects.own + np.einsum("ij,ij->i", spread, spread)
    expected = np.empty(size)
    for start in range(0, size, _BLOCK):
        rows = slice(start, start + _BLOCK)
        apart = variance[rows, None] + variance - 2 * spread[rows] @ spread.T
        gap = effects.worth - effects.worth[rows, None]
        likely = ndtr(gap / np.sqrt(effects.noise * np.maximum(apart, 1e-300)))
        here = np.arange(size)[rows]
        likely[here - start, here] = 0.0
        expected[rows] = 1.0 + likely.sum(axis=1)
    return expected, np.sqrt(effects.noise * variance)


def _intervals(
    effects: Effects, generator: np.random.Generator, confidence: float, draws: int
) -> tuple[Ints, Ints]:
    size, width = effects.reach.shape
    spread = effects.reach @ effects.root
    places = np.empty((draws, size), np.int32)
    for start in range(0, draws, _BLOCK):
        rows = min(_BLOCK, draws - start)
        drawn = generator.standard_normal((rows, size)) * np.sqrt(effects.own)
        drawn += generator.standard_normal((rows, width)) @ spread.T
        drawn = effects.worth + np.sqrt(effects.noise) * drawn
        order = np.argsort(-drawn, axis=1, kind="stable")
        np.put_along_axis(places[start : start + rows], order, np.arange(1, size + 1, dtype=np.int32), axis=1)
    tail = (1 - confidence) / 2
    ends = np.quantile(places, [tail, 1 - tail], axis=0, method="nearest")
    return ends[0].astype(np.int64), ends[1].astype(np.int64)
