"""Merkle log: is the public record intact, and can anybody prove what it says?

Entries go into an append-only tree, its root is signed, and the whole is published as plain static files:
`checkpoint`, `tile/L/N[.p/W]` and `tile/entries/N[.p/W]`. A reader is any callable from such a path to
bytes, or None when there is no file.

Guarantee: an entry cannot be changed, removed or reordered under a signed root without `check` saying so;
one altered byte in any file that the checkpoint calls for is found and its entry or file is named.
Sources: RFC 6962 section 2.1 (hashes and proofs), RFC 9162 section 2.1 (verification), C2SP signed-note,
tlog-checkpoint, tlog-tiles and tlog-proof.

>>> seed, origin = bytes(32), "example.org/fund"
>>> entries = [b"award 1", b"award 2", b"award 3"]
>>> tree = Tree()
>>> tree.append_many(entries)
range(0, 3)
>>> signed = sign_checkpoint(Checkpoint(origin, tree.size, tree.root()), seed=seed)
>>> files = {"checkpoint": signed, **dict(tile_files(tree)), **dict(bundle_files(entries.__getitem__, 0, 3))}
>>> sorted(files)
['checkpoint', 'tile/0/000.p/3', 'tile/entries/000.p/3']
>>> vkey = verifier_key(origin, seed=seed)
>>> check(files.get, vkey)
Audit(size=3, entries_checked=3, fault=None)

The third party needs only the receipt, the entry and the key:

>>> receipt = make_receipt(1, tree.inclusion_proof(1), signed)
>>> verify_receipt(receipt, b"award 2", vkey).size
3

One byte changed in the second entry:

>>> bundle = "tile/entries/000.p/3"
>>> files[bundle] = files[bundle].replace(b"award 2", b"award 9")
>>> audit = check(files.get, vkey)
>>> audit.fault
Fault(kind='entry', index=1, last=1, path='tile/entries/000.p/3')
>>> str(explain(audit))
'Entry 1 is not the one that was signed (tile/entries/000.p/3).'
"""

from multaqa.engine.merkle._audit import Audit, Fault, check, explain
from multaqa.engine.merkle._hashing import EMPTY_ROOT, leaf_hash, node_hash
from multaqa.engine.merkle._message import MESSAGES, Invalid, Message
from multaqa.engine.merkle._note import (
    Checkpoint,
    Note,
    Signature,
    VerifierKey,
    format_checkpoint,
    open_checkpoint,
    open_note,
    parse_checkpoint,
    parse_note,
    parse_verifier_key,
    sign_checkpoint,
    sign_note,
    verifier_key,
)
from multaqa.engine.merkle._proof import verify_consistency, verify_inclusion
from multaqa.engine.merkle._receipt import Receipt, make_receipt, parse_receipt, verify_receipt
from multaqa.engine.merkle._tiles import (
    MAX_ENTRY,
    TILE_WIDTH,
    Bundle,
    Reader,
    Tile,
    bundle_files,
    bundles,
    decode_bundle,
    encode_bundle,
    parse_path,
    tiles,
)
from multaqa.engine.merkle._tree import Tree, tile_files

__all__ = [
    "EMPTY_ROOT",
    "MAX_ENTRY",
    "MESSAGES",
    "TILE_WIDTH",
    "Audit",
    "Bundle",
    "Checkpoint",
    "Fault",
    "Invalid",
    "Message",
    "Note",
    "Reader",
    "Receipt",
    "Signature",
    "Tile",
    "Tree",
    "VerifierKey",
    "bundle_files",
    "bundles",
    "check",
    "decode_bundle",
    "encode_bundle",
    "explain",
    "format_checkpoint",
    "leaf_hash",
    "make_receipt",
    "node_hash",
    "open_checkpoint",
    "open_note",
    "parse_checkpoint",
    "parse_note",
    "parse_path",
    "parse_receipt",
    "parse_verifier_key",
    "sign_checkpoint",
    "sign_note",
    "tile_files",
    "tiles",
    "verifier_key",
    "verify_consistency",
    "verify_inclusion",
    "verify_receipt",
]
