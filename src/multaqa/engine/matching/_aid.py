"""Needs and offers of help, and the flow between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multaqa.engine.errors import EngineError
from multaqa.engine.matching._flow import Block, best_flow, block_of

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

_EARTH = 6_371_000.0
MOST_URGENT = 5


class MatchingError(EngineError):
    """The needs, offers or confirmed matches cannot be worked with."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What people ask for; arrays over needs. Times are whole numbers of one unit, the same for offers.

    quantity: units asked; opens, closes: first and last moment when it helps; place: latitude and longitude
    in degrees; consent: the person agreed to be matched; urgency: 1 to 5; waiting: the longer, the larger.
    """

    ids: tuple[str, ...]
    category: Ints
    quantity: Ints
    opens: Ints
    closes: Ints
    place: Floats
    consent: Bools
    urgency: Ints
    waiting: Ints


@dataclass(frozen=True, slots=True)
class Offers:
    """What people can give; arrays over offers. reach: how many metres they can go."""

    ids: tuple[str, ...]
    category: Ints
    quantity: Ints
    opens: Ints
    closes: Ints
    place: Floats
    consent: Bools
    reach: Ints


@dataclass(frozen=True, slots=True)
class Arc:
    """A proposal, or a match that people confirmed before: so many units, so far, in this time."""

    need: str
    offer: str
    quantity: int
    metres: int
    opens: int
    closes: int
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Matching:
    """Arcs in the order of needs and offers by id; unmet: units of each need that nobody gives, as given."""

    needs: Needs
    offers: Offers
    arcs: tuple[Arc, ...]
    unmet: Ints
    unused: Ints
    blocks: tuple[Block, ...]  # one a category, with its flow: what `check` proves


def match(*, needs: Needs, offers: Offers, confirmed: Sequence[tuple[str, str, int]] = ()) -> Matching:
    """The best proposals beside what is confirmed (need, offer, units), which never moves.

    Best means: the most units weighted by urgency; then the least distance × urgency, in steps of 100 m; then
    the longest waiting. The order of needs and offers changes nothing. Raises MatchingError for arrays that
    do not fit, double ids, quantities below zero, or more confirmed than there is.
    """
    _require(needs, offers)
    left, spare = needs.quantity.astype(np.int64), offers.quantity.astype(np.int64)
    arcs = _freeze(needs, offers, confirmed, left, spare)
    rows = np.array(sorted(range(len(needs.ids)), key=needs.ids.__getitem__), np.int64)
    columns = np.array(sorted(range(len(offers.ids)), key=offers.ids.__getitem__), np.int64)
    rows = rows[needs.consent[rows] & (left[rows] > 0)]
    columns = columns[offers.consent[columns] & (spare[columns] > 0)]
    blocks = []
    for category in np.intersect1d(needs.category[rows], offers.category[columns]).tolist():
        own = rows[needs.category[rows] == category]
        theirs = columns[offers.category[columns] == category]
        metres, allowed = reachable(needs, offers, own, theirs)
        block = block_of(
            own, theirs, left[own], spare[theirs], metres, allowed, needs.urgency[own], needs.waiting[own]
        )
        flow = best_flow(block)
        for at, to in np.argwhere(flow > 0).tolist():
            need, offer = int(own[at]), int(theirs[to])
            arcs.append(_arc(needs, offers, need, offer, int(flow[at, to]), int(metres[at, to]), False))
        left[own] -= flow.sum(axis=1)
        spare[theirs] -= flow.sum(axis=0)
        blocks.append(block.carrying(flow))
    arcs.sort(key=lambda arc: (arc.need, arc.offer, not arc.confirmed))
    return Matching(needs, offers, tuple(arcs), left, spare, tuple(blocks))


def reachable(needs: Needs, offers: Offers, rows: Ints, columns: Ints) -> tuple[Ints, Bools]:
    """Metres between each need and offer, and whether time and reach let them meet."""
    metres = distance(needs.place[rows], offers.place[columns])
    allowed = np.maximum(needs.opens[rows, None], offers.opens[columns]) <= np.minimum(
        needs.closes[rows, None], offers.closes[columns]
    )
    allowed &= metres <= offers.reach[columns]
    return metres, allowed


def distance(here: Floats, there: Floats) -> Ints:
    """Great-circle metres between two lists of latitude and longitude, rounded."""
    first, second = _on_sphere(here), _on_sphere(there)
    # a product by hand: a library's may round differently on another machine
    angle = np.multiply.outer(first[:, 0], second[:, 0])
    angle += (part := np.multiply.outer(first[:, 1], second[:, 1]))
    angle += np.multiply.outer(first[:, 2], second[:, 2], out=part)
    np.clip((1 - angle) / 2, 0.0, 1.0, out=angle)
    np.arcsin(np.sqrt(angle, out=angle), out=angle)
    angle *= 2 * _EARTH
    return np.rint(angle, out=angle).astype(np.int64)


def _on_sphere(place: Floats) -> Floats:
    latitude, longitude = np.radians(place.astype(np.float64)).T
    return np.stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], axis=1
    )


def _freeze(
    needs: Needs, offers: Offers, confirmed: Sequence[tuple[str, str, int]], left: Ints, spare: Ints
) -> list[Arc]:
    """The confirmed arcs; takes their units out of `left` and `spare`."""
    rows = {name: place for place, name in enumerate(needs.ids)}
    columns = {name: place for place, name in enumerate(offers.ids)}
    arcs = []
    for need, offer, quantity in confirmed:
        if need not in rows or offer not in columns:
            raise MatchingError(
                "unknown",
                "A confirmed match names {need} and {offer}; one is unknown.",
                need=need,
                offer=offer,
            )
        at, to = rows[need], columns[offer]
        if not 0 < quantity <= min(left[at], spare[to]):
            raise MatchingError(
                "too_much",
                "{quantity} units are confirmed between {need} and {offer}: more than there are.",
                quantity=quantity,
                need=need,
                offer=offer,
            )
        left[at] -= quantity
        spare[to] -= quantity
        metres = int(distance(needs.place[[at]], offers.place[[to]])[0, 0])
        arcs.append(_arc(needs, offers, at, to, int(quantity), metres, True))
    return arcs


def _arc(
    needs: Needs, offers: Offers, need: int, offer: int, quantity: int, metres: int, confirmed: bool
) -> Arc:
    return Arc(
        need=needs.ids[need],
        offer=offers.ids[offer],
        quantity=quantity,
        metres=metres,
        opens=int(max(needs.opens[need], offers.opens[offer])),
        closes=int(min(needs.closes[need], offers.closes[offer])),
        confirmed=confirmed,
    )


def _require(needs: Needs, offers: Offers) -> None:
    for side, names in ((needs, Needs.__slots__), (offers, Offers.__slots__)):
        size = len(side.ids)
        for name in names:
            wanted = (size, 2) if name == "place" else (size,)
            if name != "ids" and np.shape(getattr(side, name)) != wanted:
                raise MatchingError("shape", "{column} does not have one row an id.", column=name)
        if len(set(side.ids)) != size:
            raise MatchingError("ids", "An id stands twice.")
        if (side.quantity < 0).any():
            raise MatchingError("quantity", "A quantity is never below zero.")
    if ((needs.urgency < 1) | (needs.urgency > MOST_URGENT)).any():
        raise MatchingError("urgency", "Urgency goes from 1 to {most}.", most=MOST_URGENT)
