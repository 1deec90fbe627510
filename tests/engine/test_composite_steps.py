"""Each step on figures small enough to follow by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multaqa.engine import composite
from multaqa.engine.composite import CompositeError, Element, Plan, Step, Table, index
from tests.engine.composite_cases import steps

NAN = math.nan


def one_column(*figures, direction=1, **changes):
    """The index of one indicator: its score is what the steps make of it."""
    scale = changes.pop("normalise", "none")
    treat = changes.pop("treat", "none")
    item = Element("x", 1, "top", direction=direction, **changes.pop("element", {}))
    table = Table(
        tuple(f"u{n}" for n in range(len(figures))),
        np.array(figures, float)[:, None],
        **changes.pop("table", {}),
    )
    plan = Plan((item, Element("top", 2, None)), normalise=steps(scale, composite.NORMALISE),
                treat=steps(treat, composite.TREAT), **changes)  # fmt: skip
    return index(values=table, method=plan)


@pytest.mark.parametrize(
    ("scale", "direction", "expected"),
    [
        ("minmax", 1, [0, 25, 100, NAN]),
        ("minmax:1,10", -1, [10, 7.75, 1, NAN]),
        ("zscore", 1, [-0.8006407690254357, -0.3202563076101743, 1.1208970766356099, NAN]),
        ("zscore:50,10", -1, [58.00640769025436, 53.20256307610174, 38.7910292336439, NAN]),
        ("rank", 1, [1, 2, 3, NAN]),
        ("rank", -1, [3, 2, 1, NAN]),
        ("prank", 1, [0, 0.5, 1, NAN]),
        ("borda", 1, [0, 1, 2, NAN]),
        ("fracmax", 1, [0.2, 0.4, 1, NAN]),
        ("dist2max", 1, [0, 0.25, 1, NAN]),
        ("scaled:0,20", 1, [10, 20, 50, NAN]),
        ("goalposts:4,8", 1, [0, 0, 100, NAN]),
        ("goalposts:0,20,10", -1, [9, 8, 5, NAN]),
        ("target", 1, [0, 1 / 3, 4 / 3, NAN]),
        ("target-capped", 1, [0, 1 / 3, 1, NAN]),
        ("target", -1, [4.0, 3.0, 0.0, NAN]),
        ("reference:u1", 1, [0, 1, 4, NAN]),
        ("reference-capped:u1", 1, [0, 1, 1, NAN]),
        ("none", -1, [-2, -4, -10, NAN]),
    ],
)
def test_normalise_by_hand(scale, direction, expected):
    result = one_column(2, 4, 10, NAN, normalise=scale, direction=direction, element={"target": 8.0})

    assert result.score.tolist() == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_goalposts_may_have_their_own_scale_and_be_passed():
    """n_goalposts with a scale of 5 and trunc2posts off, as iMeta may ask for each indicator."""
    own = {"low": 0.0, "high": 8.0, "factor": 5.0}

    kept = one_column(2, 4, 10, normalise="goalposts", element=own)
    passed = one_column(2, 4, 10, normalise="goalposts", element=own | {"beyond": True})

    assert kept.score.tolist() == [1.25, 2.5, 5.0]
    assert passed.score.tolist() == [1.25, 2.5, 6.25]
    assert composite.check(passed, values=passed.table, method=passed.plan) == []


def test_ranks_share_the_smaller_number():
    result = one_column(5, 7, 5, 9, normalise="rank")

    assert result.score.tolist() == [1, 3, 1, 4]
    assert result.rank.tolist() == [3, 2, 3, 1]


def test_winsorise_draws_in_one_outlier():
    """COINr's own test: one to ten and a hundred."""
    drawn, moved = composite.winsorise(np.array([*range(1, 11), 100.0]))

    assert (drawn.tolist(), moved) == ([*range(1, 11), 10.0], 1)


def test_winsorise_moves_tied_ends_together():
    drawn, moved = composite.winsorise(np.array([*range(1, 13), 100.0, 100.0, NAN]), most=1)

    assert drawn.tolist()[-3:-1] == [12.0, 12.0]
    assert moved == 2


def test_treat_takes_the_logarithm_where_winsorising_is_not_enough():
    figures = [*range(1, 21), 1000.0, 2000.0]

    result = one_column(*figures, treat="coin:1")

    least, span = 1.0, 1999.0
    assert result.treatments[0].done == "log"
    assert result.score.tolist() == pytest.approx([math.log(x - least + 0.01 * span) for x in figures])


@pytest.mark.parametrize(
    ("treat", "expected"),
    [
        ("none", [1, 2, 11]),
        ("log", [math.log(0.1), math.log(1.1), math.log(10.1)]),
        ("log-plus", [math.log(0.1), math.log(1.1), math.log(10.1)]),
        ("log-one", [0, math.log(2), math.log(11)]),
        ("log-gii", [0, math.log(2), math.log(11)]),
        ("box-cox:2", [0, 1.5, 60]),
        ("box-cox:0", [0, math.log(2), math.log(11)]),
        ("winsorise", [1, 2, 11]),
    ],
)
def test_treat_by_hand(treat, expected):
    assert one_column(1, 2, 11, treat=treat).score.tolist() == pytest.approx(expected)


def test_log_plus_turns_a_tail_of_low_figures():
    assert one_column(-11, -2, -1, treat="log-plus").score.tolist() == pytest.approx(
        [-math.log(10.1), -math.log(1.1), -math.log(0.1)]
    )


@pytest.mark.parametrize("treat", ["log", "box-cox:2"])
def test_treat_refuses_a_column_without_range(treat):
    with pytest.raises(CompositeError, match="the same figure everywhere"):
        one_column(3, 3, 3, treat=treat)


def test_denominator_divides_and_a_missing_one_is_not_measured():
    result = one_column(
        10,
        20,
        30,
        element={"denominator": "people"},
        table={"denominators": {"people": np.array([2, 5, NAN])}},
    )

    assert result.score.tolist() == pytest.approx([5, 4, NAN], nan_ok=True)
    assert result.rank.tolist() == [1, 2, 0]


def test_figure_that_rests_on_too_few_is_not_measured():
    result = one_column(
        99, 20, 30, least_count=30, element={"count": "n"}, table={"counts": {"n": np.array([13, 34, NAN])}}
    )

    assert result.rank.tolist() == [0, 1, 0]
    assert result.missing[:, 0].tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("impute", "expected"),
    [("mean", [1, 3, 5, 3]), ("median", [1, 3, 5, 3]), ("group-mean:g", [1, 3, 5, 2]),
     ("group-median:g", [1, 3, 5, 2]), ("none", [1, 3, 5, NAN])],
)  # fmt: skip
def test_impute_fills_a_gap_but_it_stays_counted_as_missing(impute, expected):
    result = one_column(
        1, 3, 5, NAN, impute=steps(impute, composite.IMPUTE), table={"groups": {"g": ("a", "a", "b", "a")}}
    )

    assert result.score.tolist() == pytest.approx(expected, nan_ok=True)
    assert result.missing[:, -1].tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("impute", "expected"),
    [("latest", [NAN, 2, 2, 2, 8]), ("latest:1", [NAN, 2, 2, NAN, 8]), ("linear", [NAN, 2, 4, 6, 8])],
)
def test_impute_over_the_years_of_a_unit(impute, expected):
    table = Table(
        ("a",) * 5, np.array([[NAN], [2], [NAN], [NAN], [8]]), years=np.array([2018, 2019, 2020, 2021, 2022])
    )
    plan = Plan(
        (Element("x", 1, "top"), Element("top", 2, None)),
        impute=steps(impute, composite.IMPUTE),
        normalise=Step("none"),
    )

    assert index(values=table, method=plan).score.tolist() == pytest.approx(expected, nan_ok=True)


def test_screen_counts_what_was_measured_before_it_was_filled():
    elements = (Element("x", 1, "top"), Element("y", 1, "top"), Element("top", 2, None))
    values = np.array([[1.0, 1.0], [2.0, NAN], [3.0, 3.0]])
    plan = Plan(elements, least_available=0.6, impute=Step("mean"))

    result = index(values=values, method=plan)

    assert result.prepared.kept.tolist() == [True, False, True]
    assert result.rank.tolist() == [2, 0, 1]
    assert ("too_little_measured", 1) in [(row.key, row.unit) for row in composite.explain(result)]


def test_screen_may_ask_for_figures_other_than_zero():
    elements = (Element("x", 1, "top"), Element("y", 1, "top"), Element("top", 2, None))
    values = np.array([[1.0, 0.0], [0.0, 0.0], [3.0, 3.0]])

    result = index(values=values, method=Plan(elements, least_nonzero=0.5))

    assert result.prepared.kept.tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("arithmetic", [(2 * 1 + 8) / 3, 4, 8]),
        ("geometric", [8 ** (1 / 3), 4, 8]),
        ("harmonic", [3 / (2 + 1 / 8), 4, 8]),
        ("power:2", [(66 / 3) ** 0.5, 4, NAN]),
        ("power:0", [8 ** (1 / 3), 4, NAN]),
        ("maximum", [8, 8, 8]),
        ("reversed-geometric:10", [10 - (((9.1**2) * 2.8) ** (1 / 3) - 1) / 9 * 10, 4, 8]),
    ],
)
def test_aggregate_by_hand(rule, expected):
    elements = (Element("x", 1, "top", 2.0), Element("y", 1, "top"), Element("top", 2, None))
    values = np.array([[1.0, 8.0], [4.0, 4.0], [NAN, 8.0]])
    plan = Plan(elements, normalise=Step("none"), aggregate=(steps(rule, composite.AGGREGATE),))

    assert index(values=values, method=plan).score.tolist() == pytest.approx(expected, nan_ok=True)


def test_outranking_counts_victories_less_defeats():
    """Weights 2, 1, 1: a beats b by 2 to 2 (a draw), beats c by 3; b beats c by 4 to 0."""
    elements = (
        Element("x", 1, "top", 2.0),
        Element("y", 1, "top"),
        Element("z", 1, "top"),
        Element("top", 2, None),
    )
    values = np.array([[3.0, 1.0, 2.0], [2.0, 2.0, 3.0], [1.0, 1.5, 1.0]])
    plan = Plan(elements, normalise=Step("none"), aggregate=(Step("outranking"),))

    assert index(values=values, method=plan).score.tolist() == [1, 1, -2]


def test_outranking_meets_only_units_of_the_same_year():
    table = Table(
        ("a", "b", "a", "b"), np.array([[1.0], [2.0], [30.0], [20.0]]), years=np.array([1, 1, 2, 2])
    )
    plan = Plan(
        (Element("x", 1, "top"), Element("top", 2, None)),
        normalise=Step("none"),
        aggregate=(Step("outranking"),),
    )

    assert index(values=table, method=plan).score.tolist() == [-1, 1, 1, -1]


def test_geometric_mean_of_a_zero_is_zero():
    elements = (Element("x", 1, "top"), Element("y", 1, "top"), Element("top", 2, None))
    plan = Plan(elements, normalise=Step("none"), aggregate=(Step("geometric"),))

    assert index(values=np.array([[0.0, 9.0]]), method=plan).score.tolist() == [0.0]


def test_least_share_leaves_an_aggregate_unmeasured():
    elements = (
        Element("x", 1, "top"),
        Element("y", 1, "top"),
        Element("z", 1, "top"),
        Element("top", 2, None),
    )
    values = np.array([[1.0, NAN, NAN], [1.0, 2.0, NAN]])
    plan = Plan(elements, normalise=Step("none"), least_share=(0.6,))

    assert index(values=values, method=plan).score.tolist() == pytest.approx([NAN, 1.5], nan_ok=True)


def test_half_up_rounds_as_printed_tables_do():
    assert composite.half_up(np.array([0.25, 0.35, 2.05, 6.45]), 1).tolist() == [0.3, 0.4, 2.1, 6.5]


def test_shrinkage_by_hand():
    """Marshall's estimator: m = 0.5, spread = 0.16, chance·k/N = 0.25·2/20, so between = 0.135."""
    found = composite.shrink_shares(np.array([0.1, 0.9]), np.array([10.0, 10.0]))

    assert (found.mean, found.between) == (pytest.approx(0.5), pytest.approx(0.135))
    assert found.trust.tolist() == pytest.approx([0.135 / 0.16] * 2)
    assert found.share.tolist() == pytest.approx([0.5 - 0.4 * 0.84375, 0.5 + 0.4 * 0.84375])


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), min_size=2, max_size=12),
)
def test_shrinkage_draws_towards_the_mean_and_small_places_most(pairs):
    counts = np.array([max(hits, n) for hits, n in pairs], float)
    shares = np.array([hits for hits, _n in pairs]) / counts

    found = composite.shrink_shares(shares, counts)

    low, high = np.minimum(shares, found.mean), np.maximum(shares, found.mean)
    assert ((found.share >= low - 1e-12) & (found.share <= high + 1e-12)).all()
    order = np.argsort(counts, kind="stable")
    assert (np.diff(found.trust[order]) >= -1e-12).all()


def test_shrink_is_a_step_of_the_index():
    """A share of thirteen people no longer leads the table."""
    shares = np.array([100.0, 62.5, 58.0, 20.0, 30.0, 40.0])
    counts = np.array([3.0, 900.0, 800.0, 700.0, 600.0, 500.0])

    plain = one_column(*shares)
    shrunk = one_column(*shares, shrink=100.0, element={"count": "n"}, table={"counts": {"n": counts}})

    assert plain.rank.tolist()[:2] == [1, 2]
    assert shrunk.score[0] < 75
    assert shrunk.score[1:] == pytest.approx(shares[1:], abs=1.0)


def test_growth_from_first_to_last_measured_year():
    table = Table(
        ("a", "a", "a", "b"), np.array([[4.0], [NAN], [9.0], [5.0]]), years=np.array([2018, 2019, 2020, 2020])
    )
    plan = Plan((Element("x", 1, "top"), Element("top", 2, None)), normalise=Step("none"))

    assert composite.growth(index(values=table, method=plan)) == (
        composite.Growth("a", 2018, 2020, pytest.approx(0.5), 5.0, 0),
    )


@pytest.mark.parametrize(
    ("first", "last", "years", "expected"), [(4, 9, 2, 0.5), (0, 0, 3, 0), (0, 4, 2, NAN), (-4, 4, 2, NAN)]
)
def test_compound_growth(first, last, years, expected):
    assert composite.compound(first, last, years) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"impute": Step("group-mean", (), "region")}, "missing_group"),
        ({"impute": Step("linear")}, "no_years"),
        ({"element": {"denominator": "people"}}, "missing_column"),
        ({"shrink": 1.0, "element": {"count": "n"}, "table": {"counts": {"n": np.ones(3)}}}, "not_a_share"),
        ({"normalise": "goalposts"}, "no_goalposts"),
        ({"normalise": "goalposts:5,2"}, "goalposts"),
        ({"normalise": "target"}, "no_target"),
        ({"normalise": "reference:u9"}, "no_reference"),
    ],
)
def test_index_refuses_a_plan_that_the_table_cannot_carry(changes, key):
    with pytest.raises(CompositeError) as refused:
        one_column(1, 2, 3, **changes)

    assert refused.value.key == key


def test_error_of_measurement_is_refused_after_a_treatment():
    plan = Plan((Element("x", 1, "top"), Element("top", 2, None)), treat=Step("coin"), draws=10)
    with pytest.raises(CompositeError, match="not known after a treatment"):
        index(
            values=np.array([[1.0], [2.0]]),
            method=plan,
            error=np.ones((2, 1)),
            generator=np.random.default_rng(1),
        )


def test_error_of_measurement_needs_a_scale():
    plan = Plan((Element("x", 1, "top"), Element("top", 2, None)), normalise=Step("rank"), draws=10)
    with pytest.raises(CompositeError, match="no scale of its own"):
        index(
            values=np.array([[1.0], [2.0]]),
            method=plan,
            error=np.ones((2, 1)),
            generator=np.random.default_rng(1),
        )


def test_weight_of_nothing_takes_an_element_out():
    elements = (Element("x", 1, "top"), Element("y", 1, "top", 0.0), Element("top", 2, None))
    plan = Plan(elements, normalise=Step("none"))

    assert index(values=np.array([[1.0, 50.0]]), method=plan).score.tolist() == [1.0]
    assert index(values=np.array([[NAN, 50.0]]), method=replace(plan)).rank.tolist() == [0]
