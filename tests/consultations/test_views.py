from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from multaqa.consultations.models import Consultation, Statement, Vote
from multaqa.kit import clock
from multaqa.kit.idempotency import new_key
from tests.consultations.factories import a_closed_consultation, a_consultation, a_statement, a_vote, voter
from tests.factories import Role, account_in, organisation, region

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_arabic():
    with override("ar"):
        yield


def sign_in(client, account):
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")


def address(name, *arguments):
    return reverse(f"consultations:{name}", args=arguments)


def send(client, name, data, *arguments, **headers):
    return client.post(address(name, *arguments), {"idempotency_key": new_key(), **data}, headers=headers)


def text_of(client, name, *arguments, **asked):
    answer = client.get(address(name, *arguments), asked)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_index_says_there_is_nothing_yet(client, language):
    assert 'class="empty' in client.get(f"/{language}/consultations/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_index_costs_the_same_for_any_number(client, count, django_assert_max_num_queries):
    for _ in range(count):
        a_vote(a_statement(1, a_consultation()))
    client.get(address("index"))

    with django_assert_max_num_queries(9):
        answer = client.get(address("index"))

    assert answer.content.decode().count("مفتوحة، بقيت 10 أيام") == count


def test_detail_shows_a_stranger_the_question_a_statement_and_no_count(client):
    consultation = a_consultation()
    for name in "123":
        a_vote(a_statement(1, consultation), name=name)

    page = text_of(client, "detail", consultation.slug)

    assert "ما الأهم؟" in page
    assert "الماء أولا" in page
    assert "سيُطلب منك الدخول" in page
    assert "hx-post" not in page
    assert page.count("<h1") == 1


def test_detail_costs_few_statements(client, django_assert_max_num_queries):
    consultation = a_consultation()
    a_vote(a_statement(1, consultation))
    sign_in(client, voter("1").account)
    client.get(address("detail", consultation.slug))

    with django_assert_max_num_queries(15):
        answer = client.get(address("detail", consultation.slug))

    assert len(answer.content) < 60_000


def test_detail_of_a_draft_is_not_found(client):
    Consultation.objects.filter(pk=a_consultation().pk).update(state="draft")

    assert client.get("/ar/consultations/social-protection/").status_code == 404


def test_vote_without_scripts_leads_to_the_next_statement(client):
    consultation = a_consultation()
    sign_in(client, account_in(Role.RESIDENT))

    answer = send(client, "vote", {"statement": 1, "value": "-1"}, consultation.slug)

    assert (answer.status_code, answer["Location"]) == (302, address("vote", consultation.slug))
    assert list(Vote.objects.values_list("statement__number", "value")) == [(1, -1)]
    assert "أجبت عن عبارة واحدة" in text_of(client, "vote", consultation.slug)


def test_vote_with_htmx_swaps_the_ballot_only(client):
    consultation = a_consultation()
    sign_in(client, account_in(Role.RESIDENT))

    answer = send(client, "vote", {"statement": 1, "value": "1"}, consultation.slug, **{"HX-Request": "true"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.lstrip().startswith("<section")
    assert "<html" not in page
    assert "hx-post" in page


def test_vote_of_a_stranger_comes_back_to_the_same_statement_after_signing_in(client):
    consultation = a_consultation()

    answer = send(client, "vote", {"statement": 3, "value": "-1"}, consultation.slug)
    assert answer.status_code == 302
    assert "login" in answer["Location"]
    sign_in(client, account_in(Role.RESIDENT))
    page = text_of(client, "vote", consultation.slug)

    assert "مداومة طبية كل أسبوع" in page
    assert "أجبت قبل الدخول بـ«لا أوافق»" in page
    assert not Vote.objects.exists()


def test_vote_shows_ones_own_answer_to_change_it(client):
    consultation = a_consultation()
    a_vote(a_statement(2, consultation), value=0)
    sign_in(client, voter("1").account)

    page = text_of(client, "vote", consultation.slug, statement=2)

    assert "جوابك الحالي: «أتجاوز»" in page


def test_vote_refuses_a_value_that_is_none_of_the_three(client):
    consultation = a_consultation()
    sign_in(client, account_in(Role.RESIDENT))

    answer = send(client, "vote", {"statement": 1, "value": "7"}, consultation.slug)

    assert answer.status_code == 422
    assert not Vote.objects.exists()


def test_vote_after_the_last_day_says_so(client):
    consultation = a_consultation()
    sign_in(client, account_in(Role.RESIDENT))

    with clock.at(clock.now() + timedelta(days=11)):
        answer = send(client, "vote", {"statement": 1, "value": "1"}, consultation.slug)

    assert answer.status_code == 422
    assert "أُغلقت هذه الاستشارة" in answer.content.decode()


def test_vote_twice_with_one_key_counts_once(client):
    consultation = a_consultation()
    sign_in(client, account_in(Role.RESIDENT))
    once = {"statement": 1, "value": "1", "idempotency_key": new_key()}

    for _ in range(2):
        client.post(address("vote", consultation.slug), once)

    assert Vote.objects.count() == 1


def test_statements_mark_ones_own_answers_and_explain_the_hidden(client):
    consultation = a_consultation()
    a_vote(a_statement(1, consultation))
    Statement.objects.filter(number=2).update(state="hidden", reason={"ar": "خارج السؤال"})
    sign_in(client, voter("1").account)

    page = text_of(client, "statements", consultation.slug)

    assert page.count("أجبت:") == 1
    assert "خارج السؤال" in page
    assert "النقل المدرسي أولا" not in page


def test_propose_waits_for_the_facilitator(client):
    consultation = a_consultation()
    sign_in(client, account_in(Role.RESIDENT))

    answer = send(client, "propose", {"text": "نقل صحي أسبوعي", "language": "ar"}, consultation.slug)

    assert answer.status_code == 302
    assert Statement.objects.get(number=4).state == "proposed"
    assert "نقل صحي" not in text_of(client, "statements", consultation.slug)


def test_review_hides_only_with_a_reason(client):
    consultation = a_consultation()
    sign_in(client, account_in(Role.FACILITATOR))
    send(client, "propose", {"text": "نقل صحي أسبوعي", "language": "ar"}, consultation.slug)
    assert "نقل صحي أسبوعي" in text_of(client, "moderation", consultation.slug)

    refused = send(client, "review", {"state": "hidden"}, consultation.slug, 4)
    done = send(client, "review", {"state": "hidden", "reason_ar": "تكرار"}, consultation.slug, 4)

    assert (refused.status_code, done.status_code) == (422, 302)
    assert Statement.objects.get(number=4).reason == {"ar": "تكرار"}
    assert "لا مقترح في الانتظار" in text_of(client, "moderation", consultation.slug)


def test_paper_keys_in_one_form_and_leaves_blanks_out(client):
    consultation = a_consultation()
    sign_in(client, account_in(Role.FACILITATOR))

    answer = send(client, "paper", {"receipt": "ABCD", "s1": "1", "s2": "", "s3": "0"}, consultation.slug)
    again = send(client, "paper", {"receipt": "abcd", "s1": "1"}, consultation.slug)

    assert (answer.status_code, again.status_code) == (302, 422)
    assert list(Vote.objects.order_by("statement").values_list("statement__number", "value", "channel")) == [
        (1, 1, "paper"),
        (3, 0, "paper"),
    ]


def test_paper_gives_a_code_for_a_sheet_that_has_none(client):
    consultation = a_consultation()
    sign_in(client, account_in(Role.FACILITATOR))

    codes = {
        client.get(address("paper", consultation.slug)).context["form"]["receipt"].value() for _ in range(2)
    }

    assert {len(code) for code in codes} == {8}
    assert len(codes) == 2


def test_results_wait_for_the_closing(client):
    consultation = a_consultation()
    a_vote(a_statement(1, consultation))

    page = text_of(client, "results", consultation.slug)
    download = client.get(address("download", consultation.slug))

    assert "تُنشر الأعداد عند إغلاق الاستشارة" in page
    assert "<table" not in page
    assert (download.status_code, download["Location"]) == (302, address("results", consultation.slug))


def test_results_show_counts_and_keep_back_the_few(client, django_assert_max_num_queries):
    closed = a_closed_consultation(*[1] * 7, -1, -1, 0)
    text_of(client, "results", closed.slug)

    with django_assert_max_num_queries(10):
        page = text_of(client, "results", closed.slug)

    assert "70,0%" in page
    assert page.count("أقل من 10 أصوات") == 2


def test_download_gives_the_published_table(client):
    closed = a_closed_consultation(*[1] * 12)

    answer = client.get(address("download", closed.slug))

    assert answer["Content-Type"].startswith("text/csv")
    assert answer.content.decode().splitlines()[1].startswith("1,الماء أولا")


def test_close_freezes_and_shows_the_result(client):
    consultation = a_consultation(days=0)
    sign_in(client, account_in(Role.COUNCIL_OFFICER))

    answer = send(client, "close", {}, consultation.slug)

    assert (answer.status_code, answer["Location"]) == (302, address("results", consultation.slug))
    assert Consultation.objects.get().is_closed


def test_close_before_the_last_day_is_refused_with_a_sentence(client):
    consultation = a_consultation()
    sign_in(client, account_in(Role.COUNCIL_OFFICER))

    answer = send(client, "close", {}, consultation.slug)

    assert answer.status_code == 422
    assert "وُعد المشاركون بالتصويت إلى اليوم الأخير" in answer.content.decode()


def opening(**overrides):
    return {
        "organiser": organisation("council").pk,
        "title_ar": "الماء",
        "question_ar": "أين الماء؟",
        "territory": region().pk,
        "opens_on": clock.today().isoformat(),
        "closes_on": (clock.today() + timedelta(days=9)).isoformat(),
        "min_assurance": "1",
        "kind": "statements",
        "statements_ar": "أولا\nثانيا\n",
        "statements_fr": "Premier\nSecond",
        **overrides,
    }


def test_open_publishes_one_statement_a_line(client):
    sign_in(client, account_in(Role.COUNCIL_OFFICER))

    answer = send(client, "open", opening())

    assert answer.status_code == 302
    assert [statement.text for statement in Statement.objects.all()] == [
        {"ar": "أولا", "fr": "Premier"},
        {"ar": "ثانيا", "fr": "Second"},
    ]


def test_open_asks_for_as_many_lines_in_each_language(client):
    sign_in(client, account_in(Role.COUNCIL_OFFICER))

    answer = send(client, "open", opening(statements_fr="Premier"))

    assert answer.status_code == 422
    assert "يجب أن يتساوى عدد الأسطر في كل اللغات." in answer.content.decode()


@pytest.mark.parametrize("name", ["sheet", "detail", "statements", "vote", "results"])
@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_public_pages_open_in_each_language(client, name, language):
    consultation = a_consultation()

    answer = client.get(address(name, consultation.slug).replace("/ar/", f"/{language}/"))

    assert answer.status_code == 200
    assert answer.content.decode().count("<h1") == 1
