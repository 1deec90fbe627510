"""Needs, offers and panels for the matching tests, and oracles that try everything or ask SciPy plainly."""

from itertools import combinations, product

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from multaqa.engine.matching import Needs, Offers

PLACES = [(23.70, -15.90), (23.71, -15.93), (23.60, -15.80), (22.90, -15.60), (23.70, -15.90)]


def needs_of(*rows):
    """Rows of (id, category, quantity, opens, closes, place, consent, urgency, waiting)."""
    ids, category, quantity, opens, closes, place, consent, urgency, waiting = zip(*rows, strict=True)
    return Needs(
        ids=ids,
        category=np.array(category),
        quantity=np.array(quantity),
        opens=np.array(opens),
        closes=np.array(closes),
        place=np.array(place, float),
        consent=np.array(consent, bool),
        urgency=np.array(urgency),
        waiting=np.array(waiting),
    )


def offers_of(*rows):
    """Rows of (id, category, quantity, opens, closes, place, consent, reach)."""
    ids, category, quantity, opens, closes, place, consent, reach = zip(*rows, strict=True)
    return Offers(
        ids=ids,
        category=np.array(category),
        quantity=np.array(quantity),
        opens=np.array(opens),
        closes=np.array(closes),
        place=np.array(place, float),
        consent=np.array(consent, bool),
        reach=np.array(reach),
    )


def need(
    name, *, category=1, quantity=1, opens=0, closes=9, place=PLACES[0], consent=True, urgency=3, waiting=0
):
    return (name, category, quantity, opens, closes, place, consent, urgency, waiting)


def offer(name, *, category=1, quantity=1, opens=0, closes=9, place=PLACES[0], consent=True, reach=500_000):
    return (name, category, quantity, opens, closes, place, consent, reach)


@st.composite
def cases(draw, most=6, units=3):
    hours = st.integers(0, 3)
    needs = [
        need(
            f"n{row}",
            category=draw(st.integers(1, 2)),
            quantity=draw(st.integers(0, units)),
            opens=draw(hours),
            closes=draw(st.integers(3, 5)),
            place=draw(st.sampled_from(PLACES)),
            consent=draw(st.integers(0, 5)) > 0,
            urgency=draw(st.integers(1, 5)),
            waiting=draw(st.integers(0, 4)),
        )
        for row in range(draw(st.integers(1, most)))
    ]
    offers = [
        offer(
            f"o{row}",
            category=draw(st.integers(1, 2)),
            quantity=draw(st.integers(0, units)),
            opens=draw(st.integers(0, 4)),
            closes=draw(st.integers(4, 5)),
            place=draw(st.sampled_from(PLACES)),
            consent=draw(st.integers(0, 5)) > 0,
            reach=draw(st.sampled_from([0, 4_000, 20_000, 200_000])),
        )
        for row in range(draw(st.integers(1, most)))
    ]
    return needs_of(*needs), offers_of(*offers)


def metres(here, there):
    """Haversine, one pair."""
    (lat, lon), (lat2, lon2) = np.radians(here), np.radians(there)
    h = np.sin((lat2 - lat) / 2) ** 2 + np.cos(lat) * np.cos(lat2) * np.sin((lon2 - lon) / 2) ** 2
    return round(2 * 6_371_000 * float(np.arcsin(np.sqrt(h))))


def may_meet(needs, offers, i, j):
    return (
        needs.category[i] == offers.category[j]
        and needs.consent[i]
        and offers.consent[j]
        and max(needs.opens[i], offers.opens[j]) <= min(needs.closes[i], offers.closes[j])
        and metres(needs.place[i], offers.place[j]) <= offers.reach[j]
    )


def patience(needs, i):
    """How many different shorter waits there are among the open needs of the category."""
    same = (needs.category == needs.category[i]) & needs.consent & (needs.quantity > 0)
    return len({int(days) for days in needs.waiting[same] if days < needs.waiting[i]})


def worth(needs, offers, flow):
    """Urgency served, distance × urgency in steps of 100 m, patience served, of {(i, j): units}."""
    return (
        sum(int(needs.urgency[i]) * units for (i, _j), units in flow.items()),
        sum(
            metres(needs.place[i], offers.place[j]) // 100 * int(needs.urgency[i]) * units
            for (i, j), units in flow.items()
        ),
        sum(patience(needs, i) * units for (i, _j), units in flow.items()),
    )


def best_by_scipy(needs, offers):
    """The three sums of an optimum, each found by an integer program that keeps those before."""
    pairs = [
        (i, j)
        for i, j in product(range(len(needs.ids)), range(len(offers.ids)))
        if may_meet(needs, offers, i, j)
    ]
    if not pairs:
        return (0, 0, 0)
    limits = np.zeros((len(needs.ids) + len(offers.ids), len(pairs)))
    for column, (i, j) in enumerate(pairs):
        limits[i, column] = limits[len(needs.ids) + j, column] = 1
    each = [worth(needs, offers, {pair: 1}) for pair in pairs]
    rules = [LinearConstraint(limits, -np.inf, np.concatenate([needs.quantity, offers.quantity]))]
    found = []
    for place, sign in enumerate((-1, 1, -1)):
        price = np.array([sums[place] for sums in each])
        answer = milp(
            sign * price, constraints=rules, integrality=np.ones(len(pairs)), bounds=Bounds(0, np.inf)
        )
        found.append(round(sign * answer.fun))
        rules.append(LinearConstraint(price[None], found[-1], found[-1]))
    return tuple(found)


def best_panel_by_trying(affinity, conflict, each, load):
    """(worst, total) over every panel with all seats filled, or None."""
    files, reviewers = affinity.shape
    choices = [
        [group for group in combinations(range(reviewers), each) if not conflict[file, list(group)].any()]
        for file in range(files)
    ]
    best = None
    for groups in product(*choices):
        loads = np.bincount([one for group in groups for one in group], minlength=reviewers)
        if (loads > load).any():
            continue
        sums = [int(affinity[file, list(group)].sum()) for file, group in enumerate(groups)]
        best = max(best or (-1, -1), (min(sums), sum(sums)))
    return best
