"""Routing, weights, and what one more vote changes between two maps."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multaqa.engine.opinion import (
    OpinionError,
    add_vote,
    assurance_weights,
    exposure_weights,
    gather,
    next_statement,
    opinion_map,
    post_stratify,
    seat,
    standing,
)
from multaqa.engine.opinion._polis_lists import tally
from tests.engine.opinion_cases import camps, regathered, triplets


@pytest.fixture(scope="module")
def opinion():
    return opinion_map(camps((60, 40)))


def ballot_of(conversation, row):
    own = slice(conversation.start[row], conversation.start[row + 1])
    return dict(
        zip(
            conversation.statements[conversation.column[own]].tolist(),
            conversation.vote[own].tolist(),
            strict=True,
        )
    )


def test_everyone_sits_where_the_map_has_them(opinion):
    now = standing(opinion)

    for row in (0, 17, 99):
        found = seat(now, ballot_of(opinion.conversation, row))
        assert (found.x, found.y) == pytest.approx(tuple(opinion.points[row]), abs=1e-9)
        assert found.group == opinion.group[row]


def test_one_vote_changes_the_counts_as_a_recount_would(opinion):
    conversation = opinion.conversation
    now, row = standing(opinion), 3
    ballot = ballot_of(conversation, row)
    new = next(s for s in conversation.statements.tolist() if s not in ballot)

    later, found = add_vote(now, ballot=ballot, statement=new, vote=-1)

    people, statements, votes = triplets(conversation)
    again = regathered(
        conversation,
        np.append(people, conversation.participants[row]),
        np.append(statements, new),
        np.append(votes, -1),
    )
    group = opinion.group.copy()
    group[row] = found.group
    recount = tally(again, group, opinion.groups)
    assert np.array_equal(later.tally.agree, recount.agree)
    assert np.array_equal(later.tally.disagree, recount.disagree)
    assert np.array_equal(later.tally.total, recount.total)
    assert later.model.bias[new] < now.model.bias[new]


def test_a_changed_vote_replaces_the_one_before(opinion):
    conversation = opinion.conversation
    ballot = ballot_of(conversation, 0)
    statement = next(s for s, vote in ballot.items() if vote == 1)

    against, _seat = add_vote(standing(opinion), ballot=ballot, statement=statement, vote=-1)
    back, _seat = add_vote(against, ballot={**ballot, statement: -1}, statement=statement, vote=1)

    assert against.tally.total.sum() == opinion.tally.total.sum()
    assert np.array_equal(back.tally.agree, opinion.tally.agree)
    assert np.abs(back.model.bias - opinion.bridging.model.bias).max() < 2e-3


def test_a_newcomer_is_seated_with_their_seventh_vote(opinion):
    now, ballot, groups = standing(opinion), {}, []
    for statement in range(8):
        now, found = add_vote(now, ballot=ballot, statement=statement, vote=1)
        ballot[statement] = 1
        groups.append(found.group)

    assert groups[:6] == [-1] * 6
    assert min(groups[6:]) >= 0
    assert now.tally.total.sum() == opinion.tally.total.sum() + 8


def test_an_unknown_statement_or_vote_is_refused(opinion):
    now = standing(opinion)

    with pytest.raises(OpinionError, match="no statement 999"):
        add_vote(now, ballot={}, statement=999, vote=1)
    with pytest.raises(OpinionError, match="a vote is"):
        add_vote(now, ballot={}, statement=1, vote=2)
    with pytest.raises(OpinionError, match="bridging mode"):
        standing(opinion_map(opinion.conversation, mode="polis"))


def test_the_next_statement_is_open_and_its_chance_is_what_happens(opinion):
    ballot = dict.fromkeys(range(30), 1)
    generator = np.random.default_rng(0)

    draws = [next_statement(opinion, ballot, generator) for _ in range(4000)]

    told = {draw.statement: draw.probability for draw in draws}
    assert set(told) == set(range(30, 40))
    assert sum(told.values()) == pytest.approx(1)
    assert min(told.values()) >= 0.2 / 10 - 1e-12
    for statement, probability in told.items():
        seen = np.mean([draw.statement == statement for draw in draws])
        assert seen == pytest.approx(probability, abs=0.03)


def test_a_statement_without_votes_is_shown_first():
    conversation = camps((60, 40))
    people, statements, votes = triplets(conversation)
    wider = gather(participant=people, statement=statements, vote=votes, statements=np.arange(41))

    opinion = opinion_map(wider)

    assert opinion.priorities.argmax() == 40
    assert opinion.priorities.sum() == pytest.approx(1)
    with pytest.raises(OpinionError, match="every statement has been answered"):
        next_statement(opinion, dict.fromkeys(range(41), 1), np.random.default_rng(0))


def test_what_is_moderated_out_is_never_shown():
    conversation = replace(camps((60, 40)), moderated_out=np.arange(40) == 4)

    assert opinion_map(conversation).priorities[4] == 0


def test_exposure_weights_undo_the_chance_of_being_served():
    # served with chances 0.8 and 0.2: four times as many votes on the first
    probability = np.array([0.8] * 80 + [0.2] * 20)

    weights = exposure_weights(probability)

    assert weights[:80].sum() == pytest.approx(weights[80:].sum())
    with pytest.raises(OpinionError, match="above 0 and at most 1"):
        exposure_weights(np.array([0.0]))


def test_assurance_levels_have_their_weight():
    assert assurance_weights(np.array([0, 2, 0]), {0: 0.5, 2: 1.0}).tolist() == [0.5, 1.0, 0.5]
    with pytest.raises(OpinionError, match="level 1 has no weight"):
        assurance_weights(np.array([1]), {0: 1.0})


def test_post_stratification_mirrors_the_population():
    sex = np.array([0] * 70 + [1] * 30)
    place = np.array([0] * 50 + [1] * 20 + [0] * 10 + [1] * 20)

    weights = post_stratify([sex, place], [np.array([0.5, 0.5]), np.array([0.6, 0.4])])

    assert weights.mean() == pytest.approx(1)
    assert weights[sex == 0].sum() / 100 == pytest.approx(0.5)
    assert weights[place == 0].sum() / 100 == pytest.approx(0.6)
    with pytest.raises(OpinionError, match="do not sum to 1"):
        post_stratify([sex], [np.array([0.5, 0.4])])


@given(st.lists(st.integers(0, 2), min_size=3, max_size=40))
def test_post_stratified_weights_keep_a_mean_of_one_and_are_equal_within_a_class(classes):
    strata = np.array(classes)

    weights = post_stratify([strata], [np.array([0.1, 0.1, 0.8])])

    assert weights.mean() == pytest.approx(1)
    assert all(np.ptp(weights[strata == one]) < 1e-9 for one in set(classes))


def test_a_class_hardly_anyone_belongs_to_is_held_to_the_cap():
    weights = post_stratify([np.array([0] * 99 + [1])], [np.array([0.5, 0.5])], most=5.0)

    # the one person would weigh 50
    assert weights[-1] == pytest.approx(5)
    assert weights.mean() == pytest.approx(1)
