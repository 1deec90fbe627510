import doctest
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multaqa.engine import matching
from multaqa.engine.matching import (
    Arc,
    MatchingError,
    Needs,
    Offers,
    Reason,
    Violation,
    check,
    explain,
    match,
)
from tests.engine.matching_cases import (
    PLACES,
    best_by_scipy,
    cases,
    metres,
    need,
    needs_of,
    offer,
    offers_of,
    worth,
)


def flow_of(result):
    flow = {}
    for arc in result.arcs:
        pair = (result.needs.ids.index(arc.need), result.offers.ids.index(arc.offer))
        flow[pair] = flow.get(pair, 0) + arc.quantity
    return flow


def pairs_of(result):
    return [(arc.need, arc.offer, arc.quantity) for arc in result.arcs]


def shuffled(side, order):
    ids = tuple(side.ids[place] for place in order)
    columns = {name: getattr(side, name)[order] for name in type(side).__slots__ if name != "ids"}
    return type(side)(ids=ids, **columns)


def test_doctest_of_the_module():
    assert doctest.testmod(matching).failed == 0


def test_match_serves_the_more_urgent_need_first_however_far():
    needs = needs_of(need("near", urgency=2), need("far", urgency=3, place=PLACES[3]))

    result = match(needs=needs, offers=offers_of(offer("o")))

    assert pairs_of(result) == [("far", "o", 1)]
    assert result.unmet.tolist() == [1, 0]


def test_match_serves_more_needs_before_it_saves_distance():
    needs = needs_of(need("here"), need("there", place=PLACES[3]))
    offers = offers_of(offer("short", reach=10), offer("long"))

    assert pairs_of(match(needs=needs, offers=offers)) == [("here", "short", 1), ("there", "long", 1)]


def test_match_breaks_ties_by_waiting_time():
    needs = needs_of(need("recent", waiting=2), need("patient", waiting=30))

    assert pairs_of(match(needs=needs, offers=offers_of(offer("o")))) == [("patient", "o", 1)]


def test_match_splits_quantities_over_offers():
    needs = needs_of(need("a", quantity=5), need("b", quantity=4, urgency=1))

    result = match(needs=needs, offers=offers_of(offer("x", quantity=3), offer("y", quantity=4)))

    assert sum(arc.quantity for arc in result.arcs if arc.need == "a") == 5
    assert result.unmet.tolist() == [0, 2]
    assert result.unused.tolist() == [0, 0]


def test_match_never_moves_what_is_confirmed():
    needs = needs_of(need("urgent", urgency=5), need("calm", urgency=1))

    result = match(needs=needs, offers=offers_of(offer("o")), confirmed=[("calm", "o", 1)])

    assert result.arcs == (Arc("calm", "o", 1, 0, 0, 9, confirmed=True),)
    assert result.unmet.tolist() == [1, 0]
    assert check(result) == ()


def test_match_says_when_two_can_meet():
    needs = needs_of(need("n", opens=4, closes=20, place=PLACES[2]))

    result = match(needs=needs, offers=offers_of(offer("o", opens=8, closes=12)))

    assert result.arcs == (Arc("n", "o", 1, metres(PLACES[2], PLACES[0]), 8, 12, confirmed=False),)


def test_explain_gives_the_first_reason_that_holds():
    needs = needs_of(
        need("01 silent", consent=False),
        need("02 other", category=2),
        need("03 refused", category=3),
        need("04 late", category=4, opens=20, closes=30),
        need("05 far", category=5, place=PLACES[3]),
        need("06 calm", category=6, urgency=1),
        need("07 urgent", category=6, urgency=5),
        need("08 beside", category=7, urgency=5),
        need("09 next", category=7, urgency=4),
    )
    offers = offers_of(
        offer("refuses", category=3, consent=False),
        offer("early", category=4),
        offer("walks", category=5, reach=1_000),
        offer("one", category=6),
        offer("close", category=7),
        offer("distant", category=7, place=PLACES[2]),
    )

    rows = explain(match(needs=needs, offers=offers))

    away = metres(PLACES[0], PLACES[2])
    times = {"opens": 0, "closes": 9}
    assert rows == (
        Reason("07 urgent", "one", "nearest", {"quantity": 1, "metres": 0, "urgency": 5, **times}),
        Reason("08 beside", "close", "nearest", {"quantity": 1, "metres": 0, "urgency": 5, **times}),
        Reason(
            "09 next",
            "distant",
            "nearer_taken",
            {"quantity": 1, "metres": away, "urgency": 4, **times, "nearer": 1},
        ),
        Reason("01 silent", "", "need_without_consent", {"units": 1}),
        Reason("02 other", "", "no_offer", {"units": 1}),
        Reason("03 refused", "", "no_offer_consents", {"units": 1, "offers": 1}),
        Reason("04 late", "", "no_common_time", {"units": 1, "offers": 1}),
        Reason(
            "05 far",
            "",
            "out_of_reach",
            {"units": 1, "nearest": metres(PLACES[0], PLACES[3]), "reach": 1_000},
        ),
        Reason("06 calm", "", "all_taken", {"units": 1, "offers": 1, "urgency": 1}),
    )


def test_check_finds_a_worse_flow():
    needs = needs_of(need("a"), need("b", place=PLACES[2]))
    offers = offers_of(offer("x"), offer("y", place=PLACES[2]))
    result = match(needs=needs, offers=offers)
    (block,) = result.blocks
    crossed = tuple(replace(arc, offer={"x": "y", "y": "x"}[arc.offer]) for arc in result.arcs)

    found = check(replace(result, arcs=crossed, blocks=(block.carrying(block.flow[:, ::-1]),)))

    assert found == (Violation("not_the_best", "1"),)


def test_check_finds_what_may_not_meet_and_what_is_given_twice():
    result = match(needs=needs_of(need("a"), need("b")), offers=offers_of(offer("x", reach=10)))
    far = replace(result.needs, place=np.array([PLACES[3], PLACES[3]]))

    assert Violation("cannot_meet", "a") in check(replace(result, needs=far))
    assert Violation("offer_quantity", "x") in check(replace(result, arcs=result.arcs * 2))


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"needs": needs_of(need("a"), need("a"))}, "ids"),
        ({"needs": needs_of(need("a", quantity=-1))}, "quantity"),
        ({"needs": needs_of(need("a", urgency=6))}, "urgency"),
        ({"needs": replace(needs_of(need("a")), waiting=np.zeros(2))}, "shape"),
        ({"confirmed": [("a", "nobody", 1)]}, "unknown"),
        ({"confirmed": [("a", "x", 2)]}, "too_much"),
    ],
)
def test_errors_have_a_key(change, key):
    with pytest.raises(MatchingError) as caught:
        match(**{"needs": needs_of(need("a")), "offers": offers_of(offer("x")), **change})

    assert caught.value.key == key


@given(cases())
@settings(max_examples=60, deadline=None)
def test_match_costs_what_the_optimum_costs(case):
    needs, offers = case

    result = match(needs=needs, offers=offers)

    assert worth(needs, offers, flow_of(result)) == best_by_scipy(needs, offers)
    assert check(result) == ()


@given(cases(most=4, units=6_000))
@settings(max_examples=30, deadline=None)
def test_match_of_thousands_of_units_costs_what_the_optimum_costs(case):
    needs, offers = case

    result = match(needs=needs, offers=offers)

    assert worth(needs, offers, flow_of(result)) == best_by_scipy(needs, offers)
    assert check(result) == ()


@given(cases(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_match_does_not_depend_on_the_order(case, chance):
    needs, offers = case
    rows, columns = list(range(len(needs.ids))), list(range(len(offers.ids)))
    chance.shuffle(rows)
    chance.shuffle(columns)

    straight = match(needs=needs, offers=offers)
    turned = match(needs=shuffled(needs, rows), offers=shuffled(offers, columns))

    assert straight.arcs == turned.arcs


@given(cases())
@settings(max_examples=30, deadline=None)
def test_match_of_the_rest_adds_nothing_when_all_is_confirmed(case):
    needs, offers = case
    first = match(needs=needs, offers=offers)

    again = match(needs=needs, offers=offers, confirmed=pairs_of(first))

    assert pairs_of(again) == pairs_of(first)
    assert all(arc.confirmed for arc in again.arcs)


@given(cases())
@settings(max_examples=20, deadline=None)
def test_explain_has_a_row_for_each_arc_and_each_unmet_need(case):
    result = match(needs=case[0], offers=case[1])

    rows = explain(result)

    assert [(row.need, row.offer) for row in rows if row.offer] == [
        (arc.need, arc.offer) for arc in result.arcs
    ]
    unmet = sorted(name for name, units in zip(case[0].ids, result.unmet, strict=True) if units)
    assert [row.need for row in rows if not row.offer] == unmet


def test_match_of_nothing_is_empty():
    none = np.zeros(0, int)
    needs = Needs((), none, none, none, none, np.zeros((0, 2)), none.astype(bool), none, none)
    offers = Offers((), none, none, none, none, np.zeros((0, 2)), none.astype(bool), none)

    assert match(needs=needs, offers=offers).arcs == ()
