"""What a reader can reckon with: each figure once, the sums between them, and how far each is known.

A rate on n people is a numerator between 0 and n; numerators add up where rates do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from multaqa.engine.disclosure._cube import TOP, Bools, Cube, Ints, Sums, sums_of
from multaqa.engine.disclosure._prove import Floats

_NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class System:
    """Figures (nodes that repeat one another are one) and the sums that tie their numerators.

    Figures and rows stand in the order of their labels, so that the order of the places changes nothing.
    """

    figure: Ints  # (nodes,) the figure that the node shows
    people: Floats  # (figures,) NaN where nobody can know
    cost: Floats  # (figures,) of hiding
    matrix: Any  # scipy.sparse.csc_array (rows, figures): parts less total
    low: Floats  # (rows,) of what the row adds up to
    high: Floats
    above: Ints  # (generations, figures) the place it stands in on the longest axis, itself first


def system_of(cube: Cube, counts: Floats, measured: Bools, least: int) -> System:
    """counts: flat, NaN where unknown; measured: nodes with a figure."""
    sums = sums_of(cube)
    people = _worked_out(sums, counts, measured, least)
    rank = _rank(cube)
    figure, first = _figures(sums, people, rank)
    rows = _rows(sums, people, figure, rank, len(first))
    count = np.full(len(first), np.nan)
    np.fmax.at(count, figure, people)
    level = np.zeros(len(first))
    np.maximum.at(level, figure, sums.level)
    cost = np.sqrt(np.nan_to_num(count) + 1.0) * 4.0**level
    cost[figure[-1]] *= 100  # the whole of all, only if nothing else helps
    longest = cube.axes[int(np.argmax(cube.shape))]
    above = [sums.block[first]]
    while (np.array(longest.parent)[above[-1]] != TOP).any():
        up = np.array(longest.parent)[above[-1]]
        above.append(np.where(up == TOP, above[-1], up))
    return System(figure, count, cost, *rows, np.stack(above))


def known_range(
    system: System,
    values: Floats,
    shown: Bools,
    *,
    span: tuple[float, float],
    decimals: int,
    whole: bool,
) -> tuple[Floats, Floats]:
    """Lowest and highest numerator of each figure: a shown one to half its last decimal, others anything."""
    low, high = np.zeros(len(system.people)), np.nan_to_num(system.people, nan=np.inf)
    usable = shown & ~np.isnan(values) & (system.people[system.figure] > 0)
    at = system.figure[usable]
    count = system.people[at]
    share = (np.clip(values[usable], *span) - span[0]) / (span[1] - span[0])
    half = 0.5 * 10.0**-decimals / (span[1] - span[0]) * count + _NEAR
    under, over = np.maximum(share * count - half, 0.0), np.minimum(share * count + half, count)
    if whole:
        inner_low, inner_high = np.ceil(under), np.floor(over)
        fits = inner_low <= inner_high
        under, over = np.where(fits, inner_low, under), np.where(fits, inner_high, over)
    # a figure that stands in several nodes is known from each of them
    np.maximum.at(low, at, under)
    np.minimum.at(high, at, over)
    apart = low > high
    return np.where(apart, high, low), np.where(apart, low, high)


def _worked_out(sums: Sums, counts: Floats, measured: Bools, least: int) -> Floats:
    """Counts that everybody can subtract: the only unknown one of a sum. A guess below `least` is none."""
    people = counts.copy()
    changed = bool(np.isnan(people).any())
    while changed:
        changed = False
        for lines in sums.lines:
            nodes = np.concatenate([lines.total[None], lines.parts])
            missing = np.isnan(people[nodes])
            alone = np.flatnonzero(missing.sum(axis=0) == 1)
            if not len(alone):
                continue
            which = missing[:, alone].argmax(axis=0)
            inside = np.nansum(people[lines.parts[:, alone]], axis=0)
            found = np.where(which == 0, inside, np.maximum(people[lines.total[alone]] - inside, 0.0))
            target = nodes[which, alone]
            sure = ~measured[target] | (found >= least)
            people[target[sure]] = found[sure]
            changed |= bool(sure.any())
    return people


def _rank(cube: Cube) -> Ints:
    """Places of the nodes in the order of their labels."""
    places = [np.argsort(np.argsort(np.array(item.labels))) for item in cube.axes]
    grid = np.ix_(*places)
    return np.ravel_multi_index(np.broadcast_arrays(*grid), cube.shape).ravel().astype(np.int64)


def _figures(sums: Sums, people: Floats, rank: Ints) -> tuple[Ints, Ints]:
    """For each node its figure, and for each figure its first node."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = []
    for lines in sums.lines:
        inside = people[lines.parts]
        alive = ~(inside == 0)
        alone = np.flatnonzero(alive.sum(axis=0) == 1)
        part = lines.parts[alive[:, alone].argmax(axis=0), alone]
        same = people[part] == people[lines.total[alone]]
        ends.append(np.stack([part[same], lines.total[alone][same]]))
    pairs = np.concatenate(ends, axis=1)
    graph = coo_array((np.ones(pairs.shape[1]), (pairs[0], pairs[1])), shape=(len(people), len(people)))
    _number, group = connected_components(graph, directed=False)
    order = np.argsort(rank)
    _names, start = np.unique(group[order], return_index=True)
    place = np.argsort(np.argsort(start))
    return place[group].astype(np.int64), order[np.sort(start)].astype(np.int64)


def _rows(sums: Sums, people: Floats, figure: Ints, rank: Ints, size: int) -> tuple[Any, Floats, Floats]:
    """Sums as rows with the range of parts less total; people in no part may be of any kind."""
    from scipy.sparse import coo_array

    known = ~np.isnan(people)
    rows, columns, signs, low, high, first = [], [], [], [], [], 0
    for lines in sums.lines:
        kept = np.flatnonzero(known[lines.total] & (people[lines.total] > 0))
        kept = kept[np.argsort(rank[lines.total[kept]], kind="stable")]
        total, parts = lines.total[kept], lines.parts[:, kept]
        rest = people[total] - np.nansum(people[parts], axis=0)
        low.append(np.minimum(-rest, 0.0))
        high.append(np.maximum(-rest, 0.0))
        here = first + np.arange(len(kept))
        counted = known[parts] & (people[parts] > 0)
        rows += [here, np.broadcast_to(here, parts.shape)[counted]]
        columns += [figure[total], figure[parts[counted]]]
        signs += [np.full(len(kept), -1.0), np.ones(int(counted.sum()))]
        first += len(kept)
    matrix = coo_array(
        (np.concatenate(signs), (np.concatenate(rows), np.concatenate(columns))), shape=(first, size)
    ).tocsr()
    matrix.eliminate_zeros()
    used = np.flatnonzero(np.diff(matrix.indptr) > 0)
    matrix = matrix[used].tocsc()
    matrix.sort_indices()
    return matrix, np.concatenate(low)[used], np.concatenate(high)[used]


def needed(people: Floats, *, whole: bool) -> Floats:
    """How far apart the lowest and highest numerator of a hidden figure must stay."""
    wide: Floats = np.maximum(np.ceil(people / 2), 1.0) if whole else people / 2
    return wide
