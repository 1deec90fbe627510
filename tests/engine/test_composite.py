import csv
import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from multaqa.engine import composite
from multaqa.engine.composite import Indicator, Method, Reason, Violation, check, explain, index

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


def test_index_equals_inform_risk_to_its_printed_decimal(shared_data):
    """INFORM's published risk is the plain geometric mean of its printed dimensions, rounded half up."""
    with (shared_data / "inform" / "inform_gri_2020_v040.csv").open(encoding="latin-1") as text:
        rows = [row for row in csv.DictReader(text) if row["ISO3"]]
    keys = ("HAZARD & EXPOSURE", "VULNERABILITY", "LACK OF COPING CAPACITY")
    values = np.array([[float(row[key]) for key in keys] for row in rows])
    method = Method(
        indicators=tuple(
            Indicator(name, name, +1, low=0, high=10) for name in ("hazard", "vulnerability", "coping")
        ),
        dimensions=(("hazard", 1.0), ("vulnerability", 1.0), ("coping", 1.0)),
    )

    result = index(values=values, method=method)

    rounded = np.floor(result.score * 10 + 0.5 + 1e-9) / 10
    assert rounded.tolist() == [float(row["INFORM RISK"]) for row in rows]
    assert len(rows) == 191


@given(tables, st.sampled_from(["arithmetic", "geometric"]))
@settings(max_examples=80, deadline=None)
def test_index_proves_itself(values, aggregation):
    method = Method(TWO.indicators, TWO.dimensions, aggregation=aggregation, draws=50)

    result = index(
        values=values, method=method, error=np.ones_like(values), generator=np.random.default_rng(3)
    )

    assert check(result, values=values, method=method) == []


@given(tables, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_index_does_not_depend_on_the_order_of_territories(values, chance):
    order = list(range(len(values)))
    chance.shuffle(order)

    straight = index(values=values, method=TWO)
    shuffled = index(values=values[order], method=TWO)

    assert np.array_equal(straight.score[order], shuffled.score, equal_nan=True)
    assert np.array_equal(straight.rank[order], shuffled.rank)


@given(tables)
@settings(max_examples=25, deadline=None)
def test_index_is_the_same_for_the_same_generator(values):
    first, second = (
        index(values=values, method=TWO, generator=np.random.default_rng(9)) for _turn in range(2)
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


def test_explain_says_rank_worst_dimension_and_heaviest_indicator():
    values = np.array([[25.0, 10.0, 36.0], [np.nan, np.nan, 20.0]])

    rows = explain(index(values=values, method=TWO), TWO)

    assert rows == [
        Reason(0, "rank", {"rank": 1, "low": 1, "high": 1, "of": 1}),
        Reason(0, "worst_dimension", {"dimension": "coping", "score": 6.4}),
        Reason(0, "heaviest_indicator", {"indicator": "unemployment", "score": 2.5}),
        Reason(1, "not_measured", {"missing": 0.8}),
    ]


def test_check_finds_a_rank_given_to_what_is_not_measured():
    values = np.array([[np.nan, np.nan, 20.0]])
    result = index(values=values, method=TWO)
    result.rank[0] = 1

    assert check(result, values=values, method=TWO) == [Violation(0, "not_measured_has_no_rank")]


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
    with pytest.raises(ValueError, match=r"must|names|needs"):
        index(values=np.array([[1.0]]), method=method)
