"""Weights that residents set: what closed consultations left in the ledger."""

from dataclasses import dataclass
from typing import Any

from multaqa.kit.translated import Translated
from multaqa.ledger.models import Entry

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Consulted:
    """A consultation in which people shared out points. shares: {key: 0 to 1}; entry: its closing."""

    reference: str
    title: Translated
    path: str
    shares: dict[str, float]
    people: int
    on_paper: int
    entry: Entry

    @property
    def frozen(self) -> dict[str, Any]:
        """As a release keeps it."""
        return {
            "reference": self.reference,
            "title": dict(self.title),
            "path": self.path,
            "people": self.people,
            "on_paper": self.on_paper,
        }


def consulted_weights() -> list[Consulted]:
    """The consultations whose points can be weights, newest first: one statement.

    Read from the public record, since rooms on one floor do not know each other.
    """
    closed = Entry.objects.filter(
        verb="consultations.consultation_closed", payload__contains='"points":{'
    ).order_by("-pk")
    found: dict[str, Consulted] = {}
    for entry in closed:
        points = entry.facts.get("points")
        if isinstance(points, dict) and points.get("shares") and entry.subject not in found:
            found[entry.subject] = _consulted(entry, points)
    return list(found.values())


def _consulted(entry: Entry, points: dict[str, Any]) -> Consulted:
    return Consulted(
        reference=entry.subject,
        title=entry.title,
        path=entry.path,
        shares={key: share / MILLION for key, share in points["shares"].items()},
        people=int(points.get("people", 0)),
        on_paper=int(points.get("on_paper") or 0),  # null: too few to be told apart
        entry=entry,
    )
