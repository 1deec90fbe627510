"""The ballots as the counting rules need them: identical ballots merged, marks stored project by project."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

BALLOTS = ("approval", "choose-1", "cumulative", "ordinal")

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]
Reals = NDArray[np.float64]
Mask = NDArray[np.bool_]


class AllocationError(ValueError):
    """The count cannot be made. `key` and `values` let a screen say it in the reader's language."""

    def __init__(self, key: str, message: str, **values: object) -> None:
        super().__init__(message.format(**values))
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class Election:
    """Projects, a budget and the merged ballots. Money is in minor units (`unit` of them make one of currency).

    Marks are project-major: those of project p are `group[start[p]:start[p + 1]]`, each a merged ballot that
    `weight` voters cast. `points` holds what each mark is worth (None where every mark is a plain approval).
    `voters` counts empty ballots too, because the share of each voter is budget / voters.
    """

    projects: tuple[str, ...]
    costs: Ints  # (P,) minor units
    budget: int
    voters: int
    kind: str
    start: Ints  # (P + 1,)
    group: Ids  # (M,)
    weight: Ints  # (G,)
    points: Ints | None = None  # (M,) points × points_unit, or Borda points
    points_unit: int = 1
    unit: int = 1
    eligible: Mask = field(default_factory=lambda: np.ones(0, bool))  # (P,) False: withdrawn
    group_of: Ids = field(default_factory=lambda: np.empty(0, np.int32))  # (n,) -1: empty ballot
    threshold: int | None = None  # least score for greedy-threshold, in votes or points × points_unit
    exclusive: tuple[tuple[str, ...], ...] = ()  # sets of which one project at most may win; first has precedence
    longest: int = 0  # marks on the longest ballot

    def votes(self) -> Ints:
        """Number of ballots that mark each project."""
        return _sums(self.weight[self.group].astype(np.int64), self.start)

    def score(self) -> Ints:
        """Votes, or points where ballots give points, of each project."""
        if self.points is None:
            return self.votes()
        return _sums(self.weight[self.group] * self.points, self.start)

    def supporters(self, project: int) -> Ids:
        """Merged ballots that mark a project."""
        return self.group[self.start[project] : self.start[project + 1]]

    def index(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.projects)}

    def digest(self) -> str:
        """SHA-256 of what was counted: the same ballots in any order give the same digest."""
        lines = [f"{self.kind};{self.budget};{self.voters};{self.unit};{self.points_unit}"]
        lines += [f"{name};{cost}" for name, cost in sorted(zip(self.projects, self.costs.tolist(), strict=True))]
        hashed = hashlib.sha256("\n".join(lines).encode())
        ballots = sorted(f"{w};{marks}" for w, marks in zip(self.weight.tolist(), _ballot_texts(self), strict=True))
        hashed.update("\n".join(ballots).encode())
        return hashed.hexdigest()


def elect_from(
    *,
    projects: Sequence[str],
    costs: Sequence[int],
    budget: int,
    ballots: Iterable[Sequence[str] | Mapping[str, int]],
    kind: str = "approval",
    unit: int = 1,
    exclusive: Iterable[Sequence[str]] = (),
    threshold: int | None = None,
    withdrawn: Iterable[str] = (),
) -> Election:
    """An election from plain lists, for example rows of a database.

    projects: text ids; costs and budget: minor units, `unit` of them to one unit of currency. ballots: one per
    voter, empty ones included; ids for approval and choose-1, ids in order of preference for ordinal, points by id
    for cumulative. Raises AllocationError on an unknown id, a repeated project or a negative amount.
    """
    place = {name: number for number, name in enumerate(projects)}
    counted: dict[tuple[tuple[int, int], ...], int] = {}
    groups: list[int] = []
    for number, ballot in enumerate(ballots):
        try:
            if isinstance(ballot, Mapping):
                marks = tuple((place[name], int(points)) for name, points in ballot.items())
            else:
                marks = tuple((place[name], 1) for name in dict.fromkeys(ballot))
        except KeyError as unknown:
            raise AllocationError(
                "unknown_project", "Ballot {ballot} marks project {project}, which is not in the list.",
                ballot=number + 1, project=unknown.args[0],
            ) from None
        key = canonical(marks, kind)
        groups.append(counted.setdefault(key, len(counted)) if key else -1)
    found = np.array(groups, dtype=np.int32)
    weights = np.bincount(found[found >= 0], minlength=len(counted)).astype(np.int64)
    return gather(
        projects=projects, costs=costs, budget=budget, kind=kind, unit=unit, groups=list(counted), weights=weights,
        group_of=found, exclusive=exclusive, threshold=threshold, withdrawn=withdrawn,
    )


def canonical(marks: Sequence[tuple[int, int]], kind: str) -> tuple[tuple[int, int], ...]:
    """One form for all ballots that mean the same: Borda points for rankings, points for the rest, by project."""
    if kind == "ordinal":
        return tuple(sorted((place, len(marks) - rank - 1) for rank, (place, _) in enumerate(marks)))
    if kind == "cumulative":
        return tuple(sorted((place, points) for place, points in marks if points > 0))
    return tuple(sorted(marks))


def gather(
    *,
    projects: Sequence[str],
    costs: Sequence[int],
    budget: int,
    kind: str,
    groups: Sequence[tuple[tuple[int, int], ...]],
    weights: Ints,
    group_of: Ids,
    unit: int = 1,
    points_unit: int = 1,
    exclusive: Iterable[Sequence[str]] = (),
    threshold: int | None = None,
    withdrawn: Iterable[str] = (),
) -> Election:
    """An election from ballots already merged: `groups[g]` lists (project, points) and `weights[g]` voters cast it."""
    if kind not in BALLOTS:
        raise AllocationError("unknown_ballot", "Ballot type {kind} is not one of {known}.", kind=kind,
                              known=", ".join(BALLOTS))
    if len(set(projects)) != len(projects):
        twice = next(name for name in projects if list(projects).count(name) > 1)
        raise AllocationError("repeated_project", "Project {project} is listed twice.", project=twice)
    if budget < 0 or any(cost < 0 for cost in costs):
        raise AllocationError("negative_amount", "The budget and every cost must be zero or more.")
    lengths = np.fromiter((len(marks) for marks in groups), np.int64, len(groups))
    flat = np.array([pair for marks in groups for pair in marks], np.int64).reshape(-1, 2)
    order = np.argsort(flat[:, 0], kind="stable")
    names = set(withdrawn)
    return Election(
        projects=tuple(projects),
        costs=np.array(costs, np.int64),
        budget=int(budget),
        voters=len(group_of),
        kind=kind,
        start=np.concatenate(([0], np.cumsum(np.bincount(flat[:, 0], minlength=len(projects))))).astype(np.int64),
        group=np.repeat(np.arange(len(groups), dtype=np.int32), lengths)[order],
        weight=weights,
        points=flat[order, 1] if kind in ("cumulative", "ordinal") else None,
        points_unit=points_unit,
        unit=unit,
        eligible=np.array([name not in names for name in projects], bool),
        group_of=group_of,
        threshold=threshold,
        exclusive=tuple(tuple(names) for names in exclusive),
        longest=int(lengths.max(initial=0)),
    )


def _sums(values: Ints, start: Ints) -> Ints:
    ends = np.concatenate(([0], np.cumsum(values)))
    return np.asarray(ends[start[1:]] - ends[start[:-1]], np.int64)


def _ballot_texts(election: Election) -> list[str]:
    owner = np.repeat(np.arange(len(election.projects)), np.diff(election.start))
    worth = np.ones(len(owner), np.int64) if election.points is None else election.points
    marks: list[list[str]] = [[] for _ in range(len(election.weight))]
    for group, project, points in zip(election.group.tolist(), owner.tolist(), worth.tolist(), strict=True):
        marks[group].append(f"{election.projects[project]}={points}")
    return [",".join(sorted(line)) for line in marks]
