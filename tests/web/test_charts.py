"""Charts say in shapes what the words beside them say, and never draw a missing figure as zero."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from multaqa.kit.money import Money
from multaqa.web import charts, maps


def test_budget_bar_cuts_the_whole_and_names_each_part():
    parts = [
        {"label": "Wells", "value": Money(75_000_00, "MAD")},
        {"label": "Left over", "value": Money(25_000_00, "MAD"), "fill": "f0"},
    ]

    with override("en"):
        html = charts.budget_bar(parts)

    assert '<rect class="f1" x="0.00%" width="74.75%" height="38"/>' in html
    assert '<rect class="f0" x="75.00%" width="24.75%" height="38"/>' in html
    assert (
        '<span>Wells: <span class="nowrap"><bdi class="n">75\u00a0000</bdi>\u00a0dirhams</span></span>'
        in html
    )


@given(st.lists(st.integers(0, 10**12), max_size=12))
def test_budget_bar_never_leaves_the_bar(amounts):
    html = charts.budget_bar([{"label": "x", "value": amount} for amount in amounts])

    drawn = [piece.split("%")[:2] for piece in html.split(' x="')[1:]]
    ends = [float(start) + float(width.split('"')[-1]) for start, width in drawn]
    assert all(end <= 100.2 for end in ends)
    assert html.count("<li>") == len(amounts)


def test_bars_keep_the_place_of_a_figure_nobody_measured():
    with override("en"):
        html = charts.bars([{"label": "A", "value": 35.9}, {"label": "B", "value": None}])

    assert '<rect class="f1" width="35.9%" height="12" rx="2"/>' in html
    assert '<span>B</span><b><span class="nm">not measured</span></b>' in html
    assert html.count('class="kx"') == 1


def test_dumbbell_puts_the_country_square_before_the_town_circle():
    html = charts.dumbbell(5.1, 98.4)

    assert '<circle class="f2" cx="94.5%" cy="10" r="6"/>' in html
    assert '<svg x="8.7%" y="10" overflow="visible">' in html
    assert 'x1="8.7%" x2="94.5%"' in html


def test_dumbbell_of_a_missing_share_is_hatched():
    assert charts.dumbbell(None, 98.4).count('class="kx"') == 1


def test_interval_draws_the_dot_on_its_range():
    html = charts.interval(4.2, 3.4, 5.1)

    assert '<line class="st1 soft" x1="34.0%" x2="51.0%" y1="11" y2="11"/>' in html
    assert '<circle class="f1" cx="42.0%" cy="11" r="5.5"/>' in html


@dataclass
class Place:
    name: str
    geometry: dict[str, Any]
    fill: str
    words: str = "4.2"
    label_longitude: float = 0.5
    label_latitude: float = 0.5
    selected: bool = False


def square(west: float, south: float, side: float) -> dict[str, Any]:
    ring = [
        [west, south],
        [west + side, south],
        [west + side, south + side],
        [west, south + side],
        [west, south],
    ]
    return {"type": "Polygon", "coordinates": [ring]}


def test_map_puts_north_up_and_west_at_the_start_whatever_the_language():
    project = maps.projection([square(0, 0, 10)])

    west_x, south_y = project(0, 0)
    east_x, north_y = project(10, 10)
    assert (west_x, east_x) == (30.0, 470.0)
    assert north_y == 30.0 < south_y


def test_map_titles_each_place_and_outlines_the_chosen_one_last():
    places = [
        Place("Chosen", square(0, 0, 10), "k4", selected=True),
        Place("Other", square(10, 0, 10), "kx", "not measured", 15, 5),
    ]

    html = maps.choropleth(places, "Communes")

    assert 'role="img" aria-label="Communes"' in html
    assert "<title>Other: not measured</title>" in html
    assert html.index('<path class="kx"') < html.index('<path class="k4 sel"')
    assert 'class="d b"' in html
    assert "flip" not in html


def test_map_gives_a_place_too_small_to_see_a_disc_of_its_class():
    places = [
        Place("Large", square(0, 0, 10), "k1", label_longitude=5),
        Place("Tiny", square(0, 0, 0.1), "k5"),
    ]

    html = maps.choropleth(places)

    assert html.count("<circle") == 1
    assert html.count('<circle class="k5"') == 1


def test_map_of_a_multipolygon_draws_every_ring():
    geometry = {
        "type": "MultiPolygon",
        "coordinates": [square(0, 0, 1)["coordinates"], square(2, 0, 1)["coordinates"]],
    }

    assert maps.path(geometry, maps.projection([geometry])).count("M") == 2


def test_map_without_shapes_draws_nothing():
    assert maps.choropleth([]) == ""
