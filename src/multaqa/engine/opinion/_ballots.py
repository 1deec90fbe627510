"""Who counts, and how much: identical ballots merged, clones held to what coincidence explains.

Two people may well cast the same short ballot; the same long ballot twice is one person. A class of m
identical ballots counts at most as often as chance would bring it forth: the number of ballots on the same
statements times, vote by vote, how common that vote is (never less than one half, since opinions go
together), and at least once. Ballots too short to place anyone on a map do not shape it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from multaqa.engine.opinion._conversation import LEAST_VOTES, Conversation, Floats, Ints, Mask

_COVERED = 0.75  # of the votes must be on ballots long enough, else shorter ballots count too
_BLOCK = 1 << 21

Prints = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Ballots:
    """The distinct ballots that count, in an order that depends on their content alone."""

    conversation: Conversation  # (d, S) one row a distinct ballot
    weight: Floats  # (d,) voters' weights, clones held down
    voices: Floats  # (d,) how many people that weight stands for
    prints: Prints  # (d,) ascending, evenly spread: the first few thousand are a sample
    least: int  # votes on the shortest ballot that counts
    counted: Mask  # (n,) whose ballot is long enough
    of: Ints  # the distinct ballot of each participant that counts
    set_aside: float  # weight taken from clones


def ballots(shown: Conversation, weights: Floats | None = None) -> Ballots:
    """Merge what is identical. shown: without hidden statements; weights: (n,) of the participants."""
    counts = shown.counts()
    least = _least_votes(counts)
    counted = counts >= least
    rows = np.flatnonzero(counted)
    content, statements = _fingerprints(shown)
    prints, exemplar, class_of, people = np.unique(
        content[rows], return_index=True, return_inverse=True, return_counts=True
    )
    own = np.ones(len(rows)) if weights is None else weights[rows]
    weight = np.bincount(class_of, weights=own, minlength=len(people))
    held = np.ones(len(people))
    several = np.flatnonzero(people > 1)
    if len(several):
        explained = _coincidence(shown, rows[exemplar[several]], statements)
        held[several] = np.minimum(people[several], np.maximum(1.0, explained)) / people[several]
    aside = float((weight * (1 - held)).sum())
    return Ballots(
        conversation=shown.part(rows[exemplar]),
        weight=weight * held,
        voices=people * held,
        prints=prints,
        least=least,
        counted=counted,
        of=class_of,
        set_aside=aside,
    )


def hidden_votes(counted: Ballots, share: float) -> Mask:
    """(M,) about this share of the votes, chosen by their ballot's content: a newcomer moves none."""
    conversation = counted.conversation
    mixed = np.repeat(counted.prints, conversation.counts())
    mixed ^= (conversation.column.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    # the finaliser of SplitMix64 (Steele, Lea & Flood 2014)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return mixed < np.uint64(int(share * 2**64))


def first(counted: Ballots, most: int) -> Ballots:
    """A sample of the ballots, the same ones whoever else votes."""
    if len(counted.weight) <= most:
        return counted
    rows = np.arange(most)
    return replace(
        counted,
        conversation=counted.conversation.part(rows),
        weight=counted.weight[:most],
        voices=counted.voices[:most],
        prints=counted.prints[:most],
    )


def _least_votes(counts: Ints) -> int:
    """7, or fewer where ballots of 7 would leave out more than a quarter of the votes."""
    votes = counts.sum()
    for least in range(LEAST_VOTES, 1, -1):
        if counts[counts >= least].sum() >= _COVERED * votes:
            return least
    return 1


def _coincidence(shown: Conversation, rows: Ints, statements: Prints) -> Floats:
    """How many ballots like each of these chance explains."""
    size = len(shown.statements)
    cells = shown.column.astype(np.int64) * 3 + (shown.vote + 1)
    times = np.bincount(cells, minlength=3 * size).reshape(size, 3)
    common = np.maximum(times / np.maximum(1, times.sum(axis=1, keepdims=True)), 0.5)
    sets, number = np.unique(statements, return_counts=True)
    chosen = shown.part(rows)
    log = np.concatenate(([0.0], np.cumsum(np.log(common[chosen.column, chosen.vote + 1]))))
    likely = np.exp(log[chosen.start[1:]] - log[chosen.start[:-1]])
    found: Floats = number[np.searchsorted(sets, statements[rows])] * likely
    return found


def _fingerprints(shown: Conversation) -> tuple[Prints, Prints]:
    """Two 64-bit sums for each participant: of the whole ballot, and of its statements alone."""
    table = np.random.default_rng(64).integers(1, 2**63, size=(len(shown.statements), 4), dtype=np.uint64)
    content, statements = (np.empty(len(shown.participants), np.uint64) for _ in range(2))
    per_block = max(1, _BLOCK * len(content) // max(1, shown.votes))
    for low in range(0, len(content), per_block):
        bounds = shown.start[low : low + per_block + 1]
        inside = slice(int(bounds[0]), int(bounds[-1]))
        column, side = shown.column[inside], shown.vote[inside] + np.int8(1)
        place = bounds - bounds[0]
        for sums, values in ((content, table[column, side]), (statements, table[column, 3])):
            # unsigned sums wrap, and so do their differences
            running = np.concatenate((np.zeros(1, np.uint64), np.cumsum(values, dtype=np.uint64)))
            sums[low : low + per_block] = running[place[1:]] - running[place[:-1]]
    return content, statements
