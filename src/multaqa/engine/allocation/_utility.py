"""What each mark on a ballot is worth under a rule's utility."""

from __future__ import annotations

import itertools
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
    members: tuple[Ids, ...]  # supporters of each project, as views of group
    counts: tuple[Reals, ...]  # voters behind each, times worth
    worths: tuple[Reals, ...]  # their worth, empty where uniform


def marks_of(election: Election, rule: Rule) -> Marks:
    """Raises AllocationError where the ballots cannot carry the utility."""
    wants_points = rule.utility in ("points", "borda")
    if rule.utility == "borda" and election.kind != "ordinal":
        raise AllocationError(
            "borda_needs_ranking", "Borda points need ordinal ballots; these are {kind}.", kind=election.kind
        )
    start, group, points = election.start, election.group, election.points
    if wants_points and points is not None:
        keep = points > 0
        kept = np.concatenate(([0], np.cumsum(keep)))
        start, group, points = kept[start].astype(np.int64), group[keep], points[keep]
    else:
        points = None
    weight = election.weight[group].astype(np.float64)
    scale = election.costs if rule.utility == "cost" else np.ones_like(election.costs)
    whole = election.weight[group] if points is None else election.weight[group] * points
    worth = None if points is None else points.astype(np.float64)
    ends = np.concatenate(([0], np.cumsum(whole)))
    spans = [slice(a, z) for a, z in itertools.pairwise(start.tolist())]
    counts = whole.astype(np.float64)
    return Marks(
        start=start,
        group=group,
        weight=weight,
        weights=election.weight,
        worth=worth,
        points=points,
        scale=scale,
        total=(ends[start[1:]] - ends[start[:-1]]).astype(np.int64),
        costs=election.costs,
        cost=election.costs.astype(np.float64),
        rank=tie_rank(election, rule.ties),
        budget=election.budget,
        voters=election.voters,
        members=tuple(group[span] for span in spans),
        counts=tuple(counts[span] for span in spans),
        worths=() if worth is None else tuple(worth[span] for span in spans),
    )


def sums_by_project(marks: Marks, values: Reals) -> Reals:
    """Sum of a value over the marks of each project. A running total loses small ones to rounding."""
    found = np.zeros(len(marks.costs))
    marked = marks.start[1:] > marks.start[:-1]
    if marked.any():
        found[marked] = np.add.reduceat(values, marks.start[:-1][marked])
    return found
