import pytest
from django.utils.translation import override

from multaqa.kit.translated import Translated
from multaqa.ledger.models import Entry
from multaqa.recommendations.models import Answer, Standing
from multaqa.recommendations.queries import (
    Filters,
    figures,
    most_overdue,
    origins,
    possible_addressees,
    possible_proposers,
    subject_of,
    tracker,
)
from tests.factories import Role, actor, commune, organisation
from tests.recommendations.factories import a_recommendation, an_answer, an_overdue_recommendation

pytestmark = pytest.mark.django_db


def test_figures_count_every_public_state_and_the_median_delay():
    for days in (5, 24, 41):
        an_overdue_recommendation(days)
    a_recommendation()
    an_answer(verdict=Answer.Verdict.REFUSED)

    found = figures()

    assert found.total == 5
    assert {standing: count for standing, count in found.counts.items() if count} == {
        Standing.UNANSWERED: 3,
        Standing.WITHIN: 1,
        Standing.REFUSED: 1,
    }
    assert found.median_days_late == 24
    assert [(share.standing, share.start, share.width) for share in found.shares if share.count] == [
        (Standing.REFUSED, 0.0, 20.0),
        (Standing.WITHIN, 20.0, 20.0),
        (Standing.UNANSWERED, 40.0, 60.0),
    ]


def test_figures_of_an_even_number_take_the_mean_of_the_middle_two():
    for days in (10, 20, 30, 90):
        an_overdue_recommendation(days)

    assert figures().median_days_late == 25


def test_figures_of_nothing_have_no_median():
    found = figures()

    assert (found.total, found.unanswered, found.median_days_late) == (0, 0, None)


@pytest.mark.parametrize("silent", [0, 1, 3])
def test_figures_cost_the_same_for_any_number(silent, django_assert_num_queries):
    for _ in range(silent):
        an_overdue_recommendation()

    with django_assert_num_queries(2):
        figures()


def test_most_overdue_begins_with_the_longest_silence():
    short, long = an_overdue_recommendation(3), an_overdue_recommendation(60)
    a_recommendation()

    assert most_overdue(limit=5) == [long, short]


def test_tracker_shows_silence_first_then_the_running_then_the_answered():
    answered = an_answer().recommendation
    running = a_recommendation()
    silent = an_overdue_recommendation()

    assert list(tracker()) == [silent, running, answered]
    assert list(tracker(Filters(order="due"))) == [running, silent, answered]
    assert list(tracker(Filters(order="new")))[-1] == silent


def test_tracker_filters_by_addressee_territory_state_and_word():
    here = a_recommendation(territory=commune("X.1.1"))
    there = a_recommendation(
        addressee=organisation("other-council"), title=Translated.of("نقل صحي أسبوعي", "Transport sanitaire")
    )

    assert list(tracker(Filters(addressee="other-council"))) == [there]
    assert list(tracker(Filters(territory="X.1.1"))) == [here]
    assert list(tracker(Filters(state="within"))) == [here, there]
    assert list(tracker(Filters(state="unanswered"))) == []
    assert list(tracker(Filters(text="صحي"))) == [there]
    assert list(tracker(Filters(text="reservoir"))) == []
    assert list(tracker(Filters(text="réservoir"))) == [here, there]
    assert list(tracker(Filters(text=there.number))) == [there]


def test_tracker_does_not_take_the_name_of_a_language_for_a_word():
    a_recommendation(title=Translated.of("ماء"), text=Translated.of("خزان"))

    assert list(tracker(Filters(text="ar"))) == []


@pytest.mark.parametrize(
    ("days", "arabic"),
    [
        (1, "لا جواب منذ يوم واحد"),
        (2, "لا جواب منذ يومين"),
        (5, "لا جواب منذ 5 أيام"),
        (41, "لا جواب منذ 41 يوما"),
        (100, "لا جواب منذ 100 يوم"),
    ],
)
def test_standing_words_tell_the_silence_in_arabic(days, arabic):
    recommendation = an_overdue_recommendation(days)

    with override("ar"):
        assert recommendation.standing_words == arabic


def test_origins_offer_each_recorded_object_once_and_lead_back_to_it():
    recommendation = a_recommendation()
    Entry.objects.filter(step="recommended").update(step="observed")

    found = list(origins())

    assert [subject_of(entry) for entry in found] == [recommendation]


def test_subject_of_something_gone_is_a_lookup_error():
    with pytest.raises(LookupError):
        subject_of(Entry(subject="recommendations.recommendation:999"))


def test_possible_addressees_are_public_bodies():
    organisation("association-a")
    council = organisation("council")

    assert list(possible_addressees()) == [council]


def test_possible_proposers_of_an_officer_are_their_own_association():
    organisation("council")

    assert [o.code for o in possible_proposers(actor(Role.OFFICER_A))] == ["association-a"]
    assert {o.code for o in possible_proposers(actor(Role.CELL_MEMBER))} == {"cell", "council"}
