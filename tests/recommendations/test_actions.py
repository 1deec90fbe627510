from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from multaqa.directory.actors import actor_of
from multaqa.kit import clock
from multaqa.kit.policy import Forbidden, Refused
from multaqa.kit.translated import Translated
from multaqa.ledger.models import Entry
from multaqa.recommendations.actions import mark_done
from multaqa.recommendations.models import Answer, Recommendation, Standing
from tests.factories import Role, actor, appoint, organisation, verbs_in_ledger
from tests.recommendations.factories import a_recommendation, an_answer, an_overdue_recommendation

pytestmark = pytest.mark.django_db
WORDS = Translated.of("تم", "Fait", "Done")


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def test_adopt_recommendation_numbers_in_order_within_the_year():
    year = clock.today().year

    numbers = [a_recommendation().number for _ in range(3)]

    assert numbers == [f"{year}-001", f"{year}-002", f"{year}-003"]


def test_adopt_recommendation_starts_again_in_a_new_year():
    a_recommendation()

    with clock.at(clock.now().replace(year=2031)):
        recommendation = a_recommendation()

    assert recommendation.number == "2031-001"


def test_adopt_recommendation_counts_past_a_thousand():
    year = clock.today().year
    first = a_recommendation()
    Recommendation.objects.filter(pk=first.pk).update(number=f"{year}-999")

    numbers = [a_recommendation().number, a_recommendation().number]

    assert numbers == [f"{year}-1000", f"{year}-1001"]


def test_adopt_recommendation_records_its_step_and_its_deadline():
    recommendation = a_recommendation()

    entry = Entry.objects.get()
    assert (entry.verb, entry.step) == ("recommendations.recommendation_adopted", "recommended")
    assert (entry.due_step, entry.due_on, entry.met_by) == (
        "prioritised",
        recommendation.due_on,
        "recommendations.answer_given",
    )
    assert entry.facts["addressee"] == "council"


def test_adopt_recommendation_joins_what_it_follows_from():
    origin = a_recommendation()

    following = a_recommendation(causes=[origin])

    assert list(
        Entry.objects.get(subject=f"recommendations.recommendation:{following.pk}").links.values_list("cause")
    ) == [(f"recommendations.recommendation:{origin.pk}",)]


def test_adopt_recommendation_refuses_a_deadline_today():
    with pytest.raises(Refused, match="after today"):
        a_recommendation(due_on=clock.today())

    assert verbs_in_ledger() == []


@pytest.mark.parametrize("role", [Role.COUNCIL_OFFICER, Role.COORDINATOR, Role.CELL_MEMBER, Role.FACILITATOR])
def test_adopt_recommendation_is_open_to_those_who_run_the_loop(role):
    assert a_recommendation(actor=actor(role)).state == Recommendation.State.ADOPTED


def test_adopt_recommendation_lets_an_officer_speak_for_their_own_association_only():
    officer = actor(Role.OFFICER_A)

    assert (
        a_recommendation(actor=officer, proposer=organisation("association-a")).proposer.code
        == "association-a"
    )
    with pytest.raises(Forbidden):
        a_recommendation(actor=officer, proposer=organisation("association-b"))


@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.RESIDENT, Role.EDITOR, Role.AUDITOR])
def test_adopt_recommendation_is_forbidden_to_others(role):
    with pytest.raises(Forbidden):
        a_recommendation(actor=actor(role))


def test_answer_recommendation_gives_the_verdict_its_day_and_its_capacity():
    recommendation = a_recommendation()

    answer = an_answer(recommendation, verdict=Answer.Verdict.PARTLY)

    recommendation.refresh_from_db()
    assert recommendation.standing is Standing.PARTLY
    assert (answer.answered_on, answer.capacity, answer.days_late) == (clock.today(), "council_officer", 0)
    assert verbs_in_ledger()[-1] == "recommendations.answer_given"


def test_answer_recommendation_after_the_deadline_is_taken_and_recorded_as_late():
    recommendation = an_overdue_recommendation(days=41)

    answer = an_answer(recommendation)

    assert answer.days_late == 41
    assert Entry.objects.order_by("-pk")[0].facts["days_late"] == 41
    recommendation.refresh_from_db()
    assert recommendation.standing is Standing.ACCEPTED


def test_answer_recommendation_refuses_a_refusal_without_reasons():
    with pytest.raises(Refused, match="reasons") as refusal:
        an_answer(verdict=Answer.Verdict.REFUSED, text=Translated())

    assert refusal.value.field == "text"


def test_answer_recommendation_refuses_a_second_answer():
    recommendation = a_recommendation()
    an_answer(recommendation)

    with pytest.raises(Refused, match="already has its answer"):
        an_answer(recommendation, verdict=Answer.Verdict.REFUSED)

    assert Answer.objects.get().verdict == Answer.Verdict.ACCEPTED


def test_answer_recommendation_belongs_to_the_addressee():
    elsewhere = a_recommendation(addressee=organisation("other-council"))

    for role in (Role.COUNCIL_OFFICER, Role.COORDINATOR, Role.ADMINISTRATOR, Role.ANONYMOUS):
        with pytest.raises(Forbidden):
            an_answer(elsewhere, actor=actor(role))


def test_answer_recommendation_is_open_to_a_focal_point_of_the_addressee():
    recommendation = a_recommendation(addressee=organisation("health", "sector"))
    office = appoint("focal point", "health", "focal_point")

    answer = an_answer(recommendation, actor=actor_of(office.person.account))

    assert answer.capacity == "focal_point"


def test_the_database_refuses_a_refusal_without_reasons():
    recommendation = a_recommendation()

    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.create(
            recommendation=recommendation,
            verdict="refused",
            answered_on=clock.today(),
            capacity="focal_point",
        )


def test_mark_done_says_what_was_done_and_when():
    recommendation = an_answer().recommendation

    done = mark_done(actor=actor(Role.COUNCIL_OFFICER), recommendation=recommendation, text=WORDS)

    done.refresh_from_db()
    assert (done.standing, done.done_on, done.done_text) == (Standing.DONE, clock.today(), WORDS)
    assert verbs_in_ledger()[-1] == "recommendations.recommendation_done"


def test_mark_done_refuses_what_was_not_accepted():
    for recommendation in (a_recommendation(), an_answer(verdict=Answer.Verdict.REFUSED).recommendation):
        with pytest.raises(Refused, match="Only an accepted"):
            mark_done(actor=actor(Role.COUNCIL_OFFICER), recommendation=recommendation, text=WORDS)

    assert "recommendations.recommendation_done" not in verbs_in_ledger()


def test_mark_done_refuses_silence():
    with pytest.raises(Refused, match="what was done"):
        mark_done(
            actor=actor(Role.COUNCIL_OFFICER), recommendation=an_answer().recommendation, text=Translated()
        )


def test_mark_done_belongs_to_the_addressee():
    recommendation = an_answer().recommendation

    with pytest.raises(Forbidden):
        mark_done(actor=actor(Role.COORDINATOR), recommendation=recommendation, text=WORDS)


def test_standing_changes_on_the_day_after_the_deadline():
    recommendation = a_recommendation()
    last = clock.now() + timedelta(days=30)

    assert recommendation.standing_on(last.date()) is Standing.WITHIN
    assert recommendation.standing_on(last.date() + timedelta(days=1)) is Standing.UNANSWERED
