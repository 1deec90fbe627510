"""Receipts (C2SP tlog-proof): a text that proves, offline, that an entry is in the log."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from multaqa.engine.merkle._hashing import HASH, decode_base64, encode_base64, leaf_hash
from multaqa.engine.merkle._message import Invalid
from multaqa.engine.merkle._note import Checkpoint, open_checkpoint
from multaqa.engine.merkle._proof import verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Receipt:
    index: int
    proof: tuple[bytes, ...]  # 32 bytes each, leaf's sibling first
    checkpoint: bytes  # signed note, verbatim
    extra: bytes | None  # anybody may have written it: nothing proves it


def make_receipt(
    index: int, proof: Sequence[bytes], checkpoint: bytes, *, extra: bytes | None = None
) -> bytes:
    """Receipt for the entry at an index, UTF-8 text. Raises Invalid if the parts do not make one."""
    lines = [HEADER]
    if extra is not None:
        lines.append(f"extra {encode_base64(extra)}")
    lines += [f"index {index}", *map(encode_base64, proof)]
    text = "".join(f"{line}\n" for line in lines).encode() + b"\n" + checkpoint
    if parse_receipt(text) != Receipt(index, tuple(proof), checkpoint, extra):
        raise Invalid("receipt", reason="the parts could not be read back")
    return text


def parse_receipt(data: bytes) -> Receipt:
    """Parts of a receipt, nothing verified. Raises Invalid for anything but a well-formed one."""
    head, blank, checkpoint = data.partition(b"\n\n")
    if not blank:
        raise Invalid("receipt", reason="no checkpoint")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Invalid("receipt", reason="not ASCII before the checkpoint") from error
    if lines.pop(0) != HEADER:
        raise Invalid("receipt", reason="no header")
    extra = decode_base64(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else None
    index = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if index is None:
        raise Invalid("receipt", reason="no index")
    proof = tuple(map(decode_base64, lines))
    if len(proof) > 63 or any(len(each) != HASH for each in proof):
        raise Invalid("receipt", reason="malformed proof")
    return Receipt(int(index[1]), proof, checkpoint, extra)


def verify_receipt(data: bytes, entry: bytes, vkey: str) -> Checkpoint:
    """Checkpoint under which the receipt proves this entry.

    Raises Invalid if the receipt is malformed, its checkpoint is not signed by the key, or the entry is
    not the one at its index.
    """
    receipt = parse_receipt(data)
    checkpoint = open_checkpoint(receipt.checkpoint, vkey)
    proven = verify_inclusion(
        leaf=leaf_hash(entry),
        index=receipt.index,
        size=checkpoint.size,
        proof=receipt.proof,
        root=checkpoint.root,
    )
    if not proven:
        raise Invalid("receipt_mismatch", index=receipt.index, size=checkpoint.size)
    return checkpoint
