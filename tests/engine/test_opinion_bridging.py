"""The default mode: what it guarantees, and what it finds in conversations whose answer is known."""

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multaqa.engine import opinion as package
from multaqa.engine.opinion import (
    OpinionError,
    adjusted_rand,
    check,
    explain,
    gather,
    opinion_map,
    predict,
    ranking,
)
from multaqa.engine.opinion._ballots import ballots
from multaqa.engine.opinion._factor import equations_of_statements, fit, place
from multaqa.engine.opinion._score import lower_bounds
from tests.engine.opinion_cases import ALL, camps, conversations, published, regathered, triplets


def test_the_module_tells_its_use_in_a_doctest():
    assert doctest.testmod(package).failed == 0


@given(conversations(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_any_small_conversation_has_a_map_that_proves_itself_whatever_the_order(conversation, random):
    if not (~conversation.hidden[conversation.column]).any():
        with pytest.raises(OpinionError, match="no vote is on a statement that is shown"):
            opinion_map(conversation)
        return
    people, statements, votes = triplets(conversation)
    order = random.sample(range(len(votes)), len(votes))

    first = opinion_map(conversation)
    second = opinion_map(regathered(conversation, people[order], statements[order], votes[order]))

    assert check(first) == ()
    assert np.array_equal(first.points, second.points)
    assert np.array_equal(first.group, second.group)
    assert ranking(first) == ranking(second)
    assert len(explain(first)) >= 1


def test_two_camps_are_found_and_what_they_share_bridges():
    opinion = opinion_map(camps((120, 80)))

    camp = np.repeat([0, 1], [120, 80])
    assert adjusted_rand(camp, opinion.group) == 1
    assert opinion.bridging.stability.firm
    assert opinion.bridging.stability.apart
    # the second half of the statements is what everyone agrees with
    assert set(ranking(opinion)[:20]) == set(range(20, 40))
    assert min(opinion.consensus[0]) >= 20
    assert opinion.consensus[1] == ()


def test_people_without_a_divide_are_one_group():
    opinion = opinion_map(camps((200,)))

    assert opinion.groups == 1
    assert opinion.representative == ((),)
    assert explain(opinion)[0].key == "one_group"
    assert explain(opinion)[0].values == {"members": 200}


def test_names_of_participants_change_nothing():
    conversation = camps((60, 40))
    people, statements, votes = triplets(conversation)
    renamed = np.random.default_rng(8).permutation(1000)[: people.max() + 1]

    first = opinion_map(conversation)
    other = regathered(conversation, renamed[people], statements, votes)
    second = opinion_map(other)

    at = np.searchsorted(other.participants, renamed[conversation.participants])
    assert np.array_equal(second.group[at], first.group)
    assert np.array_equal(second.bridging.score, first.bridging.score)


@pytest.mark.parametrize("name", ALL)
def test_copies_of_a_ballot_move_no_statement(shared_data, name):
    conversation = published(shared_data, name).conversation
    people, statements, votes = triplets(conversation)
    number = round(0.05 * len(conversation.participants))
    long = int(np.flatnonzero(conversation.counts() >= 30)[5])
    copied = slice(conversation.start[long], conversation.start[long + 1])
    clones = np.repeat(np.arange(10**6, 10**6 + number), copied.stop - copied.start)

    crowded = regathered(
        conversation,
        np.concatenate([people, clones]),
        np.concatenate([statements, np.tile(conversation.statements[conversation.column[copied]], number)]),
        np.concatenate([votes, np.tile(conversation.vote[copied], number)]),
    )

    before, after = opinion_map(conversation), opinion_map(crowded)
    assert ranking(after) == ranking(before)
    assert np.array_equal(after.bridging.score, before.bridging.score, equal_nan=True)
    assert np.array_equal(after.bridging.agree_bound, before.bridging.agree_bound, equal_nan=True)
    assert after.bridging.ballots.set_aside == pytest.approx(number)


def test_a_short_list_that_many_answer_alike_still_counts_them():
    # 300 people all answer the same eight statements; most agree with everything
    chance = np.random.default_rng(2)
    votes = np.where(chance.random((300, 8)) < 0.9, 1, -1)
    row, column = np.nonzero(np.ones_like(votes))

    counted = ballots(gather(participant=row, statement=column, vote=votes[row, column]))

    # chance explains the many equal ballots, up to those beyond the expected number
    assert counted.weight.sum() > 270
    assert len(counted.weight) < 100


@pytest.mark.parametrize("name", ALL)
def test_hidden_votes_are_foretold_better_than_by_the_platforms_groups(shared_data, name):
    conversation = published(shared_data, name).conversation
    hidden = np.random.default_rng(4).random(conversation.votes) < 0.1
    hidden &= ~conversation.hidden[conversation.column]
    seen = conversation.only(~hidden)
    row, column, truth = conversation.rows()[hidden], conversation.column[hidden], conversation.vote[hidden]

    polis, ours = opinion_map(seen, mode="polis"), opinion_map(seen)

    by_group = _group_means(seen, polis.group)[polis.group[row], column]
    error = np.sqrt(np.mean((truth - by_group) ** 2))
    own = np.sqrt(np.mean((truth - predict(ours.bridging.model, ours.bridging.places, row, column)) ** 2))
    assert own < 0.97 * error


def _group_means(seen, group):
    """(k + 1, S) mean vote of each group, the last row that of everyone; a group's silence is everyone's."""
    size = len(seen.statements)
    everyone = np.bincount(seen.column, seen.vote, size) / np.maximum(
        1, np.bincount(seen.column, minlength=size)
    )
    rows = []
    for g in range(group.max() + 1):
        inside = group[seen.rows()] == g
        heard = np.bincount(seen.column[inside], minlength=size)
        mean = np.bincount(seen.column[inside], seen.vote[inside], size) / np.maximum(1, heard)
        rows.append(np.where(heard > 0, mean, everyone))
    return np.array([*rows, everyone])


def test_scores_are_the_ridge_solution_that_a_dense_solver_finds():
    conversation = camps((30, 20), statements=12)
    opinion = opinion_map(conversation)
    found, model = opinion.bridging, opinion.bridging.model
    own = place(found.ballots.conversation, model)

    table = found.ballots.conversation.matrix(found.ballots.conversation.vote.astype(float)).toarray()
    mask = found.ballots.conversation.matrix(np.ones(found.ballots.conversation.votes)).toarray() > 0
    for s in range(12):
        voters = np.flatnonzero(mask[:, s])
        design = np.stack([np.ones(len(voters)), own.factor[voters]], axis=1)
        ridge = design.T @ design + np.diag([5.0, model.penalty])
        level, _slope = np.linalg.solve(ridge, design.T @ (table[voters, s] - model.mean - own.bias[voters]))
        assert found.score[s] == pytest.approx(level, abs=2e-3)


def test_intervals_hold_the_score_and_narrow_with_more_people():
    few, many = (opinion_map(camps((size, size))).bridging for size in (40, 400))

    assert (few.low <= few.score).all()
    assert (few.score <= few.high).all()
    assert np.median(many.high - many.low) < 0.5 * np.median(few.high - few.low)


def test_intervals_are_as_wide_as_scores_differ_between_samples_of_people():
    whole = camps((600, 400), seed=5)
    chance = np.random.default_rng(6)

    parts = [
        opinion_map(whole.part(np.sort(chance.choice(1000, 100, replace=False)))).bridging for _ in range(12)
    ]

    seen = np.median(np.std([part.score for part in parts], axis=0, ddof=1))
    told = np.median([(part.high - part.low) / 2 / 1.645 for part in parts])
    assert told == pytest.approx(seen, rel=0.2)


def test_the_lower_bound_needs_five_votes_in_every_group():
    person = np.repeat(np.arange(14), 2)
    statement = np.tile([1, 2], 14)
    vote = np.ones(28, int)
    kept = ~((statement == 2) & (person >= 9))  # four of the second group answer neither
    conversation = gather(participant=person[kept], statement=statement[kept], vote=vote[kept])
    counted = ballots(conversation)
    group = np.array([0] * 7 + [1] * 7)

    opinion = opinion_map(conversation, groups=group)

    assert opinion.group_aware_consensus.tolist() == [(8 / 9) ** 2, 8 / 9 * 3 / 4]
    assert np.isnan(opinion.bridging.agree_bound[1])
    bound = lower_bounds(counted, np.zeros(len(counted.weight), int), 1)[0]
    # the nine ballots of two votes count; chance explains that they are equal, so they are nine voices
    assert bound[0] == pytest.approx(0.05 ** (1 / 10))


def test_weights_count_as_voices():
    conversation = camps((60, 60), statements=20)
    heavy = np.repeat([1.0, 3.0], 60)

    equal, weighted = opinion_map(conversation), opinion_map(conversation, weights=heavy)

    half = slice(0, 10)  # what divides the camps leans to the heavier one
    lean = np.sign(equal.bridging.model.factor[half]) * (weighted.bridging.score - equal.bridging.score)[half]
    assert len(set(np.sign(lean[np.abs(lean) > 0.05]))) == 1
    assert check(weighted) == ()


def test_zero_and_missing_weights_are_refused():
    conversation = camps((20, 20))

    with pytest.raises(OpinionError, match="weight of 0 or more"):
        opinion_map(conversation, weights=np.ones(3))
    with pytest.raises(OpinionError, match="weight above 0"):
        opinion_map(conversation, weights=np.zeros(40))
    with pytest.raises(OpinionError, match="knows no weights"):
        opinion_map(conversation, mode="polis", weights=np.ones(40))
    with pytest.raises(OpinionError, match="bridging or polis"):
        opinion_map(conversation, mode="umap")
    with pytest.raises(OpinionError, match="none of the participants"):
        opinion_map(conversation, groups=np.full(40, -1))


def test_a_fit_from_its_own_solution_stays_where_it_is():
    counted = ballots(camps((40, 30)))
    model = opinion_map(camps((40, 30))).bridging.model

    again = fit(counted.conversation, counted.weight, model, rounds=3)

    assert np.abs(again.bias - model.bias).max() < 1e-3
    own = place(counted.conversation, again)
    equations = equations_of_statements(counted.conversation, counted.weight, again, own)
    assert np.abs(equations.solve(again.penalty)[0] - again.bias).max() < 1e-3


def test_a_changed_map_fails_its_check():
    from dataclasses import replace

    opinion = opinion_map(camps((60, 40)))
    wrong = replace(opinion, group=np.roll(opinion.group, 7))

    assert {fault.key for fault in check(wrong)} == {"group_aware_consensus", "nearest_group"}


@given(st.lists(st.integers(0, 3), min_size=2, max_size=30))
def test_adjusted_rand_is_one_for_the_same_groups_under_other_names(labels):
    first = np.array(labels)

    assert adjusted_rand(first, (first + 1) % 4) == 1
