"""Which offer fits which need: the best proposals, and the matches there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Max, Q, QuerySet, Sum

from multaqa.engine import matching
from multaqa.kit import clock
from multaqa.ledger.models import Entry, reference
from multaqa.observatory.models import Aid, Category, Match, Need, Offer
from multaqa.territories.models import RegionPack

GRACE_DAYS = 30
"""How long after its window an open match may still be reported on."""
_CATEGORIES = {value: place for place, value in enumerate(Category.values)}
Pair = tuple[int, int]
_SIDES = "need__territory__parent", "offer__territory", "offer__organisation"


def matches(*, state: str = "") -> QuerySet[Match]:
    """The matches in a state, newest first; without one, those that wait for somebody."""
    waiting = [Match.State.PROPOSED, Match.State.CONFIRMED, Match.State.OPEN]
    found = Match.objects.select_related(*_SIDES)
    return found.filter(state=state) if state else found.filter(state__in=waiting)


def matches_of(aid: Aid) -> QuerySet[Match]:
    """The matches of a need or an offer that a person confirmed, newest first."""
    found = all_matches(aid).select_related(*_SIDES)
    return found.filter(confirmed_at__isnull=False)


def done_units(aid: Aid) -> int:
    """Units of a need or an offer whose match was done."""
    done = all_matches(aid).filter(state=Match.State.DONE)
    return int(done.aggregate(units=Sum("quantity"))["units"] or 0)


def is_running(aid: Aid) -> bool:
    """Is a match under way that both sides accepted?"""
    return all_matches(aid).filter(state=Match.State.OPEN).exists()


def all_matches(aid: Aid) -> QuerySet[Match]:
    """Every match of a need or an offer, whatever its state."""
    return Match.objects.filter(**{str(aid._meta.model_name): aid})


def matches_to_end(today: date) -> QuerySet[Match]:
    """The open matches that both sides let run out: their window closed long ago."""
    over = today - timedelta(days=GRACE_DAYS)
    return Match.objects.filter(state=Match.State.OPEN).filter(
        Q(need__closes_on__lt=over) | Q(offer__closes_on__lt=over)
    )


def last_round(pack: RegionPack, verb: str) -> datetime | None:
    """When an entry of this verb was last written about the region."""
    written = Entry.objects.filter(subject=reference(pack), verb=verb).order_by("-pk")
    return written.values_list("recorded_at", flat=True).first()


def round_is_due(pack: RegionPack) -> bool:
    """Has anything changed since the last round that could give another proposal? Four statements."""
    since = last_round(pack, "observatory.matches_proposed")
    changed = [
        *(
            model.objects.aggregate(a=Max("recorded_at"), b=Max("closed_at")).values()
            for model in (Need, Offer)
        ),
        Match.objects.aggregate(a=Max("ended_at")).values(),
    ]
    moments = [moment for found in changed for moment in found if moment is not None]
    return bool(moments) and (since is None or max(moments) > since)


def open_needs(today: date) -> QuerySet[Need]:
    """The needs that may be matched today, longest waiting first."""
    found = Need.objects.filter(state=Need.State.OPEN, consent=True, closes_on__gte=today)
    return found.select_related("territory__boundary").order_by("pk")


def open_offers(today: date) -> QuerySet[Offer]:
    """The offers that may be matched today."""
    found = Offer.objects.filter(state=Offer.State.OPEN, consent=True, closes_on__gte=today)
    return found.select_related("territory__boundary").order_by("pk")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A need and an offer that fit, and why, as message key and values."""

    need: int
    offer: int
    quantity: int
    metres: int
    reason: dict[str, object]


@dataclass(frozen=True, slots=True)
class Best:
    """The best proposals, and for each need that still lacks something the reason."""

    proposals: tuple[Proposal, ...]
    lacks: dict[int, dict[str, object]]


def best_matches(
    needs: Sequence[Need], offers: Sequence[Offer], live: Iterable[Match], apart: set[Pair], today: date
) -> Best:
    """The best proposals for what is left of each need and offer; it reads and writes nothing.

    live: matches that people confirmed, which stay. apart: pairs (need, offer) that are never proposed
    again, because somebody declined. Each run of the engine is an optimum; where its answer holds a declined
    pair, that need is served alone from the other offers, and the rest is solved again around it.
    Places are the label points of communes. A commune without outline has no place: offers and needs there
    meet inside the commune only, as if it were a category of its own.
    """
    if not needs or not offers:
        return Best((), {need.pk: {"key": "no_offer", "units": need.left} for need in needs if need.left})
    inside = {need.pk for need in needs}, {offer.pk for offer in offers}
    frozen = [m for m in live if m.need_id in inside[0] and m.offer_id in inside[1]]
    apart = apart | {(match.need_id, match.offer_id) for match in frozen}
    wanted, given = _needs(needs, frozen, today), _offers(offers, frozen, today)
    kept = [(_id(match.need_id), _id(match.offer_id), match.quantity) for match in frozen]
    proposals: list[Proposal] = []
    declined: set[str] = set()
    while True:
        result = matching.match(needs=wanted, offers=given, confirmed=kept)
        found = _fresh(result)
        good = [item for item in found if (item.need, item.offer) not in apart]
        blocked = sorted({_id(item.need) for item in found if (item.need, item.offer) in apart})
        proposals += good
        kept += [(_id(item.need), _id(item.offer), item.quantity) for item in good]
        if not blocked:
            break
        for name in blocked:
            more = _fresh(_alone(wanted, given, name, apart, kept))
            proposals += more
            kept += [(_id(item.need), _id(item.offer), item.quantity) for item in more]
        declined.update(blocked)
        wanted = replace(wanted, consent=wanted.consent & ~np.isin(wanted.ids, blocked))
    return Best(tuple(_joined(proposals)), _lacks(result, declined))


def _alone(
    wanted: matching.Needs,
    given: matching.Offers,
    name: str,
    apart: set[Pair],
    kept: list[tuple[str, str, int]],
) -> matching.Matching:
    refused = [_id(offer) for need, offer in apart if _id(need) == name]
    return matching.match(
        needs=replace(wanted, consent=wanted.consent & np.isin(wanted.ids, [name])),
        offers=replace(given, consent=given.consent & ~np.isin(given.ids, refused)),
        confirmed=kept,
    )


def _fresh(result: matching.Matching) -> list[Proposal]:
    """The new arcs of a result with their reasons."""
    arcs = {(arc.need, arc.offer): arc for arc in result.arcs if not arc.confirmed}
    return [
        Proposal(
            int(reason.need),
            int(reason.offer),
            arcs[reason.need, reason.offer].quantity,
            arcs[reason.need, reason.offer].metres,
            {"key": reason.key, **reason.values},
        )
        for reason in matching.explain(result)
        if reason.offer and reason.key != "confirmed"
    ]


def _joined(proposals: Iterable[Proposal]) -> Iterable[Proposal]:
    """One proposal a pair, in the order of needs and offers."""
    found: dict[Pair, Proposal] = {}
    for item in proposals:
        before = found.get((item.need, item.offer))
        units = item.quantity + (before.quantity if before else 0)
        found[item.need, item.offer] = replace(item, quantity=units)
    return [item for _pair, item in sorted(found.items())]


def _lacks(result: matching.Matching, declined: set[str]) -> dict[int, dict[str, object]]:
    lacks: dict[int, dict[str, object]] = {}
    for reason in matching.explain(result):
        if not reason.offer:
            key = "declined" if reason.need in declined else reason.key
            lacks[int(reason.need)] = {"key": key, **reason.values}
    return lacks


def _id(pk: int) -> str:
    return f"{pk:012d}"


def _needs(needs: Sequence[Need], frozen: Sequence[Match], today: date) -> matching.Needs:
    now = clock.now()
    return matching.Needs(
        **_columns(needs, {m.pk: (m.need_id, m.quantity) for m in frozen}, today),
        urgency=np.array([need.urgency for need in needs], np.int64),
        waiting=np.array([int((now - need.recorded_at).total_seconds()) for need in needs], np.int64),
    )


def _offers(offers: Sequence[Offer], frozen: Sequence[Match], today: date) -> matching.Offers:
    return matching.Offers(
        **_columns(offers, {m.pk: (m.offer_id, m.quantity) for m in frozen}, today),
        reach=np.array([offer.reach_km * 1000 for offer in offers], np.int64),
    )


def _columns(found: Sequence[Aid], frozen: dict[int, tuple[int, int]], today: date) -> dict[str, Any]:
    """What needs and offers have in common; quantity: what is left, and what the frozen matches hold."""
    held: dict[int, int] = {}
    for pk, units in frozen.values():
        held[pk] = held.get(pk, 0) + units
    outlines = [getattr(aid.territory, "boundary", None) for aid in found]
    return {
        "ids": tuple(_id(aid.pk) for aid in found),
        "category": np.array(
            [
                _CATEGORIES[aid.category] + (0 if outline else len(_CATEGORIES) * aid.territory_id)
                for aid, outline in zip(found, outlines, strict=True)
            ],
            np.int64,
        ),
        "quantity": np.array([aid.left + held.get(aid.pk, 0) for aid in found], np.int64),
        "opens": np.array([max(aid.opens_on, today).toordinal() for aid in found], np.int64),
        "closes": np.array([aid.closes_on.toordinal() for aid in found], np.int64),
        "place": np.array(
            [(o.label_latitude, o.label_longitude) if o else (0.0, 0.0) for o in outlines], np.float64
        ),
        "consent": np.array([aid.consent for aid in found], np.bool_),
    }
