import csv
import io

import pytest
from django.urls import reverse
from django.utils.translation import override

from multaqa.observatory.models import Indicator, Observation, Value
from tests.factories import Role, account_in, region, verbs_in_ledger
from tests.observatory.factories import (
    a_commune,
    a_release,
    an_observation,
    three_communes,
)

pytestmark = pytest.mark.django_db
KEY = "observatory-test-key-0001"
MOST_SQL, MOST_BYTES = 12, 60_000


def at(name, *args, language="en"):
    with override(language):
        return reverse(f"observatory:{name}", args=args)


def text(response):
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()


def rows(response):
    return list(csv.DictReader(io.StringIO(text(response).removeprefix("\ufeff"))))


def test_home_ranks_the_communes_and_says_why_some_have_no_rank(client):
    worse, better, silent = three_communes()
    a_release()

    page = text(client.get(at("home")))

    assert (
        page.index(str(worse.title["en"]))
        < page.index(str(better.title["en"]))
        < page.index(str(silent.title["en"]))
    )
    assert "no rank" in page
    assert "8.0" in page


def test_home_before_any_release_lists_the_communes(client):
    three_communes()

    page = text(client.get(at("home")))

    assert "No index has been released yet" in page
    assert "Commune X.1.2" in page


def test_home_without_a_pack_says_so(client):
    assert "No region pack is loaded." in text(client.get(at("home")))


@pytest.mark.parametrize("count", [1, 3])
def test_observations_cost_the_same_for_one_and_three(client, django_assert_max_num_queries, count):
    for _turn in range(count):
        an_observation()

    with django_assert_max_num_queries(8):
        page = text(client.get(at("observations")))

    assert page.count("Water cut") == count


def test_observations_filter_keeps_what_matches(client):
    an_observation(kind="water")
    an_observation(kind="flood", title={"en": "Flash flood on the track"})

    page = text(client.get(at("observations"), {"kind": "flood"}))

    assert "Flash flood on the track" in page
    assert "Water cut" not in page


def test_observe_sends_a_stranger_to_sign_in(client):
    answer = client.get(at("observe"))

    assert (answer.status_code, "login" in answer["Location"]) == (302, True)


def test_observe_records_what_was_typed(client):
    place = a_commune()
    client.force_login(account_in(Role.OFFICER_A), backend="django.contrib.auth.backends.ModelBackend")
    office = account_in(Role.OFFICER_A).person.offices.get()
    data = {
        "idempotency_key": KEY,
        "reporter": office.organisation_id,
        "territory": place.pk,
        "kind": "road",
        "title_ar": "طريق مقطوعة",
        "title_fr": "",
        "title_en": "",
        "text": "المسلك مقطوع",
        "seen_on": "2026-01-05",
        "households": "١٢",
    }

    answer = client.post(at("observe"), data)

    observation = Observation.objects.get()
    assert answer["Location"] == at("observation", observation.number)
    assert (observation.households, observation.kind, str(observation.title)) == (12, "road", "طريق مقطوعة")


def test_observe_shows_what_is_missing(client):
    a_commune()
    client.force_login(account_in(Role.FACILITATOR), backend="django.contrib.auth.backends.ModelBackend")

    answer = client.post(at("observe"), {"idempotency_key": KEY})

    assert answer.status_code == 422
    assert 'role="alert"' in text(answer)


def test_observation_offers_the_confirmation_to_another_organisation_only(client):
    observation = an_observation()
    stranger = text(client.get(at("observation", observation.number)))
    client.force_login(account_in(Role.COORDINATOR), backend="django.contrib.auth.backends.ModelBackend")
    coordinator = text(client.get(at("observation", observation.number)))

    answer = client.post(at("confirm", observation.number), {"idempotency_key": KEY})

    assert "Confirm the observation" not in stranger
    assert "Confirm the observation" in coordinator
    assert answer["Location"] == at("observation", observation.number)
    assert verbs_in_ledger()[-1] == "observatory.observation_confirmed"


def test_confirm_by_the_reporting_organisation_explains_itself(client):
    from tests.factories import organisation

    observation = an_observation(Role.COUNCIL_OFFICER, reporter=organisation("council"))
    client.force_login(account_in(Role.COUNCIL_OFFICER), backend="django.contrib.auth.backends.ModelBackend")

    answer = client.post(at("confirm", observation.number), {"idempotency_key": KEY})

    assert answer.status_code == 422
    assert "Another organisation than the one that reported it" in text(answer)


def test_territory_page_of_an_unknown_code_does_not_exist(client):
    region()

    assert client.get(at("territory", "99.99")).status_code == 404


def test_observations_csv_disarms_formulas(client):
    an_observation(title={"en": "=HYPERLINK(1)"})

    with override("en"):
        found = rows(client.get(at("observations_csv")))

    assert found[0]["title"] == "'=HYPERLINK(1)"


def test_every_page_keeps_a_missing_figure_in_its_place(client):
    worse, _better, silent = three_communes()
    Value.objects.filter(territory=worse, indicator__code="water").update(value=None, n=None)

    page = text(client.get(at("indicator", Indicator.objects.get(code="water").code)))

    assert page.count("not measured") >= 2
    assert str(silent.title["en"]) in page
