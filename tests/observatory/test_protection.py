"""Which figures stay hidden, and that they come back when nothing small rests on them any more."""

from multaqa.observatory.models import Value
from multaqa.observatory.protection import protect
from tests import factories
from tests.observatory.factories import a_commune, a_value, an_indicator

SEXES = ("all", "male", "female")


def three_by_sex(indicator):
    """A commune with 21 women among three, and the region with all of them; rate and people."""
    figures = {
        a_commune("X.1.1"): ((19.2, 1725), (19.1, 1704), (28.6, 21)),
        a_commune("X.1.2"): ((14.5, 130_215), (10.6, 72_600), (19.5, 57_615)),
        a_commune("X.1.3"): ((15.8, 10_407), (14.9, 9_956), (35.0, 451)),
        factories.region(): ((14.7, 142_347), (11.3, 84_260), (19.6, 58_087)),
    }
    for place, row in figures.items():
        for sex, (value, n) in zip(SEXES, row, strict=True):
            a_value(indicator, place, value, n=n, sex=sex)


def hidden_cells():
    rows = Value.objects.filter(hidden=True).order_by("territory__code", "sex", "milieu")
    return list(rows.values_list("territory__code", "sex", "milieu"))


def test_a_small_rate_is_hidden_with_the_other_sex_and_nothing_else(db):
    indicator = an_indicator("illiteracy")
    three_by_sex(indicator)

    protect([(indicator.pk, 2024)])

    assert hidden_cells() == [("X.1.1", "female", "all"), ("X.1.1", "male", "all")]


def test_a_second_load_shows_what_is_no_longer_small(db):
    indicator = an_indicator("illiteracy")
    three_by_sex(indicator)
    protect([(indicator.pk, 2024)])
    assert hidden_cells() != []
    Value.objects.filter(territory__code="X.1.1", sex="female").update(n=60, value=30.0)
    Value.objects.filter(territory__code="X.1.1", sex="all").update(n=1764, value=19.5)

    protect([(indicator.pk, 2024)])

    assert hidden_cells() == []


def test_a_commune_with_few_households_shows_nothing_and_is_covered_where_the_total_is_small(db):
    indicator = an_indicator("water")
    a_value(indicator, a_commune("X.1.1", households=12), 40.0, n=90)
    a_value(indicator, a_commune("X.1.2"), 20.0, n=400)
    a_value(indicator, a_commune("X.1.3"), 30.0, n=700)
    a_value(indicator, factories.region(), 27.4, n=1190)

    protect([(indicator.pk, 2024)])

    assert hidden_cells() == [("X.1.1", "all", "all"), ("X.1.2", "all", "all")]


def test_the_country_side_of_a_region_goes_with_the_only_commune_in_it(db):
    indicator = an_indicator("illiteracy")
    a_value(indicator, factories.commune("X.1.1", "rural"), 30.0, n=20)
    a_value(indicator, factories.commune("X.1.2", "urban"), 20.0, n=60_000)
    a_value(indicator, factories.commune("X.1.3", "urban"), 10.0, n=40_000)
    for milieu, value, n in (("all", 16.0, 100_020), ("urban", 16.0, 100_000), ("rural", 30.0, 20)):
        a_value(indicator, factories.region(), value, n=n, milieu=milieu)

    protect([(indicator.pk, 2024)])

    assert hidden_cells() == [(factories.region().code, "all", "rural"), ("X.1.1", "all", "all")]


def test_a_figure_on_an_unknown_number_is_shown_unless_its_commune_has_few_households(db):
    indicator = an_indicator("distance", unit="km", high=40)
    a_value(indicator, a_commune("X.1.1", households=12), 31.0, n=None)
    a_value(indicator, a_commune("X.1.2"), 12.5, n=None)

    protect([(indicator.pk, 2024)])

    assert hidden_cells() == [("X.1.1", "all", "all")]


def test_figures_with_more_decimals_give_more_away(db):
    """At one decimal the province of 142,347 leaves 13 people open; to a millionth it does not."""
    indicator = an_indicator("illiteracy")
    small, capital, rest = a_commune("X.1.1"), a_commune("X.1.2"), a_commune("X.1.3")
    rows = {small: (4, 13), capital: (18_881, 130_215), rest: (1_644, 10_407)}
    total = (20_529, 140_635)
    for place, (some, n) in (rows | {factories.region(): total}).items():
        a_value(indicator, place, round(100 * some / n, 1), n=n)
    protect([(indicator.pk, 2024)])
    assert hidden_cells() == [("X.1.1", "all", "all")]
    for place, (some, n) in (rows | {factories.region(): total}).items():
        Value.objects.filter(territory=place).update(value=round(100 * some / n, 6))

    protect([(indicator.pk, 2024)])

    assert hidden_cells() == [("X.1.1", "all", "all"), ("X.1.3", "all", "all")]


def test_counts_of_things_are_shown(db):
    indicator = an_indicator("health-posts", unit="count")
    a_value(indicator, a_commune("X.1.1"), 3, n=12)

    protect([(indicator.pk, 2024)])

    assert hidden_cells() == []
