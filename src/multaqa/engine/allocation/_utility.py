"""What each mark on a ballot is worth under a rule's utility."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.allocation._election import AllocationError, Election, Ids, Ints, Reals
from multaqa.engine.allocation._rule import Rule
from multaqa.engine.allocation._ties import tie_rank


@dataclass(frozen=True, slots=True)
class Marks:
    """The election seen through one utility: only marks of positive worth remain.

    worth is None where each supporter of a project values it alike; `scale` (P,) is then that value.
    """

    start: Ints
    group: Ids
    weight: Reals  # (M,) voters behind each mark
    weights: Ints  # (G,)
    worth: Reals | None  # (M,)
    points: Ints | None  # (M,) worth as whole numbers
    scale: Ints  # (P,)
    total: Ints  # (P,) sum of worth over all voters, times scale
    costs: Ints
    cost: Reals
    rank: Ints  # tie order
    budget: int
    voters: int


def marks_of(election: Election, rule: Rule) -> Marks:
    """Raises AllocationError where the ballots cannot carry the utility."""
    wants_points = rule.utility in ("points", "borda")
    if rule.utility == "borda" and election.kind != "ordinal":
        raise AllocationError("borda_needs_ranking", "Borda points need ordinal ballots; these are {kind}.",
                              kind=election.kind)
    start, group, points = election.start, election.group, election.points
    if wants_points and points is not None:
        keep = points > 0
        kept = np.concatenate(([0], np.cumsum(keep)))
        start, group, points = kept[start].astype(np.int64), group[keep], points[keep]
    else:
        points = None
    weight = election.weight[group].astype(np.float64)
    scale = election.costs if rule.utility == "cost" else np.ones_like(election.costs)
    worth = election.weight[group] if points is None else election.weight[group] * points
    ends = np.concatenate(([0], np.cumsum(worth)))
    return Marks(
        start=start, group=group, weight=weight, weights=election.weight,
        worth=None if points is None else points.astype(np.float64), points=points, scale=scale,
        total=(ends[start[1:]] - ends[start[:-1]]).astype(np.int64), costs=election.costs,
        cost=election.costs.astype(np.float64), rank=tie_rank(election, rule.ties), budget=election.budget,
        voters=election.voters,
    )
