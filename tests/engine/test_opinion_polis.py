"""The compatible mode against what the platform published, an oracle on small cases, and its quirks."""

import numpy as np
import pytest
from hypothesis import given, settings

from multaqa.engine.opinion import OpinionError, check, eligible, gather, given_base_clusters, opinion_map
from multaqa.engine.opinion import _polis_map as maps
from multaqa.engine.opinion._kmeans import _Nearest, distinct_start, lloyd, nearest, silhouette
from tests.engine.opinion_cases import COMPLETE, camps, conversations, dense_plane, published


@pytest.fixture(params=COMPLETE, scope="module")
def known(request, shared_data):
    return published(shared_data, request.param)


def test_components_are_those_the_platform_published(known):
    opinion = opinion_map(known.conversation, mode="polis")

    at = known.positions(known.math["tids"])
    for ours, theirs in zip(opinion.components, known.math["pca"]["comps"], strict=True):
        assert abs(ours[at] @ np.array(theirs)) > 0.9999999
    assert np.abs(opinion.center[at] + np.array(known.math["pca"]["center"])).max() < 1e-13


def test_points_are_within_the_platforms_own_rounding(known):
    opinion = opinion_map(known.conversation, mode="polis")

    base = known.math["base-clusters"]
    alone = [(at, members[0]) for at, members in enumerate(base["members"]) if len(members) == 1]
    rows = np.searchsorted(known.conversation.participants, [person for _at, person in alone])
    for axis, key in enumerate("xy"):
        theirs = np.array([base[key][at] for at, _person in alone])
        ours = opinion.points[rows, axis]
        assert min(np.abs(ours - theirs).max(), np.abs(ours + theirs).max()) < 3e-7


def test_groups_from_published_base_clusters_are_the_published_groups(known):
    opinion = opinion_map(known.conversation, mode="polis", base=known.base())

    assert opinion.groups == len(known.math["group-clusters"])
    assert np.array_equal(opinion.group, known.groups)


def test_lists_consensus_and_priorities_with_published_groups(known):
    opinion = opinion_map(known.conversation, mode="polis", groups=known.groups)

    ids = known.conversation.statements
    assert [
        [(int(ids[row.statement]), row.direction) for row in rows] for rows in opinion.representative
    ] == [
        [(row["tid"], row["repful-for"]) for row in known.math["repness"][str(g)]]
        for g in range(opinion.groups)
    ]
    assert [[int(ids[s]) for s in side] for side in opinion.consensus] == [
        [row["tid"] for row in known.math["consensus"][side]] for side in ("agree", "disagree")
    ]
    for found, key, gap in (
        (opinion.group_aware_consensus, "group-aware-consensus", 1e-12),
        (opinion.priorities, "comment-priorities", 1e-9),
    ):
        theirs = known.math[key]
        ours = found[known.positions(map(int, theirs))]
        assert np.abs(ours - list(theirs.values())).max() < gap


def test_the_figures_of_a_representative_statement_are_the_platforms(known):
    opinion = opinion_map(known.conversation, mode="polis", groups=known.groups)

    for g, rows in enumerate(opinion.representative):
        for ours, theirs in zip(rows, known.math["repness"][str(g)], strict=True):
            assert (ours.share, ours.share_test) == pytest.approx(
                (theirs["p-success"], theirs["p-test"]), abs=1e-12
            )
            assert ours.ratio == pytest.approx(theirs["repness"], abs=1e-12)
            assert ours.ratio_test == pytest.approx(theirs["repness-test"], rel=1e-6)


def test_a_published_map_checks_itself(known):
    assert check(opinion_map(known.conversation, mode="polis")) == ()


@given(conversations())
@settings(max_examples=60, deadline=None)
def test_points_are_those_of_the_dense_filled_matrix(conversation):
    opinion = opinion_map(conversation, mode="polis")

    _components, points = dense_plane(conversation)
    # axes may turn where two components explain alike, lengths may not
    ours, theirs = ((value[:, None] - value[None]) ** 2 for value in (opinion.points, points))
    values = np.linalg.svd(opinion.points, compute_uv=False)
    if points.shape[1] == 2 and _is_simple(conversation):
        assert np.allclose(ours.sum(axis=2), theirs.sum(axis=2), atol=1e-6)
    assert np.isfinite(values).all()
    assert check(opinion) == ()


def _is_simple(conversation):
    """Whether the two leading components stand out from the third."""
    rated = conversation.only(~conversation.hidden[conversation.column])
    sums = np.bincount(rated.column, rated.vote, len(conversation.statements))
    mean = sums / np.maximum(1, np.bincount(rated.column, minlength=len(sums)))
    table = rated.matrix(rated.vote - mean[rated.column]).toarray()
    values = np.append(np.linalg.svd(table, compute_uv=False), [0, 0, 0])
    return values[1] - values[2] > 1e-3


def test_large_maps_take_lanczos_steps_and_find_the_same_components(monkeypatch):
    conversation = camps((150, 90, 60), statements=60)
    dense = opinion_map(conversation, mode="polis").components

    monkeypatch.setattr(maps, "_DENSE_CELLS", 0)
    stepped = opinion_map(conversation, mode="polis").components

    assert np.abs(np.abs(np.sum(dense * stepped, axis=1)) - 1).max() < 1e-9


def test_a_hidden_statement_counts_as_a_vote_of_everyone():
    votes = [(1, 1, 1), (1, 2, -1), (2, 1, -1), (2, 2, 1), (3, 1, 1), (3, 3, 1)]
    person, statement, vote = zip(*votes, strict=True)
    plain = {"participant": person, "statement": statement, "vote": vote}

    shown = opinion_map(gather(**plain, meta=[3]), mode="polis")

    # three columns, and 2 own votes + 1 hidden for the first two people, 1 + 1 for the third
    lengths = np.hypot(*shown.points.T)
    alone = shown.components @ np.stack([1 - shown.center, np.zeros(3)])[0]
    assert shown.components[:, 2].tolist() == [0, 0]
    assert lengths[0] == pytest.approx(
        np.hypot(*(shown.components @ [1 - shown.center[0], -1 - shown.center[1], 0]))
    )
    assert np.isfinite(alone).all()
    assert lengths[2] == pytest.approx(
        np.sqrt(3 / 2) * np.hypot(*(shown.components @ [1 - shown.center[0], 0, 0]))
    )


def test_those_with_seven_votes_are_clustered_and_the_most_active_up_to_fifteen():
    person = np.repeat(np.arange(20), [8] * 3 + [2] * 10 + [1] * 7)
    statement = np.concatenate([np.arange(count) for count in [8] * 3 + [2] * 10 + [1] * 7])
    conversation = gather(participant=person, statement=statement, vote=np.ones(len(person), int))

    assert np.flatnonzero(eligible(conversation)).tolist() == [*range(13), 13, 14]


def test_participants_beyond_the_limit_are_left_out(monkeypatch):
    monkeypatch.setattr(maps, "MOST_PARTICIPANTS", 3)
    conversation = gather(participant=[9, 8, 7, 6], statement=[1, 1, 1, 1], vote=[1, -1, 1, 1])

    opinion = opinion_map(conversation, mode="polis")

    assert opinion.conversation.participants.tolist() == [7, 8, 9]


def test_statements_beyond_the_limit_are_left_out(monkeypatch):
    monkeypatch.setattr(maps, "MOST_STATEMENTS", 1)
    conversation = gather(participant=[1, 2, 1, 2], statement=[5, 5, 4, 4], vote=[1, -1, 1, 1])

    assert opinion_map(conversation, mode="polis").voted().tolist() == [False, True]


def test_base_clusters_that_do_not_fit_are_refused():
    conversation = gather(participant=[1, 2], statement=[1, 1], vote=[1, -1])

    with pytest.raises(OpinionError, match="one length"):
        given_base_clusters(conversation, ids=[1], members=[[1], [2]], x=[0.0], y=[0.0])
    with pytest.raises(OpinionError, match="two base clusters"):
        given_base_clusters(conversation, ids=[1, 2], members=[[1], [1]], x=[0.0, 1.0], y=[0.0, 1.0])


def test_bounds_spare_distances_and_change_nothing():
    points = np.random.default_rng(1).normal(size=(3000, 2))
    start = distinct_start(points, 60)
    search = _Nearest(points)
    centers = start
    for _round in range(12):
        labels = search.labels(centers)
        apart = ((points[:, None] - centers[None]) ** 2).sum(axis=2)
        assert np.array_equal(labels, apart.argmin(axis=1))
        centers = np.stack([points[labels == g].mean(axis=0) for g in range(len(centers))])


def test_an_empty_cluster_vanishes_and_the_first_names_stay():
    points = np.array([[0.0, 0], [0, 0], [1, 0], [10, 0]])

    labels, centers, names = lloyd(points, np.array([[0.0, 0], [50, 50], [10, 0]]), rounds=20)

    assert names.tolist() == [0, 2]
    assert labels.tolist() == [0, 0, 0, 1]
    assert centers.tolist() == [[pytest.approx(1 / 3), 0], [10, 0]]


def test_silhouette_counts_a_lone_member_as_nothing():
    points = np.array([[0.0, 0], [0, 1], [5, 0]])

    # a = 1 for both, b = 5 and sqrt(26)
    expected = ((5 - 1) / 5 + (np.sqrt(26) - 1) / np.sqrt(26) + 0) / 3
    assert silhouette(points, np.array([0, 0, 1])) == pytest.approx(expected)
    assert nearest(points, np.array([[0.0, 0.5], [0, 0.5]])).tolist() == [0, 0, 0]
