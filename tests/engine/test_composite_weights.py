"""Weights, the statistics of a set of indicators, and what a choice of method decides."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from multaqa.engine import composite
from multaqa.engine.composite import Choice, CompositeError, Plan, Step, index
from tests.engine.composite_cases import TREE

FIGURES = np.array(
    [[1.0, 9.0, 4.0], [5.0, 2.0, 7.0], [9.0, 4.0, 1.0], [3.0, 6.0, 9.0], [7.0, 3.0, 2.0], [2.0, 8.0, 8.0]]
)
scores = arrays(float, st.tuples(st.integers(2, 7), st.just(3)), elements=st.integers(0, 12).map(float))


def test_effective_weights_multiply_down_the_tree():
    # a and b share three quarters by 2 to 1; c has the last quarter alone
    assert composite.effective_weights(Plan(TREE)).tolist() == [0.5, 0.25, 0.25, 0.75, 0.25, 1.0]


def test_equal_weights_make_groups_equal_whatever_they_hold():
    plan = composite.weighted(Plan(TREE), composite.equal_weights(Plan(TREE)))

    assert composite.effective_weights(plan).tolist() == [0.25, 0.25, 0.5, 0.5, 0.5, 1.0]


def test_pca_weights_of_two_columns_are_equal():
    """The first component of two standardised columns that rise together is their diagonal."""
    result = index(values=FIGURES, method=Plan(TREE))

    weights = composite.pca_weights(Plan(TREE), result.scores)

    assert weights[:2].tolist() == pytest.approx([math.sqrt(0.5)] * 2)
    assert weights[2] == 1.0
    # d and e fall as each other rise: their loadings have opposite signs
    assert np.abs(weights[3:5]).tolist() == pytest.approx([math.sqrt(0.5)] * 2)
    assert weights[3] * weights[4] < 0


def test_pca_weights_are_the_first_singular_vector():
    chance = np.random.default_rng(4)
    common = chance.standard_normal(40)
    x = common[:, None] * [1.0, 0.8, 0.6] + chance.standard_normal((40, 3)) * 0.5
    flat = Plan((*(replace(item, parent="top", level=1) for item in TREE[:3]), TREE[-1]))

    weights = composite.pca_weights(flat, np.column_stack([x, common]))

    standard = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    first = np.linalg.svd(standard)[2][0]
    assert weights[:3] == pytest.approx(first * np.sign(first.sum()))


def test_pca_weight_below_zero_is_no_weight_of_a_plan():
    flat = Plan((*(replace(item, parent="top", level=1) for item in TREE[:3]), TREE[-1]))
    rising = np.arange(9.0)
    weights = composite.pca_weights(
        flat, np.column_stack([rising, rising**1.1, -rising + rising**2 / 99, rising])
    )

    with pytest.raises(CompositeError, match="weight of c must not be below zero"):
        composite.plan_of(composite.weighted(flat, weights))
    with pytest.raises(CompositeError, match="too little variation below top"):
        composite.pca_weights(flat, np.ones((4, 4)))


def test_budget_weights_count_each_person_once():
    points = np.array([[60.0, 40, 0], [1, 1, 2], [0, 0, 0]])

    found = composite.budget_weights(points)

    assert found.weights.tolist() == pytest.approx([0.425, 0.325, 0.25])
    assert found.people == 2
    assert found.error.tolist() == pytest.approx([0.175, 0.075, 0.25])


@pytest.mark.parametrize("points", [np.zeros((2, 3)), np.array([[1.0, -1.0]]), np.array([[np.nan, 1.0]])])
def test_budget_weights_refuse_what_is_no_allocation(points):
    with pytest.raises(CompositeError, match=r"points|Points"):
        composite.budget_weights(points)


def test_budget_sets_the_weights_of_its_group():
    plan = composite.with_budget(Plan(TREE), ("a", "b"), np.array([[30.0, 70.0], [50.0, 50.0]]))

    assert plan.weights.tolist() == pytest.approx([0.4, 0.6, 1.0, 3.0, 1.0, 1.0])


def test_benefit_of_the_doubt_by_hand():
    """Of (4, 0), (0, 4), (3, 3) and (2, 1): the last is best off weighing so that the third reaches 1."""
    found = composite.benefit_of_the_doubt(np.array([[4.0, 0], [0, 4], [3, 3], [2, 1], [np.nan, 1]]))

    # with weights (1/4, 1/12) the first and the third reach 1, and (2, 1) reaches 1/2 + 1/12
    assert found.scores.tolist() == pytest.approx([1, 1, 1, 7 / 12, np.nan], nan_ok=True)
    assert found.weights[3].tolist() == pytest.approx([1 / 4, 1 / 12])
    assert found.rivals[3] == (0, 2)
    assert found.rivals[4] == ()


@given(scores)
@settings(max_examples=30, deadline=None)
def test_benefit_of_the_doubt_is_the_best_that_fair_weights_allow(x):
    """Weak duality, by hand: no convex mix of the others may be needed beyond 1/score of it."""
    found = composite.benefit_of_the_doubt(x)

    for row in range(len(x)):
        weights = found.weights[row]
        assert (weights >= -1e-9).all()
        assert (x @ weights <= 1 + 1e-7).all()
        assert float(x[row] @ weights) == pytest.approx(found.scores[row], abs=1e-7)
        # an equal weight scaled to the best unit is one feasible choice, so the optimum is at least that
        best = x.sum(axis=1).max()
        assert found.scores[row] >= (x[row].sum() / best if best else 0) - 1e-7


def test_benefit_of_the_doubt_keeps_each_part_within_its_bounds():
    x = np.array([[4.0, 1.0], [1.0, 4.0], [3.0, 2.0]])

    found = composite.benefit_of_the_doubt(x, least=0.3, most=0.7)

    parts = x * found.weights / (x * found.weights).sum(axis=1, keepdims=True)
    assert (parts >= 0.3 - 1e-7).all()
    assert (parts <= 0.7 + 1e-7).all()


def test_benefit_of_the_doubt_refuses_bounds_and_scores_that_cannot_be():
    with pytest.raises(CompositeError, match="No parts that add up"):
        composite.benefit_of_the_doubt(np.array([[1.0, 0.0], [1.0, 1.0]]), least=0.6)
    with pytest.raises(CompositeError, match="not below zero"):
        composite.benefit_of_the_doubt(np.array([[1.0, -1.0]]))


def test_correlations_use_the_rows_that_both_have():
    x = np.column_stack([[1, 2, 3, 4, np.nan], [2, 4, 6, 8, 1], [4, 3, 2, np.nan, 7], [5.0] * 5])

    found = composite.correlations(x)

    assert found[0].tolist() == pytest.approx([1, 1, -1, np.nan], nan_ok=True)


def test_cronbach_by_hand():
    """Two columns with variance 1 and covariance 0.5: alpha = 4·0.5/3."""
    x = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 1.0], [1.0, 3.0]])
    covariance = np.cov(x.T)

    assert composite.cronbach(x) == pytest.approx(4 * covariance[0, 1] / covariance.sum())
    assert math.isnan(composite.cronbach(x[:, :1]))


def test_pairs_flag_what_pulls_apart_and_what_says_the_same():
    values = np.column_stack([np.arange(6.0), -np.arange(6.0), [1, 5, 2, 4, 3, 6]])

    found = composite.pairs(index(values=values, method=Plan(TREE)))

    # b counts the other way round, so that falling figures are rising scores
    assert [(row.one, row.other, row.flag) for row in found] == [("a", "b", "redundant")]


def test_columns_flag_what_should_be_looked_at():
    values = np.column_stack([[0, 0, 0, 0, 5, 4], [1, 2, np.nan, np.nan, np.nan, 3], [1, 1, 1, 1, 1, 99]])

    found = {row.code: row.flags for row in composite.columns(index(values=values, method=Plan(TREE)))}

    assert found == {"a": ("zeros",), "b": ("few",), "c": ("repeated", "outliers")}


def test_remove_one_computes_the_index_again():
    result = index(values=FIGURES, method=Plan(TREE))

    found = {row.code: row for row in composite.remove_one(result)}

    without = index(
        values=FIGURES, method=Plan(tuple(replace(i, weight=0.0) if i.code == "a" else i for i in TREE))
    )
    shift = np.abs(result.rank - without.rank)
    assert (found["a"].mean_shift, found["a"].most_shift) == (shift.mean(), shift.max())
    # nothing is left of e without c, but the index goes on without e
    assert set(found) == {"a", "b", "c"}
    assert [row.code for row in composite.remove_one(result, level=2)] == ["d", "e"]


def test_estimate_finds_the_shares_of_a_sum():
    """y = x1 + 2·x2 + 3·x3 on independent uniforms: shares 1, 4 and 9 of 14, alone and in total."""
    samples, chance = 40_000, np.random.default_rng(2)
    a, b = chance.random((samples, 3)), chance.random((samples, 3))
    runs = [a, b]
    for column in range(3):
        mixed = a.copy()
        mixed[:, column] = b[:, column]
        runs.append(mixed)
    y = np.concatenate(runs) @ [1.0, 2.0, 3.0]

    shares, variance = composite.estimate(
        y, samples=samples, names=("a", "b", "c"), generator=chance, bootstrap=50
    )

    assert variance == pytest.approx(14 / 12, rel=0.02)
    assert [row.total for row in shares] == pytest.approx([1 / 14, 4 / 14, 9 / 14], abs=0.01)
    assert [row.first for row in shares] == pytest.approx([1 / 14, 4 / 14, 9 / 14], abs=0.04)
    assert all(row.total_low <= row.total <= row.total_high for row in shares)


def choices(plan, generator):
    return (
        Choice("scale", "normalise", (Step("minmax", (1.0, 100.0)), Step("rank"))),
        Choice("mean", "aggregate", ((Step("arithmetic"),), (Step("geometric"),))),
        composite.weight_choice(plan, composite.noisy_weights(plan, 0.5, 16, generator)),
    )


def test_sensitivity_computes_each_run_of_its_design():
    """The slow way: one index a run, by the design drawn from the same generator."""
    plan = Plan(TREE, normalise=Step("minmax", (1.0, 100.0)))
    result = index(values=FIGURES, method=plan)
    ways = choices(plan, np.random.default_rng(1))
    found = composite.sensitivity(
        result, choices=ways, samples=12, generator=np.random.default_rng(6), bootstrap=0
    )

    base = np.random.default_rng(6).random((12, 6))
    a, b = base[:, :3], base[:, 3:]
    design = [*a, *b]
    for column in range(3):
        design += [np.where(np.arange(3) == column, two, one) for one, two in zip(a, b, strict=True)]
    shifts = []
    for row in design:
        scale, mean, weights = (
            one.options[int(x * len(one.options))] for one, x in zip(ways, row, strict=True)
        )
        other = index(
            values=FIGURES,
            method=composite.weighted(replace(plan, normalise=scale, aggregate=mean), np.array(weights)),
        )
        shifts.append(np.abs(other.rank - result.rank).mean())
    y = np.array(shifts)
    expected, variance = composite.estimate(
        y, samples=12, names=("scale", "mean", "weights"), generator=np.random.default_rng(0)
    )
    assert found.runs == 12 * 5
    assert found.variance == variance
    assert [(row.first, row.total) for row in found.shares] == [(row.first, row.total) for row in expected]


def test_sensitivity_of_choices_without_effect_is_nothing():
    plan = Plan(TREE)
    same = (Choice("a", "aggregate", (plan.aggregate,) * 2), Choice("b", "treat", (Step("none"),) * 2))

    found = composite.sensitivity(
        index(values=FIGURES, method=plan), choices=same, samples=20, generator=np.random.default_rng(1)
    )

    assert [(row.first, row.total) for row in found.shares] == [(0, 0), (0, 0)]
    assert (
        found.rank_low.tolist()
        == found.rank_high.tolist()
        == index(values=FIGURES, method=plan).rank.tolist()
    )


def test_sensitivity_skips_no_alternative_in_silence():
    plan = Plan(TREE)
    ways = (
        Choice("scale", "normalise", (Step("minmax"), Step("zscore"))),
        Choice("mean", "aggregate", ((Step("arithmetic"),), (Step("geometric"),))),
    )
    with pytest.raises(CompositeError, match="not below zero"):
        composite.sensitivity(
            index(values=FIGURES, method=plan), choices=ways, samples=20, generator=np.random.default_rng(1)
        )
    with pytest.raises(CompositeError, match="two uncertain choices"):
        composite.sensitivity(
            index(values=FIGURES, method=plan),
            choices=ways[:1],
            samples=20,
            generator=np.random.default_rng(1),
        )
