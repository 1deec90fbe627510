"""Opinion groups on the map: as many as the votes bear out, perhaps one, and how firm they are.

Seeded k-means++ with restarts on all points, in an order that depends on the ballots' content alone. The
number of groups is the least, of 1 to 5, that foretells hidden votes as well as the best does (within half a
per cent); one, unless several beat it by two standard errors. Whether the groups lie apart, or are parts of
one continuum, is a question of its own: is the split in two tighter than that of a single bell of the same
shape (Liu, Hayes, Nobel & Marron 2008)?
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.opinion._ballots import Ballots
from multaqa.engine.opinion._conversation import Floats, Ints
from multaqa.engine.opinion._factor import Model, Places, Trial, fit, mean_square, place, predict
from multaqa.engine.opinion._kmeans import nearest

MOST_GROUPS = 5
FIRM_MEDIAN, FIRM_LEAST = 0.8, 0.5
_AS_GOOD = 1.005
_CELLS = 32  # a side: points are gathered in cells above _POINTS of them
_POINTS = 1_500
_RESTARTS, _ROUNDS = 10, 40
_NULL_DRAWS, _NULL_POINTS = 100, 1_500
_RESAMPLES, _KEPT, _MOST_KEPT, _REFIT_ROUNDS = 20, 0.9, 2_000, 4


@dataclass(frozen=True, slots=True)
class Stability:
    """How well the groups come back when one participant in ten stays away (adjusted Rand index)."""

    firm: bool
    median: float
    least: float
    resamples: int
    kept: int  # ballots in each
    apart: bool  # a gap between the groups, rather than parts of one continuum


@dataclass(frozen=True, slots=True)
class Foretold:
    """Root mean squared error on hidden votes, of each way to foretell them."""

    hidden: int  # votes
    model: float  # one factor
    plane: float  # both axes of the map
    groups: tuple[float, ...]  # by the mean of one's group, for k = 1, 2, …


def points_of(model: Model, places: Places) -> Floats:
    """(n, 2) the map, in units of a vote."""
    scale = np.sqrt([(model.factor**2).mean(), (model.second**2).mean()])
    return np.stack([places.factor, places.second], axis=1) * scale


def number_of_groups(trial: Trial) -> tuple[int, Foretold]:
    """How many groups the hidden votes bear out."""
    points = points_of(trial.model, trial.places)
    most = min(MOST_GROUPS, len(np.unique(points, axis=0)))
    truth, weight = trial.vote, trial.weight[trial.row]
    squares = []
    for k in range(1, most + 1):
        labels = nearest(points, cluster(points, trial.weight, k))
        squares.append((truth - _group_means(trial, labels, k)[labels[trial.row], trial.column]) ** 2)
    errors = [mean_square(np.sqrt(square), weight) for square in squares]
    both = predict(trial.model, trial.places, trial.row, trial.column, second=True)
    foretold = Foretold(
        hidden=len(truth),
        model=float(np.sqrt(trial.model.noise)),
        plane=float(np.sqrt(mean_square(truth - both, weight))),
        groups=tuple(float(np.sqrt(error)) for error in errors),
    )
    return _least_as_good(squares, foretold.groups), foretold


def _least_as_good(squares: list[Floats], errors: tuple[float, ...]) -> int:
    best = int(np.argmin(errors))
    gain = squares[0] - squares[best]
    if not len(gain) or gain.mean() <= 2 * gain.std() / np.sqrt(len(gain)):
        return 1
    return next(k for k in range(2, best + 2) if errors[k - 1] <= _AS_GOOD * errors[best])


def cluster(points: Floats, weight: Floats, k: int, *, start: Floats | None = None) -> Floats:
    """(k, 2) centres, the largest group first."""
    cells, mass = _gathered(points, weight)
    return _best(cells, mass, k, start)


def stability(counted: Ballots, model: Model, points: Floats, centers: Floats) -> Stability:
    """Draw the map and as many groups again without some of the ballots."""
    size, k = len(counted.weight), len(centers)
    kept = min(int(_KEPT * size), _MOST_KEPT)
    if k == 1:
        return Stability(True, 1.0, 1.0, 0, kept, False)
    labels = nearest(points, centers)
    chance = np.random.default_rng(20)
    agreement = []
    for _draw in range(_RESAMPLES):
        rows = np.sort(chance.choice(size, kept, replace=False))
        part, weight = counted.conversation.part(rows), counted.weight[rows]
        again = fit(part, weight, model, _REFIT_ROUNDS)
        drawn = points_of(again, place(part, again))
        found = nearest(drawn, cluster(drawn, weight, k, start=centers))
        agreement.append(adjusted_rand(labels[rows], found))
    median, least = float(np.median(agreement)), float(np.min(agreement))
    firm = median >= FIRM_MEDIAN and least >= FIRM_LEAST
    cells, mass = _gathered(points, counted.weight)
    two = centers if k == 2 else _best(cells, mass, 2, None)
    return Stability(firm, median, least, _RESAMPLES, kept, _is_split(cells, mass, two, size))


def adjusted_rand(first: Ints, second: Ints) -> float:
    """Agreement of two groupings of the same people: 1 identical, about 0 by chance."""
    table = np.bincount(first * (second.max() + 1) + second).astype(float)
    rows, columns = np.bincount(first).astype(float), np.bincount(second).astype(float)

    def pairs(counts: Floats) -> float:
        return float((counts * (counts - 1)).sum() / 2)

    size = len(first)
    expected = pairs(rows) * pairs(columns) / max(1.0, size * (size - 1) / 2)
    most = (pairs(rows) + pairs(columns)) / 2
    return 1.0 if most == expected else (pairs(table) - expected) / (most - expected)


def _gathered(points: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """The points, or where they are many the means of the cells of a grid, with their weight."""
    if len(points) <= _POINTS:
        return points, weight
    low, high = points.min(axis=0), points.max(axis=0)
    place = ((points - low) / np.maximum(high - low, 1e-12) * (_CELLS - 1e-9)).astype(np.int64)
    cell = place[:, 0] * _CELLS + place[:, 1]
    mass = np.bincount(cell, weights=weight, minlength=_CELLS**2)
    sums = [np.bincount(cell, weights=weight * points[:, axis], minlength=_CELLS**2) for axis in (0, 1)]
    filled = mass > 0
    center: Floats = np.stack(sums, axis=1)[filled] / mass[filled, None]
    return center, mass[filled].astype(float)


def _best(points: Floats, weight: Floats, k: int, begun: Floats | None) -> Floats:
    """The tightest of several k-means, all run at once; the largest group first."""
    centers = _starts(points, weight, k, _RESTARTS if begun is None else 2)
    if begun is not None:
        centers = np.concatenate([centers, begun[None]])
    runs = len(centers)
    offset = (np.arange(runs) * k)[:, None]
    many, flat = np.tile(weight, runs), [np.tile(weight * points[:, axis], runs) for axis in (0, 1)]
    for _round in range(_ROUNDS):
        label = _distances(points, centers).argmin(axis=2)
        key = (label + offset).ravel()
        mass = np.bincount(key, weights=many, minlength=runs * k)
        sums = np.stack([np.bincount(key, weights=f, minlength=runs * k) for f in flat], axis=1)
        moved = np.where(
            mass[:, None] > 0, sums / np.maximum(mass, 1e-300)[:, None], centers.reshape(-1, 2)
        ).reshape(runs, k, 2)
        still = np.abs(moved - centers).max() < 1e-4
        centers = moved
        if still:
            break
    distance = _distances(points, centers)
    spread = (distance.min(axis=2) * weight).sum(axis=1)
    chosen = int(np.argmin(np.round(spread, 9)))
    sizes = np.bincount(distance[chosen].argmin(axis=1), weights=weight, minlength=k)
    order = np.lexsort((centers[chosen, :, 1], centers[chosen, :, 0], -sizes))
    best: Floats = centers[chosen][order]
    return best


def _starts(points: Floats, weight: Floats, k: int, runs: int) -> Floats:
    """k-means++: each further centre is drawn by its squared distance to those before it."""
    chance = np.random.default_rng(k)
    centers = np.empty((runs, k, 2))
    for run in range(runs):
        far = np.ones(len(points))
        for number in range(k):
            reach = np.cumsum(far * weight)
            drawn = int(np.searchsorted(reach, chance.random() * reach[-1], side="right"))
            centers[run, number] = points[min(drawn, len(points) - 1)]
            gap = ((points - centers[run, number]) ** 2).sum(axis=1)
            far = gap if number == 0 else np.minimum(far, gap)
    return centers


def _distances(points: Floats, centers: Floats) -> Floats:
    """(runs, points, k) squared."""
    found: Floats = (points[None, :, None, 0] - centers[:, None, :, 0]) ** 2
    found += (points[None, :, None, 1] - centers[:, None, :, 1]) ** 2
    return found


def _group_means(trial: Trial, labels: Ints, k: int) -> Floats:
    """(k, S) mean vote, a group's own drawn slightly to everyone's."""
    statements = len(trial.model.bias)
    mass = np.repeat(trial.weight, trial.seen.counts())
    key = np.repeat(labels, trial.seen.counts()) * statements + trial.seen.column
    heard = np.bincount(key, weights=mass, minlength=k * statements).reshape(k, statements)
    sums = np.bincount(key, weights=mass * trial.seen.vote, minlength=k * statements).reshape(k, statements)
    everyone = sums.sum(axis=0) / np.maximum(heard.sum(axis=0), 1e-12)
    found: Floats = (sums + everyone) / (heard + 1)
    return found


def _is_split(points: Floats, weight: Floats, two: Floats, size: int) -> bool:
    """Whether two centres hold the points more tightly than they hold a single bell's."""
    center = np.average(points, axis=0, weights=weight)
    about = points - center
    spread = np.cov(about.T, aweights=weight, bias=True)
    total = np.trace(spread)
    if total <= 1e-12:
        return False
    within = float((_distances(points, two[None])[0].min(axis=1) * weight).sum() / weight.sum() / total)
    axes = np.sqrt(np.maximum(np.linalg.eigvalsh(spread)[::-1], 0))
    drawn = np.random.default_rng(5).normal(size=(_NULL_DRAWS, min(size, _NULL_POINTS), 2)) * axes
    return within < float(np.quantile(_split_bells(drawn), 0.05))


def _split_bells(drawn: Floats) -> Floats:
    """(draws,) what two centres leave of each sample's spread: Lloyd from the halves of the long axis."""
    drawn = drawn - drawn.mean(axis=1, keepdims=True)
    total = (drawn**2).sum(axis=(1, 2))
    side = drawn[..., 0] > 0
    size = drawn.shape[1]
    between = np.zeros(len(drawn))
    for _round in range(6):
        right = side.sum(axis=1)
        sums = np.einsum("dp,dpa->da", side, drawn)
        one, other = sums / right[:, None], -sums / (size - right)[:, None]
        between = right * (one**2).sum(axis=1) + (size - right) * (other**2).sum(axis=1)
        middle, along = (one + other) / 2, one - other
        side = np.einsum("dpa,da->dp", drawn, along) > (middle * along).sum(axis=1)[:, None]
    found: Floats = 1 - between / total
    return found
