from datetime import timedelta

import pytest

from multaqa.consultations.actions import close_consultation, propose_statement, review_statement
from multaqa.consultations.queries import (
    ballot,
    consultations_to_close,
    next_statement,
    open_consultations,
    participation_of,
    public_consultations,
    results,
    results_csv,
    turnout,
)
from multaqa.kit import clock
from multaqa.kit.translated import Translated
from tests.consultations.factories import (
    SEEDS,
    a_closed_consultation,
    a_consultation,
    a_paper_form,
    a_statement,
    a_vote,
    voter,
    votes,
)
from tests.factories import Role, actor

pytestmark = pytest.mark.django_db


def first_result(consultation):
    return results(consultation).statements[0]


def test_open_consultations_take_votes_today_the_soonest_to_close_first():
    late, soon = a_consultation(days=20), a_consultation(days=2)
    a_consultation(opens_on=clock.today() + timedelta(days=1))
    a_closed_consultation()

    assert list(open_consultations(clock.today())) == [soon, late]


def test_consultations_to_close_are_those_past_their_last_day():
    consultation = a_consultation(days=2)

    assert list(consultations_to_close(consultation.closes_on)) == []
    assert list(consultations_to_close(consultation.closes_on + timedelta(days=1))) == [consultation]


def test_public_consultations_put_the_open_first_with_their_participants():
    closed = a_closed_consultation(1, 1)
    opened = a_consultation()
    a_vote(a_statement(1, opened))

    assert [(found, found.participants) for found in public_consultations()] == [(opened, 1), (closed, 2)]


def test_turnout_counts_people_and_votes():
    consultation = a_consultation()
    a_vote(a_statement(1, consultation), name="1")
    a_vote(a_statement(2, consultation), name="1")
    a_paper_form(consultation, s1=0)

    found = turnout(consultation)

    assert (found.participants, found.votes) == (2, 3)


def test_next_statement_meets_each_once_and_then_none():
    consultation = a_consultation()
    seen = []
    while statement := next_statement(consultation, participation_of(voter("1"), consultation)):
        seen.append(statement.number)
        a_vote(statement)

    assert sorted(seen) == [1, 2, 3]


def test_next_statement_differs_between_participants():
    consultation = a_consultation(statements=[Translated.of(f"جملة {n}") for n in range(30)])
    firsts = set()
    for name in map(str, range(12)):
        a_vote(a_statement(1, consultation), name=name)
        firsts.add(next_statement(consultation, participation_of(voter(name), consultation)).number)

    assert len(firsts) > 4


def test_next_statement_of_a_stranger_is_the_first():
    assert next_statement(a_consultation()).number == 1


def test_ballot_tells_progress_and_ones_own_answer():
    consultation = a_consultation()
    a_vote(a_statement(2, consultation), value=-1)

    found = ballot(consultation, voter("1"), number=2)

    assert (found.statement.number, found.own, found.answered, found.total) == (2, -1, 1, 3)
    assert ballot(consultation, actor(Role.ANONYMOUS)).answered == 0


def test_ballot_does_not_show_what_waits_for_review():
    consultation = a_consultation()
    propose_statement(actor=voter("1"), consultation=consultation, text="x", language="en")

    assert ballot(consultation, voter("2"), number=4).statement.number == 1


@pytest.mark.parametrize("count", [1, 3])
def test_ballot_costs_the_same_for_any_number(count, django_assert_num_queries):
    consultation = a_consultation(statements=SEEDS[:1] * count + SEEDS[1:])
    a_vote(a_statement(1, consultation))

    someone = voter("1")
    with django_assert_num_queries(4):
        ballot(consultation, someone)


def test_results_publish_counts_from_ten_votes():
    closed = a_closed_consultation(*[1] * 7, -1, -1, 0)

    found = first_result(closed)

    assert (found.votes, found.agree, found.disagree, found.passed) == (10, 7, 2, 1)
    assert (found.agree_share, found.disagree_share, found.pass_share) == (70.0, 20.0, 10.0)


def test_results_keep_back_nine_votes():
    found = first_result(a_closed_consultation(*[1] * 9))

    assert (found.votes, found.agree, found.disagree, found.passed, found.on_paper) == (None,) * 5


@pytest.mark.parametrize(
    ("online", "paper", "published"), [(12, 0, 0), (12, 3, None), (3, 12, None), (10, 10, 10)]
)
def test_results_separate_paper_only_when_both_parts_are_large_enough(online, paper, published):
    consultation = a_consultation(days=0)
    votes(a_statement(1, consultation), *[1] * online)
    for number in range(paper):
        a_paper_form(consultation, receipt=f"FORM-{number}", s1=-1)
    close_consultation(actor=actor(Role.COUNCIL_OFFICER), consultation=consultation)

    found = first_result(consultation_again(consultation))

    assert (found.votes, found.agree, found.disagree) == (online + paper, online, paper)
    assert found.on_paper == published


def consultation_again(consultation):
    consultation.refresh_from_db()
    return consultation


def test_results_leave_out_what_was_hidden_meanwhile():
    consultation = a_consultation(days=0)
    statement = a_statement(1, consultation)
    votes(statement, *[1] * 12)
    review_statement(
        actor=actor(Role.FACILITATOR), statement=statement, state="hidden", reason=Translated.of("إساءة")
    )

    closed = close_consultation(actor=actor(Role.COUNCIL_OFFICER), consultation=consultation)

    found = results(closed)
    assert (found.participants, found.votes, [r.statement.number for r in found.statements]) == (0, 0, [2, 3])


def test_results_do_not_exist_before_closing():
    with pytest.raises(ValueError, match="closed"):
        results(a_consultation())


def test_results_csv_holds_only_what_is_published():
    text = results_csv(results(a_closed_consultation(*[1] * 12)))

    assert text.splitlines() == [
        "number,text_ar,text_fr,text_en,votes,agree,disagree,pass,on_paper",
        "1,الماء أولا,L’eau d’abord,Water first,12,12,0,0,0",
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_results_cost_the_same_for_any_number(count, django_assert_num_queries):
    closed = a_closed_consultation(*[1] * 12, statements=SEEDS[:count])

    with django_assert_num_queries(3):
        results(closed)
