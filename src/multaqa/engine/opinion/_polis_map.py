"""The map of the compatible mode: two principal components and where participants and statements stand.

After a missing vote is filled with its statement's mean and the mean is taken away, every missing cell is
exactly 0: the components of the filled matrix are those of the sparse matrix (vote - mean), without a dense
copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from multaqa.engine.opinion._conversation import Conversation, Floats

MOST_PARTICIPANTS, MOST_STATEMENTS = 100_000, 10_000
_DENSE_CELLS = 2_000_000
_DENSE_STATEMENTS = 300
_SMALL = 10_000_000  # votes above which single precision holds the matrix
_MOST_STEPS = 300


@dataclass(frozen=True, slots=True)
class Plane:
    """Two components over statements, the participants' points and the statements' points."""

    center: Floats  # (S,) mean vote
    components: Floats  # (2, S) orthonormal rows
    variance: Floats  # (2,) share of the variance each component holds
    points: Floats  # (n, 2)
    statement_points: Floats  # (S, 2)
    extremity: Floats  # (S,)


def within_caps(conversation: Conversation) -> Conversation:
    """Without the participants and statements that came after the platform's limits were reached."""
    if len(conversation.participants) > MOST_PARTICIPANTS:
        conversation = conversation.part(np.flatnonzero(conversation.arrival < MOST_PARTICIPANTS))
    voted = np.zeros(len(conversation.statements), bool)
    voted[conversation.column] = True
    if voted.sum() <= MOST_STATEMENTS:
        return conversation
    kept = conversation.appearance < MOST_STATEMENTS
    shorter = conversation.only(kept[conversation.column])
    return shorter.part(np.flatnonzero(shorter.counts() > 0))


def plane(conversation: Conversation) -> Plane:
    """The two components of largest variance and everyone's place on them.

    The sign of an axis is chosen so that its largest loading is positive. Components that do not exist (one
    statement, no disagreement) are 0.
    """
    statements = len(conversation.statements)
    used = np.bincount(conversation.column, minlength=statements) > 0
    shown = used & ~conversation.hidden
    rated = conversation.only(shown[conversation.column]) if not shown.all() else conversation
    sums = np.bincount(rated.column, weights=rated.vote, minlength=statements)
    center = sums / np.maximum(1, np.bincount(rated.column, minlength=statements))
    kind = np.float32 if rated.votes > _SMALL else np.float64
    deviation = rated.matrix((rated.vote - center[rated.column]).astype(kind))
    components, variance = _components(deviation)
    # a hidden column is 0 for everyone, so everyone is counted as having voted on it
    cast = rated.counts() + int((used & conversation.hidden).sum())
    columns = int(used.sum())
    points = (deviation @ components.T.astype(kind)).astype(float)
    points *= np.sqrt(columns / np.maximum(1, cast))[:, None]
    loading = np.where(shown, np.sqrt(columns) * (1 - center), 0.0)
    statement_points = loading[:, None] * components.T
    return Plane(center, components, variance, points, statement_points, np.hypot(*statement_points.T))


def _components(deviation: Any) -> tuple[Floats, Floats]:
    rows, columns = deviation.shape
    total = float((deviation.data.astype(float) ** 2).sum())
    if rows * columns <= _DENSE_CELLS and columns <= _DENSE_STATEMENTS:
        dense = deviation.toarray()
        values, vectors = np.linalg.eigh(dense.T @ dense)
        found, values = vectors[:, ::-1][:, :2], values[::-1][:2]
    else:
        found, values = _lanczos(deviation)
    components = np.zeros((2, columns))
    held = np.zeros(2)
    for axis in range(min(2, len(values))):
        if values[axis] > 1e-12 * max(total, 1e-300):
            vector = found[:, axis]
            components[axis] = vector * np.sign(vector[np.argmax(np.abs(vector))])
            held[axis] = values[axis] / total
    return components, held


def _lanczos(deviation: Any) -> tuple[Floats, Floats]:
    """The two leading eigenvectors of X'X, without forming it; each step is made orthogonal to all before."""
    tolerance = 3e-5 if deviation.dtype == np.float32 else 1e-10
    columns = deviation.shape[1]
    # a fixed start, not a draw: the same votes give the same map
    start = 1 + 0.5 * np.cos(np.arange(1, columns + 1) * 1.618)
    steps = min(columns, _MOST_STEPS)
    basis, diagonal, beside = np.zeros((steps, columns)), np.zeros(steps), np.zeros(steps)
    vector = start / np.linalg.norm(start)
    transposed = deviation.T
    values, turn = np.zeros(1), np.ones((1, 1))
    for step in range(steps):
        basis[step] = vector
        image = (transposed @ (deviation @ vector.astype(deviation.dtype))).astype(float)
        diagonal[step] = vector @ image
        for _again in range(2):
            image -= basis[: step + 1].T @ (basis[: step + 1] @ image)
        beside[step] = np.linalg.norm(image)
        if step % 5 == 4 or step == steps - 1 or beside[step] < 1e-12 * max(diagonal[0], 1e-300):
            along = np.arange(step)
            tridiagonal = np.diag(diagonal[: step + 1])
            tridiagonal[along, along + 1] = tridiagonal[along + 1, along] = beside[:step]
            values, turn = np.linalg.eigh(tridiagonal)
            if (beside[step] * np.abs(turn[-1, -2:])).max() <= tolerance * max(values[-1], 1e-300):
                break
        vector = image / max(beside[step], 1e-300)
    found = basis[: len(values)].T @ turn[:, ::-1][:, :2]
    return found, values[::-1][:2]
