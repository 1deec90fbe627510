import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from multaqa.kit import clock
from multaqa.kit.idempotency import new_key
from multaqa.kit.translated import Translated
from multaqa.ledger.models import Entry
from multaqa.recommendations.models import Answer, Recommendation
from tests.factories import Role, account_in, organisation, region
from tests.recommendations.factories import a_recommendation, an_answer, an_overdue_recommendation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_arabic():
    with override("ar"):
        yield


def sign_in(client, account):
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")


def send(client, name, data, *arguments):
    return client.post(
        reverse(f"recommendations:{name}", args=arguments), {"idempotency_key": new_key(), **data}
    )


def adoption(**overrides):
    return {
        "title_ar": "ماء قريب",
        "text_ar": "خزان في كل دوار",
        "addressee": organisation("council").pk,
        "proposer": organisation("cell").pk,
        "territory": region().pk,
        "due_on": (clock.today() + timedelta(days=30)).isoformat(),
        **overrides,
    }


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_tracker_says_there_is_nothing_yet(client, language):
    answer = client.get(f"/{language}/recommendations/")

    assert answer.status_code == 200
    assert 'class="empty' in answer.content.decode()


def test_tracker_shows_the_longest_silence_in_words_and_as_a_thread(client):
    an_overdue_recommendation(41)

    page = client.get("/ar/recommendations/").content.decode()

    assert page.count("لا جواب منذ 41 يوما") == 2
    assert 'class="thread"' in page
    assert "من أجاب عن التوصيات، ومن لم يجب؟" in page
    assert page.count("<h1") == 1


def test_tracker_says_when_a_filter_finds_nothing(client):
    a_recommendation()

    page = client.get("/en/recommendations/", {"state": "refused"}).content.decode()

    assert "No recommendation matches this filter." in page
    assert "Show all recommendations" in page


def test_tracker_leaves_out_a_filter_it_does_not_understand(client):
    recommendation = a_recommendation()

    page = client.get("/en/recommendations/", {"state": "nonsense", "addressee": "nobody"}).content.decode()

    assert recommendation.number in page


@pytest.mark.parametrize("count", [1, 3])
def test_tracker_costs_the_same_for_any_number(client, count, django_assert_max_num_queries):
    for _ in range(count):
        an_answer(an_overdue_recommendation())
        an_overdue_recommendation()
    client.get("/ar/recommendations/")

    with django_assert_max_num_queries(14):
        answer = client.get("/ar/recommendations/")

    assert len(answer.content) < 60_000


def test_download_gives_every_row_of_the_filter(client):
    an_overdue_recommendation(41, title=Translated.of("=1+1", "Eau", "Water"))
    an_answer(an_overdue_recommendation(10))

    answer = client.get("/fr/recommendations/tracker.csv", {"state": "unanswered"})

    text = b"".join(answer.streaming_content).decode()
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert (row["standing"], row["days_late"], row["addressee"]) == ("unanswered", "41", "council")
    assert row["title_ar"] == "'=1+1"


def test_detail_shows_silence_and_does_not_offer_strangers_to_answer(client):
    recommendation = an_overdue_recommendation(41)

    page = client.get(recommendation.get_absolute_url()).content.decode()

    assert "انقضى الأجل ولم يُنشر أي جواب" in page
    assert "/answer/" not in page


def test_detail_shows_the_answer_and_how_late_it_was(client):
    recommendation = an_answer(an_overdue_recommendation(41)).recommendation

    page = client.get(f"/en/recommendations/{recommendation.number}/").content.decode()

    assert "41 days late" in page
    assert "Yes" in page
    assert "officer of a council" in page


@pytest.mark.parametrize("answered", [False, True])
def test_detail_costs_few_statements(client, answered, django_assert_max_num_queries):
    recommendation = a_recommendation()
    if answered:
        an_answer(recommendation)
    sign_in(client, account_in(Role.COUNCIL_OFFICER))

    with django_assert_max_num_queries(14):
        client.get(recommendation.get_absolute_url())


def test_detail_of_an_unknown_number_is_not_found(client):
    assert client.get("/ar/recommendations/1999-001/").status_code == 404


def test_adopt_publishes_and_leads_to_the_recommendation(client):
    sign_in(client, account_in(Role.CELL_MEMBER))

    answer = send(client, "adopt", adoption())

    recommendation = Recommendation.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, recommendation.get_absolute_url())
    assert recommendation.title == {"ar": "ماء قريب"}


def test_adopt_joins_the_origin_that_was_chosen(client):
    first = a_recommendation()
    Entry.objects.update(step="consulted")
    sign_in(client, account_in(Role.CELL_MEMBER))

    send(client, "adopt", adoption(causes=Entry.objects.get().pk))

    second = Recommendation.objects.exclude(pk=first.pk).get()
    assert Entry.objects.get(subject=f"recommendations.recommendation:{second.pk}").links.get().cause == (
        f"recommendations.recommendation:{first.pk}"
    )


def test_adopt_shows_what_to_correct(client):
    sign_in(client, account_in(Role.CELL_MEMBER))

    answer = send(client, "adopt", adoption(due_on=clock.today().isoformat()))

    assert answer.status_code == 422
    assert "اختر لأجل الجواب يوما بعد اليوم." in answer.content.decode()
    assert not Recommendation.objects.exists()


def test_adopt_does_not_let_an_officer_speak_for_another(client):
    sign_in(client, account_in(Role.OFFICER_A))

    answer = send(client, "adopt", adoption())

    assert answer.status_code == 422
    assert not Recommendation.objects.exists()


def test_answer_publishes_once(client):
    recommendation = a_recommendation()
    sign_in(client, account_in(Role.COUNCIL_OFFICER))

    first = send(client, "answer", {"verdict": "accepted", "text_ar": "نعم"}, recommendation.number)
    second = send(client, "answer", {"verdict": "refused", "text_ar": "لا"}, recommendation.number)

    assert (first.status_code, second.status_code) == (302, 422)
    assert Answer.objects.get().text == {"ar": "نعم"}


def test_answer_asks_for_the_reasons_of_a_refusal(client):
    recommendation = a_recommendation()
    sign_in(client, account_in(Role.COUNCIL_OFFICER))

    answer = send(client, "answer", {"verdict": "refused"}, recommendation.number)

    assert answer.status_code == 422
    assert "اكتب أسباب الرفض" in answer.content.decode()


def test_done_publishes_what_was_done(client):
    recommendation = an_answer().recommendation
    sign_in(client, account_in(Role.COUNCIL_OFFICER))

    answer = send(client, "done", {"text_ar": "بُني الخزان"}, recommendation.number)

    assert answer.status_code == 302
    assert "بُني الخزان" in client.get(recommendation.get_absolute_url()).content.decode()
