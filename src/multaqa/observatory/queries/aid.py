"""Reads of solidarity: the board, what became of a form, and needs that nobody met, by commune."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

import numpy as np
from django.db.models import Count, Q, QuerySet

from multaqa.directory.actors import Actor, Function
from multaqa.engine import disclosure
from multaqa.observatory.models import Aid, CapacityReport, Contact, Match, Need, Offer
from multaqa.observatory.queries.matches import last_round
from multaqa.observatory.standing import sides_of
from multaqa.territories.models import RegionPack, Territory
from multaqa.territories.queries import communes

LEAST_COUNT = 5
"""The smallest count that a table of communes shows."""
UNMET_DAYS = 365
KEPT_DAYS = 30
"""How long a contact is kept after its need or offer is closed."""
COUNT_AGAIN = timedelta(days=7)
_COLUMNS = [str(Need.State.OPEN), str(Need.State.UNMET), str(Need.State.MET)]
Kind = TypeVar("Kind", bound=Aid)
Counts = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def needs(*, category: str = "", territory: str = "", state: str = "") -> QuerySet[Need]:
    """The needs that match, newest first; an empty filter matches all. No contact is read.

    territory: a province or what holds it; a commune stands for its province, so that asking for one commune
    after the other tells nothing.
    """
    found = _filtered(Need.objects.select_related("territory__parent"), category, state)
    if not territory:
        return found
    province = Territory.objects.filter(code=territory, level=Territory.Level.COMMUNE).values("parent")
    around = Q(territory__parent__code=territory) | Q(territory__parent__parent__code=territory)
    itself = Q(territory__code=territory) & (
        ~Q(territory__level=Territory.Level.COMMUNE) | Q(territory__parent=None)
    )
    return found.filter(
        around | itself | Q(territory__level=Territory.Level.COMMUNE, territory__parent__in=province)
    )


def offers(*, category: str = "", territory: str = "", state: str = "") -> QuerySet[Offer]:
    """The offers that match, newest first; an empty filter matches all. No contact is read.

    territory: a commune, or a province or region with all its communes.
    """
    found = _filtered(Offer.objects.select_related("territory", "organisation"), category, state)
    if not territory:
        return found
    around = Q(territory__parent__code=territory) | Q(territory__parent__parent__code=territory)
    return found.filter(Q(territory__code=territory) | around)


def _filtered(found: QuerySet[Kind], category: str, state: str) -> QuerySet[Kind]:
    for name, asked in (("category", category), ("state", state)):
        found = found.filter(**{name: asked}) if asked else found
    return found


def own(found: QuerySet[Kind], actor: Actor) -> QuerySet[Kind]:
    """Those that the actor registered or keyed in, and those of the associations they are an officer of."""
    served = [organisation.pk for organisation in actor.organisations(Function.OFFICER)]
    return found.filter(Q(account=actor.account, organisation=None) | Q(organisation__in=served))


def by_receipt(code: str) -> Need | Offer | CapacityReport | None:
    """What was registered under a receipt; None for an unknown code."""
    wanted = code.strip().upper()
    for model in (Need, Offer, CapacityReport):
        found = model._default_manager.select_related("territory__parent").filter(receipt=wanted).first()
        if isinstance(found, Need | Offer | CapacityReport):
            return found
    return None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many there are, over the whole region."""

    offers: int
    needs: int
    matches: int
    done: int


def tally() -> Tally:
    """Open offers, open needs, matches under way and matches done: three statements."""
    states = Q(state__in=[Match.State.CONFIRMED, Match.State.OPEN])
    counted = Match.objects.aggregate(way=Count("pk", states), done=Count("pk", Q(state=Match.State.DONE)))
    return Tally(
        Offer.objects.filter(state=Offer.State.OPEN).count(),
        Need.objects.filter(state=Need.State.OPEN).count(),
        counted["way"],
        counted["done"],
    )


@dataclass(frozen=True, slots=True)
class CommuneCounts:
    """Needs of one commune: open today; unmet and met within twelve months. None: hidden, too few."""

    territory: Territory
    open: int | None
    unmet: int | None
    met: int | None


def needs_by_commune(root: Territory, today: date) -> list[CommuneCounts]:
    """The communes of `root` of which a count of needs may be shown: two statements.

    A count below five is hidden, and enough others that no total of the province gives it back: the list of
    needs gives those totals. A commune of which nothing large enough may be shown is left out, since a row
    of hidden counts would say where the few needs of a province are.
    """
    places = list(communes(root))
    counts = _counts(places, today)
    provinces: dict[int | None, list[int]] = {}
    for row in np.flatnonzero(counts.any(axis=1)).tolist():
        provinces.setdefault(places[row].parent_id, []).append(row)
    shown = [
        found for kept in provinces.values() for found in _shown([places[row] for row in kept], counts[kept])
    ]
    enough = [row for row in shown if max(row.open or 0, row.unmet or 0, row.met or 0) >= LEAST_COUNT]
    return sorted(enough, key=lambda row: row.territory.code)


def _shown(places: list[Territory], counts: Counts) -> list[CommuneCounts]:
    """The counts of the communes of one province; none should the attack of `disclosure.check` succeed."""
    cube = disclosure.Cube(
        (
            disclosure.axis("commune", [place.code for place in places], total="*"),
            disclosure.axis("state", _COLUMNS, total="*"),
        )
    )
    published = disclosure.publish(counts, cube=cube, policy=disclosure.Policy(k=LEAST_COUNT))
    rows = () if disclosure.check(published) else disclosure.public_rows(published)
    shown = {row.labels: row.count for row in rows}
    return [CommuneCounts(place, *(shown.get((place.code, state)) for state in _COLUMNS)) for place in places]


def unmet_needs(root: Territory, today: date) -> list[CommuneCounts]:
    """The communes in which enough needs ended within twelve months to say how many were not met.

    Enough: five unmet or five met, and their number may be published. Where all needs are still open, none
    unmet is no good sign: such a commune has no figure.
    """
    rows = needs_by_commune(root, today)
    return [row for row in rows if row.unmet is not None and max(row.unmet, row.met or 0) >= LEAST_COUNT]


def _counts(places: list[Territory], today: date) -> Counts:
    row_of = {place.pk: row for row, place in enumerate(places)}
    counts = np.zeros((len(places), 3), np.int64)
    column = {state: place for place, state in enumerate(_COLUMNS)}
    recent = Q(state=Need.State.OPEN) | Q(closed_at__date__gt=today - timedelta(days=UNMET_DAYS))
    found = Need.objects.filter(recent, territory__in=places, state__in=list(column))
    for place, state, count in found.order_by().values_list("territory", "state").annotate(Count("pk")):
        counts[row_of[place], column[state]] = count
    return counts


def unmet_count_is_due(pack: RegionPack, now: datetime) -> bool:
    """Has a need ended since the last count, or is that count a week old? Two statements."""
    since = last_round(pack, "observatory.unmet_needs_counted")
    ended = Need.objects.filter(state__in=[Need.State.UNMET, Need.State.MET])
    if since is None:
        return ended.exists()
    return now - since > COUNT_AGAIN or ended.filter(closed_at__gt=since).exists()


def needs_to_close(today: date) -> QuerySet[Need]:
    """Open needs whose window is over, save those with a match that both sides accepted."""
    return _over(Need.objects.filter(state=Need.State.OPEN), today)


def offers_to_close(today: date) -> QuerySet[Offer]:
    """Open offers whose window is over, save those with a match that both sides accepted."""
    return _over(Offer.objects.filter(state=Offer.State.OPEN), today)


def _over(found: QuerySet[Kind], today: date) -> QuerySet[Kind]:
    running = Match.objects.filter(state=Match.State.OPEN)
    name = str(found.model._meta.model_name)
    return found.filter(closes_on__lt=today).exclude(pk__in=running.values(name))


def contacts_to_erase(now: datetime) -> QuerySet[Contact]:
    """The contacts of needs and offers that closed long enough ago."""
    over = now - timedelta(days=KEPT_DAYS)
    return Contact.objects.filter(erased_at=None).filter(
        Q(need__closed_at__lt=over) | Q(offer__closed_at__lt=over)
    )


def contacts_for(actor: Actor, match: Match) -> list[Contact]:
    """How to reach the other side of a match: only for the sides, and only while both have accepted."""
    if match.state != Match.State.OPEN:
        return []
    other = {"need": match.offer, "offer": match.need}
    return [other[side].contact for side in sides_of(actor, match)]
