from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpResponse
from django.test import RequestFactory

from multaqa.kit import clock, rates

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


@rates.at_most(2)
def send(request):
    return HttpResponse("done")


def request_from(address="10.0.0.1", method="post", **headers):
    request = getattr(RequestFactory(), method)("/", REMOTE_ADDR=address, **headers)
    request.user = AnonymousUser()
    request.actor = None
    return request


@pytest.mark.django_db
def test_at_most_answers_429_with_one_sentence_after_the_last_allowed_time():
    with clock.at(NOON + timedelta(seconds=20)):
        answers = [send(request_from()) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"] == "40"


def test_at_most_counts_anew_in_the_next_minute():
    with clock.at(NOON):
        spent = [send(request_from()).status_code for _ in range(2)]
    with clock.at(NOON + timedelta(minutes=1)):
        after = send(request_from()).status_code

    assert (spent, after) == ([200, 200], 200)


def test_at_most_counts_each_address_alone():
    with clock.at(NOON):
        answers = [send(request_from(f"10.0.0.{place}")).status_code for place in range(5)]

    assert answers == [200] * 5


def test_at_most_lets_reading_pass():
    with clock.at(NOON):
        answers = [send(request_from(method="get")).status_code for _ in range(5)]

    assert answers == [200] * 5


@pytest.mark.parametrize(
    ("proxies", "wanted"), [(0, "10.0.0.1"), (1, "203.0.113.7"), (2, "198.51.100.1"), (3, "10.0.0.1")]
)
def test_address_believes_only_the_proxies_that_exist(settings, proxies, wanted):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies

    found = rates.address(request_from(HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.7"))

    assert found == wanted


@pytest.mark.django_db
def test_every_form_counts_towards_one_limit(settings):
    settings.POSTS_PER_MINUTE = 2
    every_form = rates.PostRateMiddleware(lambda request: HttpResponse("done"))

    with clock.at(NOON):
        answers = [every_form(request_from()).status_code for _form in range(3)]

        assert answers == [200, 200, 429]
        assert every_form(request_from("10.0.0.2")).status_code == 200
        assert every_form(request_from(method="get")).status_code == 200
