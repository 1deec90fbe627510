import doctest
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multaqa.engine import disclosure
from multaqa.engine.disclosure import (
    COMPLEMENTARY,
    HIDDEN,
    PRIMARY,
    ROUNDED,
    SHOWN,
    WITHHELD,
    Cube,
    DisclosureError,
    Policy,
    Reason,
    Violation,
    attack,
    axis,
    check,
    explain,
    public_rows,
    publish,
    with_margins,
)
from tests.engine.disclosure_cases import attack_by_leaves, flat_cube, range_by_trying, tables


def test_doctest_of_the_module():
    assert doctest.testmod(disclosure).failed == 0


def test_publish_shows_a_table_without_small_counts_as_it_is():
    published = publish([[10, 20], [30, 0]], cube=flat_cube(2, 2))

    assert published.counts.tolist() == [[10, 20, 30], [30, 0, 30], [40, 20, 60]]
    assert (published.state == SHOWN).all()


def test_publish_covers_a_small_count_with_the_cheapest_loop():
    published = publish([[3, 25, 80], [40, 31, 90], [70, 95, 60]], cube=flat_cube(3, 3))

    # 3 needs a partner in its row and in its column, and these two need one where they cross
    assert published.state.tolist() == [
        [PRIMARY, COMPLEMENTARY, SHOWN, SHOWN],
        [COMPLEMENTARY, COMPLEMENTARY, SHOWN, SHOWN],
        [SHOWN, SHOWN, SHOWN, SHOWN],
        [SHOWN, SHOWN, SHOWN, SHOWN],
    ]
    assert published.counts[0].tolist() == [HIDDEN, HIDDEN, 80, 108]


def test_publish_hides_a_third_cell_where_two_still_sum_to_less_than_k():
    published = publish([3, 4, 12, 50], cube=flat_cube(4))

    assert published.state.tolist() == [PRIMARY, PRIMARY, COMPLEMENTARY, SHOWN, SHOWN]


def test_publish_hides_a_total_that_is_small_itself():
    published = publish([[3, 4], [40, 50]], cube=flat_cube(2, 2))

    assert published.state[0].tolist() == [PRIMARY, PRIMARY, PRIMARY]
    assert check(published) == ()


def test_publish_never_hides_a_total_known_from_elsewhere():
    known = np.zeros((3, 3), bool)
    known[:, 2] = known[2, :] = True

    published = publish([[3, 40], [40, 50]], cube=flat_cube(2, 2), known=known)

    assert (published.state[known] == SHOWN).all()
    assert (published.counts[:2, :2] == HIDDEN).all()
    assert check(published) == ()


def test_publish_says_when_known_totals_alone_give_a_cell_away():
    with pytest.raises(DisclosureError, match=r"0\.0"):
        publish([3, 4], cube=flat_cube(2), known=[False, False, True])


def test_publish_leaves_out_what_is_withheld():
    withheld = np.zeros((3, 3), bool)
    withheld[2, 2] = True

    published = publish([[11, 12], [13, 14]], cube=flat_cube(2, 2), withheld=withheld)

    assert published.state[2, 2] == WITHHELD
    assert len(public_rows(published)) == 8
    assert check(published) == ()


def test_publish_hides_zeros_when_nobody_would_tell_something():
    published = publish([[0, 40], [35, 50]], cube=flat_cube(2, 2), policy=Policy(zeros="hidden"))

    assert published.state[0, 0] == PRIMARY
    assert check(published) == ()


def test_publish_rounds_what_it_shows_and_never_below_k():
    published = publish([12, 13, 0, 48], cube=flat_cube(4), policy=Policy(base=5))

    assert published.counts.tolist() == [10, 15, 0, 50, 75]
    assert published.state.tolist() == [ROUNDED, ROUNDED, SHOWN, ROUNDED, ROUNDED]


def test_publish_needs_less_cover_where_rounding_covers_already():
    row = [3, *[100 + place for place in range(20)]]

    exact = publish(row, cube=flat_cube(21))
    coarse = publish(row, cube=flat_cube(21), policy=Policy(base=5))

    assert (exact.state == COMPLEMENTARY).sum() == 1
    assert (coarse.state == COMPLEMENTARY).sum() == 0
    assert check(coarse) == ()


def test_publish_hides_a_sum_that_one_payer_dominates():
    published = publish(
        [20, 30, 40],
        cube=flat_cube(3),
        amounts=[1_000_000, 2_000_000, 3_000_000],
        top=[950_000, 300_000, 400_000],
    )

    assert published.state.tolist() == [SHOWN] * 4
    assert published.amount_state.tolist() == [PRIMARY, COMPLEMENTARY, SHOWN, SHOWN]
    assert published.amounts.tolist() == [HIDDEN, HIDDEN, 3_000_000, 6_000_000]
    assert check(published) == ()


def test_publish_protects_every_level_of_a_hierarchy():
    communes = axis(
        "commune", ["a", "b", "c", "d", "e"], groups={"north": ["a", "b"], "south": ["c", "d", "e"]}
    )

    published = publish(
        [[2, 30], [40, 50], [60, 70], [80, 90], [21, 33]], cube=Cube((communes, axis("sex", "fm")))
    )

    north = published.cube.axes[0].labels.index("north")
    assert published.counts[north].tolist() == [42, 80, 122]
    assert published.state[:2, :2].tolist() == [[PRIMARY, COMPLEMENTARY], [COMPLEMENTARY, COMPLEMENTARY]]
    assert check(published) == ()


def test_check_finds_the_cell_that_a_total_gives_back():
    published = publish([[3, 25, 80], [40, 31, 90], [70, 95, 60]], cube=flat_cube(3, 3))
    counts, state = published.counts.copy(), published.state.copy()
    counts[1, 1], state[1, 1] = 31, SHOWN

    found = check(replace(published, counts=counts, state=state))

    assert found[0] == Violation(("0.0", "1.0"), "count_too_tight", 3.0, 3.0)
    assert len(found) == 3


def test_check_finds_a_small_count_that_is_shown():
    published = publish([20, 30], cube=flat_cube(2))

    found = check(replace(published, counts=np.array([20, 4, 24])))

    assert found == (Violation(("0.1",), "shown_below_k", 4.0, 4.0),)


def test_check_finds_a_sum_that_is_nearly_exact():
    published = publish([20, 20], cube=flat_cube(2), amounts=[1_000, 1_000], top=[950, 100])
    state = np.array([PRIMARY, SHOWN, SHOWN], np.int8)

    found = check(replace(published, amounts=np.array([HIDDEN, 1_000, 2_000]), amount_state=state))

    assert found == (Violation(("0.0",), "amount_too_tight", 1_000.0, 1_000.0),)


def test_rows_do_not_tell_why_a_cell_is_hidden():
    rows = public_rows(publish([3, 25, 80], cube=flat_cube(3)))

    assert [(row.count, row.rounded) for row in rows] == [
        (None, False),
        (None, False),
        (80, False),
        (108, False),
    ]


def test_explain_says_what_was_done():
    published = publish([3, 80], cube=flat_cube(2), policy=Policy(base=5), amounts=[5, 90], top=[1, 9])

    assert explain(published) == (
        Reason("threshold", {"k": 10}),
        Reason("hidden", {"cells": 2, "of": 3}),
        Reason("rounded", {"base": 5, "cells": 1}),
        Reason("amounts_hidden", {"cells": 2, "share": 0.9}),
    )


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: Policy(k=4), "k"),
        (lambda: Policy(base=3), "base"),
        (lambda: Policy(dominance=1.0), "dominance"),
        (lambda: axis("a", ["x", "x"]), "labels"),
        (lambda: axis("a", ["x"], groups={"g": ["y"]}), "group"),
        (lambda: axis("a", ["x"], groups={"g": []}), "empty_group"),
        (lambda: publish([1, 2, 3], cube=flat_cube(1)), "shape"),
        (lambda: publish([-1], cube=flat_cube(1)), "negative"),
        (lambda: publish([0.5], cube=flat_cube(1)), "whole_numbers"),
        (lambda: publish([20, 30, 51], cube=flat_cube(2)), "sum"),
        (lambda: publish([20, 30], cube=flat_cube(2), known=[True]), "masks"),
        (lambda: publish([20, 30], cube=flat_cube(2), amounts=[5, 5]), "top"),
        (lambda: publish([20, 30], cube=flat_cube(2), amounts=[5, 5], top=[6, 1]), "top"),
    ],
)
def test_errors_have_a_key(call, key):
    with pytest.raises(DisclosureError) as caught:
        call()

    assert caught.value.key == key


@given(tables(), st.sampled_from([Policy(), Policy(k=5), Policy(zeros="hidden")]))
@settings(max_examples=25, deadline=None)
def test_no_hidden_count_is_bounded_below_k(counts, policy):
    published = publish(counts, cube=flat_cube(*counts.shape), policy=policy)

    assert check(published) == ()
    for low, high in attack_by_leaves(published).values():
        assert high is None or (high >= policy.k and high - low >= policy.k - 1)


@given(st.lists(st.integers(0, 30), min_size=12, max_size=12))
@settings(max_examples=10, deadline=None)
def test_no_hidden_count_of_a_hierarchy_is_bounded_below_k(cells):
    places = axis("place", list("abcdef"), groups={"north": "ab", "south": "cde", "inland": ["south", "f"]})

    published = publish(np.array(cells).reshape(6, 2), cube=Cube((places, axis("sex", "fm"))))

    assert check(published) == ()
    for low, high in attack_by_leaves(published).values():
        assert high is None or (high >= 10 and high - low >= 9)


def test_a_large_table_is_cut_in_blocks_and_still_passes_the_attack():
    generator = np.random.default_rng(2)
    labels = [str(place) for place in range(350)]
    provinces = {f"province {at}": labels[at : at + 18] for at in range(0, 350, 18)}
    people = np.exp(generator.normal(5.6, 1.6, 350))
    counts = generator.poisson(people[:, None, None] * np.array([[0.3, 0.15, 0.02], [0.3, 0.15, 0.02]]))

    published = publish(
        counts, cube=Cube((axis("commune", labels, groups=provinces), axis("sex", "fm"), axis("kind", "abc")))
    )

    assert published.state.size == 371 * 3 * 4
    assert (published.state[:350, :2, :3] == PRIMARY).sum() == ((counts > 0) & (counts < 10)).sum()
    assert check(published) == ()


@given(tables(most_axes=2), st.data())
@settings(max_examples=25, deadline=None)
def test_rounded_tables_and_known_totals_pass_the_attack(counts, data):
    cube = flat_cube(*counts.shape)
    known = np.zeros(cube.shape, bool)
    known[tuple(-1 for _ in cube.axes)] = data.draw(st.booleans()) and counts.sum() >= 2 * 10

    published = publish(
        counts, cube=cube, policy=Policy(base=data.draw(st.sampled_from([1, 2, 5]))), known=known
    )

    assert check(published) == ()
    assert (published.counts[known] == counts.sum()).all()


@given(tables(), st.data())
@settings(max_examples=25, deadline=None)
def test_every_hidden_sum_stays_open_by_the_dominance_share(amounts, data):
    cube, largest = flat_cube(*amounts.shape), np.ceil(amounts * data.draw(st.floats(0.1, 1.0))).astype(int)

    published = publish(
        np.full(amounts.shape, 50), cube=cube, amounts=amounts * 1_234_567, top=largest * 1_234_567
    )

    assert check(published) == ()


@given(st.lists(st.integers(0, 6), min_size=4, max_size=4))
@settings(max_examples=12, deadline=None)
def test_attack_has_the_same_ends_as_trying_every_table(cells):
    """What the attack calls too tight is exactly as tight: a hidden table with its totals shown."""
    counts = np.array(cells).reshape(2, 2)
    published = publish(counts + 10, cube=flat_cube(2, 2), policy=Policy(k=5))
    state = published.state.copy()
    state[:2, :2] = PRIMARY
    bare = replace(
        published,
        policy=Policy(k=40),
        state=state,
        counts=np.where(state == PRIMARY, HIDDEN, with_margins(counts, published.cube)),
    )

    low, high = attack(bare)

    expected = range_by_trying(bare, 12)
    assert low[:2, :2].tolist() == expected[0][:2, :2].tolist()
    assert high[:2, :2].tolist() == expected[1][:2, :2].tolist()


@given(tables(most_axes=2))
@settings(max_examples=25, deadline=None)
def test_publish_gives_the_same_table_for_totals_in_or_left_out(counts):
    cube = flat_cube(*counts.shape)

    plain, given_whole = publish(counts, cube=cube), publish(with_margins(counts, cube), cube=cube)

    assert np.array_equal(plain.counts, given_whole.counts)
    assert np.array_equal(plain.state, given_whole.state)
