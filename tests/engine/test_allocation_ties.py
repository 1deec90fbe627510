"""Who comes first when a rule cannot tell."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multaqa.engine.allocation import AllocationError, Rule, allocate, elect_from, robustness, rule_text
from multaqa.engine.allocation._ties import tie_rank

WATER, WELL = ["1", "3", "2"], ["2", "1", "3"]  # as `printf %s water1 | sha256sum` and its like order them


def three_alike(names=("1", "2", "3")):
    """Same cost, same votes, money for one."""
    return elect_from(
        projects=list(names), costs=[40] * len(names), budget=60, ballots=[[name] for name in names]
    )


def drawn(seed, names):
    """The order of a lot, written as slowly as it can be."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}{name}".encode()).hexdigest())


def order(election, ties):
    rank = tie_rank(election, ties).tolist()
    return [name for _place, name in sorted(zip(rank, election.projects, strict=True))]


def test_cost_votes_without_a_seed_leaves_the_last_word_to_the_ids():
    assert order(three_alike(("10", "9", "2")), "cost-votes") == ["10", "2", "9"]


def test_cost_votes_with_a_seed_draws_what_cost_and_votes_leave_tied():
    election = three_alike()

    assert order(election, "cost-votes:water") == WATER == drawn("water", ["1", "2", "3"])
    assert order(election, "cost-votes:well") == WELL == drawn("well", ["1", "2", "3"])


def test_cost_votes_with_a_seed_still_puts_cost_and_then_votes_first():
    election = elect_from(
        projects=["a", "b", "c", "d"],
        costs=[30, 20, 20, 20],
        budget=50,
        ballots=[["a"], ["a"], ["c"], ["b", "c"], ["d"]],
    )

    for seed in ("x", "y", "z", "water"):
        found = order(election, f"cost-votes:{seed}")
        assert (found[0], found[3]) == ("c", "a")
        assert found[1:3] == drawn(seed, ["b", "d"])


@given(
    seed=st.text(min_size=1, max_size=8),
    names=st.lists(st.text("ab1", min_size=1, max_size=3), unique=True, min_size=1),
)
def test_a_lot_depends_on_the_seed_and_the_ids_alone(seed, names):
    election, turned = three_alike(names), three_alike(names[::-1])

    assert order(election, f"cost-votes:{seed}") == order(turned, f"cost-votes:{seed}") == drawn(seed, names)
    assert order(election, f"lot:{seed}") == drawn(seed, names)


def test_the_lot_decides_who_wins_and_the_rule_says_so():
    names = ["1", "2", "3"]
    election = elect_from(projects=names, costs=[40] * 3, budget=60, ballots=[names] * 3)
    seed = next(f"seed {place}" for place in range(100) if drawn(f"seed {place}", names)[0] == "3")

    outcome = allocate(election, rule=Rule(ties=f"cost-votes:{seed}", completion="add1"))

    assert outcome.selected == ("3",)
    assert f"ties=cost-votes:{seed}" in rule_text(outcome.rule)
    [firmness] = robustness(outcome, generator=np.random.default_rng(1))
    assert "ties cost-votes" in firmness.lost_in


@pytest.mark.parametrize("ties", ["lot", "lot:", "cost-votes:", "lexicographic:", "lexicographic:seed"])
def test_a_colon_is_followed_by_a_seed_where_a_lot_is_drawn(ties):
    with pytest.raises(AllocationError, match="lot:SEED or cost-votes:SEED"):
        Rule(ties=ties)
