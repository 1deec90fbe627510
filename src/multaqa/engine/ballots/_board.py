"""What the box keeps and the board publishes: one canonical record a ballot, none of them naming a person."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import rfc8785

from multaqa.engine.ballots._blind import verify
from multaqa.engine.ballots._keys import VerifyingKey
from multaqa.engine.ballots._variant import DEFAULT, PREFIX, BallotsError, Entropy
from multaqa.engine.merkle import MAX_ENTRY, Tree, leaf_hash

TOKEN = NONCE = 32
_KIND = "ballot/1"
_KEYS = {"choices", "election", "kind", "nonce", "nullifier", "prefix", "signature", "token"}
_NAME = re.compile(r"[^\x00-\x20\x7f](?:[^\x00-\x1f\x7f]{0,198}[^\x00-\x20\x7f])?")


@dataclass(frozen=True, slots=True)
class Ballot:
    """A cast ballot. `token` and `prefix` are random, `signature` is the desk's under both."""

    election: str
    token: bytes  # 32 bytes
    prefix: bytes  # 32 bytes, of the randomized variant
    signature: bytes
    choices: tuple[str, ...]  # ids of options, first choice first where order counts
    nonce: bytes  # 32 bytes, so that a commitment hides the choices

    @property
    def nullifier(self) -> bytes:
        return nullifier(self.election, self.token)


def make_token(*, entropy: Entropy) -> bytes:
    """The voter's secret for one election, 32 random bytes."""
    return entropy(TOKEN)


def token_message(election: str, token: bytes) -> bytes:
    """What the desk signs without seeing it: the token, bound to its election."""
    return b"multaqa/token/1\n" + _named(election) + b"\n" + _sized(token, TOKEN)


def nullifier(election: str, token: bytes) -> bytes:
    """The 32 bytes that mark a token as used: one for each election and token, with no way back."""
    return sha256(b"multaqa/nullifier/1\n" + _named(election) + b"\n" + _sized(token, TOKEN)).digest()


def commitment(election: str, choices: Sequence[str], nonce: bytes) -> bytes:
    """Binds the voter's device to its choices before it knows whether the ballot is cast or opened (Benaloh).

    Opened with choices and nonce: anyone computes it again. A ballot that was opened is thrown away.
    """
    content = rfc8785.dumps(list(choices))
    return sha256(b"multaqa/choices/1\n" + _named(election) + b"\n" + _sized(nonce, NONCE) + content).digest()


def is_authorised(ballot: Ballot, key: VerifyingKey) -> bool:
    """Whether the desk signed this ballot's token for this election."""
    message = ballot.prefix + token_message(ballot.election, ballot.token)
    return verify(message, ballot.signature, key=key, variant=DEFAULT)


def encode_ballot(ballot: Ballot) -> bytes:
    """The record of a ballot: canonical JSON (RFC 8785), one spelling for each ballot."""
    record = rfc8785.dumps(
        {
            "kind": _KIND,
            "election": _named(ballot.election).decode(),
            "token": _text(_sized(ballot.token, TOKEN)),
            "prefix": _text(_sized(ballot.prefix, PREFIX)),
            "signature": _text(ballot.signature),
            "choices": list(ballot.choices),
            "nonce": _text(_sized(ballot.nonce, NONCE)),
            "nullifier": ballot.nullifier.hex(),
        }
    )
    if len(record) > MAX_ENTRY:
        raise BallotsError(
            "record_too_long", "A ballot's record is longer than {limit} bytes.", limit=MAX_ENTRY
        )
    return record


def decode_ballot(record: bytes) -> Ballot:
    """The ballot of a record. Raises BallotsError unless it is exactly what `encode_ballot` writes."""
    try:
        found: Any = json.loads(record)
        if not isinstance(found, dict) or found.keys() != _KEYS or not isinstance(found["choices"], list):
            raise ValueError(record[:80])
        if not all(isinstance(choice, str) for choice in found["choices"]):
            raise ValueError(record[:80])
        ballot = Ballot(
            election=found["election"],
            token=_bytes(found["token"]),
            prefix=_bytes(found["prefix"]),
            signature=_bytes(found["signature"]),
            choices=tuple(found["choices"]),
            nonce=_bytes(found["nonce"]),
        )
        if encode_ballot(ballot) != record:
            raise ValueError(record[:80])
    except (ValueError, TypeError, AttributeError, RecursionError, rfc8785.CanonicalizationError) as wrong:
        raise BallotsError("not_a_ballot", "This is not a ballot's record.") from wrong
    return ballot


def board(records: Iterable[bytes]) -> list[bytes]:
    """The records in the order in which they are published: by their leaf hash.

    The hash depends on the random token, so the order keeps nothing of who came first, and anyone can see
    that it was not chosen.
    """
    return sorted(records, key=leaf_hash)


def publish(tree: Tree, records: Iterable[bytes]) -> range:
    """Append a closed box to the public log; the leaves it took."""
    return tree.append_many(board(records))


def _named(election: str) -> bytes:
    if not isinstance(election, str) or not _NAME.fullmatch(election):
        raise BallotsError("bad_election", "An election needs a name without line breaks.")
    return election.encode()


def _sized(raw: bytes, size: int) -> bytes:
    if len(raw) != size:
        raise BallotsError("bad_size", "This part of a ballot has {size} bytes.", size=size)
    return raw


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except binascii.Error as wrong:
        raise ValueError(text) from wrong
