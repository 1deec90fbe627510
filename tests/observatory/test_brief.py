import json
import re
from datetime import date

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import override

from multaqa.kit import papers
from multaqa.kit.translated import Translated
from multaqa.observatory import brief
from multaqa.territories.models import Population, Territory
from multaqa.territories.queries import home_pack
from tests.factories import region
from tests.observatory.aid_factories import a_need, an_offer
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
TODAY = date(2026, 11, 25)
NASTY = '#import "x": * $ a_1 $ ] } \\ #eval("1") // @ref <label> `raw` *bold* = #panic()'


def content_of(code, language="en"):
    place = Territory.objects.select_related("parent__parent__parent").get(code=code)
    with override(language):
        return brief.brief_content(place, home_pack(), TODAY)


def a_region_with_figures():
    worse, _better, _silent = three_communes()
    for indicator in ("water", "illiteracy"):
        found = an_indicator(indicator)
        a_value(found, region(), 33.3)
        type(found).objects.filter(pk=found.pk).update(latest_year=2024)
    a_value(an_indicator("illiteracy"), worse, 91.2, n=400, sex="female")
    a_value(an_indicator("illiteracy"), worse, 87.6, n=11, sex="male")
    Population.objects.create(territory=worse, year=2024, kind="legal", count=1234, source="test")
    return worse


def lines_of(content):
    return {line["label"]["text"]: line for line in content["lines"]}


def test_a_brief_says_who_was_counted_and_what_was_not():
    a_region_with_figures()

    facts = {fact["label"]: fact["count"] for fact in content_of("X.1.1")["facts"]}

    assert facts == {
        "legal population": "1\u00a0234", "municipal population": "not counted", "households": "500",
    }  # fmt: skip


def test_a_brief_has_the_index_with_its_interval_and_rank():
    a_region_with_figures()
    a_release()

    index = content_of("X.1.1")["index"]

    assert index["score"] == "8.0"
    assert re.fullmatch(r"with 90% confidence between \d\.\d and \d\.\d", index["sure"])
    assert index["ranks"] == ["Region: rank 1 of 2 measured"]
    told = [(part["label"], part["score"], part["share"]) for part in index["dimensions"]]
    assert told[0] == ("Hazard and exposure", "not measured", None)


def test_a_brief_says_why_there_is_no_index():
    three_communes()

    assert content_of("X.1.1")["index"] == {"why": "No released index covers this place.", "is_demo": False}
    a_release()
    assert "There is no index and no rank" in content_of("X.1.3")["index"]["why"]


def test_a_brief_puts_women_men_and_the_region_beside_the_figure():
    a_region_with_figures()

    line = lines_of(content_of("X.1.1"))["Indicator illiteracy"]

    told = {name: line[name]["text"] for name in ("all", "women", "men", "region")}
    assert told == {"all": "80.0%", "women": "91.2%", "men": "not published", "region": "33.3%"}
    assert (line["n"], line["year"]) == ("1\u00a0000", "2024")
    assert lines_of(content_of("X.1.3"))["Indicator water"]["all"]["text"] == "not measured"


def test_a_hidden_figure_is_nowhere_in_a_brief():
    a_region_with_figures()

    written = json.dumps(content_of("X.1.1"))

    assert "91.2" in written
    assert "87.6" not in written
    assert '"11"' not in written


def test_small_counts_of_needs_and_offers_are_words():
    a_region_with_figures()
    place = a_commune("X.1.1")
    a_need(territory=place)
    an_offer(territory=place)

    counts = {row["label"]: row["count"] for row in content_of("X.1.1")["aid"]}

    assert (counts["Needs open today"], counts["Offers open today"]) == ("hidden", "fewer than 5")


def test_alerts_and_observations_stand_on_the_brief_with_the_mark_of_invented_ones():
    a_region_with_figures()
    alert = an_alert()
    an_observation(territory=a_commune("X.1.1"))
    type(alert).objects.update(is_demo=True)

    content = content_of(alert.rule.territory.code)

    assert [one["is_demo"] for one in content["alerts"]] == [True]
    assert content["is_demo"] is True
    assert [one["text"]["text"] for one in content_of("X.1.1")["observations"]] == ["Water cut"]


def pages(pdf):
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_brief_is_one_page_and_always_the_same_bytes(client, language):
    a_region_with_figures()
    a_release()
    with override(language):
        url = reverse("observatory:brief", args=["X.1.1"])

    first = client.get(url)
    cache.clear()
    again = client.get(url)

    assert first["Content-Type"] == "application/pdf"
    assert first["Content-Disposition"] == f'inline; filename="X.1.1-{language}.pdf"'
    assert pages(first.content) == 1
    assert first.content == again.content
    assert len(first.content) < 120_000


def test_what_people_type_is_printed_and_long_texts_still_fit_one_page():
    a_region_with_figures()
    for number in range(3):
        an_observation(territory=a_commune("X.1.1"), title=Translated.of(f"{number} {NASTY} " + "كلام " * 80))

    content = content_of("X.1.1", "ar")

    assert len(content["observations"]) == 3
    assert pages(papers.render(brief._TEMPLATE, content, "http://localhost:8000/")) == 1


def test_the_page_is_made_once_while_nothing_changes(client, monkeypatch):
    a_region_with_figures()
    url = reverse("observatory:brief", args=["X.1.1"])
    cache.clear()
    made = []
    monkeypatch.setattr(brief.papers, "render", lambda *what: made.append(what) or b"%PDF-")

    client.get(url)
    client.get(url)
    a_value(an_indicator("water"), a_commune("X.1.1"), 5, sex="female")
    client.get(url)

    assert len(made) == 2


def test_only_a_commune_has_a_brief(client):
    three_communes()

    assert client.get(reverse("observatory:brief", args=["X.1"])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_a_brief_costs_the_same_for_one_and_three_observations(django_assert_max_num_queries, count):
    a_region_with_figures()
    a_release()
    for _turn in range(count):
        an_observation(territory=a_commune("X.1.1"))
    place = Territory.objects.select_related("parent__parent__parent").get(code="X.1.1")
    pack = home_pack()

    with django_assert_max_num_queries(12):
        brief.brief_content(place, pack, TODAY)
