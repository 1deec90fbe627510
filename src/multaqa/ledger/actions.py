"""Writing to the public record. `record` is called inside every other action's transaction."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import rfc8785
from django.db import models, transaction
from django.utils.translation import override

from multaqa.kit import clock
from multaqa.kit.chance import token_bytes
from multaqa.kit.translated import Translated
from multaqa.ledger.models import Entry, Link, PrivateData
from multaqa.ledger.models import reference as reference
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import LABELS

ENTRY_BYTES = 65_535
_PRIVATE_SALT_BYTES = 16


class Capacity(Protocol):
    """Whoever acts, named by office and never by name."""

    @property
    def capacity(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Due:
    """What an entry obliges somebody to: reach `step` by `on`, unless an entry `met_by` comes first."""

    step: Step
    on: date
    met_by: str = ""


def record(
    actor: Capacity,
    verb: str,
    subject: models.Model,
    *,
    facts: Mapping[str, Any] | None = None,
    private: Mapping[str, Any] | None = None,
    step: Step | None = None,
    causes: Iterable[models.Model] = (),
    due: Due | None = None,
) -> Entry:
    """Write one public fact in the transaction of the fact itself.

    facts: public, JSON-ready values; dates and texts are converted. private: personal data, of which the
    entry keeps only a salted commitment. causes: the objects this one follows from; an entry stands for what
    it is about, where that is of a room one does not know. Raises KeyError for a
    verb that no room registered, RuntimeError outside a transaction, ValueError for an entry above 65,535
    bytes.
    """
    if verb not in LABELS:
        raise KeyError(verb)
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a ledger entry belongs to the transaction of its fact")
    causes = list(causes)
    content: dict[str, Any] = {
        "actor": actor.capacity,
        "at": clock.now().isoformat(timespec="seconds"),
        "causes": sorted(_cause(cause) for cause in causes),
        "facts": _plain(facts or {}),
        "subject": reference(subject),
        "title": _plain(_title(subject)),
        "verb": verb,
    }
    if step:
        content["step"] = step.value
    if due:
        content["due"] = {"step": due.step.value, "on": due.on.isoformat()}
    salt = token_bytes(_PRIVATE_SALT_BYTES) if private else b""
    if private:
        content["commitment"] = commitment(salt, private)
    payload = rfc8785.dumps(content)
    if len(payload) > ENTRY_BYTES:
        raise ValueError(f"a ledger entry has at most {ENTRY_BYTES} bytes, this one {len(payload)}")
    entry = Entry.objects.create(
        verb=verb,
        subject=content["subject"],
        step=step or "",
        title=_title(subject),
        path=_path(subject),
        capacity=actor.capacity,
        recorded_at=clock.now(),
        payload=payload.decode(),
        due_step=due.step if due else "",
        due_on=due.on if due else None,
        met_by=due.met_by if due else "",
        in_thread=bool(step or due),
    )
    Entry.objects.filter(subject=entry.subject, in_thread=True, met_by=verb, met_at=None).exclude(
        pk=entry.pk
    ).update(met_at=entry.recorded_at)
    Link.objects.bulk_create(
        [Link(entry=entry, subject=entry.subject, cause=cause) for cause in content["causes"]],
        ignore_conflicts=True,
    )
    if private:
        PrivateData.objects.create(entry=entry, salt=salt, data=_plain(private))
    return entry


def commitment(salt: bytes, private: Mapping[str, Any]) -> str:
    """SHA-256 of the salt followed by the canonical JSON of the private data, in hexadecimal."""
    return hashlib.sha256(salt + rfc8785.dumps(_plain(private))).hexdigest()


def _cause(cause: models.Model) -> str:
    return cause.subject if isinstance(cause, Entry) else reference(cause)


def _plain(value: Any) -> Any:
    """The value as JSON knows it; numbers beyond JSON's exact range and fractions become text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, models.Model):
        return reference(value)
    if value is None or isinstance(value, bool | str) or (isinstance(value, int) and abs(value) < 2**53):
        return str(value) if type(value) not in (str, bool, int, type(None)) else value
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _title(subject: models.Model) -> Translated:
    title = getattr(subject, "translated_title", None) or getattr(subject, "title", None)
    return title if isinstance(title, Translated) else Translated.of(ar=str(title or subject))


def _path(subject: models.Model) -> str:
    address = getattr(subject, "get_absolute_url", None)
    if address is None:
        return ""
    with override("ar"):
        return str(address()).removeprefix("/ar")
