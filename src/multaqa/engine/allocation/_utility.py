"""What each mark on a ballot is worth under a rule's utility, and the same with one thing changed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from multaqa.engine.allocation._election import AllocationError, Election, Ids, Ints, Mask, Reals
from multaqa.engine.allocation._rule import Rule
from multaqa.engine.allocation._ties import tie_rank


@dataclass(frozen=True, slots=True)
class Marks:
    """The election seen through one utility: only marks of positive worth remain.

    Supporter `members[p][j]` (a merged ballot) values project p at `worths[p][j]`; `worths` is empty where
    all supporters of a project value it alike, at `scale[p]`. A withdrawn project has total 0.
    """

    members: tuple[Ids, ...]
    counts: tuple[Reals, ...]  # voters behind each supporter, times its worth
    worths: tuple[Reals, ...]  # whole numbers
    weights: Ints  # (G,) voters behind each merged ballot
    scale: Ints  # (P,)
    total: Ints  # (P,) sum of counts
    costs: Ints
    cost: Reals
    rank: Ints  # tie order
    eligible: Mask
    score: Ints  # votes, or points where ballots give points
    budget: int
    voters: int

    def voters_of(self, project: int) -> Reals:
        """Voters behind each supporter."""
        return self.weights[self.members[project]].astype(float) if self.worths else self.counts[project]

    def worth_to(self, project: int) -> Reals | float:
        """What the project is worth to each supporter."""
        return self.worths[project] if self.worths else float(self.scale[project])


def marks_of(election: Election, rule: Rule) -> Marks:
    """Raises AllocationError where the ballots cannot carry the utility."""
    if rule.utility == "borda" and election.kind != "ordinal":
        raise AllocationError(
            "borda_needs_ranking", "Borda points need ordinal ballots; these are {kind}.", kind=election.kind
        )
    start, group = election.start, election.group
    points = election.points if rule.utility in ("points", "borda") else None
    if points is not None:
        keep = points > 0
        start = np.concatenate(([0], np.cumsum(keep)))[start]
        group, points = group[keep], points[keep]
    whole = election.weight[group]
    if points is not None:
        whole = whole * points
    ends = np.concatenate(([0], np.cumsum(whole)))
    total = ends[start[1:]] - ends[start[:-1]]
    spans = [slice(a, z) for a, z in itertools.pairwise(start.tolist())]
    counts = whole.astype(np.float64)
    worth = None if points is None else points.astype(np.float64)
    return Marks(
        members=tuple(group[span] for span in spans),
        counts=tuple(counts[span] for span in spans),
        worths=() if worth is None else tuple(worth[span] for span in spans),
        weights=election.weight,
        scale=election.costs if rule.utility == "cost" else np.ones_like(election.costs),
        total=np.where(election.eligible, total, 0),
        costs=election.costs,
        cost=election.costs.astype(np.float64),
        rank=tie_rank(election, rule.ties),
        eligible=election.eligible,
        score=total if points is election.points else election.score(),
        budget=election.budget,
        voters=election.voters,
    )


def with_cost(marks: Marks, project: int, cost: int) -> Marks:
    """The same, were the project to cost something else."""
    costs = _with(marks.costs, project, cost)
    scale = costs if marks.scale is marks.costs else marks.scale
    return replace(marks, costs=costs, scale=scale, cost=_with(marks.cost, project, float(cost)))


def with_voters(marks: Marks, project: int, voters: int, points: int) -> Marks:
    """The same, had so many more voters come and marked this project alone, with the given points."""
    if not voters:
        return marks
    place, worth = len(marks.weights), points if marks.worths else 1
    counts = _put(marks.counts, project, np.append(marks.counts[project], float(voters * worth)))
    worths = marks.worths
    if worths:
        worths = _put(worths, project, np.append(worths[project], float(worth)))
    return replace(
        marks,
        members=_put(marks.members, project, np.append(marks.members[project], np.int32(place))),
        counts=counts,
        worths=worths,
        weights=np.append(marks.weights, voters),
        total=_with(marks.total, project, int(marks.total[project]) + voters * worth),
        score=_with(marks.score, project, int(marks.score[project]) + voters * points),
        voters=marks.voters + voters,
    )


def _with(values: Any, place: int, value: float) -> Any:
    changed = values.copy()
    changed[place] = value
    return changed


def _put(rows: Sequence[Any], place: int, row: Any) -> tuple[Any, ...]:
    return (*rows[:place], row, *rows[place + 1 :])
