"""What went wrong, as a key and values that any language can put into a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# %-templates, so that a translation may reorder the values
MESSAGES: Mapping[str, str] = {
    "intact": "All %(size)d entries are exactly as they were signed.",
    "entry": "Entry %(index)d is not the one that was signed (%(path)s).",
    "bundle": "The file %(path)s does not end after entry %(last)d.",
    "tile": "The hashes of entries %(index)d to %(last)d in %(path)s are not the signed ones.",
    "missing": "The file %(path)s is missing, so entries %(index)d to %(last)d cannot be proven.",
    "checkpoint": "The signed summary (%(path)s) is not valid, so nothing below it can be trusted.",
    "root": "The hashes agree with one another but not with the signed root: "
    "entries %(index)d to %(last)d cannot be trusted.",
    "entry_too_long": "An entry of %(length)d bytes is longer than the limit of %(limit)d bytes.",
    "base64": "This is not canonical base64: %(text)s",
    "key": "This is not a verifier key: %(reason)s.",
    "key_name": "A key name is not empty and has neither spaces nor plus signs: %(name)s",
    "seed": "An Ed25519 seed is 32 bytes, not %(length)d.",
    "note": "This is not a signed note: %(reason)s.",
    "note_unsigned": "The note carries no signature by %(name)s.",
    "note_forged": "The signature by %(name)s does not match the text.",
    "checkpoint_text": "This is not a checkpoint: %(reason)s.",
    "checkpoint_origin": "The checkpoint is of the log %(origin)s, not of %(name)s.",
    "receipt": "This is not a receipt: %(reason)s.",
    "receipt_mismatch": "The receipt does not prove this entry at place %(index)d of %(size)d.",
    "path": "The path %(path)s is not one of a tile or of an entry bundle.",
    "resume": "The tiles do not lead to the root of size %(size)d.",
}


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence not yet put into words: `MESSAGES[key] % values` is the English one."""

    key: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return MESSAGES[self.key] % self.values


class Invalid(ValueError):  # noqa: N818 (it is raised as a finding, not as a breakdown)
    """Bytes that are not what they claim to be; `message` says which rule they break."""

    def __init__(self, key: str, **values: str | int) -> None:
        self.message = Message(key, values)
        super().__init__(str(self.message))
