"""Hashes of RFC 6962 section 2.1, the only ones in this package."""

import base64
import binascii
from hashlib import sha256
from struct import iter_unpack

from multaqa.engine.merkle._message import Invalid

HASH = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Hash of one entry: SHA-256(0x00 || entry), 32 bytes."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash over two subtrees: SHA-256(0x01 || left || right), 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


def pair_up(hashes: bytes) -> bytes:
    """One level up: (2n x 32 bytes) to (n x 32 bytes)."""
    return b"".join([sha256(b"\x01" + pair).digest() for (pair,) in iter_unpack("64s", hashes)])


def subtree_hash(hashes: bytes) -> bytes:
    """Root over a power of two of hashes; the root of a full tile is its hash one tile level up."""
    while len(hashes) > HASH:
        hashes = pair_up(hashes)
    return hashes


def encode_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def decode_base64(text: str) -> bytes:
    """Standard base64 in its one canonical spelling; raises Invalid for every other."""
    try:
        raw = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise Invalid("base64", text=text[:80]) from error
    # unused low bits of the last character would let two texts carry one signature
    if encode_base64(raw) != text:
        raise Invalid("base64", text=text[:80])
    return raw
