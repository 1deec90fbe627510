from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multaqa.engine.disclosure import (
    Cube,
    DisclosureError,
    Violation,
    axis,
    check_rates,
    publish_rates,
)
from tests.engine.disclosure_rate_cases import (
    MILIEUX,
    SEXES,
    attack_on_all,
    dakhla,
    rate_tables,
    rates_of,
    summed,
)


def hidden_labels(rates):
    return [rates.cube.labels(int(cell)) for cell in np.flatnonzero(rates.hidden)]


def by_sex(places, **groups):
    return Cube((axis("place", places, groups=groups or None, total="region"), SEXES))


def of_leaves(numerators, counts, cube, **options):
    people = summed(np.array(counts), cube)
    return publish_rates(rates_of(summed(np.array(numerators), cube), people), people, cube=cube, **options)


def test_rates_hide_the_men_where_the_women_are_few():
    rates = publish_rates([19.1, 28.6, 19.2], [1704, 21, 1725], cube=Cube((SEXES,)))

    assert rates.hidden.tolist() == [True, True, False]
    assert np.isnan(rates.values[:2]).all()
    assert check_rates(rates) == ()


def test_rates_of_a_large_province_cover_one_small_commune_by_their_rounding():
    cube = Cube((axis("place", ["Dakhla", "El Argoub", "Oum Dreyga"], total="province"),))

    rates = publish_rates([14.5, 15.8, 7.7, 14.6], [135_825, 10_407, 13, 146_245], cube=cube)

    assert hidden_labels(rates) == [("Oum Dreyga",)]
    assert check_rates(rates) == ()


def test_rates_of_a_small_province_need_cover():
    cube = Cube((axis("place", ["a", "b", "c", "d"], total="province"),))

    rates = of_leaves([6, 20, 30, 10], [14, 60, 80, 46], cube)

    assert hidden_labels(rates) == [("a",), ("d",)]
    assert check_rates(rates) == ()


def test_two_small_communes_that_cover_each_other_need_no_third():
    cube = Cube((axis("place", ["a", "b", "c"], total="province"),))

    rates = of_leaves([6, 4, 50], [14, 12, 174], cube)

    assert hidden_labels(rates) == [("a",), ("b",)]


def test_two_small_communes_of_a_small_province_are_covered_where_they_are_too_alike():
    """Nobody in either: the total leaves both at nothing, so a third goes with them."""
    cube = Cube((axis("place", ["a", "b", "c"], total="province"),))

    rates = of_leaves([0, 0, 50], [14, 12, 174], cube)

    assert hidden_labels(rates) == [("a",), ("b",), ("c",)]
    assert check_rates(rates) == ()


def test_averages_are_not_taken_for_people():
    cube = Cube((axis("place", ["a", "b", "c"], total="province"),))
    values, counts = [2.0, 3.1, 2.5, 2.7], [20, 300, 680, 1000]

    wide = publish_rates(values, counts, cube=cube, span=(0, 10), whole=False)
    narrow = publish_rates(values, counts, cube=cube, span=(0, 100), whole=False)

    # half a decimal is a two-hundredth of the shorter span, and enough there
    assert hidden_labels(wide) == [("a",)]
    assert hidden_labels(narrow) == [("a",), ("b",)]
    assert check_rates(wide) == check_rates(narrow) == ()


def test_a_figure_that_repeats_is_hidden_everywhere_or_nowhere():
    cube = Cube((axis("place", ["a", "b"], total="province"), MILIEUX))
    counts = np.array([[0, 20], [500, 0]])

    rates = of_leaves([[0, 6], [100, 0]], counts, cube)

    pairs = rates.hidden[0]
    assert pairs.tolist() == [False, True, True]
    assert rates.hidden[1, 0] == rates.hidden[1, 2]
    # the country side of the province is that one commune
    assert rates.hidden[2, 1]
    assert check_rates(rates) == ()


def test_places_with_few_households_are_hidden_and_guarded():
    cube = Cube((axis("place", ["camp", "b", "c"], total="province"),))
    few = [True, False, False, False]

    rates = of_leaves([60, 150, 200], [150, 400, 650], cube, few=few)

    assert hidden_labels(rates) == [("camp",), ("b",)]
    assert check_rates(rates) == ()


def test_people_who_are_in_no_part_cover_a_small_place():
    cube = Cube((axis("place", ["a", "b"], total="province"),))

    apart = publish_rates([30.0, 25.0, 25.3], [20, 300, 370], cube=cube)
    together = publish_rates([30.0, 25.0, 25.3], [20, 300, 320], cube=cube)

    assert hidden_labels(apart) == [("a",)]
    assert hidden_labels(together) == [("a",), ("b",)]


def test_a_place_without_figures_covers_with_the_people_that_are_left():
    cube = Cube((axis("place", ["a", "b", "silent"], total="province"),))

    rates = publish_rates([30.0, 25.0, np.nan, 25.3], [20, 300, np.nan, 370], cube=cube)
    tight = publish_rates([30.0, 25.0, np.nan, 25.3], [20, 300, np.nan, 324], cube=cube)

    assert hidden_labels(rates) == [("a",)]
    assert hidden_labels(tight) == [("a",), ("b",)]


def test_dakhla_keeps_its_capital_and_its_provinces():
    values, counts, cube = dakhla()

    rates = publish_rates(values, counts, cube=cube)

    assert hidden_labels(rates) == [
        ("Bir_Anzarane", "men"),
        ("Bir_Anzarane", "women"),
        ("Gleibat", "men"),
        ("Gleibat", "women"),
        ("Gleibat", "all"),
        ("Oum_Dreyga", "men"),
        ("Oum_Dreyga", "all"),
        ("Imlili", "men"),
        ("Imlili", "women"),
    ]
    assert check_rates(rates) == ()


def test_check_finds_the_rate_that_the_other_sex_gives_back():
    rates = publish_rates([19.1, 28.6, 19.2], [1704, 21, 1725], cube=Cube((SEXES,)))
    values, hidden = rates.values.copy(), np.array([False, True, False])
    values[0] = 19.1

    (found,) = check_rates(replace(rates, values=values, hidden=hidden))

    # 331 or 332 of 1725 and 325 or 326 of 1704: from 5 to 7 of 21
    assert found == Violation(("women",), "rate_too_tight", pytest.approx(500 / 21), pytest.approx(700 / 21))


def test_check_finds_a_small_rate_that_is_shown():
    rates = publish_rates([20.0, 30.0, 25.0], [50, 50, 100], cube=Cube((SEXES,)))

    found = check_rates(replace(rates, counts=np.array([20.0, 50, 70])))

    assert found == (Violation(("men",), "shown_below_least", 20.0, 20.0),)


def test_check_stands_figures_that_contradict_one_another():
    rates = publish_rates([19.1, 28.6, 60.0], [1704, 21, 1725], cube=Cube((SEXES,)))

    assert rates.hidden[1]
    assert check_rates(rates) == ()


@pytest.mark.parametrize(
    ("values", "counts", "options", "key"),
    [
        ([1.0], [1, 2, 3], {}, "rate_shape"),
        ([1.0, 2, 3], [1, 2, 3], {"few": [True]}, "rate_shape"),
        ([1.0, 2, 3], [-1, 2, 3], {}, "negative"),
        ([1.0, 2, 3], [1, 2, 3], {"span": (5.0, 5.0)}, "span"),
    ],
)
def test_rates_errors_have_a_key(values, counts, options, key):
    with pytest.raises(DisclosureError) as caught:
        publish_rates(values, counts, cube=Cube((SEXES,)), **options)

    assert caught.value.key == key


@given(rate_tables(), st.booleans())
@settings(max_examples=8, deadline=None)
def test_no_small_rate_is_narrowed_to_less_than_half(table, whole):
    values, counts, cube = table

    rates = publish_rates(values, counts, cube=cube, whole=whole)

    assert check_rates(rates) == ()
    assert rates.hidden[(counts > 0) & (counts < 30)].all()
    for cell, (low, high) in attack_on_all(rates).items():
        wide = np.floor(high + 1e-4) - np.ceil(low - 1e-4) if whole else high - low + 1e-4
        assert wide >= counts.ravel()[cell] / 2


@given(rate_tables())
@settings(max_examples=25, deadline=None)
def test_nothing_is_hidden_where_nothing_is_small(table):
    values, counts, cube = table

    rates = publish_rates(values, counts, cube=cube, least=1)

    assert not rates.hidden.any()
    assert np.array_equal(rates.values, values, equal_nan=True)


@given(rate_tables(), st.randoms(use_true_random=False))
@settings(max_examples=8, deadline=None)
def test_the_order_of_the_places_changes_nothing(table, shuffler):
    values, counts, cube = table
    places = cube.axes[0]
    order = list(range(places.leaves))
    shuffler.shuffle(order)
    whole_order = order + list(range(places.leaves, len(places.labels)))
    moved = replace(
        places,
        labels=tuple(places.labels[old] for old in whole_order),
        parent=tuple(places.parent[old] for old in whole_order),
    )

    plain = publish_rates(values, counts, cube=cube)
    turned = publish_rates(values[whole_order], counts[whole_order], cube=Cube((moved, *cube.axes[1:])))

    assert np.array_equal(turned.hidden, plain.hidden[whole_order])
