"""The whole country beside the demonstration's region: what the table of communes shows and never tells."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from multaqa.engine import disclosure
from multaqa.observatory import protection
from multaqa.observatory.models import Hazard, Indicator, Score, Value
from multaqa.observatory.queries import Asked, commune_table, spread
from multaqa.territories.models import Territory
from multaqa.territories.queries import communes, home_pack, home_places

pytestmark = pytest.mark.usefixtures("story")
SILENT = {"12.391.05.05", "12.066.01.03", "12.066.03.03", "12.066.03.09"}
TINY = {"12.391.05.07", "12.391.05.03"}  # 13 and 34 residents


def at(name, *args, language="en"):
    with override(language):
        return reverse(f"observatory:{name}", args=args)


def test_country_has_all_its_communes_and_the_home_keeps_its_own():
    pack = home_pack()

    assert communes(pack.country).count() == 1503
    assert communes(pack.root).count() == 13
    assert home_places().count() == 16
    assert pack.root.parent == pack.country
    assert Territory.objects.filter(parent=None).get() == pack.country
    assert Hazard.objects.count() == 302


def test_release_over_the_country_ranks_neither_silent_nor_tiny_communes():
    pack = home_pack()
    of_country = Score.objects.filter(release__root=pack.country)
    here = of_country.filter(territory__in=communes(pack.root))
    status = {score.territory.code: (score.status, score.rank) for score in here.select_related("territory")}

    assert {code for code, found in status.items() if found == ("not_measured", None)} == SILENT
    assert {code for code, found in status.items() if found == ("suppressed", None)} == TINY
    assert of_country.filter(status="measured").count() > 1480


def test_table_is_paged_and_sorted_by_the_database(client, django_assert_num_queries):
    path = at("national") + "?indicator=illiteracy&sort=-figure&page=2"

    client.get(path)
    with django_assert_num_queries(6):
        page = client.get(path)

    figures = [place.figure for place, _cell in page.context["lines"]]
    assert len(figures) == 50
    assert figures == sorted(figures, reverse=True)
    assert len(page.content) < 60_000


def test_table_tells_no_hidden_figure_by_its_order():
    pack, indicator = home_pack(), Indicator.objects.get(code="illiteracy")

    rows = list(commune_table(pack, Asked(indicator=indicator, sort="figure")))

    last = {place.code: place.figure for place in rows if place.figure is None}
    assert {row.code for row in rows[-len(last) :]} == last.keys()
    assert last.keys() >= SILENT | TINY
    tiny = [place for place in rows if place.code in TINY]
    assert [bool(place.figure_state) for place in tiny] == [True, True]


def test_table_finds_a_commune_by_a_part_of_its_arabic_name(client):
    page = client.get(at("national", language="ar") + "?text=العرك&region=12")

    assert [place.code for place, _cell in page.context["lines"]] == ["12.391.09.01"]


def test_commune_page_is_light_wherever_the_commune_lies(client, django_assert_max_num_queries):
    for code in ("12.391.09.01", "09.001.01.01", "12.391.05.07"):
        path = at("territory", code, language="ar")
        client.get(path)
        with django_assert_max_num_queries(12):
            answer = client.get(path)
        assert answer.status_code == 200
        assert len(answer.content) < 60_000


def test_commune_elsewhere_shows_its_place_in_the_country_and_no_region_map(client):
    page = client.get(at("territory", "09.001.01.01")).content.decode()

    assert "measured" in page
    assert "There is no map before an index is released" in page


def test_spread_counts_every_commune_once():
    found = spread(Indicator.objects.get(code="running-water"), home_pack())

    assert found.measured + found.hidden + found.missing == 1503
    assert sum(item.communes for item in found.bins) == found.measured
    assert found.missing == 4
    assert sum(item.at_home for item in found.bins) <= 13


def test_published_tables_give_no_small_figure_away(monkeypatch):
    """The attack of the engine on what is published, for two indicators with small groups."""
    published = []

    def remembered(*arguments, **options):
        published.append(disclosure_publish(*arguments, **options))
        return published[-1]

    disclosure_publish = disclosure.publish_rates
    monkeypatch.setattr(protection.disclosure, "publish_rates", remembered)
    tables = Value.objects.filter(indicator__code__in=["schooling", "running-water"], year=2024).values_list(
        "indicator", "year"
    )

    protection.protect(set(tables))

    assert len(published) == 2
    assert [disclosure.check_rates(rates) for rates in published] == [(), ()]


def test_the_figures_of_region_and_country_stay_published():
    pack = home_pack()
    wholes = Value.objects.filter(territory__in=[pack.root, pack.country], sex="all", milieu="all")

    assert wholes.count() > 40
    assert not wholes.filter(hidden=True).exists()
