"""Envelopes by formula against the definitions, and their promises one by one."""

import doctest
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from multaqa.engine import envelopes as module
from multaqa.engine.envelopes import Bounds, Criterion, EnvelopeError, check, explain, gini, share

NAMES = ("coast", "oasis", "desert", "port", "hills")


def amounts(**change):
    case = {"territories": NAMES[:3], "total": 1000, "criteria": [Criterion("people", 1, (60, 30, 10))]}
    return share(**{**case, **change}).amounts


@st.composite
def cases(draw):
    size = draw(st.integers(1, 5))
    each = {"min_size": size, "max_size": size}
    number = st.integers(1, 60).map(float)
    criteria = [
        Criterion(name, draw(st.sampled_from([0.2, 0.5, 3.0])), tuple(draw(st.lists(number, **each))))
        for name in draw(st.sampled_from([("people",), ("people", "need")]))
    ]
    bounds = Bounds(
        floor=tuple(draw(st.lists(st.integers(0, 60), **each))),
        cap=tuple(draw(st.lists(st.integers(60, 900), **each))),
        last=tuple(draw(st.lists(st.none() | st.integers(60, 300), **each))),
        fall=draw(st.sampled_from([None, 0.5, 1.0])),
        rise=draw(st.sampled_from([None, 0.5, 3.0])),
    )
    return {
        "territories": NAMES[:size],
        "total": draw(st.integers(0, 900)),
        "base": draw(st.integers(0, 20)),
        "criteria": criteria,
        "bounds": bounds,
    }


def shared(case):
    try:
        return share(**case)
    except EnvelopeError:
        assume(False)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_share_keeps_total_and_bounds(case):
    found = shared(case)

    assert sum(found.amounts) == case["total"]
    assert check(found) == ()
    for place, amount in enumerate(found.amounts):
        assert case["bounds"].floor[place] <= amount <= case["bounds"].cap[place]
        before = case["bounds"].last[place]
        if before is not None and case["bounds"].fall is not None:
            assert amount >= before * (1 - case["bounds"].fall)
        if before is not None and case["bounds"].rise is not None:
            assert amount <= before * (1 + case["bounds"].rise)


@settings(max_examples=40, deadline=None)
@given(cases())
def test_share_finds_the_factor_that_bisection_finds(case):
    found = shared(case)
    wanted = found.formula.amounts()

    def total(factor):
        return sum(
            min(max(factor * amount, low), high)
            for amount, low, high in zip(wanted, found.range.low, found.range.high, strict=True)
        )

    assert total(found.factor) == case["total"]
    low, high = 0.0, 10_000.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if total(middle) < case["total"] else (low, middle)
    for amount, least, most, filled in zip(
        wanted, found.range.low, found.range.high, found.filled, strict=True
    ):
        assert float(filled) == pytest.approx(min(max(high * float(amount), least), most), abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(cases())
def test_rows_of_explain_add_up_to_the_last_unit(case):
    found = shared(case)

    for part, amount in zip(explain(found), found.amounts, strict=True):
        parts = sum(value for _, value in part.parts)
        assert part.base + parts + part.sharing + part.bound + part.rounding == part.amount == amount


@settings(max_examples=30, deadline=None)
@given(cases(), st.sampled_from([0.125, 3, 1000]))
def test_share_does_not_depend_on_the_scale_of_a_criterion(case, times):
    first, *others = case["criteria"]
    scaled = replace(first, values=tuple(value * times for value in first.values))

    assert shared({**case, "criteria": [scaled, *others]}).amounts == shared(case).amounts


@settings(max_examples=30, deadline=None)
@given(cases(), st.integers(1, 50))
def test_more_need_never_brings_less(case, more):
    first, *others = case["criteria"]
    needier = replace(first, values=(first.values[0] + more, *first.values[1:]))

    after = shared({**case, "criteria": [needier, *others]})

    assert after.amounts[0] >= shared(case).amounts[0] - 1  # one unit of rounding


def test_share_without_bounds_is_the_formula():
    assert amounts() == (600, 300, 100)
    assert amounts(base=100) == (520, 310, 170)
    need = Criterion("need", 3, (1, 1, 8))
    assert amounts(criteria=[Criterion("people", 1, (60, 30, 10)), need]) == (225, 150, 625)


def test_a_capped_territory_leaves_its_money_to_the_others_in_proportion():
    assert amounts(bounds=Bounds(cap=400)) == (400, 400, 200)
    assert amounts(bounds=Bounds(cap=460)) == (460, 405, 135)
    assert amounts(bounds=Bounds(floor=200)) == (533, 267, 200)


def test_hold_harmless_limits_the_yearly_change():
    bounds = Bounds(last=(700, 100, None), fall=0.05, rise=0.2)

    found = share(NAMES[:3], total=1000, criteria=[Criterion("people", 1, (60, 30, 10))], bounds=bounds)

    assert found.amounts == (754, 120, 126)
    assert [part.by for part in explain(found)] == ["", "hold_harmless", ""]


def test_rounding_gives_whole_steps_to_the_largest_remainders():
    assert amounts(total=100, criteria=[Criterion("people", 1, (1, 1, 1))]) == (34, 33, 33)
    assert amounts(total=10_000, step=1000) == (6000, 3000, 1000)
    assert amounts(total=9_000, step=1000) == (5000, 3000, 1000)


def test_what_was_not_measured_is_the_callers_choice():
    need = Criterion("need", 1, (2.0, None, 4.0))

    with pytest.raises(EnvelopeError) as wrong:
        amounts(criteria=[need])

    assert str(wrong.value) == "need of oasis is not measured: choose what that means."
    assert amounts(total=900, criteria=[need], missing="mean") == (200, 300, 400)
    assert amounts(total=900, criteria=[need], missing="nothing") == (300, 0, 600)
    people = replace(need, times=(10.0, 30.0, 5.0))
    assert amounts(total=1300, criteria=[people], missing="mean") == (200, 900, 200)
    found = share(NAMES[:3], total=900, criteria=[need], missing="mean")
    assert [part.guessed for part in explain(found)] == [(), ("need",), ()]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"base": 400}, "The base of 3 territories takes 200 more than the total."),
        ({"bounds": Bounds(floor=400)}, "The least amounts add up to 1200, 200 more than the total."),
        ({"bounds": Bounds(cap=300)}, "The greatest amounts add up to 900, 100 less than the total."),
        (
            {"bounds": Bounds(floor=300, last=(100, None, None), rise=0.1)},
            "coast should get at least 300 and at most 110: no amount does both.",
        ),
        ({"step": 300}, "The total 1000 is not a multiple of the step 300."),
        ({"criteria": [Criterion("need", 1, (0, 0, 0))]}, "No territory has any need."),
        (
            {"criteria": [Criterion("need", 0, (1, 1, 1))]},
            "The weights must be zero or more, and not all zero.",
        ),
        ({"criteria": [Criterion("need", 1, (1, 1))]}, "need needs one value for each territory."),
        (
            {"criteria": [Criterion("need", 1, (1, -1, 1))]},
            "need of oasis is not a number of zero or more.",
        ),
        ({"territories": ("coast", "coast", "port")}, "Territory coast is listed twice."),
        (
            {"criteria": [Criterion("need", 1, (1, 0, 0))], "bounds": Bounds(cap=400)},
            "When every territory that the formula names is at its greatest amount, 600 remain.",
        ),
    ],
)
def test_share_refuses_in_one_sentence(change, sentence):
    with pytest.raises(EnvelopeError) as wrong:
        amounts(**change)

    assert str(wrong.value) == sentence


def test_check_finds_each_broken_promise():
    honest = share(
        NAMES[:3], total=1000, criteria=[Criterion("people", 1, (60, 30, 10))], bounds=Bounds(cap=450)
    )

    def keys(*found):
        return [fault.key for fault in check(replace(honest, amounts=found))]

    assert check(honest) == ()
    assert keys(450, 400, 149) == ["total"]
    assert keys(460, 400, 140) == ["bounds"]
    assert keys(350, 400, 250) == ["passed_over"]


def test_gini_is_zero_in_proportion_and_grows_with_distance():
    assert gini((60, 30, 10), (6, 3, 1)) == 0
    assert gini((0, 0, 10), (1, 1, 1)) == pytest.approx(2 / 3)
    assert gini((50, 50), (75, 25)) == pytest.approx(0.25)
    assert gini((50, 50), (0, 100)) == pytest.approx(0.5)
    assert gini((0, 0), (1, 1)) != gini((0, 0), (1, 1))  # nothing to compare: not a number


def test_factor_is_exact():
    found = share(
        NAMES[:3], total=1000, criteria=[Criterion("people", 1, (60, 30, 10))], bounds=Bounds(cap=460)
    )

    assert found.factor == Fraction(540, 400)
    assert found.filled == (460, 405, 135)


def test_doctest_of_the_module():
    assert doctest.testmod(module).failed == 0
