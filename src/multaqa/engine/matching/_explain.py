"""Why this help for this person, and why none for that one?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.matching._aid import Arc, Matching, reachable


@dataclass(frozen=True, slots=True)
class Reason:
    """One row about an arc (or about what a need still lacks: offer empty): a message key and its values."""

    need: str
    offer: str
    key: str
    values: dict[str, object]


def explain(matching: Matching) -> tuple[Reason, ...]:
    """A row an arc and a row an unmet need, in the order of the arcs, then of the needs by id.

    Keys of arcs: `confirmed`, `nearest`, `nearer_taken` (nearer: how many offers that could help are nearer,
    all used up). Keys of unmet needs, the first that holds: `need_without_consent`, `no_offer` (of this
    category), `no_offer_consents`, `no_common_time`, `out_of_reach` (nearest, reach), `all_taken` (offers).
    """
    needs = matching.needs
    rows = {name: place for place, name in enumerate(needs.ids)}
    reasons = [_arc_reason(matching, arc, rows[arc.need]) for arc in matching.arcs]
    for at in sorted(range(len(needs.ids)), key=needs.ids.__getitem__):
        if matching.unmet[at]:
            key, values = _lack(matching, at)
            reasons.append(Reason(needs.ids[at], "", key, {"units": int(matching.unmet[at]), **values}))
    return tuple(reasons)


def _arc_reason(matching: Matching, arc: Arc, at: int) -> Reason:
    needs, offers = matching.needs, matching.offers
    values: dict[str, object] = {
        "quantity": arc.quantity,
        "metres": arc.metres,
        "urgency": int(needs.urgency[at]),
        "opens": arc.opens,
        "closes": arc.closes,
    }
    if arc.confirmed:
        return Reason(arc.need, arc.offer, "confirmed", values)
    same = np.flatnonzero((offers.category == needs.category[at]) & offers.consent)
    metres, allowed = reachable(needs, offers, np.array([at]), same)
    nearer = int((allowed[0] & (metres[0] < arc.metres)).sum())
    if not nearer:
        return Reason(arc.need, arc.offer, "nearest", values)
    return Reason(arc.need, arc.offer, "nearer_taken", {**values, "nearer": nearer})


def _lack(matching: Matching, at: int) -> tuple[str, dict[str, object]]:
    needs, offers = matching.needs, matching.offers
    if not needs.consent[at]:
        return "need_without_consent", {}
    same = np.flatnonzero((offers.category == needs.category[at]) & (offers.quantity > 0))
    if not len(same):
        return "no_offer", {}
    willing = same[offers.consent[same]]
    if not len(willing):
        return "no_offer_consents", {"offers": len(same)}
    common = np.maximum(needs.opens[at], offers.opens[willing]) <= np.minimum(
        needs.closes[at], offers.closes[willing]
    )
    timely = willing[common]
    if not len(timely):
        return "no_common_time", {"offers": len(willing)}
    metres, allowed = reachable(needs, offers, np.array([at]), timely)
    if not allowed.any():
        nearest = int(metres[0].argmin())
        return "out_of_reach", {
            "nearest": int(metres[0, nearest]),
            "reach": int(offers.reach[timely[nearest]]),
        }
    return "all_taken", {"offers": int(allowed.sum()), "urgency": int(needs.urgency[at])}
