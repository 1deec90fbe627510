from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multaqa.engine.matching import (
    MatchingError,
    ReviewReason,
    assign_reviewers,
    check_reviewers,
    explain_reviewers,
)
from tests.engine.matching_cases import best_panel_by_trying


@st.composite
def panels(draw):
    files, reviewers, each = draw(st.integers(1, 4)), draw(st.integers(2, 4)), draw(st.integers(1, 2))
    cells = st.lists(st.integers(0, 9), min_size=files * reviewers, max_size=files * reviewers)
    barred = st.lists(
        st.integers(0, 4).map(lambda n: n == 0), min_size=files * reviewers, max_size=files * reviewers
    )
    return (
        np.array(draw(cells)).reshape(files, reviewers),
        np.array(draw(barred)).reshape(files, reviewers),
        each,
        np.array(draw(st.lists(st.integers(1, 4), min_size=reviewers, max_size=reviewers))),
    )


def test_assign_lifts_the_worst_file_before_the_sum():
    affinity = np.array([[9, 5], [6, 1]])

    panel = assign_reviewers(affinity=affinity, each=1, load=1)

    # 9 + 1 and 5 + 6: the second has the better worst file
    assert panel.seats.tolist() == [[False, True], [True, False]]
    assert (panel.worst, panel.total) == (5, 11)


def test_assign_keeps_a_conflict_out_whatever_it_costs():
    panel = assign_reviewers(
        affinity=[[9, 1, 1], [9, 1, 1]], conflict=[[True, False, False], [False, False, False]], each=2
    )

    assert panel.seats[0].tolist() == [False, True, True]


def test_assign_spreads_the_lack_of_reviewers():
    panel = assign_reviewers(affinity=np.ones((3, 2), int), each=2, load=2)

    assert sorted(panel.short.tolist()) == [0, 1, 1]
    assert check_reviewers(panel) == ()


def test_assign_does_what_it_can_where_all_are_in_conflict():
    panel = assign_reviewers(affinity=[[5, 5]], conflict=[[True, True]], each=1)

    assert (panel.worst, panel.total, panel.short.tolist()) == (-1, 0, [1])


def test_explain_names_each_seat_and_each_lack():
    panel = assign_reviewers(affinity=[[4, 7]], conflict=[[False, True]], each=2)

    assert explain_reviewers(panel) == (
        ReviewReason(0, 0, "seat", {"affinity": 4, "place": 1, "of": 1, "load": 1, "most": 2}),
        ReviewReason(0, -1, "short", {"lacks": 1, "free": 1}),
    )


def test_check_finds_a_better_panel():
    panel = assign_reviewers(affinity=[[9, 5], [6, 1]], each=1, load=1)

    found = check_reviewers(replace(panel, seats=panel.seats[:, ::-1], worst=1, total=10))

    assert found == ("worst_not_the_best",)


def test_check_finds_a_conflict_and_a_load():
    panel = assign_reviewers(affinity=[[9, 5], [6, 1]], each=1, load=1)

    assert check_reviewers(replace(panel, conflict=panel.seats))[0] == "conflict"
    assert "load" in check_reviewers(replace(panel, load=np.array([0, 2])))


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"affinity": [[0.5]]}, "affinity"),
        ({"affinity": [[-1]]}, "affinity"),
        ({"affinity": [[1]], "each": 0}, "panel"),
        ({"affinity": [[1]], "conflict": [[True, False]]}, "panel"),
    ],
)
def test_errors_have_a_key(values, key):
    with pytest.raises(MatchingError) as caught:
        assign_reviewers(**values)

    assert caught.value.key == key


@given(panels())
@settings(max_examples=80, deadline=None)
def test_assign_is_the_best_of_all_panels(case):
    affinity, conflict, each, load = case

    panel = assign_reviewers(affinity=affinity, conflict=conflict, each=each, load=load)

    best = best_panel_by_trying(affinity, conflict, each, load)
    if best is not None:
        assert (panel.worst, panel.total) == best
    else:
        assert panel.short.sum() > 0
    assert check_reviewers(panel) == ()


@given(st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_no_reviewer_has_a_file_twice_or_in_conflict_or_above_the_load(seed):
    generator = np.random.default_rng(seed)
    affinity = generator.integers(0, 1_001, (40, 12))
    conflict = generator.random((40, 12)) < 0.1

    panel = assign_reviewers(affinity=affinity, conflict=conflict)

    seats = np.argwhere(panel.seats).tolist()
    assert len({tuple(seat) for seat in seats}) == len(seats) == 120
    assert not (panel.seats & conflict).any()
    assert panel.seats.sum(axis=0).max() <= 11
    assert check_reviewers(panel) == ()
