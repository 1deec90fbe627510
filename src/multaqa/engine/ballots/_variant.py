"""The four named variants of RFC 9474, and the PSS encoding that all of them sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha384

from multaqa.engine.errors import EngineError

Entropy = Callable[[int], bytes]  # so many fresh random bytes from the operating system's generator

HASH = 48  # bytes of SHA-384
PREFIX = 32


class BallotsError(EngineError):
    """A key, message, signature or board record that is not what it must be."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A name of RFC 9474 section 5: length of the salt, and whether messages get a random prefix."""

    name: str
    salt: int
    randomized: bool


VARIANTS = {
    variant.name: variant
    for variant in (
        Variant("RSABSSA-SHA384-PSS-Randomized", HASH, True),
        Variant("RSABSSA-SHA384-PSSZERO-Randomized", 0, True),
        Variant("RSABSSA-SHA384-PSS-Deterministic", HASH, False),
        Variant("RSABSSA-SHA384-PSSZERO-Deterministic", 0, False),
    )
}
DEFAULT = VARIANTS["RSABSSA-SHA384-PSS-Randomized"]


def encode(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE of RFC 8017 section 9.1.1 with SHA-384 and MGF1, for a modulus of `bits` + 1 bits."""
    length = -(-bits // 8)
    if length < HASH + len(salt) + 2:
        raise BallotsError("key_too_short", "The key is too short for this signature.")
    digest = sha384(bytes(8) + sha384(message).digest() + salt).digest()
    block = bytes(length - len(salt) - HASH - 2) + b"\x01" + salt
    mask = _mask(digest, len(block))
    masked = bytearray(left ^ right for left, right in zip(block, mask, strict=True))
    masked[0] &= 0xFF >> (8 * length - bits)
    return bytes(masked) + digest + b"\xbc"


def _mask(seed: bytes, length: int) -> bytes:
    """MGF1 of RFC 8017 appendix B.2.1."""
    blocks = (sha384(seed + counter.to_bytes(4, "big")).digest() for counter in range(-(-length // HASH)))
    return b"".join(blocks)[:length]
