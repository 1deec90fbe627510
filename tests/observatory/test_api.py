import json

import pytest
from django.urls import reverse

from multaqa.kit import clock
from multaqa.kit.api import MOST
from multaqa.observatory.models import Branch, DataImport, Hazard, Value
from tests.factories import commune, region
from tests.observatory.aid_factories import a_need, a_report, a_small_commune, an_offer
from tests.observatory.alerts_factories import an_alert
from tests.observatory.factories import (
    a_commune,
    a_release,
    a_value,
    an_indicator,
    an_observation,
    three_communes,
)

pytestmark = pytest.mark.django_db
BASE = "/api/observatory"


def get(client, path, status=200, **asked):
    answer = client.get(f"{BASE}{path}", asked)
    assert answer.status_code == status, answer.content
    return answer.json()


def codes(page, name="code"):
    return [item[name] for item in page["items"]]


def test_territories_by_level_place_and_name_in_pages(client):
    three_communes()

    assert codes(get(client, "/territories")) == ["X", "X.1", "X.1.1", "X.1.2", "X.1.3"]
    assert codes(get(client, "/territories", level="region")) == ["X.1"]
    assert codes(get(client, "/territories", within="X.1.2")) == ["X.1.2"]
    assert codes(get(client, "/territories", q="جماعة X.1.3")) == ["X.1.3"]
    part = get(client, "/territories", limit=2, offset=3)
    assert (part["count"], codes(part)) == (5, ["X.1.2", "X.1.3"])


def test_a_territory_has_facts_scores_and_links(client):
    three_communes()
    number = a_release().number

    found = get(client, "/territories/X.1.1")

    assert found["title"] == {"ar": "جماعة X.1.1", "fr": "Commune X.1.1", "en": "Commune X.1.1"}
    assert found["populations"] == [{"kind": "households", "year": 2024, "count": 500, "source": "test"}]
    (score,) = found["scores"]
    assert (score["release"], score["rank"], score["ranked"], score["root"]) == (number, 1, 2, "X.1")
    assert score["dimensions"]["hazard"] is None
    assert found["page"] == "http://localhost:8000/ar/observatory/X.1.1/"
    assert found["links"]["parquet"] == "http://localhost:8000/ar/observatory/X.1.1/values.parquet"


def test_figures_have_a_state_and_hidden_ones_nothing_else(client):
    water = an_indicator("water")
    a_value(water, a_commune("X.1.1"), 12.345)
    a_value(water, a_commune("X.1.2"), 87.654, n=17)
    cover = a_value(water, a_commune("X.1.3"), 87.654, n=5417)
    a_value(water, a_commune("X.1.4", households=9), 87.654, n=5418)
    a_value(water, a_commune("X.1.5"), None, n=None)
    Value.objects.filter(pk=cover.pk).update(hidden=True)

    answer = client.get(f"{BASE}/indicators/water/values")

    told = [(row["territory"], row["value"], row["n"], row["state"]) for row in answer.json()["items"]]
    assert told == [
        ("X.1.1", 12.3, 1000, "shown"),
        ("X.1.2", None, None, "hidden"),
        ("X.1.3", None, None, "hidden"),
        ("X.1.4", None, None, "hidden"),
        ("X.1.5", None, None, "missing"),
    ]
    for code in ("X.1.2", "X.1.3", "X.1.4"):
        (row,) = get(client, f"/territories/{code}/values")["items"]
        assert (row["value"], row["n"], row["state"]) == (None, None, "hidden")
    for secret in (b"87.", b"5417", b"5418"):
        assert secret not in answer.content


def test_values_of_an_indicator_by_year_and_level(client):
    water = an_indicator("water")
    a_value(water, a_commune(), 10)
    a_value(water, region(), 20)

    found = get(client, "/indicators/water/values", level="region", year=2024)

    assert [(row["territory"], row["value"]) for row in found["items"]] == [("X.1", 20.0)]
    assert get(client, "/indicators/water/values", year=2014)["count"] == 0


def test_indicators_by_dimension_and_one_in_full(client):
    three_communes()
    an_indicator("water").hazards.add(
        Hazard.objects.create(code="MH0001", title={"en": "Flood"}, type="water", cluster="flood")
    )

    assert codes(get(client, "/indicators", dimension="coping")) == ["water"]
    found = get(client, "/indicators/water")
    assert (found["years"], found["hazards"], found["branches"]) == ([2024], ["MH0001"], [])
    assert found["source"] == {"ar": "مصدر", "fr": "", "en": ""}


def test_releases_and_their_scores(client):
    three_communes()
    release = a_release()

    assert codes(get(client, "/releases"), "number") == [release.number]
    found = get(client, f"/releases/{release.number}")
    assert found["method"]["confidence"] == 0.9
    assert found["links"]["snapshot"].endswith(f"/releases/{release.number}/snapshot.json")
    scores = get(client, f"/releases/{release.number}/scores")
    assert [(row["territory"], row["rank"], row["status"]) for row in scores["items"]] == [
        ("X.1.1", 1, "measured"),
        ("X.1.2", 2, "measured"),
        ("X.1.3", None, "not_measured"),
    ]


def test_observations_alerts_and_reports_by_their_filters(client):
    seen, alert, report = an_observation(), an_alert(), a_report()

    assert codes(get(client, "/observations", kind="water"), "number") == [seen.number]
    assert get(client, "/observations", kind="flood")["count"] == 0
    (row,) = get(client, "/alerts", state="open", indicator=alert.rule.indicator.code)["items"]
    assert (row["number"], row["value"], row["told"]) == (alert.number, alert.value, alert.rule.told.key)
    (row,) = get(client, "/reports", territory="X.1.1")["items"]
    assert (row["number"], row["volunteers"], row["skills"]) == (report.number, 30, ["first_aid"])


def test_aid_has_public_fields_only(client):
    need, offer = a_need(), an_offer()

    needs, offers = client.get(f"{BASE}/needs"), client.get(f"{BASE}/offers", {"category": "water"})

    (row,) = needs.json()["items"]
    assert set(row) == {
        "number", "category", "quantity", "left", "territory", "opens_on", "closes_on", "state", "is_demo",
        "page",
    }  # fmt: skip
    (given,) = offers.json()["items"]
    assert (given["organisation"], given["reach_km"]) == ("association-b", 50)
    for private in (need.receipt, offer.receipt, *_contact(need), *_contact(offer)):
        assert private.encode() not in needs.content + offers.content


def _contact(aid):
    return [text for text in (aid.contact.name, aid.contact.telephone, aid.contact.details) if text]


def test_needs_by_commune_leave_out_where_they_are_few(client):
    for code in ["X.1.1"] * 2 + ["X.1.2"] * 6 + ["X.1.3"] * 4:
        a_need(territory=commune(code))

    (row,) = get(client, "/needs/by-commune")

    assert (row["territory"], row["open"], row["unmet"]) == ("X.1.2", 6, 0)


def test_need_stands_in_its_province_whatever_is_asked_for(client):
    a_need(territory=a_small_commune())

    answers = [client.get(f"{BASE}/needs", {"territory": code}) for code in ("X.9.1", "X.9", "X.1", "X.1.1")]

    assert [[row["territory"] for row in answer.json()["items"]] for answer in answers] == [
        ["X.9"], ["X.9"], ["X.9"], [],
    ]  # fmt: skip
    assert not any(b"X.9.1" in answer.content for answer in answers)


def test_imports_are_listed_once_they_were_taken_in(client):
    for number, state in ((1, "committed"), (2, "checked"), (3, "refused")):
        DataImport.objects.create(
            number=number, kind="values", file_name=f"{number}.csv", file_hash="f" * 64, source="A survey",
            licence="CC BY 4.0", state=state, new=3, committed_at=clock.now(), sent_by="council officer",
        )  # fmt: skip

    (row,) = get(client, "/imports", kind="values")["items"]

    assert (row["number"], row["sha256"], row["new"]) == (1, "f" * 64, 3)


def test_hazards_and_branches(client):
    Hazard.objects.create(code="MH0001", title={"en": "Flood"}, type="water", cluster="flood")
    Hazard.objects.create(code="BI0001", title={"en": "Rabies"}, type="biological", cluster="animal")
    branch = Branch.objects.create(code="old-age", title={"en": "Old age"}, position=1)
    branch.schemes.create(code="pension", title={"en": "Pension"}, of_framework_law=True, position=1)

    assert codes(get(client, "/hazards", type="biological")) == ["BI0001"]
    (row,) = get(client, "/branches")
    assert (row["code"], [scheme["code"] for scheme in row["schemes"]]) == ("old-age", ["pension"])


@pytest.mark.parametrize(
    ("path", "asked", "sentence"),
    [
        ("/territories", {"level": "moon"}, "level takes 'country', 'region', 'province' or 'commune'."),
        ("/territories", {"within": "Z"}, "within: nothing is known under “Z”."),
        ("/territories", {"limit": MOST + 1}, "limit is at most 500."),
        ("/territories", {"offset": -1}, "offset is at least 0."),
        ("/indicators", {"offset": "x"}, "offset cannot be read: it takes a whole number."),
        ("/observations", {"territory": "Z"}, "territory: nothing is known under “Z”."),
        ("/alerts", {"indicator": "z"}, "indicator: nothing is known under “z”."),
        ("/hazards", {"type": "z"}, "type: nothing is known under “z”."),
    ],
)
def test_what_cannot_be_read_is_told_in_one_sentence(client, path, asked, sentence):
    found = get(client, path, status=422, **asked)

    assert found["sentence"]["en"] == sentence
    assert found["sentence"]["ar"] != sentence
    assert set(found["sentence"]) == {"ar", "fr", "en"}


@pytest.mark.parametrize("path", ["/territories/Z", "/indicators/z", "/indicators/z/values", "/releases/9"])
def test_what_is_not_there_is_told_in_one_sentence(client, path):
    assert get(client, path, status=404)["sentence"]["en"] == "There is nothing at this address."


def test_any_site_may_read_it_and_no_cookie_is_set(client):
    answers = [client.get(f"{BASE}/territories"), client.get(f"{BASE}/territories/Z")]

    assert {answer["Access-Control-Allow-Origin"] for answer in answers} == {"*"}
    assert not any(answer.cookies for answer in answers)
    assert "Access-Control-Allow-Origin" not in client.get("/healthz")


def test_answers_are_the_same_in_every_language(client):
    three_communes()
    client.cookies["django_language"] = "fr"

    assert get(client, "/territories")["items"][0]["page"].startswith("http://localhost:8000/ar/")


def test_the_description_names_every_address_once(client):
    described = json.loads(client.get("/api/openapi.json").content)["paths"]

    assert len(described) == 18
    assert described["/api/observatory/releases"]["get"]["summary"] == "Releases of the index, newest first"


def test_the_page_on_data_lists_the_interface_in_the_readers_language(client):
    region()

    page = client.get("/fr/data/").content.decode()

    assert "GET /api/observatory/indicators/{code}/values" in page
    assert "Les chiffres d’un territoire" in page
    assert reverse("api:openapi-json") in page


@pytest.mark.parametrize("communes", [1, 3])
@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/territories", 2),
        ("/territories/X.1.1", 3),
        ("/territories/X.1.1/values", 5),
        ("/indicators/water/values", 5),
        ("/indicators", 2),
        ("/observations", 2),
        ("/needs", 2),
        ("/offers", 2),
        ("/reports", 2),
        ("/alerts", 2),
    ],
)
def test_an_answer_costs_the_same_for_one_and_three(client, django_assert_num_queries, communes, path, most):
    water = an_indicator("water")
    for number in range(1, communes + 1):
        place = a_commune(f"X.1.{number}")
        a_value(water, place, 50)
        an_observation(territory=place)

    with django_assert_num_queries(most):
        get(client, path)
