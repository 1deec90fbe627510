"""The one source of secrets and salts, so that a demo built twice is the same to the byte."""

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_seeded: ContextVar[random.Random | None] = ContextVar("chance", default=None)


def token_bytes(size: int) -> bytes:
    """`size` unpredictable bytes; predictable only inside a `seeded` block."""
    source = _seeded.get()
    return secrets.token_bytes(size) if source is None else source.randbytes(size)


def token_text(size: int) -> str:
    """`size` characters that a person can read aloud and type: no 0/O, no 1/I/L."""
    alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
    return "".join(alphabet[byte % len(alphabet)] for byte in token_bytes(size))


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Make every token of the block follow from `seed`. For demonstrations only."""
    reset = _seeded.set(random.Random(seed))  # noqa: S311  predictable on purpose
    try:
        yield
    finally:
        _seeded.reset(reset)
