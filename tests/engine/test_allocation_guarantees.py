"""What every outcome is promised to be, whatever the election: proofs, audits, their independent verifier."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multaqa.engine.allocation import (
    RULES,
    Fault,
    Rule,
    Step,
    allocate,
    audit,
    certificate,
    check,
    elect_from,
    portrait,
    robustness,
)
from tests.engine.allocation_cases import count, elections, utility, verify

OWN = {"approval": "cost", "choose-1": "cost", "cumulative": "points", "ordinal": "borda"}
EVERY = [Rule(name, threshold=2) for name in RULES] + [
    Rule(completion=completion) for completion in ("greedy", "add1", "add1-overshoot")
]


def rules_for(case):
    return [replace(rule, utility=OWN[case["kind"]]) for rule in EVERY]


@given(elections())
@settings(max_examples=60, deadline=None)
def test_no_rule_spends_more_than_the_budget(case):
    for rule in rules_for(case):
        outcome = allocate(count(case), rule=rule)

        assert outcome.spent <= case["budget"]
        assert len(set(outcome.selected)) == len(outcome.selected)


@given(elections(), st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_order_of_voters_changes_nothing(case, chance):
    shuffled = {**case, "ballots": chance.sample(case["ballots"], len(case["ballots"]))}

    for rule in rules_for(case):
        assert allocate(count(shuffled), rule=rule).selected == allocate(count(case), rule=rule).selected


@given(elections(), st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_order_of_projects_changes_nothing(case, chance):
    """Ties fall by id, so they too stay what they are."""
    order = chance.sample(range(len(case["projects"])), len(case["projects"]))
    shuffled = {
        **case,
        "projects": [case["projects"][place] for place in order],
        "costs": [case["costs"][place] for place in order],
    }

    for rule in rules_for(case):
        if rule.name != "welfare":  # of equally good selections it may take another
            assert allocate(count(shuffled), rule=rule).selected == allocate(count(case), rule=rule).selected


@given(elections(), st.integers(0, 30))
@settings(max_examples=100, deadline=None)
def test_more_money_keeps_the_winners_of_greedy_without_skips_and_the_total_of_the_optimum(case, more):
    richer = {**case, "budget": case["budget"] + more}
    name = OWN[case["kind"]]

    stopping = [allocate(count(each), rule=Rule("greedy-no-skip", name)).selected for each in (case, richer)]
    optimum = [
        total_utility(each, name, allocate(count(each), rule=Rule("welfare", name)).selected)
        for each in (case, richer)
    ]

    assert stopping[1][: len(stopping[0])] == stopping[0]
    assert optimum[1] >= optimum[0]


def total_utility(case, name, selected):
    return sum(given.get(project, 0) for given in utility(case, name) for project in selected)


@given(elections(("approval", "choose-1")))
@settings(max_examples=150, deadline=None)
def test_equal_shares_by_cost_leaves_no_group_short(case):
    for completion in ("none", "greedy", "add1", "add1-overshoot"):
        outcome = allocate(count(case), rule=Rule(completion=completion))

        assert audit(outcome) == ()
        assert breaches_by_definition(case, set(outcome.selected)) == set()


@given(elections(("approval",)))
@settings(max_examples=100, deadline=None)
def test_audit_finds_what_a_search_of_every_group_finds(case):
    outcome = allocate(count(case), rule=Rule("greedy"))

    assert {breach.project for breach in audit(outcome)} == breaches_by_definition(
        case, set(outcome.selected)
    )


def breaches_by_definition(case, won):
    """Losing projects for which some group of supporters got less than its share, trying every group."""
    costs = dict(zip(case["projects"], case["costs"], strict=True))
    worth = [sum(costs[project] for project in won & set(ballot)) for ballot in case["ballots"]]
    found = set()
    for project in set(costs) - won:
        fans = [voter for voter, ballot in enumerate(case["ballots"]) if project in ballot]
        for size in range(1, len(fans) + 1):
            share = Fraction(size * case["budget"], len(case["ballots"]))
            for group in combinations(fans, size):
                if max(worth[voter] for voter in group) + costs[project] < share:
                    found.add(project)
    return found


def test_a_group_is_described_by_what_sets_it_apart_above_the_small_cell():
    ballots = [["a", "b"]] * 60 + [["c"]] * 30
    election = elect_from(projects=["a", "b", "c"], costs=[15, 15, 9], budget=30, ballots=ballots)
    (breach,) = audit(allocate(election, rule=Rule("greedy")))
    columns = {
        "district": ["north"] * 60 + ["south"] * 30,  # all of the group
        "sex": ["F", "M"] * 30 + ["F"] * 20 + ["M"] * 10,  # 20 of 30 against 50 of 90
        "age": ["18-24"] * 60 + ["60+"] * 25 + [""] * 5,  # the five others of the group would be told too
    }

    found = portrait(election, breach.members, columns, least=10)

    assert [(trait.column, trait.value, trait.voters) for trait in found] == [
        ("district", "south", 30),
        ("sex", "F", 20),
    ]
    assert (found[0].share, round(found[0].share_of_all, 4)) == (1.0, 0.3333)
    assert portrait(election, breach.members, columns, least=31) == ()


def test_audit_names_the_group_that_greedy_leaves_out():
    # two thirds vote for a and b; the other third could pay for c with its share of 10
    election = elect_from(
        projects=["a", "b", "c"], costs=[15, 15, 9], budget=30, ballots=[["a", "b"], ["a", "b"], ["c"]]
    )

    (breach,) = audit(allocate(election, rule=Rule("greedy")))

    assert (breach.project, breach.voters, breach.share, breach.represented) == ("c", 1, 10, 0)
    assert breach.members.tolist() == [1]


@given(elections())
@settings(max_examples=100, deadline=None)
def test_an_independent_verifier_accepts_every_certificate(case):
    name = OWN[case["kind"]]
    for completion in ("none", "greedy", "add1", "add1-overshoot"):
        outcome = allocate(count(case), rule=Rule(utility=name, completion=completion))

        assert verify(case, name, outcome) == []
        assert check(outcome) == ()


def test_certificate_states_exact_caps_and_payers():
    case = {"projects": ("a", "b"), "costs": [7, 3], "budget": 12, "ballots": [["a"], ["a"], ["a", "b"]]}

    proof = certificate(allocate(count(case), rule=Rule()))

    # all three pay 7/3 for a (cap 1/3 of its cost); the third has 5/3 left, too little for b
    assert (proof.winners, proof.caps, proof.paid_by) == (("a",), (Fraction(1, 3),), (3,))
    assert proof.endowment == 4
    assert proof.rule == "equal-shares utility=cost completion=none ties=lexicographic"


@pytest.mark.parametrize(
    ("forged", "fault"),
    [
        ((1,), "smaller_cap"),
        ((0, 2), "not_affordable"),
        ((0, 1, 1), "repeated_winner"),
        ((0, 1, 2), "over_budget"),
        ((0,), "still_affordable"),
    ],
)
def test_check_finds_a_forged_outcome(forged, fault):
    election = elect_from(
        projects=["a", "b", "c"], costs=[6, 4, 9], budget=12, ballots=[["a", "c"], ["a", "b"], ["b"]]
    )
    outcome = allocate(election, rule=Rule())
    assert (outcome.selected, check(outcome)) == (("a", "b"), ())

    faults = check(replace(outcome, steps=tuple(Step(project, "shares") for project in forged)))

    assert fault in {found.key for found in faults}


def test_check_finds_a_withdrawn_winner():
    election = elect_from(projects=["a"], costs=[1], budget=1, ballots=[["a"]], withdrawn=["a"])
    outcome = allocate(election, rule=Rule("greedy"))

    assert check(outcome) == ()
    assert check(replace(outcome, steps=(Step(0, "greedy"),))) == (
        Fault("withdrawn_winner", {"project": "a"}),
    )


def test_robustness_tells_a_firm_winner_from_a_fragile_one():
    # a wins anyhow; b and c tie, so the order of ties decides between them
    election = elect_from(
        projects=["a", "b", "c"], costs=[4, 4, 4], budget=8,
        ballots=[["a", "b"], ["a", "c"]] * 50,
    )  # fmt: skip
    outcome = allocate(election, rule=Rule("greedy"))
    assert outcome.selected == ("a", "b")

    firm, fragile = robustness(outcome, generator=np.random.default_rng(7))

    assert (firm.project, firm.firm, firm.survives) == ("a", True, 1.0)
    assert (fragile.project, fragile.firm) == ("b", False)
    assert fragile.survives < 1
