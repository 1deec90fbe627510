"""Which statement to show next: what teaches most, with a floor of equal exposure and its chance on record.

The expected information of one vote is what it tells of the statement, ½ log(1 + x'Σx) with x = (1, f) of the
participant and Σ the covariance of the statement's figures, plus the same of the participant among the
statements (Lindley 1956; MacKay 1992). A statement without votes is the least known and comes first. The
chance of each draw is kept so that results can be reweighted by its inverse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.opinion._conversation import Floats, Mask, OpinionError
from multaqa.engine.opinion._factor import Equations

Numbers = Floats | np.float64

FLOOR = 0.2  # of the chance is shared out equally


@dataclass(frozen=True, slots=True)
class Draw:
    """A statement served, and how likely that was: keep both."""

    statement: int  # position
    probability: float


def information(known: Equations, factor: Floats, *, own: float, mine: Equations | None) -> Floats:
    """(S,) nats one vote of this participant on each statement is expected to teach.

    factor: of the statements; own, mine: factor and equations of the participant, None for a newcomer.
    """
    of_statement = _gain(known.level, known.cross, known.square, np.full_like(factor, own))
    if mine is None:
        return of_statement
    return of_statement + _gain(mine.level[0], mine.cross[0], mine.square[0], factor)


def chances(gained: Floats, open_: Mask, floor: float = FLOOR) -> Floats:
    """(S,) probability of each statement; 0 where it is not open to this participant."""
    if not open_.any():
        raise OpinionError("nothing_left", "every statement has been answered.")
    gained = np.where(open_, np.maximum(gained, 0), 0)
    total = gained.sum()
    equal = open_ / open_.sum()
    found: Floats = equal if total <= 0 else floor * equal + (1 - floor) * gained / total
    return found


def draw(probability: Floats, generator: np.random.Generator) -> Draw:
    """One statement by these chances."""
    reach = np.cumsum(probability)
    chosen = int(np.searchsorted(reach, generator.random() * reach[-1], side="right"))
    chosen = min(chosen, int(np.flatnonzero(probability)[-1]))
    return Draw(chosen, float(probability[chosen]))


def _gain(level: Numbers, cross: Numbers, square: Numbers, slope: Floats) -> Floats:
    """½ log(1 + x'Σx), Σ the inverse of [[level, cross], [cross, square]] and x = (1, slope)."""
    determinant = np.maximum(level * square - cross**2, 1e-300)
    form = (square - 2 * slope * cross + slope**2 * level) / determinant
    found: Floats = 0.5 * np.log1p(np.maximum(form, 0))
    return found


def exposure_weights(probability: Floats, most: float = 10.0) -> Floats:
    """(V,) weight of each vote by the inverse of the chance with which its statement was served.

    Scaled to mean 1, and no more than `most` times the median: a rare draw must not outweigh everyone.
    Raises OpinionError where a chance is not above 0 and at most 1.
    """
    if len(probability) and not (probability.min() > 0 and probability.max() <= 1):
        raise OpinionError("probability", "the chance of a draw is above 0 and at most 1.")
    inverse = 1 / probability
    held = np.minimum(inverse, most * np.median(inverse)) if len(inverse) else inverse
    found: Floats = held / held.mean() if len(held) else held
    return found
