"""The counting rules: real elections, cases worked by hand, and the definitions as oracles."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multaqa.engine import pabulib
from multaqa.engine.allocation import AllocationError, Rule, allocate, elect_from
from multaqa.engine.allocation._equal_shares import run
from multaqa.engine.allocation._utility import marks_of
from tests.engine.allocation_cases import (
    add_one_by_scanning,
    best_total,
    count,
    elections,
    equal_shares_by_definition,
    utility,
)

OWN = {"approval": "cost", "choose-1": "cost", "cumulative": "points", "ordinal": "borda"}


def election_of(shared_data, name):
    file = pabulib.read((shared_data / "pabulib" / f"{name}.pb").read_bytes())
    return file, pabulib.election(file)


@pytest.mark.parametrize("name", ["Poland_Swiecie_2023", "Netherlands_Assen_2024"])
@pytest.mark.parametrize("completion", ["add1", "add1-overshoot"])
def test_equal_shares_elects_the_official_winners(shared_data, name, completion):
    file, election = election_of(shared_data, name)

    outcome = allocate(election, rule=Rule(completion=completion))

    assert sorted(outcome.selected) == sorted(pabulib.winners(file))


def test_greedy_elects_the_official_winners_of_a_greedy_city(shared_data):
    file, election = election_of(shared_data, "Poland_Lodz_2020_Baluty_Centrum")

    outcome = allocate(election, rule=Rule("greedy-threshold"))

    assert sorted(outcome.selected) == sorted(pabulib.winners(file))


def test_the_two_stop_rules_elect_different_winners():
    # purse 20/3: b and c are bought and a (10) no longer fits in the 9 left; at purse 32/3 a is bought before
    # c
    election = elect_from(
        projects=["a", "b", "c"], costs=[10, 6, 5], budget=20, ballots=[["b"], ["b"], ["c", "a"]]
    )

    first = allocate(election, rule=Rule(completion="add1"))
    last = allocate(election, rule=Rule(completion="add1-overshoot"))

    assert (first.selected, first.increments, first.next_overshoots) == (("b", "c"), 0, False)
    assert (last.selected, last.increments, last.next_overshoots) == (("b", "a"), 8, True)


def test_add1_gives_way_to_a_rival_that_ties_again_with_a_later_winner():
    # at purse 5 the one voter can pay for 1 and 10, which tie with 2 at every turn; 10 comes before 2 as text
    election = elect_from(projects=["1", "10", "2"], costs=[1, 4, 1], budget=2, ballots=[["1", "10", "2"]])

    last = allocate(election, rule=Rule(completion="add1-overshoot"))

    assert (last.selected, last.increments, last.next_overshoots) == (("1", "2"), 2, True)


def test_twins_are_bought_in_the_tie_order_however_the_purse_grows():
    election = elect_from(
        projects=["a", "twin", "b"],
        costs=[3_000_000, 3_000_000, 4_000_000],
        budget=8_000_000,
        ballots=[["a", "twin"], ["a", "twin"], ["b"]],
    )

    outcome = allocate(election, rule=Rule(completion="add1"))

    # 8,000,000 / 3 + 333,334 is the first purse with which two voters can pay for both
    assert (outcome.selected, outcome.increments) == (("a", "twin"), 333_334)


def test_a_whole_start_leaves_the_part_of_a_unit_aside():
    # 10 / 3 is 3 1/3: enough for 10, while three purses of 3 are not
    election = elect_from(projects=["a"], costs=[10], budget=10, ballots=[["a"]] * 3)

    assert allocate(election, rule=Rule()).selected == ("a",)
    assert allocate(election, rule=Rule(whole_start=True)).selected == ()
    assert allocate(election, rule=Rule(whole_start=True, completion="add1")).increments == 1


def test_greedy_takes_the_place_of_equal_shares_when_more_voters_prefer_it():
    # shares: each purse is 4; small (4) is bought by its one voter, big (11) cannot be. Greedy takes big.
    election = elect_from(
        projects=["big", "small"], costs=[11, 4], budget=12, ballots=[["big"], ["big"], ["small"]]
    )

    shares = allocate(election, rule=Rule())
    by_number = allocate(election, rule=Rule(comparison="satisfaction"))
    by_exclusion = allocate(election, rule=Rule(comparison="exclusion"))

    assert shares.selected == ("small",)
    assert [(outcome.selected, outcome.steps[0].by) for outcome in (by_number, by_exclusion)] == [
        (("big",), "comparison"),
        (("big",), "comparison"),
    ]


def test_equal_shares_stay_when_as_many_voters_prefer_them():
    election = elect_from(projects=["big", "small"], costs=[8, 4], budget=8, ballots=[["big"], ["small"]])

    assert allocate(election, rule=Rule(comparison="satisfaction")).selected == ("small",)


def test_comparison_by_number_and_by_exclusion_may_differ():
    # greedy buys x and y for the two; shares buy x for them and s for the third
    election = elect_from(
        projects=["x", "y", "s"],
        costs=[6, 6, 4],
        budget=12,
        ballots=[["x", "y"], ["x", "y"], ["s"]],
    )

    assert allocate(election, rule=Rule(comparison="exclusion")).selected == ("x", "s")
    assert allocate(election, rule=Rule(comparison="satisfaction")).selected == ("x", "y")


def test_a_small_currency_unit_does_not_multiply_the_work(shared_data):
    _, election = election_of(shared_data, "Hungary_Budapest_2022_VIII_Jozsefvaros")

    outcome = allocate(election, rule=Rule(completion="add1"))

    assert outcome.increments == 153144
    assert (len(outcome.selected), outcome.spent) == (24, 106_100_000)


def test_equal_shares_by_cost_prefers_effective_votes():
    # three voters pay 20 each for the park (3 votes); the well's two voters count for 2
    election = elect_from(
        projects=["park", "well"], costs=[60, 40], budget=100, ballots=[["park"]] * 3 + [["well"]] * 2
    )

    outcome = allocate(election, rule=Rule())

    assert [(step.project, step.price) for step in outcome.steps] == [(0, 1 / 3), (1, 1 / 2)]


def test_equal_shares_counts_a_ballot_that_is_empty():
    ballots = [["a"], ["a"]]

    with_all = elect_from(projects=["a"], costs=[10], budget=10, ballots=ballots)
    with_empty = elect_from(projects=["a"], costs=[10], budget=10, ballots=[*ballots, []])

    assert allocate(with_all, rule=Rule()).selected == ("a",)
    assert allocate(with_empty, rule=Rule()).selected == ()


def test_equal_shares_decides_affordability_exactly_where_floats_cannot():
    # 0.1 + 0.2 territory: the supporters hold 3 × 10/30, the cost to the last unit
    election = elect_from(projects=["a"], costs=[1], budget=10, ballots=[["a"]] * 3 + [[]] * 27)

    assert allocate(election, rule=Rule()).selected == ("a",)


def test_ties_fall_as_text_by_cost_or_by_lot():
    election = elect_from(projects=["9", "10"], costs=[6, 8], budget=8, ballots=[["9", "10"], ["9", "10"]])

    def winner(ties):
        return allocate(election, rule=Rule("greedy", ties=ties)).selected

    assert winner("lexicographic") == ("10",)
    assert winner("cost-votes") == ("9",)
    assert {winner(f"lot:{seed}") for seed in range(20)} == {("9",), ("10",)}
    assert winner("lot:seven") == winner("lot:seven")


def test_greedy_skips_what_does_not_fit_and_no_skip_ends_there():
    election = elect_from(
        projects=["a", "b", "c"], costs=[6, 7, 2], budget=10,
        ballots=[["a", "b"], ["a", "b"], ["a", "c"]],
    )  # fmt: skip

    skipping = allocate(election, rule=Rule("greedy"))
    stopping = allocate(election, rule=Rule("greedy-no-skip"))

    assert skipping.selected == ("a", "c")
    assert (stopping.selected, stopping.stopped_at) == (("a",), 1)


def test_greedy_by_cardinality_weighs_votes_against_cost():
    election = elect_from(
        projects=["dear", "cheap"], costs=[9, 2], budget=9, ballots=[["dear"], ["dear"], ["cheap"]]
    )

    assert allocate(election, rule=Rule("greedy")).selected == ("dear",)
    assert allocate(election, rule=Rule("greedy", "cardinality")).selected == ("cheap",)


def test_greedy_threshold_leaves_out_projects_below_it():
    election = elect_from(
        projects=["a", "b"], costs=[5, 5], budget=10, ballots=[["a"], ["a"], ["b"]], threshold=2
    )

    assert allocate(election, rule=Rule("greedy-threshold")).selected == ("a",)
    assert allocate(election, rule=Rule("greedy-threshold", threshold=1)).selected == ("a", "b")


def test_greedy_threshold_refuses_to_guess_a_threshold():
    election = elect_from(projects=["a"], costs=[5], budget=10, ballots=[["a"]])

    with pytest.raises(AllocationError, match="needs a least score"):
        allocate(election, rule=Rule("greedy-threshold"))


def test_greedy_exclusive_lets_the_hierarchy_decide_inside_a_set():
    election = elect_from(
        projects=["district", "city", "other"], costs=[4, 5, 3], budget=10,
        ballots=[["district"], ["district"], ["city"], ["other"]], exclusive=[("city", "district")],
    )  # fmt: skip

    assert allocate(election, rule=Rule("greedy-exclusive")).selected == ("city", "other")
    assert allocate(election, rule=Rule("greedy")).selected == ("district", "city")


def test_a_withdrawn_project_neither_wins_nor_stops_the_count():
    election = elect_from(
        projects=["gone", "b"], costs=[999_999_999, 7], budget=10, ballots=[["gone"], ["gone"], ["b"]],
        withdrawn=["gone"],
    )  # fmt: skip

    assert allocate(election, rule=Rule("greedy-no-skip")).selected == ("b",)
    assert allocate(election, rule=Rule(completion="add1")).selected == ("b",)


def test_phragmen_ends_when_a_tied_next_project_does_not_fit():
    ballots = [["a"], ["b"], ["c"]]

    roomy = elect_from(projects=["a", "b", "c"], costs=[4, 4, 4], budget=12, ballots=ballots)
    tight = elect_from(projects=["a", "b", "c"], costs=[4, 4, 4], budget=11, ballots=ballots)

    assert allocate(roomy, rule=Rule("phragmen")).selected == ("a", "b", "c")
    assert allocate(tight, rule=Rule("phragmen")).selected == ("a", "b")


def test_completion_by_greedy_spends_what_equal_shares_left():
    election = elect_from(projects=["a", "b"], costs=[5, 5], budget=10, ballots=[["a"], ["a"], ["b"]])

    alone = allocate(election, rule=Rule())
    completed = allocate(election, rule=Rule(completion="greedy"))

    assert alone.selected == ("a",)
    assert [(step.project, step.by) for step in completed.steps] == [(0, "shares"), (1, "completion")]


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"name": "random"}, "rule random is not one of equal-shares"),
        ({"ties": "lot"}, "lot:SEED"),
        ({"ties": "coin"}, "ties coin is not one of"),
        ({"name": "greedy", "completion": "add1"}, "belongs to equal-shares"),
        ({"name": "greedy", "comparison": "exclusion"}, "belong to equal-shares"),
        ({"comparison": "taste"}, "comparison taste is not one of none"),
    ],
)
def test_rule_refuses_what_it_does_not_know(rule, sentence):
    with pytest.raises(AllocationError, match=sentence):
        Rule(**rule)


def test_borda_refuses_ballots_without_an_order():
    election = elect_from(projects=["a"], costs=[5], budget=10, ballots=[["a"]])

    with pytest.raises(AllocationError, match="ordinal ballots"):
        allocate(election, rule=Rule(utility="borda"))


def test_an_election_refuses_a_vote_for_an_unknown_project():
    with pytest.raises(AllocationError, match="Ballot 2 marks project z") as refused:
        elect_from(projects=["a"], costs=[5], budget=10, ballots=[["a"], ["z"]])

    assert (refused.value.key, refused.value.values) == ("unknown_project", {"ballot": 2, "project": "z"})


@given(elections())
@settings(max_examples=150, deadline=None)
def test_equal_shares_is_the_definition(case):
    for name in {OWN[case["kind"]], "cost", "cardinality"}:
        outcome = allocate(count(case), rule=Rule(utility=name))

        purse = Fraction(case["budget"], len(case["ballots"]))
        assert list(outcome.selected) == equal_shares_by_definition(case, name, purse)


@given(elections())
@settings(max_examples=100, deadline=None)
def test_add1_finds_what_a_scan_of_every_purse_finds(case):
    name = OWN[case["kind"]]

    first = allocate(count(case), rule=Rule(utility=name, completion="add1"))
    last = allocate(count(case), rule=Rule(utility=name, completion="add1-overshoot"))

    assert list(first.selected) == add_one_by_scanning(case, name, overshoot=False)
    assert list(last.selected) == add_one_by_scanning(case, name, overshoot=True)


@given(elections(), st.integers(0, 40))
@settings(max_examples=100, deadline=None)
def test_what_a_run_from_a_larger_purse_learned_changes_no_winner(case, more):
    for name in {OWN[case["kind"]], "cost"}:
        marks = marks_of(count(case), Rule(utility=name))
        purse = Fraction(case["budget"], len(case["ballots"]))
        above = run(marks, purse + Fraction(more, 7))

        assert run(marks, purse, above=above).winners == run(marks, purse).winners


@given(elections())
@settings(max_examples=100, deadline=None)
def test_welfare_is_the_best_of_all_selections(case):
    name = OWN[case["kind"]]

    outcome = allocate(count(case), rule=Rule("welfare", name))

    reached = sum(given.get(project, 0) for given in utility(case, name) for project in outcome.selected)
    assert reached == best_total(case, name)


def test_merging_keeps_one_group_for_ballots_that_mean_the_same():
    election = elect_from(
        projects=["a", "b"], costs=[1, 1], budget=2, ballots=[["a", "b"], ["b", "a"], ["b", "a", "b"], []]
    )

    assert election.weight.tolist() == [3]
    assert election.group_of.tolist() == [0, 0, 0, -1]
    assert (election.voters, election.votes().tolist()) == (4, [3, 3])


def test_digest_is_of_the_ballots_not_of_their_order():
    cast = [["a"], ["b", "a"], [], ["a"]]

    def digest(ballots, budget=5):
        return elect_from(projects=["a", "b"], costs=[1, 2], budget=budget, ballots=ballots).digest()

    assert digest(cast) == digest([cast[1], cast[3], cast[2], cast[0]])
    assert digest(cast) != digest(cast[:3])
    assert digest(cast) != digest(cast, budget=6)


def test_points_may_have_decimals_and_stay_exact():
    text = (
        "META\nkey;value\nbudget;10\nvote_type;cumulative\nPROJECTS\nproject_id;cost\na;6\nb;6\n"
        "VOTES\nvoter_id;vote;points\n1;a,b;0.1,0.2\n2;a;0.1\n3;b;0.05\n"
    )

    election = pabulib.election(pabulib.read(text))

    assert (election.points_unit, election.score().tolist()) == (100, [20, 25])
    assert np.array_equal(election.votes(), [2, 2])
    assert allocate(election, rule=Rule("greedy", "points")).selected == ("b",)
