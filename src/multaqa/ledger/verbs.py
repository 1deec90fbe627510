"""What each kind of entry is called. A room registers its verbs beside its actions."""

from collections.abc import Mapping
from typing import Any

LABELS: dict[str, Any] = {}


def register(labels: Mapping[str, Any]) -> None:
    """Name the verbs of a room: {"funds.award_made": _("Award made")}."""
    LABELS.update(labels)


def label(verb: str) -> str:
    """The verb in the reader's language."""
    return str(LABELS.get(verb, verb))


def rooms() -> list[str]:
    """The rooms that write to the ledger, in the order of the alphabet."""
    return sorted({verb.partition(".")[0] for verb in LABELS})
