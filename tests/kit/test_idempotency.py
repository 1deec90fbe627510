"""The same submission, however often it arrives, is carried out once."""

from datetime import timedelta
from operator import itemgetter
from types import SimpleNamespace

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path

from multaqa.kit import clock
from multaqa.kit.idempotency import KEPT_FOR, IdempotencyMiddleware, before, forget_old
from multaqa.kit.models import PostKey
from multaqa.kit.policy import Refused
from multaqa.recommendations.models import Recommendation
from tests.factories import Role, account_in, organisation, region, verbs_in_ledger

pytestmark = pytest.mark.django_db
URL = "/ar/recommendations/adopt/"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def adoption(key="a" * 32, **overrides):
    return {
        "idempotency_key": key,
        "title_ar": "ماء قريب",
        "text_ar": "خزان في كل دوار",
        "addressee": organisation("council").pk,
        "proposer": organisation("cell").pk,
        "territory": region().pk,
        "due_on": (clock.today() + timedelta(days=30)).isoformat(),
        **overrides,
    }


def signed_in(role=Role.CELL_MEMBER):
    client = Client()
    client.force_login(account_in(role), backend=BACKEND)
    return client


def adopted():
    return Recommendation.objects.count()


def test_post_repeated_with_its_key_gets_the_same_answer_and_does_nothing_more():
    client, form = signed_in(), adoption()

    first, second = client.post(URL, form), client.post(URL, form)

    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert adopted() == 1


def test_post_with_another_key_is_another_submission():
    client = signed_in()

    client.post(URL, adoption())
    client.post(URL, adoption(key="b" * 32))

    assert adopted() == 2


def test_post_without_a_key_is_refused_in_a_sentence():
    answer = signed_in().post(URL, {**adoption(), "idempotency_key": ""})

    assert answer.status_code == 400
    assert "لا مفتاح إرسال لهذه الاستمارة. أعد تحميل الصفحة ثم أرسلها من جديد." in answer.content.decode()
    assert adopted() == 0


def test_post_that_failed_may_be_sent_again_with_the_same_key():
    client = signed_in()

    refused = client.post(URL, adoption(title_ar=""))
    corrected = client.post(URL, adoption())

    assert (refused.status_code, corrected.status_code) == (422, 302)
    assert adopted() == 1


def test_post_with_somebody_elses_key_is_refused():
    signed_in(Role.CELL_MEMBER).post(URL, adoption())

    answer = signed_in(Role.COORDINATOR).post(URL, adoption())

    assert answer.status_code == 400
    assert adopted() == 1


def test_key_is_kept_without_naming_the_account():
    account = account_in(Role.CELL_MEMBER)
    client = Client()
    client.force_login(account, backend=BACKEND)

    client.post(URL, adoption())

    kept = PostKey.objects.get()
    assert len(kept.asker) == 64
    assert str(account.pk) != kept.asker


def test_post_killed_half_way_leaves_neither_work_nor_key(monkeypatch):
    """The ledger refuses at the last moment, as if the process had died there."""
    client = signed_in()
    client.raise_request_exception = False

    def fail(*_args, **_options):
        raise OSError("disk full")

    with monkeypatch.context() as disk:
        disk.setattr("multaqa.ledger.models.Link.objects.bulk_create", fail)
        answer = client.post(URL, adoption())

    assert answer.status_code == 500
    assert (adopted(), PostKey.objects.count(), verbs_in_ledger()) == (0, 0, [])
    assert client.post(URL, adoption()).status_code == 302


def test_stranger_is_sent_to_sign_in_and_the_key_stays_free():
    form = adoption()

    answer = Client().post(URL, form)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/ar/accounts/login/")
    assert PostKey.objects.count() == 0


def test_stranger_in_a_fragment_is_sent_to_sign_in_as_a_whole_page():
    answer = Client().post(URL, adoption(), headers={"HX-Request": "true"})

    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith("/ar/accounts/login/")


def test_view_that_writes_nothing_needs_neither_key_nor_transaction():
    client = signed_in(Role.COORDINATOR)

    with CaptureQueriesContext(connection) as asked:
        answer = client.post("/ar/fund/simulate/", {"rules": ["greedy"]})

    assert answer.status_code == 422
    assert PostKey.objects.count() == 0
    assert [sql for sql in map(itemgetter("sql"), asked) if not sql.startswith("SELECT")] == []


def test_work_before_a_view_is_handed_over_and_none_to_others():
    heard = []

    @before(lambda _request, code: code.upper())
    def view(request, code):
        heard.append(request.prepared)
        return HttpResponse(code)

    with override_settings(ROOT_URLCONF=addresses(path("see/<code>/", view))):
        middleware = IdempotencyMiddleware(lambda request: view(request, "code"))
        for made in (posted("a" * 32), posted("a" * 32), RequestFactory().get("/see/code/")):
            made.user = SimpleNamespace(pk=1)
            middleware(made)

    assert heard == ["CODE", None]


def test_work_before_a_view_that_is_refused_leaves_the_answer_to_the_view():
    def refuse(_request):
        raise Refused("too early")

    @before(refuse)
    def view(request):
        return HttpResponse(str(request.prepared))

    request = posted("a" * 32, "/see/")
    with override_settings(ROOT_URLCONF=addresses(path("see/", view))):
        answer = IdempotencyMiddleware(view)(request)

    assert answer.content == b"None"


def addresses(*patterns):
    return type("Addresses", (), {"urlpatterns": patterns})


def posted(key, url="/see/code/"):
    request = RequestFactory().post(url, {"idempotency_key": key})
    request.user = SimpleNamespace(pk=1)
    return request


def test_key_and_its_answer_are_forgotten_after_a_week():
    signed_in().post(URL, adoption())

    with clock.at(clock.now() + KEPT_FOR - timedelta(hours=1)):
        assert forget_old() == 0
    with clock.at(clock.now() + KEPT_FOR + timedelta(hours=1)):
        assert forget_old() == 1
    assert not PostKey.objects.exists()
