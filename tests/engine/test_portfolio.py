"""The constrained portfolio against every combination, and its promises one by one."""

import doctest
import itertools
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from multaqa.engine import portfolio as module
from multaqa.engine.allocation import elect_from
from multaqa.engine.portfolio import (
    Limit,
    PortfolioError,
    bound,
    check,
    choose,
    cores,
    explain,
    need_weights,
    problem,
    turnout_weights,
    worths,
)

IDS = ("1", "10", "2", "7", "9")
WISHES = {
    "projects": ["road", "well", "school", "clinic"],
    "costs": [60, 10, 50, 40],
    "worths": [90, 5, 70, 60],
    "budget": 110,
}


@st.composite
def cases(draw, partial=True):
    ids = IDS[: draw(st.integers(1, 4 if partial else 5))]
    some = st.lists(st.sampled_from(ids), min_size=1, unique=True).map(tuple)
    each = {"min_size": len(ids), "max_size": len(ids)}
    caps = draw(st.lists(st.tuples(some, st.integers(0, 20)), max_size=2))
    floors = draw(st.lists(st.tuples(some, st.integers(0, 8)), max_size=2))
    shares = st.dictionaries(st.sampled_from(ids), st.sampled_from([0.3, 0.5, 1.0]), max_size=2)
    return {
        "projects": ids,
        "costs": draw(st.lists(st.integers(1, 7), **each)),
        "worths": draw(st.lists(st.integers(0, 9), **each)),
        "budget": draw(st.integers(0, 24)),
        "caps": [Limit(f"cap {n}", names, amount) for n, (names, amount) in enumerate(caps)],
        "floors": [Limit(f"floor {n}", names, amount) for n, (names, amount) in enumerate(floors)],
        "incompatible": draw(st.lists(some, max_size=2)),
        "partial": draw(shares) if partial else {},
        "withdrawn": draw(st.lists(st.sampled_from(ids), max_size=1)),
    }


def allowed(case):
    """Every vector of amounts that keeps every limit, with its worth, by the definitions."""
    wishes = problem(**case)
    choices = [
        [0] if name in case["withdrawn"] else [0, *range(least, cost + 1)]
        for name, least, cost in zip(wishes.projects, wishes.least, wishes.costs, strict=True)
    ]
    for amounts in itertools.product(*choices):
        granted = dict(zip(case["projects"], amounts, strict=True))
        if (
            sum(amounts) <= case["budget"]
            and all(sum(granted[p] for p in cap.projects) <= cap.amount for cap in case["caps"])
            and all(sum(granted[p] for p in floor.projects) >= floor.amount for floor in case["floors"])
            and all(sum(granted[p] > 0 for p in names) <= 1 for names in case["incompatible"])
        ):
            rows = zip(case["worths"], amounts, case["costs"], strict=True)
            yield amounts, sum(Fraction(worth * amount, cost) for worth, amount, cost in rows)


@settings(max_examples=50, deadline=None)
@given(cases())
def test_choose_agrees_with_trying_everything(case):
    best = max((worth for _, worth in allowed(case)), default=None)

    if best is None:
        with pytest.raises(PortfolioError):
            choose(problem(**case))
        return
    found = choose(problem(**case))

    assert found.worth <= best <= found.bound
    assert found.worth == best or case["partial"]
    assert check(found) == ()
    assert bound(found).worth >= best


@settings(max_examples=30, deadline=None)
@given(cases(partial=False))
def test_cores_agree_with_the_list_of_all_good_portfolios(case):
    every = list(allowed(case))
    assume(every)
    found = choose(problem(**case))
    good = [amounts for amounts, worth in every if worth >= found.worth * Fraction("0.8")]

    verdicts = [core.verdict for core in cores(found, tolerance=0.2)]

    assert verdicts == [
        "sometimes" if any(column) and not all(column) else "always" if any(column) else "never"
        for column in zip(*good, strict=True)
    ]


@settings(max_examples=30, deadline=None)
@given(cases(), st.integers(0, 12))
def test_another_limit_never_raises_the_worth(case, amount):
    assume(any(True for _ in allowed(case)))
    before = choose(problem(**case))
    tighter = {**case, "caps": [*case["caps"], Limit("more", case["projects"][:2], amount)]}

    assume(any(True for _ in allowed(tighter)))
    assert choose(problem(**tighter)).worth <= before.bound


@settings(max_examples=30, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_choose_does_not_depend_on_the_order_of_the_projects(case, chance):
    assume(any(True for _ in allowed(case)))
    order = list(range(len(case["projects"])))
    chance.shuffle(order)
    moved = {key: [case[key][p] for p in order] for key in ("projects", "costs", "worths")}

    first, second = choose(problem(**case)), choose(problem(**{**case, **moved}))

    assert dict(zip(case["projects"], first.amounts, strict=True)) == dict(
        zip(moved["projects"], second.amounts, strict=True)
    )


@settings(max_examples=30, deadline=None)
@given(cases(partial=False))
def test_explain_tells_the_loss_that_every_combination_confirms(case):
    every = list(allowed(case))
    assume(every)
    found = choose(problem(**case))

    for reason in explain(found):
        place = case["projects"].index(reason.project)
        with_it = [worth for amounts, worth in every if amounts[place]]
        if "loss" in reason.values:
            expected = found.worth - max(with_it) if with_it else None
            assert reason.values["loss"] == expected
        if reason.key == "equally_good":
            assert max(with_it) == found.worth
        if reason.key == "cannot_be_in":
            assert with_it == []


def test_choose_keeps_cap_and_floor_in_a_case_worked_by_hand():
    # without limits well, school and clinic (135) lose to road and school (160); the south needs 40
    wishes = problem(
        **WISHES,
        caps=[Limit("works", ("road", "well"), 60)],
        floors=[Limit("south", ("well", "clinic"), 40)],
    )

    found = choose(wishes)

    assert (found.selected, found.spent, found.worth) == (("road", "clinic"), 100, 150)
    assert (found.bound, found.gap, found.settled) == (150, 0.0, True)
    reasons = {reason.project: (reason.key, reason.values) for reason in explain(found)}
    assert reasons["well"] == (
        "cap_full",
        {"limit": "works", "amount": 60, "left": 0, "filled_by": ["road"], "loss": 15},
    )
    assert reasons["school"] == (
        "floor_elsewhere",
        {"limit": "south", "amount": 40, "taken_by": ["clinic"], "loss": 15},
    )


def test_choose_takes_one_of_incompatible_projects_and_names_the_rival():
    found = choose(problem(**WISHES, incompatible=[("road", "school", "road")]))

    assert found.selected == ("road", "well", "clinic")
    (reason,) = explain(found)
    assert (reason.project, reason.key, reason.values["by"]) == ("school", "incompatible", "road")


def test_choose_funds_in_part_down_to_the_least_share():
    found = choose(problem(**WISHES, partial={"school": 0.8, "road": 0.9}))

    # 110 = road 60 + school 50 is best anyway; with 105 one of them is cut where a unit is worth least
    assert found.amounts == (60, 0, 50, 0)
    shorter = choose(problem(**{**WISHES, "budget": 105}, partial={"school": 0.8, "road": 0.9}))
    assert shorter.amounts == (60, 0, 45, 0)
    assert shorter.worth == 90 + Fraction(70 * 45, 50)


def test_explain_says_what_would_be_lost_and_who_would_make_room():
    (well, clinic) = sorted(explain(choose(problem(**WISHES))), key=lambda reason: reason.project)[::-1]

    assert (clinic.project, clinic.key) == ("clinic", "worth_less")
    assert clinic.values == {"instead": ["school"], "loss": 5}
    assert (well.project, well.key, well.values["loss"]) == ("well", "worth_less", 5)


def test_explain_tells_equals_from_losers():
    found = choose(problem(projects=["a", "b"], costs=[5, 5], worths=[7, 7], budget=5))

    (reason,) = explain(found)

    assert (reason.key, reason.values["instead"]) == ("equally_good", list(found.selected))


def test_explain_names_withdrawn_and_too_dear_projects():
    found = choose(
        problem(projects=["a", "b", "c"], costs=[5, 50, 5], worths=[7, 9, 8], budget=20, withdrawn=["c"])
    )

    assert [(row.project, row.key) for row in explain(found)] == [
        ("b", "dearer_than_budget"),
        ("c", "withdrawn"),
    ]


def test_choose_names_a_floor_out_of_reach_and_the_most_that_can_be_reached():
    wishes = problem(
        **WISHES,
        caps=[Limit("health", ("clinic",), 30)],
        floors=[Limit("south", ("well", "clinic"), 20)],
    )

    with pytest.raises(PortfolioError) as wrong:
        choose(wishes)

    assert wrong.value.key == "floor_out_of_reach"
    assert str(wrong.value) == "The floor south asks for 20; at most 10 can be reached."


def test_choose_names_floors_that_only_clash_together():
    floors = [Limit("north", ("road",), 60), Limit("south", ("school", "clinic"), 60)]

    with pytest.raises(PortfolioError) as wrong:
        choose(problem(**WISHES, floors=floors))

    assert wrong.value.key == "floors_clash"
    assert "beside the floors north at most 50" in str(wrong.value)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"projects": ["road", "road", "school", "clinic"]}, "repeated_project"),
        ({"caps": [Limit("works", ("bridge",), 1)]}, "unknown_in_limit"),
        ({"incompatible": [("road", "bridge")]}, "unknown_project"),
        ({"partial": {"road": 0}}, "bad_share"),
        ({"partial": {"road": 1.5}}, "bad_share"),
        ({"budget": -1}, "negative_amount"),
        ({"costs": [60, 0, 50, 40]}, "free_project"),
        ({"worths": [90, -5, 70, 60]}, "negative_worth"),
        ({"costs": [2**61, 2**61, 50, 40]}, "amounts_too_large"),
    ],
)
def test_problem_refuses_what_cannot_be(change, key):
    with pytest.raises(PortfolioError) as wrong:
        problem(**{**WISHES, **change})

    assert wrong.value.key == key


def test_check_finds_each_broken_promise():
    wishes = problem(
        **WISHES,
        caps=[Limit("works", ("road", "well"), 60)],
        floors=[Limit("south", ("well", "clinic"), 40)],
        incompatible=[("school", "clinic")],
    )
    honest = choose(wishes)

    def keys(**change):
        return [fault.key for fault in check(replace(honest, **change))]

    assert keys() == []
    assert keys(amounts=(60, 10, 0, 40)) == ["cap", "worth"]
    assert keys(amounts=(60, 0, 50, 0)) == ["floor", "worth"]
    assert keys(amounts=(60, 0, 50, 40)) == ["budget", "incompatible", "worth"]
    assert keys(amounts=(30, 0, 0, 40)) == ["amount", "worth"]
    assert keys(worth=Fraction(151)) == ["worth"]
    worse = {"amounts": (0, 0, 0, 40), "worth": Fraction(60), "bound": Fraction(60)}
    assert keys(**worse) == ["bound"]


def test_amounts_of_millions_stay_within_the_budget_to_the_last_unit():
    # a solver's 0.999999 of these costs would be thousands of units
    costs = [10**11 + 7 * number for number in range(12)]
    wishes = problem(
        projects=[f"p{number:02}" for number in range(12)],
        costs=costs,
        worths=[100 + number for number in range(12)],
        budget=sum(costs[:5]) - 1,
    )

    found = choose(wishes)

    assert len(found.selected) == 4
    assert check(found) == ()
    assert found.worth == sum(range(108, 112))


def test_a_short_search_tells_its_gap():
    chance = [(number * 7919) % 101 + 40 for number in range(60)]
    wishes = problem(
        projects=[f"p{number:02}" for number in range(60)],
        costs=chance,
        worths=[cost + (number * 31) % 17 for number, cost in enumerate(chance)],
        budget=1503,
    )

    rough, exact = choose(wishes, gap=0.05), choose(wishes)

    assert rough.worth <= exact.worth <= rough.bound
    assert rough.gap <= 0.05
    assert (exact.gap, exact.bound) == (0.0, exact.worth)


def test_turnout_weights_make_territories_count_by_their_electorate():
    weights = turnout_weights({"north": 800, "south": 200}, {"north": 100, "south": 100}, floor=0.1, cap=9)

    assert weights == {"north": Fraction(8, 5), "south": Fraction(2, 5)}
    bounded = turnout_weights({"north": 800, "south": 200}, {"north": 100, "south": 100})
    assert bounded == {"north": Fraction(8, 5), "south": Fraction(1, 2)}


def test_need_weights_refuse_what_was_not_measured():
    assert need_weights({"a": 6, "b": 2}, {"a": 10, "b": 10}) == {"a": Fraction(3, 2), "b": Fraction(1, 2)}
    with pytest.raises(PortfolioError) as wrong:
        need_weights({"a": 6, "b": None}, {"a": 10, "b": 10})
    assert "need of b is not measured" in str(wrong.value)
    assert need_weights({"a": 6, "b": None}, {"a": 10, "b": 0}) == {"a": Fraction(1)}


def test_worths_count_each_ballot_by_its_weight():
    election = elect_from(
        projects=["park", "well"],
        costs=[60, 40],
        budget=100,
        ballots=[["park"], ["park"], ["well"], ["well", "park"], []],
    )
    weights = {"north": Fraction(1, 2), "south": Fraction(2)}
    territories = ["north", "north", "south", "south", "nowhere"]

    def found(utility):
        return worths(election, utility=utility, territories=territories, weights=weights)

    assert worths(election, utility="cardinality") == (3, 2)
    assert worths(election, utility="cost") == (180, 80)
    assert found("cardinality") == (3000, 4000)
    assert found("cost") == (180_000, 160_000)
    with pytest.raises(PortfolioError) as wrong:
        worths(election, utility="cost", territories=territories, weights={"north": Fraction(1)})
    assert wrong.value.key == "no_weight"


def test_worths_of_points_are_their_sums():
    election = elect_from(
        projects=["a", "b"], costs=[1, 1], budget=2, kind="cumulative", ballots=[{"a": 3, "b": 1}, {"b": 4}]
    )

    assert worths(election, utility="points") == (3, 5)
    with pytest.raises(PortfolioError) as wrong:
        worths(election, utility="borda")
    assert wrong.value.key == "borda_needs_ranking"


def test_doctest_of_the_module():
    assert doctest.testmod(module).failed == 0
