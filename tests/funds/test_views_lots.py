"""The lot as its parties and its readers see it."""

import hashlib
import subprocess

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from multaqa.funds import actions
from multaqa.funds.models import LotSeed
from multaqa.kit.models import PostKey
from multaqa.ledger.models import Entry
from tests.factories import Role, account_in, actor
from tests.funds.factories import (
    COUNTING,
    REVEALING,
    VOTING,
    a_call,
    a_call_in_vote,
    committed,
    on,
    revealed,
    voted,
)

pytestmark = pytest.mark.django_db
BYTES, STATEMENTS = 60_000, 15
SECRET = "a secret of mine, 4 2 6 1"


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def client_of(role):
    client = Client(HTTP_HOST="localhost")
    if found := account_in(role):
        client.force_login(found, "django.contrib.auth.backends.ModelBackend")
    return client


def address(name, call):
    return reverse(f"funds:{name}", args=[call.reference])


def read(url, role=Role.ANONYMOUS):
    answer = client_of(role).get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def post(role, url, **form):
    return client_of(role).post(url, {"idempotency_key": "k" * 32, **form})


def a_drawn_call():
    """Three equals, two seeds revealed and one withheld, counted."""
    call = a_call_in_vote((600, 600, 600))
    voted(call, ((1, 2, 3), (1, 2, 3)))
    secrets = {Role.COORDINATOR: "it's a secret of mine", Role.AUDITOR: SECRET, Role.CELL_MEMBER: "kept back"}
    for role, secret in secrets.items():
        committed(call, role, secret)
    for role in (Role.AUDITOR, Role.COORDINATOR):
        revealed(call, role, secrets[role])
    with on(COUNTING):
        actions.allocate_call(actor=actor(Role.COORDINATOR), call=call)
    return call


def test_a_phrase_becomes_a_commitment_and_is_kept_nowhere():
    call = a_call_in_vote()

    with on(VOTING):
        answer = post(Role.AUDITOR, address("lot", call), phrase=f"  {SECRET} ")

    assert (answer.status_code, answer["Location"]) == (302, address("lot", call))
    seed = LotSeed.objects.get()
    assert (seed.commitment, seed.seed) == (sha(SECRET), "")
    assert not any(SECRET in entry.payload for entry in Entry.objects.all())
    assert not any(SECRET in key.body for key in PostKey.objects.all())


def test_a_phrase_typed_after_the_session_ended_is_not_kept_for_later():
    call = a_call_in_vote()
    client = client_of(Role.ANONYMOUS)

    with on(VOTING):
        answer = client.post(address("lot", call), {"phrase": SECRET, "idempotency_key": "k" * 32})

    assert answer.status_code == 302
    assert "accounts/login" in answer["Location"]
    assert not any(SECRET in str(session.get_decoded()) for session in Session.objects.all())


def test_a_commitment_computed_elsewhere_is_taken_as_sha256sum_prints_it():
    call = a_call_in_vote()

    with on(VOTING):
        answer = post(Role.COORDINATOR, address("lot", call), commitment=f" {sha(SECRET).upper()}  -")

    assert (answer.status_code, LotSeed.objects.get().commitment) == (302, sha(SECRET))


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "املأ خانة واحدة"),
        ({"commitment": sha(SECRET), "phrase": SECRET}, "املأ خانة واحدة"),
        ({"commitment": "not a commitment"}, "البصمة 64 رقما"),
        ({"phrase": "too short"}, "16"),
    ],
)
def test_a_commitment_refused_keeps_what_was_typed(form, sentence):
    call = a_call_in_vote()

    with on(VOTING):
        answer = post(Role.AUDITOR, address("lot", call), **form)

    page = answer.content.decode()
    assert (answer.status_code, LotSeed.objects.count()) == (422, 0)
    assert sentence in page.split('class="errors"')[1]
    assert all(f'value="{typed}"' in page for typed in form.values())


def test_a_commitment_after_the_last_day_says_so():
    call = a_call_in_vote()

    with on(REVEALING):
        answer = post(Role.AUDITOR, address("lot", call), phrase=SECRET)

    assert answer.status_code == 422
    assert "إلى غاية 31 أكتوبر 2026" in answer.content.decode()


def test_the_lot_page_shows_parties_to_all_and_the_form_to_those_entitled():
    call = a_call_in_vote()
    committed(call, Role.AUDITOR, SECRET)

    with on(VOTING):
        public, member = read(address("lot", call)), read(address("lot", call), Role.CELL_MEMBER)

    entry = Entry.objects.get(verb="funds.seed_committed")
    for page in (public, member):
        assert sha(SECRET) in page
        assert reverse("ledger:entry", args=[entry.pk]) in page
    assert ('name="phrase"' in public, 'name="phrase"' in member) == (False, True)


@pytest.mark.parametrize(
    ("day", "role", "offered"),
    [
        (VOTING, Role.ANONYMOUS, None),
        (VOTING, Role.CELL_MEMBER, "lot"),
        (VOTING, Role.AUDITOR, None),
        (REVEALING, Role.CELL_MEMBER, None),
        (REVEALING, Role.AUDITOR, "reveal"),
        (COUNTING, Role.AUDITOR, None),
    ],
)
def test_the_call_page_offers_each_party_its_step(day, role, offered):
    call = a_call_in_vote()
    committed(call, Role.AUDITOR, SECRET)

    with on(day):
        page = read(call.get_absolute_url(), role)

    buttons = [name for name in ("lot", "reveal") if f'class="btn two" href="{address(name, call)}"' in page]
    buttons += [name for name in ("lot", "reveal") if f'class="btn" href="{address(name, call)}"' in page]
    assert buttons == ([offered] if offered else [])
    assert str(LotSeed.objects.get().office) in page


def test_reveal_form_publishes_the_seed_and_keeps_a_wrong_one_typed():
    call = a_call_in_vote()
    committed(call, Role.AUDITOR, SECRET)

    with on(REVEALING):
        wrong = post(Role.AUDITOR, address("reveal", call), seed=SECRET.upper())
        right = post(Role.AUDITOR, address("reveal", call), seed=f"{SECRET} ")
        page = read(address("lot", call))

    assert wrong.status_code == 422
    assert "ليس هذا السر الذي أودعت بصمته" in wrong.content.decode()
    assert f'value="{SECRET.upper()}"' in wrong.content.decode()
    assert (right.status_code, LotSeed.objects.get().seed) == (302, SECRET)
    assert SECRET in page


def test_results_page_lets_anyone_draw_the_lot_again():
    call = a_drawn_call()

    page = read(address("results", call))

    seed = sha("it's a secret of mine" + SECRET)
    order = sorted("123", key=lambda number: sha(seed + number))
    card = page.split('id="lot"')[1].split("</section>")[0]
    assert f"--ties cost-votes:{seed}" in page
    assert seed in card
    assert f"printf %s {seed}{order[0]} | sha256sum" in card
    shown = [card.index(f">{sha(seed + number)[:8]}…<") for number in order]
    assert shown == sorted(shown)
    assert card.count("محجوب") == 1
    assert sha("kept back") in card


def test_the_command_of_the_results_page_gives_the_seed_in_a_shell():
    call = a_drawn_call()
    answer = client_of(Role.ANONYMOUS).get(address("results", call))

    lot = answer.context["result"].lot

    printed = subprocess.run(["sh", "-c", lot.join], capture_output=True, text=True, check=True)
    assert printed.stdout.split()[0] == lot.seed


def test_results_without_seeds_say_that_numbers_decided():
    call = a_call_in_vote()
    voted(call, ((1,), (2,)))
    with on(COUNTING):
        actions.allocate_call(actor=actor(Role.COORDINATOR), call=call)

    page = read(address("results", call))

    assert "لم يودع أحد بصمة سر لأي قرعة." in page
    assert "--ties cost-votes<" in page


def statements(url, role, limit):
    client = client_of(role)
    with limit(STATEMENTS) as captured:
        answer = client.get(url)
    assert (answer.status_code, len(answer.content) < BYTES) == (200, True)
    return len(captured)


def test_pages_cost_the_same_for_one_seed_and_for_three(django_assert_max_num_queries):
    call = a_call_in_vote()
    urls = (address("lot", call), call.get_absolute_url())
    with on(VOTING):
        committed(call, Role.AUDITOR, SECRET)
        one = [statements(url, Role.COORDINATOR, django_assert_max_num_queries) for url in urls]
        committed(call, Role.COORDINATOR, "another secret")
        committed(call, Role.CELL_MEMBER, "a third secret")

        three = [statements(url, Role.COORDINATOR, django_assert_max_num_queries) for url in urls]

    assert three == one


def test_results_page_stays_light_with_seeds(django_assert_max_num_queries):
    call = a_drawn_call()

    statements(address("results", call), Role.ANONYMOUS, django_assert_max_num_queries)


def test_a_call_open_to_applications_says_when_seeds_are_committed():
    call = a_call()

    page = read(address("lot", call))

    assert "تُودع بصمات الأسرار خلال التصويت:" in page
    assert "لم يودع أحد بصمة سر." in page
