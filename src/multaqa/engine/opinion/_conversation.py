"""The votes of one conversation as the methods need them: a row a participant, the last vote of a pair."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multaqa.engine.errors import EngineError

Ids = NDArray[np.int64]
Ints = NDArray[np.int64]
Columns = NDArray[np.int32]
Votes = NDArray[np.int8]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

AGREE, PASS, DISAGREE = 1, 0, -1
LEAST_VOTES = 7  # of a participant who is clustered, unless there are fewer statements


class OpinionError(EngineError):
    """No opinion map can be drawn."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The last votes, participant by participant: those of row u are `column[start[u]:start[u + 1]]`.

    Participants and statements stand in ascending id, so that the order of the file changes nothing;
    `arrival` and `appearance` keep the order of first votes for the one method that depends on it.
    """

    participants: Ids  # (n,) ascending
    statements: Ids  # (S,) ascending, also those without votes
    start: Ints  # (n + 1,)
    column: Columns  # (M,) position in statements, ascending within a row
    vote: Votes  # (M,) 1 agree, 0 pass, -1 disagree
    arrival: Ints  # (n,) rank of each participant's first vote
    appearance: Ints  # (S,) rank of each statement's first vote; statements without votes come last
    moderated_out: Mask  # (S,)
    meta: Mask  # (S,) questions about the participant

    @property
    def votes(self) -> int:
        return len(self.vote)

    @property
    def hidden(self) -> Mask:
        """Statements that take no part in the map: moderated out, or about the participant."""
        return self.moderated_out | self.meta

    def counts(self) -> Ints:
        """Votes of each participant."""
        return np.diff(self.start)

    def rows(self) -> Columns:
        """(M,) the participant's position of each vote."""
        return np.repeat(np.arange(len(self.participants), dtype=np.int32), self.counts())

    def matrix(self, values: NDArray[Any]) -> Any:
        """(n, S) sparse matrix with one value a vote."""
        from scipy.sparse import csr_array

        shape = (len(self.participants), len(self.statements))
        made = csr_array(shape, dtype=values.dtype)
        # assigned rather than passed: the constructor would copy 400 MB of indices to another integer type
        made.data, made.indices, made.indptr = values, self.column, self.start.astype(np.int32)
        return made

    def part(self, rows: Ints) -> Conversation:
        """The conversation of these participants alone; statements stay."""
        counts = self.counts()[rows]
        start = np.concatenate(([0], np.cumsum(counts)))
        taken = np.repeat(self.start[rows] - start[:-1], counts) + np.arange(start[-1])
        return replace(
            self,
            participants=self.participants[rows],
            start=start,
            column=self.column[taken],
            vote=self.vote[taken],
            arrival=self.arrival[rows],
        )

    def only(self, kept: Mask) -> Conversation:
        """The conversation with these votes alone: a mask over votes; participants and statements stay."""
        kept_before = np.concatenate(([0], np.cumsum(kept)))
        return replace(self, start=kept_before[self.start], column=self.column[kept], vote=self.vote[kept])


def gather(
    *,
    participant: NDArray[Any],
    statement: NDArray[Any],
    vote: NDArray[Any],
    moment: NDArray[Any] | None = None,
    statements: NDArray[Any] | None = None,
    moderated_out: NDArray[Any] | None = None,
    meta: NDArray[Any] | None = None,
) -> Conversation:
    """One conversation from the votes as they were cast: the last vote of each participant and statement.

    participant, statement: (V,) integer ids; vote: (V,) 1, 0 or -1; moment: (V,) integers, later is larger,
    equal moments in the order given. statements: (S,) ids that exist, whether anyone voted on them or not;
    those seen only in the votes are added. moderated_out, meta: ids. Raises OpinionError where there are no
    votes, a vote is not 1, 0 or -1, or votes of one pair need `moment` and the caller gave none.
    """
    participant, statement, vote = np.asarray(participant), np.asarray(statement), np.asarray(vote, np.int8)
    if not len(vote):
        raise OpinionError("no_votes", "there are no votes.")
    if vote.min() < DISAGREE or vote.max() > AGREE:
        raise OpinionError("vote", "a vote is 1, 0 or -1.")
    if moment is not None and np.any(moment[1:] < moment[:-1]):
        order = np.argsort(moment, kind="stable")
        participant, statement, vote = participant[order], statement[order], vote[order]
    participants, row = _positions(participant)
    voted, column = _positions(statement)
    every = voted if statements is None else np.union1d(voted, np.asarray(statements, np.int64))
    if len(every) > len(voted):
        column = np.searchsorted(every, voted).astype(np.int32)[column]
    start, order_column, order_vote = _last_votes(row, column, vote, len(participants), len(every))
    return Conversation(
        participants=participants,
        statements=every,
        start=start,
        column=order_column,
        vote=order_vote,
        arrival=_first_seen(row, len(participants)),
        appearance=_first_seen(column, len(every)),
        moderated_out=np.isin(every, [] if moderated_out is None else moderated_out),
        meta=np.isin(every, [] if meta is None else meta),
    )


def eligible(conversation: Conversation) -> Mask:
    """Who is clustered: those with `LEAST_VOTES` votes, and the most active others while there are < 15."""
    counts = conversation.counts()
    used = int((np.bincount(conversation.column) > 0).sum())
    chosen = counts >= min(LEAST_VOTES, used)
    if chosen.sum() < 15:
        by_activity = np.lexsort((conversation.arrival, -counts))
        chosen[by_activity[:15]] = True
    return chosen & (counts > 0)


def _positions(ids: NDArray[Any]) -> tuple[Ids, Columns]:
    """The distinct ids, ascending, and where each one stands among them."""
    low, high = int(ids.min()), int(ids.max())
    if high - low > 4 * len(ids) + 1000:
        distinct, position = np.unique(ids, return_inverse=True)
        return distinct.astype(np.int64), position.astype(np.int32)
    seen = np.zeros(high - low + 1, bool)
    shifted = ids - low if low else ids
    seen[shifted] = True
    place = np.cumsum(seen, dtype=np.int32) - 1
    return np.flatnonzero(seen).astype(np.int64) + low, place[shifted]


def _last_votes(
    row: Columns, column: Columns, vote: Votes, rows: int, columns: int
) -> tuple[Ints, Columns, Votes]:
    """Row starts, columns and votes, of several votes on one pair the last."""
    from scipy.sparse import coo_array

    # two transpositions are two counting sorts: by column, then by row, each keeping the order of the file
    shifted = coo_array((vote + np.int8(2), (row, column)), shape=(rows, columns))
    sorted_ = shifted.tocsr()
    if sorted_.nnz == len(vote):
        sorted_.sort_indices()
        return sorted_.indptr.astype(np.int64), sorted_.indices, sorted_.data - np.int8(2)
    key = row.astype(np.int64) * columns + column
    order = np.argsort(key, kind="stable")
    last = np.append(key[order][1:] != key[order][:-1], True)
    kept = order[last]
    start = np.concatenate(([0], np.cumsum(np.bincount(row[kept], minlength=rows))))
    return start, column[kept], vote[kept]


def _first_seen(position: Columns, size: int) -> Ints:
    """The rank of each position's first occurrence; what never occurs comes last."""
    first = np.full(size, len(position), np.int64)
    first[position[::-1]] = np.arange(len(position) - 1, -1, -1)
    rank = np.empty(size, np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(size)
    return rank
