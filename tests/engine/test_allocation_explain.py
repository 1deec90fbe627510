"""Why a project lost, and what would have made it win."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from multaqa.engine.allocation import Rule, allocate, elect_from, explain, least_change, least_changes
from tests.engine.allocation_cases import count, elections

OWN = {"approval": "cost", "choose-1": "cost", "cumulative": "points", "ordinal": "borda"}


def rows(election, rule):
    return {row.project: (row.key, row.values) for row in explain(allocate(election, rule=rule))}


def test_explain_tells_who_absorbed_the_purses():
    # purses of 10: a (18) takes 6 from each of three; b's two supporters keep 8 of their 20
    election = elect_from(
        projects=["a", "b"], costs=[18, 14], budget=30, ballots=[["a", "b"], ["a", "b"], ["a"]]
    )

    key, values = rows(election, Rule())["b"]

    assert key == "purses_short"
    assert values == {
        "held": 8, "lacked": 6, "purses": 20, "absorbed_by": [{"project": "a", "paid": 12}], "round": 1,
        "effective_votes": 2.0, "beaten_by": "a", "beaten_by_effective_votes": 3.0,
    }  # fmt: skip


def test_explain_tells_the_place_in_the_queue_and_the_money_left():
    election = elect_from(
        projects=["a", "b", "c"], costs=[6, 7, 2], budget=10, ballots=[["a", "b"], ["a", "b"], ["a", "c"]]
    )

    assert rows(election, Rule("greedy")) == {
        "b": ("did_not_fit", {"position": 2, "left": 4, "lacked": 3, "taken_by": ["a"]})
    }
    assert rows(election, Rule("greedy-no-skip"))["c"] == (
        "stopped",
        {"stopped_by": "b", "position": 3, "left": 4},
    )


@pytest.mark.parametrize(
    ("rule", "project", "key"),
    [
        (Rule("greedy-threshold", threshold=2), "c", "below_threshold"),
        (Rule("greedy"), "huge", "dearer_than_budget"),
        (Rule(), "nobody", "no_support"),
        (Rule(), "gone", "withdrawn"),
        (Rule("phragmen"), "b", "did_not_fit"),
        (Rule("welfare"), "c", "worth_less"),
        (Rule("greedy-exclusive", exclusive=(("a", "b"),)), "b", "excluded"),
    ],
)
def test_explain_gives_each_loser_its_own_reason(rule, project, key):
    election = elect_from(
        projects=["a", "b", "c", "huge", "nobody", "gone"],
        costs=[6, 5, 5, 99, 1, 2],
        budget=10,
        ballots=[["a", "b"], ["a", "b"], ["a", "huge"], ["c", "gone"]],
        withdrawn=["gone"],
    )

    assert rows(election, rule)[project][0] == key


def test_welfare_tells_what_a_loser_would_have_cost_everyone():
    election = elect_from(projects=["a", "b"], costs=[6, 6], budget=10, ballots=[["a"], ["a"], ["b"]])

    assert rows(election, Rule("welfare")) == {"b": ("worth_less", {"loss": 6, "instead": ["a"]})}


@given(elections())
@settings(max_examples=60, deadline=None)
def test_explain_covers_every_loser_with_true_amounts(case):
    for name in ("equal-shares", "greedy", "greedy-no-skip", "phragmen", "welfare"):
        outcome = allocate(count(case), rule=Rule(name, OWN[case["kind"]]))

        reasons = explain(outcome)

        assert {row.project for row in reasons} == set(case["projects"]) - set(outcome.selected)
        for row in reasons:
            if row.key == "purses_short":
                assert row.values["held"] < row.cost
            if row.key == "did_not_fit":
                assert 0 < row.values["lacked"] == row.cost - row.values["left"]


def test_least_change_is_the_last_step_that_wins():
    election = elect_from(projects=["a", "b"], costs=[60, 70], budget=100, ballots=[["a"]] * 3 + [["b"]] * 2)

    change = least_change(allocate(election, rule=Rule("greedy")), "b")

    # 40 left after a; with 30 more, 70; with two more votes b comes first, and with one it ties behind a
    assert (change.max_cost, change.extra_votes, change.extra_budget) == (40, 2, 30)


@given(elections())
@settings(max_examples=25, deadline=None)
def test_least_change_makes_the_project_win_and_one_step_less_does_not(case):
    for completion in ("none", "add1"):
        rule = Rule(utility=OWN[case["kind"]], completion=completion)
        outcome = allocate(count(case), rule=rule)
        for project in set(case["projects"]) - set(outcome.selected):
            change = least_change(outcome, project)

            if change.max_cost is not None:
                assert project in with_cost(case, project, change.max_cost, rule)
                assert project not in with_cost(case, project, change.max_cost + 1, rule)
            if change.extra_budget is not None:
                richer = {**case, "budget": case["budget"] + change.extra_budget}
                poorer = {**case, "budget": case["budget"] + change.extra_budget - 1}
                assert project in allocate(count(richer), rule=rule).selected
                assert project not in allocate(count(poorer), rule=rule).selected
            if change.extra_votes is not None and case["kind"] in ("approval", "choose-1"):
                assert project in with_voters(case, project, change.extra_votes, rule)
                assert project not in with_voters(case, project, change.extra_votes - 1, rule)


def with_cost(case, project, cost, rule):
    costs = dict(zip(case["projects"], case["costs"], strict=True)) | {project: cost}
    return allocate(count({**case, "costs": list(costs.values())}), rule=rule).selected


def with_voters(case, project, votes, rule):
    return allocate(count({**case, "ballots": case["ballots"] + [[project]] * votes}), rule=rule).selected


def test_a_withdrawn_project_cannot_be_made_to_win():
    election = elect_from(projects=["a"], costs=[1], budget=1, ballots=[["a"]], withdrawn=["a"])

    change = least_change(allocate(election, rule=Rule()), "a")

    assert (change.max_cost, change.extra_votes, change.extra_budget) == (None, None, None)


@given(elections())
@settings(max_examples=25, deadline=None)
def test_changes_found_together_hold_as_those_found_alone(case):
    for rule in (Rule(), Rule(completion="greedy"), Rule("greedy"), Rule("phragmen"), Rule("greedy-no-skip")):
        rule = replace(rule, utility=OWN[case["kind"]])
        outcome = allocate(count(case), rule=rule)

        for change in least_changes(outcome):
            if change.max_cost is not None:
                assert change.project in with_cost(case, change.project, change.max_cost, rule)
                assert change.project not in with_cost(case, change.project, change.max_cost + 1, rule)
            if change.extra_budget is not None:
                richer = {**case, "budget": case["budget"] + change.extra_budget}
                assert change.project in allocate(count(richer), rule=rule).selected
            if change.extra_votes is not None and case["kind"] in ("approval", "choose-1"):
                assert change.project in with_voters(case, change.project, change.extra_votes, rule)
                assert change.project not in with_voters(case, change.project, change.extra_votes - 1, rule)


def test_least_change_of_a_count_that_gave_way_to_greedy_is_of_both_counts():
    election = elect_from(
        projects=["big", "small"], costs=[11, 4], budget=12, ballots=[["big"], ["big"], ["small"]]
    )

    change = least_change(allocate(election, rule=Rule(comparison="exclusion")), "small")

    # one new voter for it: as many prefer either outcome, and shares stay
    assert (change.extra_votes, change.max_cost) == (1, 1)
