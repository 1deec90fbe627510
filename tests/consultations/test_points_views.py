"""The pages of a consultation answered by spreading points."""

import pytest
from django.contrib.messages import get_messages
from django.utils.translation import override

from multaqa.consultations.models import Consultation, Points
from tests.consultations.factories import (
    a_closed_points_consultation,
    a_points_consultation,
    a_spread,
    voter,
)
from tests.consultations.test_views import address, opening, send, sign_in, text_of
from tests.factories import Role, account_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_arabic():
    with override("ar"):
        yield


def spread():
    return list(Points.objects.order_by("statement__number").values_list("points", flat=True))


def test_points_are_counted_and_shown_to_change(client):
    consultation = a_points_consultation()
    sign_in(client, account_in(Role.RESIDENT))

    answer = send(client, "points", {"p1": "٥٠", "p2": "50", "p3": ""}, consultation.slug)

    assert (answer.status_code, answer["Location"]) == (302, address("points", consultation.slug))
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["احتُسبت نقاطك."]
    assert spread() == [50, 50, 0]
    page = text_of(client, "points", consultation.slug)
    assert page.count('value="50"') == 2
    assert "احتُسبت نقاطك كما تظهر هنا" in page


def test_points_that_are_not_100_say_how_many_are_left_and_keep_what_was_typed(client):
    consultation = a_points_consultation()
    sign_in(client, account_in(Role.RESIDENT))

    answer = send(client, "points", {"p1": "61", "p2": "29", "p3": ""}, consultation.slug)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "عدد النقاط الممنوحة 90 من أصل 100: بقيت 10 نقاط." in page
    assert 'value="61"' in page
    assert 'value="29"' in page
    assert not Points.objects.exists()


@pytest.mark.parametrize("wrong", ["-5", "101", "a lot", "0.5"])
def test_points_refuse_what_is_no_part_of_100_beside_its_box(client, wrong):
    consultation = a_points_consultation()
    sign_in(client, account_in(Role.RESIDENT))

    answer = send(client, "points", {"p1": wrong, "p2": "100", "p3": "0"}, consultation.slug)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["p1"]


def test_points_of_a_stranger_come_back_after_signing_in(client):
    consultation = a_points_consultation()

    answer = send(client, "points", {"p1": "61", "p2": "29", "p3": "10"}, consultation.slug)
    assert "login" in answer["Location"]
    sign_in(client, account_in(Role.RESIDENT))
    page = text_of(client, "points", consultation.slug)

    assert 'value="61"' in page
    assert "كتبت هذا قبل الدخول" in page
    assert not Points.objects.exists()


@pytest.mark.parametrize("people", [1, 3])
def test_points_page_costs_the_same_for_any_number(client, people, django_assert_max_num_queries):
    consultation = a_points_consultation()
    for name in range(people):
        a_spread(consultation, 50, 30, 20, name=str(name))
    sign_in(client, voter("0").account)
    text_of(client, "points", consultation.slug)

    with django_assert_max_num_queries(7):
        text_of(client, "points", consultation.slug)


def test_withdraw_asks_once_and_takes_the_points_back(client):
    consultation = a_points_consultation()
    a_spread(consultation, 50, 30, 20)
    sign_in(client, voter("1").account)
    assert "تُمحى نقاطك" in text_of(client, "withdraw", consultation.slug)

    answer = send(client, "withdraw", {}, consultation.slug)
    again = send(client, "withdraw", {}, consultation.slug)

    assert (answer.status_code, again.status_code) == (302, 422)
    assert not Points.objects.exists()


def test_paper_points_key_in_one_form_once(client):
    consultation = a_points_consultation()
    sign_in(client, account_in(Role.FACILITATOR))
    form = {"receipt": "ABCD", "p1": "20", "p2": "30", "p3": "50"}

    answer = send(client, "paper_points", form, consultation.slug)
    again = send(client, "paper_points", {**form, "receipt": "abcd"}, consultation.slug)

    assert (answer.status_code, again.status_code) == (302, 422)
    assert 'value="50"' in again.content.decode()
    assert list(Points.objects.values_list("channel", flat=True)) == ["paper"] * 3


def test_pages_of_statements_do_not_exist_here(client):
    consultation = a_points_consultation()
    sign_in(client, account_in(Role.FACILITATOR))

    for name in ("vote", "statements", "propose", "moderation", "paper"):
        assert client.get(address(name, consultation.slug)).status_code == 404


def test_detail_invites_to_spread_points(client):
    consultation = a_points_consultation()

    page = text_of(client, "detail", consultation.slug)

    assert address("points", consultation.slug) in page
    assert address("propose", consultation.slug) not in page
    assert address("statements", consultation.slug) not in page


def test_results_show_shares_with_their_error_and_the_table(client, django_assert_max_num_queries):
    done = a_closed_points_consultation((50, 30, 20), (40, 40, 20), (100, 0, 0), (30, 30, 40), (33, 33, 34))
    text_of(client, "results", done.slug)

    with django_assert_max_num_queries(10):
        page = text_of(client, "results", done.slug)

    assert page.count("50,6%") == 2
    assert page.count("± ") >= 6
    assert "12,8%" in page
    assert page.count('class="meter"') == 3


def test_results_of_too_few_people_say_why_there_is_no_share(client):
    done = a_closed_points_consultation((50, 30, 20), (40, 40, 20))

    page = text_of(client, "results", done.slug)

    assert "شارك أقل من 5 أشخاص: لا تُنشر أي حصة" in page
    assert "<table" not in page


def test_results_wait_for_the_closing(client):
    consultation = a_points_consultation()
    a_spread(consultation, 97, 3, 0)

    page = text_of(client, "results", consultation.slug)

    assert "تُنشر الحصص عند إغلاق الاستشارة" in page
    assert "97" not in page


def test_download_gives_the_shares(client):
    done = a_closed_points_consultation(*[(50, 30, 20)] * 5)

    answer = client.get(address("download", done.slug))

    assert answer.content.decode().splitlines()[1] == "hazard,الخطر,L’aléa,Hazard,0.500000,0.000000,5,0"


def test_open_publishes_one_option_a_line_with_its_key(client):
    sign_in(client, account_in(Role.COUNCIL_OFFICER))

    answer = send(client, "open", opening(kind="points", keys="hazard\ncoping"))

    assert answer.status_code == 302
    found = Consultation.objects.get()
    assert found.is_points
    assert [(option.key, option.text["ar"]) for option in found.statements.all()] == [
        ("hazard", "أولا"),
        ("coping", "ثانيا"),
    ]


@pytest.mark.parametrize("keys", ["", "hazard", "hazard\nhazard", "hazard\na.b"])
def test_open_asks_for_one_key_an_option(client, keys):
    sign_in(client, account_in(Role.COUNCIL_OFFICER))

    answer = send(client, "open", opening(kind="points", keys=keys))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["keys"]


@pytest.mark.parametrize("name", ["sheet", "detail", "points", "results"])
@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_public_pages_open_in_each_language(client, name, language):
    consultation = a_points_consultation()

    answer = client.get(address(name, consultation.slug).replace("/ar/", f"/{language}/"))

    assert answer.status_code == 200
    assert answer.content.decode().count("<h1") == 1
