"""Which indicators an index rests on."""

from multaqa.observatory.queries import index_inputs
from tests import factories
from tests.observatory.factories import a_commune, a_value, an_indicator


def test_an_indicator_that_hardly_any_commune_has_is_left_out(db):
    everywhere, hardly = an_indicator("water"), an_indicator("wells")
    places = [a_commune(f"X.1.{number}") for number in range(1, 12)]
    for place in places:
        a_value(everywhere, place, 40)
    a_value(hardly, places[0], 70)

    found = index_inputs(factories.region())

    assert (found.indicators, found.left_out) == ((everywhere,), (hardly,))


def test_a_figure_that_may_not_be_shown_is_not_frozen(db):
    indicator = an_indicator("water")
    shown, hidden = a_commune("X.1.1"), a_commune("X.1.2")
    a_value(indicator, shown, 40)
    a_value(indicator, hidden, 60, n=12)

    snapshot = index_inputs(factories.region()).snapshot

    row = dict(zip(snapshot["territories"], snapshot["figures"], strict=True))
    assert (row["X.1.1"], row["X.1.2"]) == ([40.0], [None])
