"""What sets each group apart in the default mode: the compatible mode's tests, held to one error rate.

Several groups times hundreds of statements are thousands of tests; Benjamini & Hochberg 1995 keeps the share
of false finds among those shown at one in ten.
"""

from __future__ import annotations

import numpy as np

from multaqa.engine.opinion._conversation import Floats, Mask
from multaqa.engine.opinion._polis_lists import Representative, Tally, figures, row_of

FALSE_FINDS = 0.1
_SHOWN = 5


def representative(counts: Tally, hidden: Mask) -> tuple[tuple[Representative, ...], ...]:
    """For each group at most five statements, agrees first; none where there is one group."""
    from scipy.special import ndtr

    if len(counts.total) < 2:
        return ((),)
    f = figures(counts)
    agrees = np.minimum(f.rat, f.pat) >= np.minimum(f.rdt, f.pdt)
    test = np.where(agrees, np.minimum(f.rat, f.pat), np.minimum(f.rdt, f.pdt))
    chance = np.where(hidden | (counts.total == 0), 1.0, ndtr(-test))
    found = _discoveries(chance)
    strength = np.where(agrees, f.rat * f.pat, f.rdt * f.pdt)
    lists = []
    for g in range(len(counts.total)):
        shown = np.flatnonzero(found[g])
        shown = shown[np.argsort(-strength[g, shown], kind="stable")][:_SHOWN]
        rows = [row_of(f, g, int(s), bool(agrees[g, s])) for s in shown]
        lists.append(tuple(sorted(rows, key=lambda row: row.direction != "agree")))
    return tuple(lists)


def _discoveries(chance: Floats) -> Mask:
    flat = np.sort(chance, axis=None)
    limit = FALSE_FINDS * np.arange(1, flat.size + 1) / flat.size
    passing = np.flatnonzero(flat <= limit)
    if not len(passing):
        return np.zeros(chance.shape, bool)
    found: Mask = chance <= flat[passing[-1]]
    return found


def consensus(agree: Floats, disagree: Floats) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Statements that more than half of every group agrees, or disagrees, with: five a side, surest first."""
    sides = []
    for bound in (agree, disagree):
        found = np.flatnonzero(np.nan_to_num(bound) > 0.5)
        sides.append(tuple(found[np.argsort(-bound[found], kind="stable")][:_SHOWN].tolist()))
    return sides[0], sides[1]
