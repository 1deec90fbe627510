import pytest
from django.utils.translation import override

from multaqa.directory.actors import MACHINE
from multaqa.observatory.models import Score
from multaqa.observatory.queries import (
    Cell,
    cell,
    fill,
    latest_scores,
    region_pulse,
    shapes,
)
from multaqa.territories.models import Territory
from tests.observatory.factories import a_commune, a_release, a_value, an_indicator, dakhla

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("value", "n", "households", "status"),
    [
        (5.0, 1000, 500, "shown"),
        (5.0, 99, 500, "small"),
        (5.0, 29, 500, "hidden"),
        (5.0, 1000, 29, "hidden"),
        (5.0, 1000, 30, "shown"),
        (5.0, 1000, None, "shown"),
        (None, None, 500, "missing"),
        (0.0, 1000, 500, "shown"),
    ],
)
def test_cell_publishes_nothing_that_rests_on_too_few(value, n, households, status):
    figure = a_value(an_indicator(), a_commune(households=households), value, n=n)

    shown = cell(figure, figure.indicator)

    assert shown.status == status
    assert shown.value == (None if status in ("hidden", "missing") else value)


def test_cell_prints_its_unit():
    with override("fr"):
        assert Cell("shown", 5.1, 7261, "percent").words == '<bdi class="n">5,1\u00a0%</bdi>'
        assert Cell("shown", 2.2, 4173, "km").words == '<bdi class="n">2,2 km</bdi>'
        assert Cell("shown", 87, None, "count").words == '<bdi class="n">87</bdi>'


@pytest.mark.parametrize(
    ("score", "status", "expected"),
    [
        (0.0, "measured", "k1"),
        (1.99, "measured", "k1"),
        (2.0, "measured", "k2"),
        (3.5, "measured", "k3"),
        (5.0, "measured", "k4"),
        (6.5, "measured", "k5"),
        (None, "not_measured", "kx"),
        (None, "suppressed", "ks"),
    ],
)
def test_fill_never_gives_a_colour_to_what_has_no_score(score, status, expected):
    assert fill(Score(score=score, status=status)) == expected


def test_region_pulse_is_empty_before_a_pack():
    assert region_pulse().figures == ()


def test_region_pulse_of_the_real_region(django_assert_max_num_queries):
    dakhla()
    a_release(actor=MACHINE)

    with override("en"), django_assert_max_num_queries(6):
        pulse = region_pulse()

    assert [str(figure.value) for figure in pulse.figures] == [
        '<bdi class="n">219\u00a0965</bdi>',
        '<bdi class="n">5.1%</bdi>',
        '<bdi class="n">23.4%</bdi>',
        '<bdi class="n">4</bdi>',
    ]
    assert "53.9%" in str(pulse.figures[0].note)
    assert "8.3%" in str(pulse.figures[2].note)
    gaps = {gap.label["en"]: (gap.urban, gap.rural) for gap in pulse.gaps}
    assert gaps["Running water at home"] == (98.4, 5.1)
    assert gaps["Waste dumped in the open"] == (2.0, 57.2)
    assert gaps["Connected to the public sewer"] == (98.3, 13.6)
    assert len(pulse.shapes) == 13
    assert (
        sorted(shape.fill for shape in pulse.shapes if shape.fill in ("kx", "ks")) == ["ks"] * 2 + ["kx"] * 4
    )
    assert "HCP" in pulse.source["en"]
    assert pulse.map_is_demo is False


def test_shapes_mark_the_selected_place():
    dakhla()
    a_release(actor=MACHINE)
    place = Territory.objects.get(code="12.391.09.01")

    found = shapes(latest_scores(), selected=place)

    with override("ar"):
        assert [str(shape.name) for shape in found if shape.selected] == ["العركوب"]
