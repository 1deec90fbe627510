import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from multaqa.territories.models import Boundary
from tests.observatory.factories import a_commune, a_release, a_value, an_indicator, three_communes

pytestmark = pytest.mark.django_db
MOST_BYTES = 15_000
SQUARE = {"type": "Polygon", "coordinates": [[[-16, 23], [-15, 23], [-15, 24], [-16, 23]]]}


def at(name, *args, language="en"):
    with override(language):
        return reverse(f"observatory:{name}", args=args)


def released():
    places = three_communes()
    for place in places:
        Boundary.objects.create(
            territory=place, geometry=SQUARE, label_longitude=-15.5, label_latitude=23.3, source="test"
        )
    a_release()
    return places


ADDRESSES = [("embed_map",), ("embed_index", "X.1.1"), ("embed_indicator", "water")]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_any_site_may_frame_it_and_nothing_else_is_loosened(client, address, language):
    released()

    answer = client.get(at(*address, language=language))

    assert answer["Content-Security-Policy"] == settings.CONTENT_POLICY.replace(
        "frame-ancestors 'none'", "frame-ancestors *"
    )
    assert "X-Frame-Options" not in answer
    assert not answer.cookies
    assert len(answer.content) < MOST_BYTES
    page = answer.content.decode()
    assert (page.count("<script"), page.count("<a "), page.count("<nav"), page.count("<h1")) == (0, 1, 0, 1)


def test_other_pages_stay_unframed(client):
    released()

    answer = client.get(at("territory", "X.1.1"))

    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_the_index_says_score_interval_rank_and_date(client):
    released()

    page = client.get(at("embed_index", "X.1.1")).content.decode()

    assert '<span class="big"><bdi class="n">8.0</bdi></span>' in page
    assert "rank 1 of 2 measured" in page
    assert "between" in page
    assert "Index 2026" in page
    assert 'href="http://localhost:8000/en/observatory/X.1.1/" target="_blank"' in page


def test_an_unmeasured_commune_has_no_score_but_a_reason(client):
    released()

    page = client.get(at("embed_index", "X.1.3")).content.decode()

    assert "There is no index and no rank" in page
    assert 'class="big"' not in page


def test_the_indicator_draws_what_is_published_and_names_what_is_not(client):
    water = an_indicator("water")
    a_value(water, a_commune("X.1.1"), 25)
    a_value(water, a_commune("X.1.2"), 87.6, n=12)
    a_value(water, a_commune("X.1.3"), None, n=None)

    page = client.get(at("embed_indicator", "water")).content.decode()

    assert 'width="25.0%"' in page
    assert page.count('class="kx"') == 1
    assert page.count('class="ks"') == 1
    assert "87.6" not in page
    assert page.index("Commune X.1.1") < page.index("Commune X.1.2")


def test_only_the_highest_bars_are_drawn_when_there_are_many(client):
    water = an_indicator("water")
    for number in range(30):
        a_value(water, a_commune(f"X.1.{number}"), number)

    answer = client.get(at("embed_indicator", "water"))

    assert answer.content.decode().count('class="meter"') == 25
    assert len(answer.content) < MOST_BYTES


@pytest.mark.parametrize(("address", "most"), list(zip(ADDRESSES, (2, 3, 5), strict=True)))
def test_frames_are_cheap(client, django_assert_max_num_queries, address, most):
    released()

    with django_assert_max_num_queries(most):
        client.get(at(*address))


def test_the_lines_to_copy_name_the_absolute_address():
    a_commune("X.1.1")
    context = {"name": "observatory:embed_index", "key": "X.1.1", "title": 'Commune "X"'}

    with override("fr"):
        html = render_to_string("observatory/_embed.html", context)

    assert 'src="http://localhost:8000/fr/observatory/embed/index/X.1.1/"' in html
    assert 'title="Commune &quot;X&quot;"' in html
    assert "<iframe" not in html
