import doctest
import hashlib
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from multaqa.engine import scoring
from multaqa.engine.scoring import (
    Fate,
    Lottery,
    Ranking,
    Reason,
    ScoringError,
    Violation,
    check,
    check_decision,
    commitment,
    decide,
    explain,
    groups,
    rank,
    reviews_of,
    ticket,
)
from tests.engine.scoring_cases import expected_ranks, panels, posterior, reml, simulated

SEED = "5f0c6a4e1d7b92833c41a0e5d9f6b7281e40c3aa97d5826f"


def ranked(rows, **options):
    return rank(reviews_of(rows), generator=np.random.default_rng(7), **options)


def with_places(*rows):
    """A ranking with chosen expected ranks and intervals: rows of (id, low, expected, high)."""
    base = ranked([(name, reviewer, 5) for name, *_place in rows for reviewer in ("a", "b")])
    places = {name: place for name, *place in rows}
    proposals = tuple(
        replace(one, low=places[one.id][0], expected_rank=places[one.id][1], high=places[one.id][2])
        for one in base.proposals
    )
    return Ranking(base.reviews, base.correction, base.effects, base.confidence, proposals)


FIVE = with_places(
    ("a", 1.0, 1.2, 2.0),
    ("b", 1.0, 2.4, 3.0),
    ("c", 2.0, 2.9, 4.0),
    ("d", 3.0, 3.6, 5.0),
    ("e", 4.0, 4.9, 5.0),
)


def test_doctest_of_the_module():
    assert doctest.testmod(scoring).failed == 0


def test_rank_takes_the_severity_of_reviewers_out():
    worth, rows = simulated(120, 25, 3, seed=3)

    ranking = ranked(rows)

    truth = [worth[one.id] for one in ranking.proposals]
    raw = spearmanr([one.raw_mean for one in ranking.proposals], truth).statistic
    corrected = spearmanr([-one.expected_rank for one in ranking.proposals], truth).statistic
    assert corrected > 0.9 > raw + 0.05


def test_errors_hold_the_true_worth_as_often_as_they_say():
    inside = []
    for seed in range(12):
        worth, rows = simulated(60, 12, 3, seed=seed)
        ranking = ranked(rows, draws=10)
        for one, estimate in zip(ranking.proposals, ranking.effects.worth, strict=True):
            inside.append(abs(estimate - worth[one.id]) < one.error)

    # one standard error: 68 in 100
    assert 0.60 < np.mean(inside) < 0.76


def test_rank_keeps_raw_figures_beside():
    ranking = ranked(
        [("a", "x", 8), ("a", "y", 4), ("b", "x", 6), ("b", "y", 6), ("c", "x", 5), ("c", "y", 2)]
    )

    assert [(one.id, one.reviews, one.raw_mean, one.raw_rank) for one in ranking.proposals] == [
        ("a", 2, 6.0, 1),
        ("b", 2, 6.0, 1),
        ("c", 2, 3.5, 3),
    ]


def test_rank_of_equal_scores_knows_nothing():
    ranking = ranked([(proposal, reviewer, 7) for proposal in "abc" for reviewer in "xy"])

    assert [round(one.expected_rank, 9) for one in ranking.proposals] == [2.0, 2.0, 2.0]
    assert decide(ranking, places=1).band == ("a", "b", "c")


def test_rank_refuses_groups_that_share_no_reviewer():
    rows = [("a", "x", 8), ("b", "x", 6), ("a", "y", 7), ("c", "u", 5), ("d", "u", 2), ("c", "v", 4)]

    assert groups(reviews_of(rows)).tolist() == [0, 0, 1, 1]
    with pytest.raises(ScoringError, match="2 groups"):
        ranked(rows)
    assert check(ranked(rows, correction="none")) == ()


def test_decide_draws_lots_in_the_band_only():
    lottery = Lottery(SEED, commitment(SEED))

    decision = decide(FIVE, places=2, lottery=lottery)

    # the line lies halfway between 2.4 and 2.9; a is above it for sure, d and e are below
    order = sorted("bc", key=lambda name: hashlib.sha256(f"{SEED}\n{name}".encode()).hexdigest())
    assert decision.line == pytest.approx(2.65)
    assert decision.band == ("b", "c")
    assert decision.fates == (
        Fate("a", True, "sure", ""),
        Fate(order[0], True, "drawn", ticket(SEED, order[0])),
        Fate(order[1], False, "not_drawn", ticket(SEED, order[1])),
        Fate("d", False, "below", ""),
        Fate("e", False, "below", ""),
    )


def test_decide_without_lottery_follows_the_expected_rank():
    decision = decide(FIVE, places=2)

    assert decision.funded == ("a", "b")
    assert [fate.key for fate in decision.fates] == ["sure", "by_rank", "below_in_band", "below", "below"]


def test_decide_passes_over_what_does_not_fit_the_budget():
    decision = decide(FIVE, budget=100, costs={"a": 60, "b": 50, "c": 30, "d": 10, "e": 10})

    # the line lies before b, which no longer fits; b and c are around it
    assert decision.line == pytest.approx(1.8)
    assert decision.band == ("a", "b")
    assert [(fate.id, fate.key) for fate in decision.fates[:2]] == [("a", "by_rank"), ("b", "did_not_fit")]
    assert decision.left == 40


def test_decide_funds_all_when_all_fit():
    assert decide(FIVE, places=5).funded == ("a", "b", "c", "d", "e")


def test_commitment_and_ticket_are_plain_sha256():
    assert commitment("seed") == "19b25856e1c150ca834cffc8b59b23adbd0ec0389e58eb22b3b64768098d002b"
    assert ticket("seed", "a") == hashlib.sha256(b"seed\na").hexdigest()


def test_explain_tells_raw_rank_and_fate():
    decision = decide(FIVE, places=2)

    rows = explain(FIVE, decision)

    assert rows[:3] == (
        Reason("a", "raw", {"mean": 5.0, "reviews": 2, "rank": 1}),
        Reason("a", "ranked", {"expected": 1.2, "low": 1.0, "high": 2.0, "of": 5, "shift": 0.0}),
        Reason("a", "sure", {"line": decision.line, "ticket": ""}),
    )
    assert len(explain(FIVE)) == 10


def test_check_finds_a_changed_worth():
    ranking = ranked(
        [("a", "x", 8), ("a", "y", 4), ("b", "x", 6), ("b", "y", 5), ("c", "x", 5), ("c", "y", 2)]
    )
    worth = ranking.effects.worth.copy()
    worth[1] += 0.5

    found = check(replace(ranking, effects=replace(ranking.effects, worth=worth)))

    assert Violation("worth", "b") in found


def test_check_decision_finds_another_seed_and_a_favour():
    lottery = Lottery(SEED, commitment(SEED))
    decision = decide(FIVE, places=2, lottery=lottery)
    favoured = (*decision.fates[:3], replace(decision.fates[3], funded=True), decision.fates[4])

    assert Violation("seed", "") in check_decision(
        replace(decision, lottery=Lottery("other", lottery.committed))
    )
    assert Violation("outside_the_band", "d") in check_decision(replace(decision, fates=favoured))


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: reviews_of([]), "no_reviews"),
        (lambda: reviews_of([("a", "x", 1), ("a", "x", 2)]), "twice"),
        (lambda: reviews_of([("a", "x", float("nan"))]), "not_a_number"),
        (lambda: ranked([("a", "x", 1), ("b", "x", 2)]), "one_review"),
        (lambda: decide(FIVE, places=1, budget=3), "limit"),
        (lambda: decide(FIVE), "limit"),
        (lambda: decide(FIVE, budget=3, costs={"a": 1}), "cost"),
        (lambda: decide(FIVE, places=1, lottery=Lottery("x", commitment("y"))), "seed"),
    ],
)
def test_errors_have_a_key(call, key):
    with pytest.raises(ScoringError) as caught:
        call()

    assert caught.value.key == key


@given(panels())
@settings(max_examples=25, deadline=None)
def test_worths_and_ranks_equal_the_model_with_full_matrices(rows):
    ranking = ranked(rows, draws=200)

    effects = ranking.effects
    floor = max(float(np.var(ranking.reviews.score, ddof=1)), 1e-12) * 1e-6
    between, among = max(effects.between_proposals, floor), max(effects.between_reviewers, floor)
    level, mean, covariance = posterior(ranking.reviews, between, among, effects.noise)
    assert effects.level == pytest.approx(level, abs=1e-6)
    assert effects.worth == pytest.approx(mean, abs=1e-6)
    assert [one.error for one in ranking.proposals] == pytest.approx(np.sqrt(np.diag(covariance)), abs=1e-6)
    if between > 1e-4:  # else the differences drown in rounding
        ours = [one.expected_rank for one in ranking.proposals]
        assert ours == pytest.approx(expected_ranks(mean, covariance), abs=1e-4)
    assert check(ranking) == ()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_variances_are_at_the_top_of_the_restricted_likelihood(seed):
    _worth, rows = simulated(30, 8, 3, seed=seed)
    reviews = reviews_of(rows)

    effects = rank(reviews, generator=np.random.default_rng(0), step=0.01).effects

    point = [effects.between_proposals, effects.between_reviewers, effects.noise]
    best = reml(reviews, *point)
    for place in range(3):
        for factor in (0.97, 1.03):
            moved = [value * (factor if at == place else 1) for at, value in enumerate(point)]
            assert reml(reviews, *moved) < best


@given(panels(), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_rank_does_not_depend_on_the_order_of_reviews(rows, chance):
    shuffled = list(rows)
    chance.shuffle(shuffled)

    assert ranked(rows, draws=100).proposals == ranked(shuffled, draws=100).proposals


@given(panels(), st.integers(0, 7), st.booleans())
@settings(max_examples=25, deadline=None)
def test_decide_proves_itself(rows, places, by_lot):
    ranking = ranked(rows, draws=200)

    decision = decide(ranking, places=places, lottery=Lottery(SEED, commitment(SEED)) if by_lot else None)

    assert check_decision(decision) == ()
    assert len(decision.funded) == min(places, len(ranking.proposals))


@given(panels(), st.lists(st.integers(1, 50), min_size=6, max_size=6), st.integers(0, 150))
@settings(max_examples=25, deadline=None)
def test_decide_never_exceeds_the_budget_and_funds_all_that_are_sure(rows, prices, budget):
    ranking = ranked(rows, draws=200)
    costs = {one.id: prices[place] for place, one in enumerate(ranking.proposals)}

    decision = decide(ranking, budget=budget, costs=costs, lottery=Lottery(SEED, commitment(SEED)))

    assert sum(costs[name] for name in decision.funded) <= budget
    assert all(fate.funded for fate in decision.fates if fate.key == "sure")
    assert check_decision(decision) == ()


def test_the_band_narrows_with_more_reviews():
    few = decide(ranked(simulated(80, 16, 3, seed=5)[1]), places=30)
    many = decide(ranked(simulated(80, 16, 12, seed=5)[1]), places=30)

    assert len(many.band) < len(few.band)


def test_low_and_high_are_around_the_expected_rank():
    ranking = ranked(simulated(40, 10, 3, seed=8)[1])

    rows = sorted(ranking.proposals, key=lambda one: one.expected_rank)
    assert all(one.low <= one.expected_rank <= one.high for one in rows)
    assert all(before.expected_rank <= after.expected_rank for before, after in pairwise(rows))
