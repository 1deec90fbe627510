"""The lot of a call: who may hold a seed, until when, and what the revealed seeds give.

During the vote each party commits to a secret; after it, the secrets are revealed and joined. Nobody who does
not know all of them can foresee the lot, so one honest party is enough. The known limit of every such draw:
the last to reveal sees what its seed would change and may withhold it, which the result then says by name.
"""

import hashlib
import shlex
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from multaqa.directory.actors import Actor, Function
from multaqa.directory.models import Office
from multaqa.funds.models import Call, LotSeed
from multaqa.kit import clock
from multaqa.ledger.actions import reference
from multaqa.ledger.models import Entry

REVEAL_DAYS = 3  # the count waits so long for a seed that is not revealed, and then goes without it
LEAST, MOST = 16, 200  # characters of a seed typed here
# in this order one person's offices are looked through: nobody is a party twice
_PARTIES = (Function.COORDINATOR, Function.CELL_MEMBER, Function.COUNCIL_OFFICER, Function.AUDITOR)
_OF_THE_CELL = _PARTIES[:2]


@dataclass(frozen=True, slots=True)
class Party:
    """One line of the lot. `state`: `committed`, `revealed` or `withheld`; entries: oldest first."""

    seed: LotSeed
    state: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Lot:
    """How ties of a counted call were decided, and the commands that draw the lot again.

    order: numbers of the initiatives as the lot puts them, each with the first digits of its draw. Without a
    revealed seed, `seed` and the commands are empty.
    """

    parties: list[Party]
    seed: str
    join: str
    draw: str
    order: list[tuple[int, str]]


def is_by_lot(call: Call) -> bool:
    """Does the published rule of this call leave a last word that a lot may take?"""
    return bool(call.rule.get("ties") == "cost-votes")


def party(actor: Actor, call: Call) -> Office | None:
    """The office in which this actor takes part in the lot of a call; None for everybody else."""
    for function in _PARTIES:
        for office in actor.offices:
            if office.function == function and (
                function not in _OF_THE_CELL or office.organisation_id == call.envelope.cell_id
            ):
                return office
    return None


def last_day(call: Call) -> date:
    """The last day to reveal a seed."""
    return call.vote_closes_on + timedelta(days=REVEAL_DAYS)


def commits_today(call: Call) -> bool:
    today = clock.today()
    voting = call.state == Call.State.VOTING and call.vote_opens_on <= today <= call.vote_closes_on
    return voting and is_by_lot(call)


def reveals_today(call: Call) -> bool:
    return call.state == Call.State.VOTING and call.vote_closes_on < clock.today() <= last_day(call)


def seeds(call: Call) -> QuerySet[LotSeed]:
    """The seeds of a call in the order in which they are joined."""
    return LotSeed.objects.filter(call=call).select_related("office__organisation").order_by("place")


def own(actor: Actor, held: Iterable[LotSeed]) -> LotSeed | None:
    """The seed that an actor committed, in whichever of its offices."""
    offices = {office.pk for office in actor.offices}
    return next((seed for seed in held if seed.office_id in offices), None)


def joined(texts: Iterable[str]) -> str:
    """SHA-256 of the seeds one after the other, 64 hexadecimal digits; empty without any.

    >>> joined(["a", "bc"]) == joined(["abc"])
    True
    """
    text = "".join(texts)
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def commitment(text: str) -> str:
    """SHA-256 of a seed, 64 hexadecimal digits: what `printf %s 'seed' | sha256sum` gives."""
    return hashlib.sha256(text.encode()).hexdigest()


def parties(call: Call) -> list[Party]:
    """The parties of a call with their entries in the public record: two SQL statements."""
    held = list(seeds(call))
    kept: dict[str, list[Entry]] = defaultdict(list)
    if held:
        subjects = [reference(seed) for seed in held]
        for entry in Entry.objects.filter(subject__in=subjects).order_by("pk"):
            kept[entry.subject].append(entry)
    over = call.is_decided or clock.today() > last_day(call)
    return [Party(seed, _state(seed, over=over), tuple(kept[reference(seed)])) for seed in held]


def lot(call: Call, ties: str, numbers: Sequence[int]) -> Lot:
    """How ties were decided in the count that took `ties`, for initiatives with these numbers."""
    taking_part = parties(call)
    drawn = ties.partition(":")[2]
    if not drawn or not is_by_lot(call):
        return Lot(taking_part, "", "", "", [])
    revealed = [shlex.quote(row.seed.seed) for row in taking_part if row.seed.seed]
    order = sorted((commitment(f"{drawn}{number}"), number) for number in numbers)
    return Lot(
        taking_part,
        drawn,
        f"printf %s {' '.join(revealed)} | sha256sum",
        f"printf %s {drawn}{order[0][1]} | sha256sum" if order else "",
        [(number, digest[:8]) for digest, number in order],
    )


def _state(seed: LotSeed, *, over: bool) -> str:
    if seed.seed:
        return "revealed"
    return "withheld" if over else "committed"
