"""Ballots: was my secret vote counted, by someone who cannot know that it is mine?

A desk that knows who may vote signs a token it cannot read; a box that does not know who votes takes the
token with the choices; the board shows every ballot. Sources: RFC 9474 (RSA blind signatures, all four
variants), RFC 8017 (PSS), RFC 8785 (canonical records), Benaloh 2006 (cast or challenge). Guarantee: any
signed token fits any visit to the desk equally well, each token counts once, and `check` proves from the
board alone that the count is right. Randomness is a callable such as `secrets.token_bytes`.
Limits: not coercion-resistant, no protection from a desk that signs tokens for people who do not exist.

>>> import secrets
>>> key, entropy = make_key(2048), secrets.token_bytes
>>> token = make_token(entropy=entropy)
>>> message = prepare(token_message("park", token), entropy=entropy)
>>> hidden = blind(message, key=key.public, entropy=entropy)
>>> answer = blind_sign(hidden.message, key=key, entropy=entropy)
>>> signature = finalize(message, answer, hidden, key=key.public)
>>> ballot = Ballot("park", token, message[:32], signature, ("yes",), entropy(32))
>>> vote = Vote("park", key.public, options=("yes", "no"), most=1, issued=1)
>>> records = board([encode_ballot(ballot)])
>>> tally = count(records, vote)
>>> tally.chosen, find(records, ballot.nullifier), check(tally, records)
((('yes', 1), ('no', 0)), 0, ())
"""

from multaqa.engine.ballots._blind import (
    Blinded,
    blind,
    blind_sign,
    blind_with,
    finalize,
    prepare,
    verify,
)
from multaqa.engine.ballots._board import (
    NONCE,
    TOKEN,
    Ballot,
    board,
    commitment,
    decode_ballot,
    encode_ballot,
    is_authorised,
    make_token,
    nullifier,
    publish,
    token_message,
)
from multaqa.engine.ballots._count import Fault, Reason, Tally, Vote, check, count, explain, find
from multaqa.engine.ballots._keys import (
    SigningKey,
    VerifyingKey,
    key_from,
    load_signing_key,
    load_verifying_key,
    make_key,
)
from multaqa.engine.ballots._variant import DEFAULT, PREFIX, VARIANTS, BallotsError, Entropy, Variant, encode

__all__ = [
    "DEFAULT",
    "NONCE",
    "PREFIX",
    "TOKEN",
    "VARIANTS",
    "Ballot",
    "BallotsError",
    "Blinded",
    "Entropy",
    "Fault",
    "Reason",
    "SigningKey",
    "Tally",
    "Variant",
    "VerifyingKey",
    "Vote",
    "blind",
    "blind_sign",
    "blind_with",
    "board",
    "check",
    "commitment",
    "count",
    "decode_ballot",
    "encode",
    "encode_ballot",
    "explain",
    "finalize",
    "find",
    "is_authorised",
    "key_from",
    "load_signing_key",
    "load_verifying_key",
    "make_key",
    "make_token",
    "nullifier",
    "prepare",
    "publish",
    "token_message",
    "verify",
]
