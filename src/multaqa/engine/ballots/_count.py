"""The count that anyone can make from the board, and the proof that it is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from multaqa.engine.ballots._board import Ballot, board, decode_ballot, is_authorised
from multaqa.engine.ballots._keys import VerifyingKey
from multaqa.engine.ballots._variant import BallotsError


@dataclass(frozen=True, slots=True)
class Vote:
    """What is known of a vote before it opens, and how many tokens the desk signed."""

    election: str
    key: VerifyingKey
    options: tuple[str, ...]
    most: int  # choices a ballot may hold
    issued: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many ballots chose each option, in the order of the options; blank ballots chose none."""

    vote: Vote
    ballots: int
    blank: int
    chosen: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """One row a citizen can read: a message key and its values."""

    key: str
    values: dict[str, int | str]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and at which place of the board (None: with the whole)."""

    place: int | None
    key: str
    values: dict[str, int | str]


def count(records: Sequence[bytes], vote: Vote) -> Tally:
    """What the board says. Raises BallotsError on a record that is no ballot; `check` names every fault."""
    chosen: Counter[str] = Counter()
    blank = 0
    for record in records:
        choices = decode_ballot(record).choices
        chosen.update(choices)
        blank += not choices
    return Tally(vote, len(records), blank, tuple((option, chosen[option]) for option in vote.options))


def explain(tally: Tally) -> tuple[Reason, ...]:
    """How many could vote, did, left it blank, and chose what."""
    rows = [
        Reason("turnout", {"issued": tally.vote.issued, "ballots": tally.ballots}),
        Reason("blank", {"ballots": tally.blank}),
    ]
    return (*rows, *(Reason("chosen", {"option": option, "ballots": n}) for option, n in tally.chosen))


def find(records: Sequence[bytes], nullifier: bytes) -> int | None:
    """Where on the board the ballot of this nullifier stands: was my vote counted?"""
    mark = nullifier.hex()
    return next((place for place, record in enumerate(records) if _mark(record) == mark), None)


def check(tally: Tally, records: Sequence[bytes]) -> tuple[Fault, ...]:
    """Empty when the count matches the board.

    Every record is one ballot of this election with a valid token and choices, no nullifier stands twice, no
    more ballots than tokens were issued, the order is that of the hashes, and the figures add up again.
    """
    vote = tally.vote
    faults: list[Fault] = []
    first: dict[bytes, int] = {}
    chosen: Counter[str] = Counter()
    blank = 0
    for place, record in enumerate(records):
        try:
            ballot = decode_ballot(record)
        except BallotsError:
            faults.append(Fault(place, "not_a_ballot", {}))
            continue
        chosen.update(ballot.choices)
        blank += not ballot.choices
        faults += [Fault(place, key, {}) for key in _wrong(ballot, vote)]
        former = first.setdefault(ballot.nullifier, place)
        if former != place:
            faults.append(Fault(place, "nullifier_twice", {"first": former}))
    if len(records) > vote.issued:
        faults.append(Fault(None, "more_than_issued", {"ballots": len(records), "issued": vote.issued}))
    if list(records) != board(records):
        faults.append(Fault(None, "order_of_arrival", {}))
    again = Tally(vote, len(records), blank, tuple((option, chosen[option]) for option in vote.options))
    if again != tally:
        faults.append(Fault(None, "count_differs", {"ballots": len(records), "counted": tally.ballots}))
    return tuple(faults)


def _wrong(ballot: Ballot, vote: Vote) -> list[str]:
    wrong = []
    if ballot.election != vote.election:
        wrong.append("other_election")
    if not is_authorised(ballot, vote.key):
        wrong.append("token_not_signed")
    if len(ballot.choices) > vote.most or len(set(ballot.choices)) != len(ballot.choices):
        wrong.append("too_many_choices")
    if not set(ballot.choices) <= set(vote.options):
        wrong.append("unknown_option")
    return wrong


def _mark(record: bytes) -> str | None:
    try:
        return decode_ballot(record).nullifier.hex()
    except BallotsError:
        return None
