"""The fixed cube that is published: its axes, every total in it, and the sums that tie its cells together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from multaqa.engine.errors import EngineError

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

TOP = -1
_LEAST_K = 5


class DisclosureError(EngineError):
    """The table cannot be published as asked."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Nodes of one dimension: leaves first, then groups, the total last.

    parent: for each node the place of the node it adds up to; -1 for the total.
    """

    name: str
    labels: tuple[str, ...]
    parent: tuple[int, ...]

    @property
    def leaves(self) -> int:
        return min(above for above in self.parent if above != TOP)

    def parts(self, node: int) -> list[int]:
        return [place for place, above in enumerate(self.parent) if above == node]


@dataclass(frozen=True, slots=True)
class Cube:
    """A table that is always published in this one shape, with every total and never with free filters."""

    axes: tuple[Axis, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(item.labels) for item in self.axes)

    @property
    def leaf_shape(self) -> tuple[int, ...]:
        return tuple(item.leaves for item in self.axes)

    def labels(self, cell: int) -> tuple[str, ...]:
        places = np.unravel_index(cell, self.shape)
        return tuple(item.labels[int(place)] for item, place in zip(self.axes, places, strict=True))


@dataclass(frozen=True, slots=True)
class Policy:
    """What is too small to show, decided before the figures are read.

    k: the least count shown, at least 5. dominance: a sum is hidden when one payer makes more than this share
    of it. base: counts that are shown are rounded to a multiple of it; it divides k (1: exact). zeros: a
    count of 0 is shown, or hidden like any small count where «nobody» would itself tell something.
    """

    k: int = 10
    dominance: float = 0.9
    base: int = 1
    zeros: Literal["shown", "hidden"] = "shown"

    def __post_init__(self) -> None:
        if self.k < _LEAST_K:
            raise DisclosureError(
                "k", "A count below {least} is never shown: k cannot be {k}.", least=_LEAST_K, k=self.k
            )
        if self.base < 1 or self.k % self.base:
            raise DisclosureError(
                "base",
                "Counts are rounded to a base that divides {k}: {base} does not.",
                k=self.k,
                base=self.base,
            )
        if not 0.5 <= self.dominance < 1:
            raise DisclosureError(
                "dominance",
                "The dominance share lies between 0.5 and 1: {share} does not.",
                share=self.dominance,
            )


def axis(
    name: str,
    labels: Sequence[str],
    *,
    groups: Mapping[str, Sequence[str]] | None = None,
    total: str = "total",
) -> Axis:
    """An axis of leaves with its total, and groups between them (provinces between communes and region).

    groups: label of a group -> labels of its parts, smaller groups before the larger ones that hold them.
    What stands in no group adds up to the total directly. Raises DisclosureError for a label that is unknown
    or stands twice.
    """
    names = [*labels, *(groups or {}), total]
    places = {label: place for place, label in enumerate(names)}
    if not labels or len(places) != len(names):
        raise DisclosureError(
            "labels", "The axis {axis} needs labels, and each of them only once.", axis=name
        )
    parent = [len(names) - 1] * (len(names) - 1) + [TOP]
    for group, parts in (groups or {}).items():
        for label in parts:
            place = places.get(label, len(names))
            if place >= places[group] or parent[place] != len(names) - 1:
                raise DisclosureError(
                    "group",
                    "The group {group} of the axis {axis} cannot hold {label}.",
                    group=group,
                    axis=name,
                    label=label,
                )
            parent[place] = places[group]
        if not parts:
            raise DisclosureError(
                "empty_group", "The group {group} of the axis {axis} is empty.", group=group, axis=name
            )
    return Axis(name, tuple(names), tuple(parent))


def with_margins(leaves: Ints, cube: Cube, join: np.ufunc = np.add) -> Ints:
    """All nodes of the cube from its leaves: sums, or with `join=np.maximum` the largest part."""
    values = leaves
    for place, item in enumerate(cube.axes):
        rows = list(np.moveaxis(values, place, 0))
        for node in range(item.leaves, len(item.labels)):
            rows.append(join.reduce(np.stack([rows[part] for part in item.parts(node)]), axis=0))
        values = np.moveaxis(np.stack(rows), 0, place)
    return np.ascontiguousarray(values)


@dataclass(frozen=True, slots=True)
class Lines:
    """Sums of one kind: column i says that parts[:, i] add up to total[i]. Cells are flat places."""

    total: Ints
    parts: Ints


@dataclass(frozen=True, slots=True)
class Sums:
    """Every sum the cube publishes, as lines and as one sparse matrix that takes the cells to zero."""

    lines: tuple[Lines, ...]
    matrix: Any  # scipy.sparse.csc_array (sums, cells)
    block: Ints  # (cells,) place on the longest axis, which cuts a large cube in pieces
    level: Ints  # (cells,) on how many axes the cell is a total


def sums_of(cube: Cube) -> Sums:
    from scipy.sparse import coo_array

    cells = np.arange(int(np.prod(cube.shape))).reshape(cube.shape)
    level = np.zeros(cube.shape, np.int64)
    lines = []
    for place, item in enumerate(cube.axes):
        above = np.arange(len(item.labels)) >= item.leaves
        level += above.reshape([-1 if other == place else 1 for other in range(len(cube.axes))])
        moved = np.moveaxis(cells, place, 0).reshape(len(item.labels), -1)
        for node in range(item.leaves, len(item.labels)):
            lines.append(Lines(moved[node], moved[item.parts(node)]))
    rows, columns, signs, first = [], [], [], 0
    for group in lines:
        here = first + np.arange(len(group.total))
        rows += [here, np.broadcast_to(here, group.parts.shape).ravel()]
        columns += [group.total, group.parts.ravel()]
        signs += [np.full(len(here), -1.0), np.ones(group.parts.size)]
        first += len(here)
    matrix = coo_array(
        (np.concatenate(signs), (np.concatenate(rows), np.concatenate(columns))), shape=(first, cells.size)
    ).tocsc()
    longest = int(np.argmax(cube.shape))
    block = np.unravel_index(cells.ravel(), cube.shape)[longest]
    return Sums(tuple(lines), matrix, np.asarray(block, np.int64), level.ravel())
