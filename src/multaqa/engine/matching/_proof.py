"""Is the matching allowed, and is no better one possible? Prices prove it, whatever solver found it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.matching._aid import Ints, Matching, reachable
from multaqa.engine.matching._flow import Block

_ENDLESS = np.iinfo(np.int64).min // 4


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule, and the need or the category where it is broken."""

    rule: str
    where: str


def check(matching: Matching) -> tuple[Violation, ...]:
    """Every arc against the rules, every sum against the quantities, every category against its prices.

    A flow is an optimum if and only if each unit of need and of offer can be given a price, never below zero
    and zero where some is left over, so that no arc would pay and every used arc pays for itself exactly.
    """
    needs, offers = matching.needs, matching.offers
    rows = {name: place for place, name in enumerate(needs.ids)}
    columns = {name: place for place, name in enumerate(offers.ids)}
    left, spare = needs.quantity.astype(np.int64), offers.quantity.astype(np.int64)
    found = []
    for arc in matching.arcs:
        at, to = rows[arc.need], columns[arc.offer]
        left[at] -= arc.quantity
        spare[to] -= arc.quantity
        if arc.quantity <= 0:
            found.append(Violation("empty_arc", arc.need))
        if arc.confirmed:
            continue
        _metres, allowed = reachable(needs, offers, np.array([at]), np.array([to]))
        if needs.category[at] != offers.category[to] or not allowed[0, 0]:
            found.append(Violation("cannot_meet", arc.need))
        if not (needs.consent[at] and offers.consent[to]):
            found.append(Violation("no_consent", arc.need))
    for at in np.flatnonzero((left < 0) | (left != matching.unmet)).tolist():
        found.append(Violation("need_quantity", needs.ids[at]))
    for to in np.flatnonzero((spare < 0) | (spare != matching.unused)).tolist():
        found.append(Violation("offer_quantity", offers.ids[to]))
    for block in matching.blocks:
        if _prices(block) is None:
            found.append(Violation("not_the_best", str(int(needs.category[block.rows[0]]))))
    return tuple(found)


def _prices(block: Block) -> tuple[Ints, Ints] | None:
    """The least prices of needs and offers, raised round by round; None when one must be above its limit.

    An offer's price is kept with its sign turned, so that all constraints are differences.
    """
    used = block.flow > 0
    full = block.flow.sum(axis=0) == block.given
    over = block.flow.sum(axis=1) < block.wanted
    worth = np.where(block.allowed, -block.cost, _ENDLESS // 2)
    need = np.zeros(len(block.rows), np.int64)
    offer = np.where(full, _ENDLESS, 0)
    carry = np.where(used, block.cost, 0)
    for _round in range(len(block.rows) + len(block.columns) + 2):
        asked = np.where(used, need[:, None] + carry, _ENDLESS).max(axis=0, initial=_ENDLESS)
        raised = np.maximum(offer, asked)
        paid = np.maximum(need, (raised + worth).max(axis=1, initial=0))
        if (raised > 0).any() or (paid[over] > 0).any():
            return None
        if (raised == offer).all() and (paid == need).all():
            return need, -offer
        need, offer = paid, raised
    return None
