"""Lloyd's k-means on a plane, exact, with bounds that spare most distances."""

from __future__ import annotations

import numpy as np

from multaqa.engine.opinion._conversation import Floats, Ints

_MANY = 20_000  # points × centres above which a tree finds the nearest


def distinct_start(points: Floats, k: int, within: float = 0.0) -> Floats:
    """The first k distinct rows, in the order given."""
    seen: dict[tuple[float, float], None] = {}
    for row in points:
        seen.setdefault((float(row[0]) + 0.0, float(row[1]) + 0.0))
        if len(seen) == k:
            break
    return np.array(list(seen)).reshape(-1, 2)


def lloyd(
    points: Floats, start: Floats, *, rounds: int, weights: Floats | None = None, still: float = 0.01
) -> tuple[Ints, Floats, Ints]:
    """(labels, centres, which starting centre each was) after at most `rounds` rounds.

    An empty cluster vanishes. It ends when every centre, both lists sorted, moved less than `still`.
    """
    weights = np.ones(len(points)) if weights is None else weights
    centers, names = start.copy(), np.arange(len(start))
    search = _Nearest(points)
    labels = np.zeros(len(points), np.int64)
    for _round in range(rounds):
        labels = search.labels(centers)
        mass = np.bincount(labels, weights=weights, minlength=len(centers))
        kept = np.bincount(labels, minlength=len(centers)) > 0
        sums = [np.bincount(labels, weights * points[:, axis], len(centers)) for axis in (0, 1)]
        moved = np.stack(sums, axis=1)[kept] / mass[kept, None]
        if not kept.all():
            labels = (np.cumsum(kept) - 1)[labels]
            names = names[kept]
            search.forget()
        before, centers = centers, moved
        if len(before) == len(centers) and _unmoved(before, centers, still):
            break
    return labels, centers, names


def _unmoved(before: Floats, after: Floats, still: float) -> bool:
    first = before[np.lexsort((before[:, 1], before[:, 0]))]
    second = after[np.lexsort((after[:, 1], after[:, 0]))]
    return bool((np.hypot(*(first - second).T) < still).all())


class _Nearest:
    """The nearest centre of each point, round after round; Hamerly's bounds keep what cannot have changed."""

    def __init__(self, points: Floats) -> None:
        self.points = points
        self.forget()

    def forget(self) -> None:
        self.centers: Floats | None = None

    def labels(self, centers: Floats) -> Ints:
        if len(self.points) * len(centers) < _MANY or len(centers) < 8:
            return nearest(self.points, centers)
        from scipy.spatial import cKDTree

        tree = cKDTree(centers)
        if self.centers is None or len(self.centers) != len(centers):
            distance, index = tree.query(self.points, k=2)
            self.label, self.upper, self.lower = index[:, 0].astype(np.int64), distance[:, 0], distance[:, 1]
        else:
            drift = np.hypot(*(centers - self.centers).T)
            most = np.argmax(drift)
            others = np.where(np.arange(len(drift)) == most, np.sort(drift)[-2], drift[most])
            self.upper = self.upper + drift[self.label]
            self.lower = self.lower - others[self.label]
            apart = tree.query(centers, k=2)[0][:, 1] / 2
            bound = np.maximum(self.lower, apart[self.label]) * (1 - 1e-12)
            unsure = np.flatnonzero(self.upper >= bound)
            self.upper[unsure] = np.hypot(*(self.points[unsure] - centers[self.label[unsure]]).T)
            unsure = unsure[self.upper[unsure] >= bound[unsure]]
            distance, index = tree.query(self.points[unsure], k=2)
            self.label = self.label.copy()
            self.label[unsure], self.upper[unsure], self.lower[unsure] = (
                index[:, 0], distance[:, 0], distance[:, 1],
            )  # fmt: skip
        self.centers = centers
        label: Ints = self.label
        return label


def nearest(points: Floats, centers: Floats) -> Ints:
    """The nearest centre of each point, the first of equals."""
    best = np.full(len(points), np.inf)
    label = np.zeros(len(points), np.int64)
    for number, (x, y) in enumerate(centers):
        distance = (points[:, 0] - x) ** 2 + (points[:, 1] - y) ** 2
        closer = distance < best
        label[closer], best[closer] = number, distance[closer]
    return label


def silhouette(points: Floats, labels: Ints) -> float:
    """Mean silhouette; the only member of a cluster counts 0."""
    k = int(labels.max()) + 1
    if k < 2:
        return 0.0
    apart = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    sizes = np.bincount(labels, minlength=k)
    sums = np.stack([apart[:, labels == g].sum(axis=1) for g in range(k)], axis=1)
    own = np.take_along_axis(sums, labels[:, None], 1)[:, 0] / np.maximum(1, sizes[labels] - 1)
    means = sums / np.maximum(1, sizes)
    means[np.arange(len(points)), labels] = np.inf
    other = means.min(axis=1)
    widest = np.maximum(own, other)
    score = np.divide(other - own, widest, out=np.zeros(len(points)), where=widest > 0)
    return float(np.where(sizes[labels] > 1, score, 0.0).mean())
