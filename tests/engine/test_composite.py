"""The index of two levels: what the observatory publishes, and the guarantees that hold for every index."""

import doctest
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from multaqa.engine import composite
from multaqa.engine.composite import (
    Indicator,
    Method,
    Plan,
    Reason,
    Step,
    Violation,
    check,
    explain,
    index,
    moved,
)
from tests.engine.composite_cases import RULES, SCALES, TREE, figures, steps

TWO = Method(
    indicators=(
        Indicator("illiteracy", "vulnerability", +1, low=0, high=50),
        Indicator("unemployment", "vulnerability", +1, low=0, high=40, weight=3),
        Indicator("water", "coping", -1),
    ),
    dimensions=(("vulnerability", 1.0), ("coping", 2.0)),
    draws=300,
)
tables = arrays(
    float,
    st.tuples(st.integers(1, 8), st.just(3)),
    elements=st.one_of(st.just(float("nan")), st.integers(-5, 110).map(float)),
)


def plan(rule="arithmetic", scale="minmax", **changes):
    return Plan(
        TREE,
        normalise=steps(scale, composite.NORMALISE),
        aggregate=(steps(rule, composite.AGGREGATE),),
        **changes,
    )


def test_doctest_of_the_module():
    assert doctest.testmod(composite).failed == 0


def test_index_by_hand():
    result = index(values=np.array([[25.0, 10.0, 36.0]]), method=TWO)

    # (1·5 + 3·2.5)/4 = 3.125 ; 6.4 ; (3.125 · 6.4²)^(1/3) = 128^(1/3)
    assert result.dimensions.tolist() == [[3.125, 6.4]]
    assert result.score[0] == pytest.approx(128 ** (1 / 3), abs=1e-12)


def test_index_leaves_a_gap_unranked_and_never_safe():
    values = np.array([[50.0, 40.0, np.nan], [0.0, 0.0, 100.0], [25.0, np.nan, 50.0], [10.0, 10.0, 10.0]])

    result = index(values=values, method=TWO, generator=np.random.default_rng(1))

    # the third row has a quarter of its vulnerability only
    assert result.rank.tolist() == [0, 2, 0, 1]
    assert np.isnan(result.score).tolist() == [True, False, True, False]
    assert result.share_missing.tolist() == [0.2, 0.0, 0.6, 0.0]


def test_index_of_nothing_measured_ranks_no_one():
    result = index(values=np.full((3, 3), np.nan), method=plan(draws=10), generator=np.random.default_rng(1))

    assert result.rank.tolist() == [0, 0, 0]
    assert np.isnan(result.scores).all()
    assert check(result, values=np.full((3, 3), np.nan), method=plan(draws=10)) == []


def test_intervals_stay_known_where_exactly_the_least_share_is_measured():
    """A draw of weights may put a dimension a hair below its least share; no one loses a rank by that."""
    half = Method((Indicator("a", "d", 1), Indicator("b", "d", 1)), (("d", 1.0),), draws=200)

    result = index(
        values=np.array([[30.0, np.nan], [20.0, 10.0]]), method=half, generator=np.random.default_rng(1)
    )

    assert (result.rank_low.tolist(), result.rank_high.tolist()) == ([1, 2], [1, 2])
    assert np.isfinite(result.low).all()


@given(tables, st.sampled_from(["arithmetic", "geometric"]))
@settings(max_examples=60, deadline=None)
def test_index_of_two_levels_proves_itself(values, aggregation):
    method = Method(TWO.indicators, TWO.dimensions, aggregation=aggregation, draws=50)

    result = index(
        values=values, method=method, error=np.ones_like(values), generator=np.random.default_rng(3)
    )

    assert check(result, values=values, method=method) == []


@given(figures(), st.sampled_from(RULES), st.sampled_from(SCALES), st.sampled_from([None, 1]))
@settings(max_examples=150, deadline=None)
def test_index_proves_itself_under_every_rule_and_scale(values, rule, scale, decimals):
    method = plan(rule, scale, decimals=decimals, draws=20)

    result = index(values=values, method=method, generator=np.random.default_rng(3))

    assert check(result, values=values, method=method) == []


@pytest.mark.parametrize(("step", "what"), [("coin", "log"), ("winsorise", "none")])
def test_treatment_never_leaves_the_same_figure_everywhere(step, what):
    values = np.array([[1.0, 1.0, 1.0]] * 6 + [[30.0, 30.0, 30.0]])

    result = index(values=values, method=plan(treat=Step(step)))

    assert {treatment.done for treatment in result.treatments} == {what}
    assert len(np.unique(result.scores[:, 0])) == 2


@given(figures(), st.sampled_from(["coin", "winsorise:2", "log", "log-plus", "log-one", "box-cox:0.5"]))
@settings(max_examples=60, deadline=None)
def test_index_proves_itself_under_every_treatment(values, treat):
    method = plan(treat=steps(treat, composite.TREAT), impute=Step("median"), least_available=0.5)

    result = index(values=values, method=method)

    assert check(result, values=values, method=method) == []


@given(figures(), st.sampled_from(RULES), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_index_does_not_depend_on_the_order_of_the_units(values, rule, chance):
    order = list(range(len(values)))
    chance.shuffle(order)

    straight = index(values=values, method=plan(rule))
    shuffled = index(values=values[order], method=plan(rule))

    assert np.array_equal(straight.scores[order], shuffled.scores, equal_nan=True)
    assert np.array_equal(straight.ranks[order], shuffled.ranks)


@given(figures(), st.sampled_from([rule for rule in RULES if rule != "outranking"]))
@settings(max_examples=40, deadline=None)
def test_equal_units_share_score_rank_and_interval(values, rule):
    twice = np.concatenate([values, values])

    result = index(values=twice, method=plan(rule, draws=40), generator=np.random.default_rng(2))

    half = len(values)
    for array in (result.score, result.rank, result.low, result.high, result.rank_low, result.rank_high):
        assert np.array_equal(array[:half], array[half:], equal_nan=True)


@given(figures())
@settings(max_examples=25, deadline=None)
def test_index_is_the_same_for_the_same_generator(values):
    first, second = (
        index(values=values, method=plan(draws=30), generator=np.random.default_rng(9)) for _turn in range(2)
    )

    assert np.array_equal(first.rank_low, second.rank_low)
    assert np.array_equal(first.high, second.high, equal_nan=True)


@given(tables, st.integers(0, 2))
@settings(max_examples=40, deadline=None)
def test_index_never_falls_when_a_figure_gets_worse(values, column):
    worse = values.copy()
    worse[:, column] += 5 * TWO.indicators[column].direction

    before, after = index(values=values, method=TWO).score, index(values=worse, method=TWO).score

    assert (np.isnan(before) | (after >= before - 1e-12)).all()


def test_intervals_widen_with_the_error_of_measurement():
    values = np.array([[20.0, 10.0, 50.0], [21.0, 11.0, 51.0]])

    sure = index(values=values, method=TWO, generator=np.random.default_rng(5))
    unsure = index(values=values, method=TWO, error=np.full((2, 3), 8.0), generator=np.random.default_rng(5))

    assert ((unsure.high - unsure.low) > (sure.high - sure.low)).all()
    assert (unsure.rank_low.tolist(), unsure.rank_high.tolist()) == ([1, 1], [2, 2])


def test_intervals_are_those_of_each_draw_computed_alone():
    """The slow way: one index a draw, ranked by counting."""
    values = np.array([[1.0, 9.0, 4.0], [5.0, 2.0, 7.0], [9.0, 4.0, 1.0], [3.0, np.nan, 9.0]])
    method = plan(draws=60)
    sets = composite.noisy_weights(method, 0.25, 60, np.random.default_rng(8))
    alone = [index(values=values, method=composite.weighted(method, row)) for row in sets]
    scores = np.array([one.score for one in alone])
    ranks = np.array([one.rank for one in alone])

    result = index(values=values, method=method, generator=np.random.default_rng(8))

    low, high = np.quantile(scores, [0.05, 0.95], axis=0)
    assert result.low == pytest.approx(np.minimum(low, result.score), abs=1e-12)
    assert result.high == pytest.approx(np.maximum(high, result.score), abs=1e-12)
    near = np.quantile(ranks, [0.05, 0.95], axis=0, method="nearest")
    assert result.rank_low.tolist() == np.minimum(near[0], result.rank).tolist()
    assert result.rank_high.tolist() == np.maximum(near[1], result.rank).tolist()


def test_explain_says_rank_highest_dimension_and_what_each_indicator_moved():
    values = np.array([[25.0, 10.0, 36.0], [50.0, 20.0, 36.0], [np.nan, np.nan, 20.0]])
    method = replace(TWO, aggregation="arithmetic")

    rows = explain(index(values=values, method=method))

    assert rows[:3] == [
        Reason(0, "rank", {"rank": 2, "low": 2, "high": 2, "of": 2, "missing": 0.0}),
        Reason(0, "highest_dimension", {"dimension": "coping", "score": 6.4}),
        # its 2.5 is 1.25 below the mean of 2.5 and 5; three quarters of a third of that
        Reason(0, "moved", {"indicator": "unemployment", "by": pytest.approx(-0.3125), "score": 2.5}),
    ]
    assert rows[-1] == Reason(2, "not_measured", {"missing": 0.8})


@given(figures())
@settings(max_examples=40, deadline=None)
def test_moves_add_up_to_the_distance_from_the_average_unit(values):
    values = np.where(np.isnan(values), 7.0, values)
    result = index(values=values, method=plan())

    total = moved(result).sum(axis=1)

    assert total == pytest.approx(result.score - result.score.mean(), abs=1e-9)


def test_moves_in_an_outranking_are_those_of_one_unit_at_a_time():
    values = np.array([[1.0, 9.0, 4.0], [5.0, 2.0, 7.0], [9.0, 4.0, 1.0], [3.0, np.nan, 9.0]])
    leaves = tuple(replace(item, parent="top", direction=1) for item in TREE[:3])
    method = Plan((*leaves, TREE[-1]), normalise=Step("none"), aggregate=(Step("outranking"),))
    result = index(values=values, method=method)

    found = moved(result)

    for unit, column in np.argwhere(~np.isnan(values)).tolist():
        changed = values.copy()
        changed[unit, column] = np.nanmean(values[:, column])
        alone = index(values=changed, method=method)
        assert found[unit, column] == result.score[unit] - alone.score[unit]
    assert np.isnan(found[3, 1])


def test_check_finds_a_rank_given_to_what_is_not_measured():
    values = np.array([[np.nan, np.nan, 20.0]])
    result = index(values=values, method=TWO)
    result.rank[0] = 1

    assert check(result, values=values, method=TWO) == [Violation(0, "not_measured_has_no_rank")]


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (lambda r: r.scores.__setitem__((0, 0), 55.0), "normalised"),
        (lambda r: r.treated.__setitem__((1, 0), 0.5), "treated"),
        (lambda r: r.scores.__setitem__((1, 5), r.scores[1, 5] + 0.001), "score"),
        (lambda r: r.ranks.__setitem__((1, 5), 9), "rank"),
        (lambda r: r.rank_high.__setitem__(0, 0), "rank_interval"),
        (lambda r: r.low.__setitem__(0, 99.9), "score_interval"),
        (lambda r: r.prepared.measured.__setitem__((0, 0), False), "figure"),
    ],
)
def test_check_finds_what_was_tampered_with(spoil, rule):
    values = np.array([[1.0, 9.0, 4.0], [5.0, 2.0, 7.0], [9.0, 4.0, 1.0]])
    method = plan(draws=20)
    result = index(values=values, method=method, generator=np.random.default_rng(1))
    assert check(result, values=values, method=method) == []

    spoil(result)

    assert rule in {violation.rule for violation in check(result, values=values, method=method)}


def test_check_finds_another_method():
    values = np.array([[1.0, 9.0, 4.0], [5.0, 2.0, 7.0]])
    result = index(values=values, method=plan())

    assert check(result, values=values, method=plan("geometric")) == [Violation(-1, "method")]


@pytest.mark.parametrize(
    "method",
    [
        Method((Indicator("a", "d", +1, low=1, high=1),), (("d", 1.0),)),
        Method((Indicator("a", "x", +1),), (("d", 1.0),)),
        Method((Indicator("a", "d", +1, weight=0),), (("d", 1.0),)),
        Method((Indicator("a", "d", +1),), (("d", 1.0), ("e", 1.0))),
    ],
)
def test_index_refuses_an_impossible_method(method):
    with pytest.raises(composite.CompositeError, match=r"must|names|nothing below"):
        index(values=np.array([[1.0]]), method=method)


@pytest.mark.parametrize(
    ("elements", "key"),
    [
        (TREE[:-1], "roots"),
        ((*TREE, TREE[-1]), "repeated_code"),
        ((TREE[3], *TREE[:3], *TREE[4:]), "order"),
        ((replace(TREE[0], weight=-1.0), *TREE[1:]), "weight"),
        ((replace(TREE[0], parent="e", level=2), *TREE[1:]), "parent_level"),
    ],
)
def test_index_refuses_an_impossible_tree(elements, key):
    with pytest.raises(composite.CompositeError) as refused:
        index(values=np.ones((2, 3)), method=Plan(elements))

    assert refused.value.key == key


def test_index_refuses_a_scale_without_range_and_a_mean_below_zero():
    with pytest.raises(composite.CompositeError, match="the same figure everywhere"):
        index(values=np.ones((3, 3)), method=plan())
    with pytest.raises(composite.CompositeError, match="not below zero"):
        index(values=np.array([[1.0, 2, 3], [3, 2, 1], [2, 1, 3]]), method=plan("geometric", "zscore"))


def test_step_reads_what_it_writes():
    for text in ("minmax", "minmax:1,100", "goalposts:0,40,10"):
        assert str(steps(text, composite.NORMALISE)) == text
    assert steps("group-mean:region", composite.IMPUTE) == Step("group-mean", (), "region")
    assert [
        composite.step(text, composite.NORMALISE)
        for text in ("minmax:1", "minmax:a,b", "mid", "rank:2", "reference")
    ] == [None] * 5


def test_progress_is_told_once_a_block_and_changes_nothing():
    values = np.array([[10.0, 20.0, 30.0], [40.0, 10.0, 60.0], [5.0, 35.0, 90.0]])
    error, told = np.full(values.shape, 2.0), []
    method = replace(TWO, draws=1234)

    silent = index(values=values, method=method, error=error, generator=np.random.default_rng(1))
    result = index(
        values=values,
        method=method,
        error=error,
        generator=np.random.default_rng(1),
        progress=lambda done, of: told.append((done, of)),
    )

    assert told == [(500, 1234), (1000, 1234), (1234, 1234)]
    assert np.array_equal(result.low, silent.low)
    assert np.array_equal(result.intervals.rank_mean, silent.intervals.rank_mean)


def test_intervals_of_a_seed_are_the_same_to_the_last_bit_as_ever():
    """Frozen releases must give the same result years later."""
    values = np.array([[10.0, 20.0, 30.0], [40.0, np.nan, 60.0], [5.0, 35.0, 90.0], [22.0, 31.0, 44.0]])
    error = np.array([[2.0, 0.0, 3.0], [1.0, 2.0, 0.0], [np.nan, 0.0, 1.0], [0.5, 0.0, 2.0]])

    result = index(
        values=values, method=replace(TWO, draws=700), error=error, generator=np.random.default_rng(7)
    )

    known = [0, 2, 3]
    assert result.low[known].round(9).tolist() == [5.543307283, 1.579879296, 5.740649662]
    assert result.high[known].round(9).tolist() == [6.314838663, 2.274345043, 6.271170556]
