"""What is read from releases: scores, groups, comparisons, a commune worked out, and the recomputation."""

import copy
import math

import pytest
from django.utils.translation import override

from multaqa.observatory import scoring
from multaqa.observatory.models import Indicator, Score
from multaqa.observatory.queries import (
    compare,
    consulted_weights,
    document,
    gaps,
    index_inputs,
    ingredients,
    latest_release,
    latest_scores,
    ranking,
    worked,
)
from multaqa.territories.models import Territory
from tests import factories
from tests.factories import region
from tests.observatory.factories import a_commune, a_release, a_value, an_indicator, three_communes
from tests.observatory.releases_factories import an_order, consulted

pytestmark = pytest.mark.django_db


def country():
    return Territory.objects.get(code="X")


def test_latest_scores_are_empty_before_a_release():
    assert (latest_scores(), latest_release()) == ([], None)


def test_latest_scores_are_of_the_latest_finished_release_of_the_home_region(django_assert_num_queries):
    three_communes()
    a_release()
    second = a_release()
    a_release(root=country())
    an_order()

    with django_assert_num_queries(1):
        found = latest_scores()
        places = [(score.territory.code, score.release.number) for score in found]

    assert places == [("X.1.1", second.number), ("X.1.2", second.number), ("X.1.3", second.number)]
    assert latest_release() == second


def test_index_inputs_ignore_an_older_census_beside_a_newer():
    worse, _better, _silent = three_communes()
    worse.values.filter(indicator__code="water").update(year=2014)

    inputs = index_inputs(region())

    column = inputs.snapshot["indicators"].index("water")
    assert [row[column] for row in inputs.snapshot["figures"]] == [None, 20, None]


def test_index_inputs_name_the_indicators_without_a_figure():
    three_communes()
    an_indicator("storms", "hazard", latest_year=2024)

    inputs = index_inputs(region())

    assert [item.code for item in inputs.left_out] == ["storms"]
    assert inputs.years == (2024, 2024)


@pytest.mark.parametrize("number", [3, 30])
def test_index_inputs_take_five_statements_for_any_number_of_communes(number, django_assert_num_queries):
    water, literacy = an_indicator("water"), an_indicator("illiteracy", "vulnerability", latest_year=2024)
    for place in range(number):
        for indicator in (water, literacy):
            a_value(indicator, a_commune(f"X.1.{place}"), place, n=100)
    root = region()

    with django_assert_num_queries(5):
        inputs = index_inputs(root)

    assert len(inputs.snapshot["figures"]) == number


def split_communes():
    """Two communes, one in town, of 300 and 100 households; water is counted by sex in both."""
    town, desert = a_commune("X.1.1", households=300), a_commune("X.1.2", households=100)
    Territory.objects.filter(pk=town.pk).update(milieu="urban")
    water = an_indicator("water", "coping", unit="km", high=10)
    for place, everybody, women, men in ((town, 4, 6, 2), (desert, 8, 9, 7)):
        a_value(water, place, everybody, n=400)
        a_value(water, place, women, n=200, sex="female")
        a_value(water, place, men, n=200, sex="male")


def test_splits_give_each_group_its_score_and_how_much_of_it_is_split():
    split_communes()

    found = a_release().scores.get(rank=1).splits

    assert found == {
        "female": {"share": 1.0, "score": 9.0, "dimensions": {"coping": 9.0}},
        "male": {"share": 1.0, "score": 7.0, "dimensions": {"coping": 7.0}},
    }


def test_a_group_has_no_score_where_less_than_half_of_the_weight_is_split():
    split_communes()
    for indicator in (
        an_indicator("a", "coping", unit="km", weight=2),
        an_indicator("b", "coping", unit="km"),
    ):
        for place in Territory.objects.filter(level="commune"):
            a_value(indicator, place, 50, n=None)

    release = a_release()

    assert release.scores.get(rank=1).splits["female"] == {"share": 0.25, "score": None, "dimensions": {}}
    women = gaps(release)[0].sides[0]
    assert (women.score, women.communes) == (None, 0)


def test_gaps_weigh_communes_by_their_households(django_assert_num_queries):
    split_communes()
    release = a_release()

    with django_assert_num_queries(1):
        whole, coping = gaps(release)

    women, men, town, desert = whole.sides
    # (300·6 + 100·9)/400 and (300·2 + 100·7)/400
    assert (women.score, men.score) == (6.75, 3.25)
    assert (women.communes, women.households) == (2, 400)
    # not split by milieu: each commune stands on its own side
    assert (town.score, desert.score) == (4.0, 8.0)
    assert (town.households, desert.households) == (300, 100)
    assert [side.score for side in coping.sides] == [6.75, 3.25, 4.0, 8.0]


def test_ranking_filters_and_sorts_in_the_database():
    split_communes()
    release = a_release()

    assert [s.territory.code for s in ranking(release)] == ["X.1.2", "X.1.1"]
    assert [s.territory.code for s in ranking(release, milieu="urban")] == ["X.1.1"]
    assert [s.territory.code for s in ranking(release, order="name", language="en")] == ["X.1.1", "X.1.2"]


@pytest.mark.parametrize("aggregation", ["geometric", "arithmetic"])
def test_a_commune_worked_out_adds_up_to_its_published_score(aggregation):
    worse, better, _silent = three_communes()
    wells = an_indicator("wells", "coping", direction=-1, low=10, high=90, weight=2)
    a_value(wells, worse, 30, n=60)
    a_value(wells, better, 85, n=2000)
    release = a_release(aggregation=aggregation, coping=3)

    found = worked(release, worse.code)

    for group in found.groups:
        parts = [line.contribution for line in group.lines if line.contribution is not None]
        assert math.fsum(parts) == pytest.approx(group.score, abs=1e-12)
        for line in group.lines:
            low, high = line.item["low"], line.item["high"]
            share = (line.used - low) / (high - low)
            assert line.normalised == pytest.approx(10 * (share if line.item["direction"] > 0 else 1 - share))
    factors = [group.factor for group in found.groups]
    joined = math.prod(factors) if aggregation == "geometric" else math.fsum(factors)
    assert joined == pytest.approx(found.again)
    assert round(found.again, 6) == found.score.score
    line = next(line for group in found.groups for line in group.lines if line.item["code"] == "wells")
    assert (line.published, line.n, line.best, line.worst) == (30, 60, 90, 10)
    # mean 0.833981, between 0.008417, so that trust is 0.785 on sixty people
    assert line.used == pytest.approx(41.486842)
    assert found.ranked == 2


def test_what_is_not_measured_has_no_part_in_the_sum():
    worse, better, silent = three_communes()
    wells = an_indicator("wells", "coping")
    a_value(wells, better, 40)
    release = a_release()

    line = next(
        line
        for group in worked(release, worse.code).groups
        for line in group.lines
        if line.item["code"] == "wells"
    )
    nothing = worked(release, silent.code)

    assert (line.used, line.part, line.contribution) == (None, None, None)
    assert nothing.again is None
    assert all(group.score is None for group in nothing.groups)
    assert worked(release, "99") is None


def test_ingredients_say_how_strongly_shares_are_drawn_to_the_mean():
    three_communes()

    found = {one.item["code"]: one for one in ingredients(a_release(coping=3))}

    # 0.25 / 0.08975
    assert (found["water"].mean, found["water"].half) == (pytest.approx(50), pytest.approx(2.785515))
    assert (found["water"].share, found["illiteracy"].share) == (0.75, 0.25)
    assert (found["water"].best, found["water"].worst, found["water"].measured) == (0, 100, 2)


def test_compare_says_a_change_is_clear_only_where_the_ranges_do_not_overlap(django_assert_num_queries):
    worse, better, silent = three_communes()
    before = a_release()
    better.values.update(value=70)
    worse.values.update(value=79)
    after = a_release(coping=2, aggregation="arithmetic", draws=300)

    with django_assert_num_queries(2), override("en"):
        found = compare(before, after)

    assert {move.code: (move.change, move.ranks) for move in found.moves} == {
        better.code: ("higher", 0),
        worse.code: ("unclear", 0),
        silent.code: ("none", None),
    }
    assert found.moves[0].code == better.code
    assert found.moves[0].shift == pytest.approx(
        after.scores.get(territory=better).score - before.scores.get(territory=better).score
    )
    assert found.counts == {"higher": 1, "lower": 0, "unclear": 1, "none": 1}
    words = "\n".join(found.differences).replace("\u2068", "").replace("\u2069", "")
    assert "Vulnerability weighs 33.3% of the index instead of 50.0%." in words
    assert "now dimensions make up for one another" in words
    assert "Ranges come from 300 draws instead of 200." in words


def test_compare_names_indicators_goalposts_years_and_weights():
    worse, better, _silent = three_communes()
    before = a_release()
    water = Indicator.objects.get(code="water")
    Indicator.objects.filter(pk=water.pk).update(high=90, weight=2)
    water.values.update(year=2025)
    wells = an_indicator("wells", "coping")
    a_value(wells, worse, 10)
    a_value(wells, better, 20)
    Indicator.objects.filter(code="illiteracy").update(weight=0)
    after = a_release()

    with override("en"):
        words = "\n".join(compare(before, after).differences).replace("\u2068", "").replace("\u2069", "")

    assert "New indicators: Indicator wells." in words
    assert "Indicators no longer used: Indicator illiteracy." in words
    assert "Indicator water: figures of 2025 instead of 2024." in words
    assert "Indicator water: weight 2 instead of 1." in words
    assert "Indicator water: goalposts 0.0 – 90.0 instead of 0.0 – 100.0." in words
    assert "Vulnerability is no longer in the index." in words


def test_compare_of_other_places_gives_no_ranks():
    three_communes()
    region_one = a_release()
    abroad = factories.commune("Y.1")
    Territory.objects.filter(pk=abroad.pk).update(parent=country())
    for indicator in Indicator.objects.all():
        a_value(indicator, abroad, 95)
    national = a_release(root=country())

    found = {move.code: move for move in compare(region_one, national).moves}

    assert found["Y.1"].before is None
    assert (found["Y.1"].change, found["X.1.1"].ranks) == ("none", None)
    assert national.scores.get(rank=1).territory == abroad


def test_consulted_weights_are_the_newest_points_of_each_consultation(django_assert_num_queries):
    consulted({"water": 1_000_000}, people=3)
    consulted({"water": 400_000, "illiteracy": 600_000}, people=9, on_paper=2)

    with django_assert_num_queries(1):
        (found,) = consulted_weights()

    assert (found.shares, found.people, found.on_paper) == ({"water": 0.4, "illiteracy": 0.6}, 9, 2)


def test_a_document_gives_the_same_result_again():
    three_communes()
    release = a_release()

    verdict = scoring.verify(document(release))

    assert (verdict.fault, verdict.hash) == (None, release.result_hash)


def test_a_tampered_document_names_the_first_commune_that_differs():
    three_communes()
    found = document(a_release())
    figure, score, other = (copy.deepcopy(found) for _copy in range(3))
    figure["snapshot"]["figures"][1][0] = 21.0
    score["scores"][1]["rank_high"] = 1
    other["snapshot"]["years"][0] = 2014

    # the shares of all are drawn to one mean, so a figure moves every commune
    assert (scoring.verify(figure).fault, scoring.verify(figure).territory) == ("scores", "X.1.1")
    assert (scoring.verify(score).fault, scoring.verify(score).territory) == ("scores", "X.1.2")
    assert scoring.verify(other).fault == "figures"
    assert scoring.verify({**found, "result_hash": "0"}).fault == "result"


def test_document_scores_are_in_the_order_of_its_territories():
    three_communes()
    release = a_release()

    found = document(release)

    assert [row["territory"] for row in found["scores"]] == found["snapshot"]["territories"]
    assert Score.objects.get(release=release, rank=1).score == found["scores"][0]["score"]
