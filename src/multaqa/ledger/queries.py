"""Reading the public record: entries, and the decision thread that they make."""

import operator
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection, models
from django.utils import timezone

from multaqa.kit import clock
from multaqa.kit.translated import Translated
from multaqa.ledger.models import Entry, reference
from multaqa.ledger.steps import Step

STEPS = tuple(Step)
_LATEST_READ = 12  # entries read for each line shown


@dataclass(frozen=True, slots=True)
class Bead:
    """One step of a thread. `on`: when it was done; `due_on`: when it is or was due; `url`: its object."""

    step: Step
    state: str  # done, current, missing, overdue, next
    on: date | None = None
    due_on: date | None = None
    days_late: int = 0
    url: str = ""
    title: Translated | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """Where an object came from and where it led: nine beads in their fixed order."""

    beads: tuple[Bead, ...]

    def _first(self, *states: str) -> Bead | None:
        return next((bead for bead in self.beads if bead.state in states), None)

    @property
    def began(self) -> Bead | None:
        return self._first("done", "current")

    @property
    def current(self) -> Bead | None:
        return self._first("current")

    @property
    def overdue(self) -> Bead | None:
        return self._first("overdue")

    @property
    def following(self) -> Bead | None:
        """The first step that is still to come."""
        return self._first("next")


def thread(item: models.Model) -> Thread:
    """The decision thread of one object: two SQL statements."""
    return threads([item])[reference(item)]


def threads(items: Iterable[models.Model]) -> dict[str, Thread]:
    """The decision threads of several objects, by ledger reference: two SQL statements for any number."""
    roots = [reference(item) for item in items]
    if not roots:
        return {}
    relatives = _relatives(roots)
    subjects = {subject for family in relatives.values() for subject in (*family.causes, *family.effects)}
    by_subject: dict[str, list[Entry]] = {}
    for entry in Entry.objects.filter(in_thread=True, subject__in=subjects).defer("payload").order_by("pk"):
        by_subject.setdefault(entry.subject, []).append(entry)
    return {root: _beads(_of_this_turn(root, family, by_subject)) for root, family in relatives.items()}


@dataclass(frozen=True, slots=True)
class _Family:
    """What an object follows from and what followed from it (itself in both); siblings are in neither."""

    causes: set[str]
    effects: set[str]


def _relatives(roots: list[str]) -> dict[str, _Family]:
    values = ", ".join(["(%s)"] * len(roots))
    sql = f"""
        WITH RECURSIVE given(ref) AS (VALUES {values}),
        up(root, ref) AS (
            SELECT CAST(ref AS varchar(80)), CAST(ref AS varchar(80)) FROM given
            UNION SELECT up.root, link.cause FROM up JOIN ledger_link link ON link.subject = up.ref
        ),
        down(root, ref) AS (
            SELECT CAST(ref AS varchar(80)), CAST(ref AS varchar(80)) FROM given
            UNION SELECT down.root, link.subject FROM down JOIN ledger_link link ON link.cause = down.ref
        )
        SELECT root, ref, 1 FROM up UNION ALL SELECT root, ref, 0 FROM down
    """  # noqa: S608  only the number of placeholders is put in
    found = {root: _Family(set(), set()) for root in roots}
    with connection.cursor() as cursor:
        cursor.execute(sql, roots)
        for root, subject, is_cause in cursor.fetchall():
            (found[root].causes if is_cause else found[root].effects).add(subject)
    return found


def _of_this_turn(root: str, family: _Family, by_subject: dict[str, list[Entry]]) -> list[Entry]:
    """The entries of one turn of the loop, those that count most last.

    An evaluation leads to a new recommendation: that one's thread begins anew, so later steps of what it
    follows from, and earlier steps of what followed from it, belong to other turns. Of several effects the
    first counts, of several causes the last, and an object's own entries before all others.
    """
    own = [STEPS.index(Step(entry.step)) for entry in by_subject.get(root, []) if entry.step]
    first, last = (min(own), max(own)) if own else (len(STEPS), 0)
    causes = [
        entry
        for subject in family.causes - {root}
        for entry in by_subject.get(subject, [])
        if not own or _place(entry) <= last
    ]
    effects = [
        entry
        for subject in family.effects - {root}
        for entry in by_subject.get(subject, [])
        if not own or _place(entry) >= first
    ]
    by_age = operator.attrgetter("pk")
    return sorted(effects, key=by_age, reverse=True) + sorted(causes, key=by_age) + by_subject.get(root, [])


def _place(entry: Entry) -> int:
    """Where in the thread an entry stands: at the step it completes, or at the one it obliges to."""
    return STEPS.index(Step(entry.step or entry.due_step))


def _beads(found: list[Entry]) -> Thread:
    done: dict[str, Entry] = {}
    for entry in found:
        if entry.step:
            done[entry.step] = entry
    # news of a decision on its way is not yet the publication of what it changed
    if Step.EVALUATED not in done and len(done) > 1:
        done.pop(Step.PUBLISHED, None)
    reached = max((STEPS.index(Step(step)) for step in done), default=-1)
    dues: dict[str, Entry] = {}
    for entry in found:
        if entry.due_on and entry.met_at is None and entry.due_step not in done:
            earlier = dues.get(entry.due_step)
            if earlier is None or (earlier.due_on and entry.due_on < earlier.due_on):
                dues[entry.due_step] = entry
    return Thread(
        tuple(_bead(place, step, reached, done.get(step), dues.get(step)) for place, step in enumerate(STEPS))
    )


def _bead(place: int, step: Step, reached: int, done: Entry | None, due: Entry | None) -> Bead:
    if done:
        last = step is Step.PUBLISHED
        state = "current" if place == reached and not last else "done"
        return Bead(step, state, on=timezone.localdate(done.recorded_at), url=done.url, title=done.title)
    if due and due.due_on:
        late = (clock.today() - due.due_on).days
        if late > 0:
            return Bead(step, "overdue", due_on=due.due_on, days_late=late, url=due.url, title=due.title)
        if place > reached:
            return Bead(step, "next", due_on=due.due_on)
    return Bead(step, "missing" if place < reached else "next")


def entries(*, subject: str = "", room: str = "") -> models.QuerySet[Entry]:
    """Entries, newest first, of one object or of one room."""
    found = Entry.objects.all()
    if subject:
        found = found.filter(subject=subject)
    return found.filter(verb__startswith=f"{room}.") if room else found


def latest(count: int) -> list[Entry]:
    """The newest entry of each of the last objects written about: a hundred votes are one line."""
    found: dict[str, Entry] = {}
    for entry in Entry.objects.defer("payload")[: count * _LATEST_READ]:
        found.setdefault(entry.subject, entry)
    return list(found.values())[:count]
