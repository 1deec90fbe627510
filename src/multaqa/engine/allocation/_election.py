"""The ballots as the counting rules need them: identical ballots merged, marks stored project by project."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from multaqa.engine.errors import EngineError

BALLOTS = ("approval", "choose-1", "cumulative", "ordinal")

Ints = NDArray[np.int64]
Ids = NDArray[np.int32]
Reals = NDArray[np.float64]
Mask = NDArray[np.bool_]


class AllocationError(EngineError):
    """The count cannot be made."""


@dataclass(frozen=True, slots=True)
class Election:
    """Projects, a budget and the merged ballots. Money is in minor units (`unit` of them make one of
    currency).

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
    exclusive: tuple[
        tuple[str, ...], ...
    ] = ()  # sets of which one project at most may win; first has precedence
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
        lines += [
            f"{name};{cost}" for name, cost in sorted(zip(self.projects, self.costs.tolist(), strict=True))
        ]
        hashed = hashlib.sha256("\n".join(lines).encode())
        ballots = sorted(
            f"{w};{marks}" for w, marks in zip(self.weight.tolist(), _ballot_texts(self), strict=True)
        )
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

    projects: text ids; costs and budget: minor units, `unit` of them to one unit of currency. ballots: one
    per voter, empty ones included; ids for approval and choose-1, ids in order of preference for ordinal,
    points by id for cumulative. Raises AllocationError on an unknown id, a repeated project or a negative
    amount.
    """
    place = {name: number for number, name in enumerate(projects)}
    owner, project, points = [], [], []
    number = -1
    for number, ballot in enumerate(ballots):
        for name in ballot:
            if name not in place:
                raise AllocationError(
                    "unknown_project",
                    "Ballot {ballot} marks project {project}, which is not in the list.",
                    ballot=number + 1,
                    project=name,
                )
            owner.append(number)
            project.append(place[name])
            points.append(int(ballot[name]) if isinstance(ballot, Mapping) else 1)
    return gather(
        projects=projects,
        costs=costs,
        budget=budget,
        kind=kind,
        unit=unit,
        owner=np.array(owner, np.int64),
        project=np.array(project, np.int64),
        points=np.array(points, np.int64),
        ballot_of=np.arange(number + 1),
        exclusive=exclusive,
        threshold=threshold,
        withdrawn=withdrawn,
    )


def gather(
    *,
    projects: Sequence[str],
    costs: Sequence[int],
    budget: int,
    kind: str,
    owner: Ints,
    project: Ints,
    points: Ints,
    ballot_of: Ints,
    unit: int = 1,
    points_unit: int = 1,
    exclusive: Iterable[Sequence[str]] = (),
    threshold: int | None = None,
    withdrawn: Iterable[str] = (),
) -> Election:
    """An election from arrays. Mark m is on ballot `owner[m]`, for `project[m]`, and gives it `points[m]`.

    Marks come ballot by ballot, in the order of the ballot (which is the ranking of ordinal ballots). Voter v
    cast ballot `ballot_of[v]`; several voters may share one. A project marked twice on a ballot counts once.
    """
    if kind not in BALLOTS:
        raise AllocationError(
            "unknown_ballot", "Ballot type {kind} is not one of {known}.", kind=kind, known=", ".join(BALLOTS)
        )
    if len(set(projects)) != len(projects):
        twice = next(name for name in projects if list(projects).count(name) > 1)
        raise AllocationError("repeated_project", "Project {project} is listed twice.", project=twice)
    if budget < 0 or any(cost < 0 for cost in costs):
        raise AllocationError("negative_amount", "The budget and every cost must be zero or more.")
    size = len(projects)
    owner, project, points = _tidy(owner, project, points, kind, size)
    merged, weight, leads = _merge(owner, project, points, int(ballot_of.max(initial=-1)) + 1, ballot_of)
    kept = leads[owner]
    owner, project, points = merged[owner[kept]], project[kept], points[kept]
    order = np.argsort(project.astype(np.uint16) if size < 2**16 else project, kind="stable")
    names = set(withdrawn)
    return Election(
        projects=tuple(projects),
        costs=np.array(costs, np.int64),
        budget=int(budget),
        voters=len(ballot_of),
        kind=kind,
        start=np.concatenate(([0], np.cumsum(np.bincount(project, minlength=size)))).astype(np.int64),
        group=owner[order].astype(np.int32),
        weight=weight,
        points=points[order] if kind in ("cumulative", "ordinal") else None,
        points_unit=points_unit,
        unit=unit,
        eligible=np.array([name not in names for name in projects], bool),
        group_of=merged[ballot_of].astype(np.int32),
        threshold=threshold,
        exclusive=tuple(tuple(names) for names in exclusive),
        longest=int(np.bincount(owner).max(initial=0)),
    )


def _tidy(owner: Ints, project: Ints, points: Ints, kind: str, size: int) -> tuple[Ints, Ints, Ints]:
    """Marks sorted by ballot and project, each project once; rankings turned into Borda points."""
    key = owner * size + project
    if (key[1:] > key[:-1]).all():
        order = np.arange(len(key))
    else:
        order = np.argsort(key, kind="stable")
        order = order[np.append(True, key[order][1:] != key[order][:-1])[: len(key)]]
    if kind == "ordinal":
        kept = np.zeros(len(key), bool)
        kept[order] = True
        lengths = np.bincount(owner[kept], minlength=int(owner.max(initial=-1)) + 1)
        ends = np.cumsum(lengths)[owner]
        points = ends - np.cumsum(kept)
    if kind == "cumulative":
        order = order[points[order] > 0]
    return owner[order], project[order], points[order]


def _merge(
    owner: Ints, project: Ints, points: Ints, ballots: int, ballot_of: Ints
) -> tuple[Ints, Ints, Mask]:
    """Group of each ballot (-1 empty), voters in each group, and the ballots that stand for their group.

    Ballots are told apart by a 64-bit sum; should two that differ share one, another sum is tried.
    """
    length = np.bincount(owner, minlength=ballots)
    full = np.flatnonzero(length)
    merged, leads = np.full(ballots, -1), np.zeros(ballots, bool)
    if not len(full):
        return merged, np.zeros(0, np.int64), leads
    start = (np.cumsum(length) - length)[full]
    number = np.repeat(np.arange(len(full)), length[full])
    for salt in itertools.count(1):
        sums = np.add.reduceat(_mixed(project, points, salt), start)
        _, first, same = np.unique(sums, return_index=True, return_inverse=True)
        leader = first[same]
        twin = np.arange(len(owner)) + (start[leader] - start)[number]
        if (length[full][leader] == length[full]).all() and (
            (project[twin] == project) & (points[twin] == points)
        ).all():
            break
    # groups in the order of their first marks, so that the supporters of a project lie close together
    order = np.argsort(project[start[first]], kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    merged[full], leads[full[first]] = place[same], True
    groups = merged[ballot_of]
    return merged, np.bincount(groups[groups >= 0], minlength=len(order)).astype(np.int64), leads


def _mixed(project: Ints, points: Ints, salt: int) -> NDArray[np.uint64]:
    """A number for each mark that is as good as random (the mixer of SplitMix64, Steele et al. 2014)."""
    mixed = (project.astype(np.uint64) << np.uint64(40)) + points.astype(np.uint64) + np.uint64(salt)
    mixed *= np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


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
