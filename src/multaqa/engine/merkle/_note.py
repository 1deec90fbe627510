"""Signed notes and checkpoints (C2SP signed-note and tlog-checkpoint), read strictly.

Strict means one spelling for each meaning: canonical base64, decimal without leading zeroes, no control
characters, no extension lines. Signatures by unknown keys are ignored, as the specification demands.
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from multaqa.engine.merkle._hashing import HASH, decode_base64, encode_base64
from multaqa.engine.merkle._message import Invalid

ED25519 = b"\x01"
MAX_NOTE = 1_000_000
MAX_SIGNATURES = 250  # a witness may return 200 cosignatures

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_KEY_ID = re.compile(r"[0-9a-f]{8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name it signs under."""

    name: str
    key_id: bytes  # 4 bytes
    public: bytes  # 32 bytes, Ed25519

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(ED25519 + self.public)}"


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    key_id: bytes  # 4 bytes
    raw: bytes  # of whatever algorithm the key has


@dataclass(frozen=True, slots=True)
class Note:
    text: str  # ends in a newline; it alone is signed
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log commits to: its first `size` entries have this root."""

    origin: str
    size: int
    root: bytes  # 32 bytes


def verifier_key(name: str, *, seed: bytes) -> str:
    """Public line `name+keyID+base64` for an Ed25519 seed of 32 bytes. Raises Invalid for a bad name."""
    public = _private_key(seed).public_key().public_bytes_raw()
    return str(VerifierKey(_require_name(name), _key_id(name, public), public))


def parse_verifier_key(line: str) -> VerifierKey:
    """Raises Invalid unless the line is a well-formed Ed25519 key whose identifier matches it."""
    parts = line.split("+", 2)
    if len(parts) != 3:
        raise Invalid("key", reason="not three parts")
    name, key_id, encoded = _require_name(parts[0]), parts[1], decode_base64(parts[2])
    if encoded[:1] != ED25519 or len(encoded) != 1 + 32:
        raise Invalid("key", reason="not Ed25519")
    if not _KEY_ID.fullmatch(key_id) or bytes.fromhex(key_id) != _key_id(name, encoded[1:]):
        raise Invalid("key", reason="the identifier does not match")
    return VerifierKey(name, bytes.fromhex(key_id), encoded[1:])


def sign_note(text: str, *, name: str, seed: bytes) -> bytes:
    """Note with one Ed25519 signature. Raises Invalid if the text could not be read back."""
    private = _private_key(seed)
    key_id = _key_id(_require_name(name), private.public_key().public_bytes_raw())
    signature = encode_base64(key_id + private.sign(text.encode()))
    signed = f"{text}\n— {name} {signature}\n".encode()
    if not text.endswith("\n") or parse_note(signed).text != text:
        raise Invalid("note", reason="the text does not end in a newline")
    return signed


def parse_note(data: bytes) -> Note:
    """Text and signatures, nothing verified. Raises Invalid for anything but a well-formed note."""
    if len(data) > MAX_NOTE:
        raise Invalid("note", reason="too long")
    try:
        note = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("note", reason="not UTF-8") from error
    if any(char < " " and char != "\n" for char in note):
        raise Invalid("note", reason="control characters")
    text, blank, block = note.rpartition("\n\n")
    if not blank or not block.endswith("\n"):
        raise Invalid("note", reason="no signature lines")
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise Invalid("note", reason="too many signatures")
    return Note(text + "\n", tuple(_parse_signature(line) for line in lines))


def _parse_signature(line: str) -> Signature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—":
        raise Invalid("note", reason="malformed signature line")
    raw = decode_base64(parts[2])
    if len(raw) <= 4:
        raise Invalid("note", reason="empty signature")
    return Signature(_require_name(parts[1]), raw[:4], raw[4:])


def open_note(data: bytes, vkey: str) -> str:
    """Text of a note that this key has signed.

    Raises Invalid if the note is malformed, not signed by the key, or signed wrongly by it.
    """
    key, note = parse_verifier_key(vkey), parse_note(data)
    own = [each for each in note.signatures if (each.name, each.key_id) == (key.name, key.key_id)]
    if not own:
        raise Invalid("note_unsigned", name=key.name)
    try:
        public = Ed25519PublicKey.from_public_bytes(key.public)
        for signature in own:
            public.verify(signature.raw, note.text.encode())
    except (InvalidSignature, ValueError) as error:
        raise Invalid("note_forged", name=key.name) from error
    return note.text


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """The three lines that are signed. Raises Invalid if they could not be read back."""
    text = f"{checkpoint.origin}\n{checkpoint.size}\n{encode_base64(checkpoint.root)}\n"
    if parse_checkpoint(text) != checkpoint:
        raise Invalid("checkpoint_text", reason="the origin is not one line")
    return text


def parse_checkpoint(text: str) -> Checkpoint:
    """Raises Invalid unless the text is an origin, a size and a root, each on its line and nothing else."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise Invalid("checkpoint_text", reason="not three lines")
    origin, size, encoded = lines[:3]
    if not _SIZE.fullmatch(size) or int(size) >= 1 << 63:
        raise Invalid("checkpoint_text", reason="not a decimal size")
    root = decode_base64(encoded)
    if len(root) != HASH:
        raise Invalid("checkpoint_text", reason="not a root of 32 bytes")
    return Checkpoint(origin, int(size), root)


def sign_checkpoint(checkpoint: Checkpoint, *, seed: bytes) -> bytes:
    """Checkpoint signed under its origin's name, the content of the file `checkpoint`."""
    return sign_note(format_checkpoint(checkpoint), name=checkpoint.origin, seed=seed)


def open_checkpoint(data: bytes, vkey: str) -> Checkpoint:
    """Checkpoint that the log of this key has signed. Raises Invalid, also when it is of another log."""
    checkpoint = parse_checkpoint(open_note(data, vkey))
    name = parse_verifier_key(vkey).name
    if checkpoint.origin != name:
        raise Invalid("checkpoint_origin", origin=checkpoint.origin, name=name)
    return checkpoint


def _key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def _require_name(name: str) -> str:
    if not name or "+" in name or any(char.isspace() or char < " " for char in name):
        raise Invalid("key_name", name=name[:80])
    return name


def _private_key(seed: bytes) -> Ed25519PrivateKey:
    if len(seed) != 32:
        raise Invalid("seed", length=len(seed))
    return Ed25519PrivateKey.from_private_bytes(seed)
