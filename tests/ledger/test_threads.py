from datetime import UTC, date, datetime

import pytest

from multaqa.kit import clock
from multaqa.ledger.actions import Due
from multaqa.ledger.models import reference
from multaqa.ledger.queries import thread, threads
from multaqa.ledger.steps import Step
from tests.ledger.factories import an_entry, place

pytestmark = pytest.mark.django_db
MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)


def states(found):
    return {bead.step.value: bead.state for bead in found.beads}


def test_thread_of_an_object_without_entries_is_all_to_come():
    assert set(states(thread(place())).values()) == {"next"}


def test_thread_reaches_back_to_causes_and_forward_to_effects():
    seen, asked, ranked = place("X.1.1"), place("X.1.2"), place("X.1.3")
    an_entry(seen, step=Step.OBSERVED)
    an_entry(asked, step=Step.RECOMMENDED, causes=[seen])
    an_entry(ranked, step=Step.PRIORITISED, causes=[asked])

    found = states(thread(asked))

    assert found["observed"] == "done"
    assert found["consulted"] == "missing"
    assert found["recommended"] == "done"
    assert found["prioritised"] == "current"
    assert found["called"] == "next"


def test_thread_leaves_out_what_only_shares_a_cause():
    seen, mine, other = place("X.1.1"), place("X.1.2"), place("X.1.3")
    an_entry(seen, step=Step.OBSERVED)
    an_entry(mine, step=Step.RECOMMENDED, causes=[seen])
    an_entry(other, step=Step.PRIORITISED, causes=[seen])

    assert states(thread(mine))["prioritised"] == "next"
    assert states(thread(seen))["prioritised"] == "current"


def test_thread_shows_an_obligation_as_overdue_until_it_is_met():
    asked = place()
    with clock.at(MARCH):
        an_entry(
            asked,
            step=Step.RECOMMENDED,
            due=Due(Step.PRIORITISED, date(2026, 3, 11), met_by="ledger.answered"),
        )
        planned = thread(asked).beads[3]
    with clock.at(datetime(2026, 3, 21, tzinfo=UTC)):
        late = thread(asked).overdue
        an_entry(asked, verb="ledger.answered")
        answered = thread(asked).overdue

    assert (planned.state, planned.due_on) == ("next", date(2026, 3, 11))
    assert (late.step, late.days_late) == (Step.PRIORITISED, 10)
    assert answered is None


def test_thread_begins_anew_when_an_evaluation_leads_to_a_recommendation():
    agreed, asked_again = place("X.1.1"), place("X.1.2")
    an_entry(agreed, step=Step.AGREED)
    an_entry(agreed, step=Step.EVALUATED)
    an_entry(asked_again, step=Step.RECOMMENDED, causes=[agreed])

    found = states(thread(asked_again))

    assert (found["recommended"], found["agreed"], found["evaluated"]) == ("current", "next", "next")
    assert states(thread(agreed))["recommended"] == "missing"


def test_thread_does_not_take_news_on_the_way_for_the_end():
    awarded, article = place("X.1.1"), place("X.1.2")
    an_entry(awarded, step=Step.AWARDED)
    an_entry(article, step=Step.PUBLISHED, causes=[awarded])

    assert states(thread(awarded))["awarded"] == "current"
    assert states(thread(awarded))["agreed"] == "next"
    assert states(thread(awarded))["published"] == "next"
    assert states(thread(article))["published"] == "next"

    an_entry(awarded, step=Step.EVALUATED)
    assert states(thread(awarded))["published"] == "done"


def test_thread_of_an_article_about_nothing_else_is_its_publication():
    article = place()
    an_entry(article, step=Step.PUBLISHED)

    assert states(thread(article))["published"] == "done"


def test_threads_cost_two_statements_for_any_number(django_assert_num_queries):
    places = [place(f"X.1.{number}") for number in range(1, 6)]
    for item in places:
        an_entry(item, step=Step.OBSERVED)

    with django_assert_num_queries(2):
        found = threads(places)

    assert list(found) == [reference(item) for item in places]
