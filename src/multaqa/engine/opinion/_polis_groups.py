"""The groups of the compatible mode: about a hundred base clusters, then two to five groups of these."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.opinion._conversation import Conversation, Floats, Ints, Mask, OpinionError
from multaqa.engine.opinion._kmeans import distinct_start, lloyd, silhouette

BASE_CLUSTERS = 100
_BASE_ROUNDS, _GROUP_ROUNDS = 100, 20


@dataclass(frozen=True, slots=True)
class BaseClusters:
    """Participants on the same spot of the map. `of` is -1 for those who are not clustered."""

    id: Ints  # (b,)
    center: Floats  # (b, 2)
    count: Ints  # (b,)
    of: Ints  # (n,) position among the base clusters


def base_clusters(conversation: Conversation, points: Floats, clustered: Mask) -> BaseClusters:
    """k-means with k = 100 from the first hundred distinct points, in the order people came."""
    rows = np.flatnonzero(clustered)
    rows = rows[np.argsort(conversation.arrival[rows], kind="stable")]
    start = distinct_start(points[rows], BASE_CLUSTERS)
    labels, centers, names = lloyd(points[rows], start, rounds=_BASE_ROUNDS)
    of = np.full(len(points), -1, np.int64)
    of[rows] = labels
    return BaseClusters(names, centers, np.bincount(labels, minlength=len(centers)), of)


def given_base_clusters(
    conversation: Conversation, *, ids: list[int], members: list[list[int]], x: list[float], y: list[float]
) -> BaseClusters:
    """Base clusters as the platform published them, in its order.

    Raises OpinionError where the lists do not fit together or a member is in two clusters.
    """
    if not len(ids) == len(members) == len(x) == len(y) or not ids:
        raise OpinionError("base_clusters", "the base clusters' id, members, x and y are not of one length.")
    sizes = [len(group) for group in members]
    flat = np.array([person for group in members for person in group], np.int64)
    if len(np.unique(flat)) < len(flat):
        raise OpinionError("base_clusters", "a participant is a member of two base clusters.")
    cluster = np.repeat(np.arange(len(ids)), sizes)
    known = np.isin(flat, conversation.participants)
    of = np.full(len(conversation.participants), -1, np.int64)
    of[np.searchsorted(conversation.participants, flat[known])] = cluster[known]
    center = np.stack([np.array(x, float), np.array(y, float)], axis=1)
    return BaseClusters(np.array(ids, np.int64), center, np.array(sizes, np.int64), of)


def groups_of(base: BaseClusters) -> Ints:
    """(b,) the group of each base cluster: the k of the largest mean silhouette, unweighted."""
    most = min(5, 2 + len(base.id) // 12)
    best, chosen = -np.inf, np.zeros(len(base.id), np.int64)
    for k in range(2, most + 1):
        start = distinct_start(base.center, k)
        labels, _centers, _names = lloyd(
            base.center, start, rounds=_GROUP_ROUNDS, weights=base.count.astype(float)
        )
        score = silhouette(base.center, labels)
        if score > best:
            best, chosen = score, labels
    return chosen
