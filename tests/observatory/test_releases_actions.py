"""Orders, results, failures: what a release of the index writes and refuses."""

import pytest
from django.db import IntegrityError
from django.utils.translation import override

from multaqa.directory.actors import MACHINE
from multaqa.engine import composite
from multaqa.kit.policy import Forbidden, Refused
from multaqa.ledger.models import Entry, Link, reference
from multaqa.observatory import scoring
from multaqa.observatory.actions import (
    fail_release,
    finish_release,
    load_series,
    order_release,
    retry_release,
)
from multaqa.observatory.models import IndexRelease, Indicator, Score
from multaqa.observatory.protection import protect
from multaqa.observatory.queries import document
from multaqa.observatory.releasing import carry_out, release_index
from multaqa.territories.models import Population
from multaqa.territories.reading import BUILT_IN
from tests.factories import Role, actor, verbs_in_ledger
from tests.observatory.factories import a_commune, a_release, a_value, an_indicator, dakhla, three_communes
from tests.observatory.releases_factories import a_failed_release, an_order, consulted

pytestmark = pytest.mark.django_db


def scores_by_code(release):
    return {score.territory.code: score for score in release.scores.select_related("territory")}


def test_release_index_ranks_the_measured_and_nobody_else():
    worse, better, silent = three_communes()
    hamlet = a_commune("X.1.4", households=29)
    for indicator in Indicator.objects.all():
        a_value(indicator, hamlet, 100)

    release = a_release()

    # two shares of 80 and 20 % on 1,000 people: between = 0.09 - 0.25 · 2 / 2,000, trust = 0.99722
    found = scores_by_code(release)
    assert (found[worse.code].score, found[worse.code].rank) == (7.991667, 1)
    assert (found[better.code].score, found[better.code].rank) == (2.008333, 2)
    assert found[worse.code].dimensions == {"coping": 7.991667, "vulnerability": 7.991667}
    for code, status in ((silent.code, "not_measured"), (hamlet.code, "suppressed")):
        assert (found[code].status, found[code].score, found[code].rank) == (status, None, None)
        assert found[code].share_missing == 1
    ordered, released = Entry.objects.order_by("pk")
    assert (ordered.verb, ordered.step) == ("observatory.release_ordered", "")
    assert (released.verb, released.step) == ("observatory.index_released", "observed")
    assert {key: released.facts[key] for key in ("measured", "suppressed", "communes", "result")} == {
        "measured": 2,
        "suppressed": 1,
        "communes": 4,
        "result": release.result_hash,
    }


def test_order_release_freezes_method_and_figures():
    three_communes()

    release = an_order(aggregation="arithmetic", coping=3)

    assert (release.state, release.result_hash, release.scores.count()) == ("computing", "", 0)
    assert release.method["aggregation"] == "arithmetic"
    assert release.method["dimensions"] == [["vulnerability", 1.0], ["coping", 3.0]]
    assert scoring.fingerprint(release.snapshot) == release.snapshot_hash
    assert release.snapshot["territories"] == ["X.1.1", "X.1.2", "X.1.3"]
    assert release.snapshot["figures"] == [[80.0, 80.0], [20.0, 20.0], [None, None]]
    assert release.snapshot["n"][0] == [1000, 1000]
    # p = 801/1002 = 0.799401, 100·√(0.160359/1000)
    assert release.snapshot["errors"][0] == [1.266329] * 2
    assert verbs_in_ledger() == ["observatory.release_ordered"]


def test_snapshot_keeps_no_figure_that_may_not_be_published():
    worse, better, _silent = three_communes()
    hamlet = a_commune("X.1.4", households=29)
    water, literacy = Indicator.objects.order_by("code").reverse()
    a_value(water, hamlet, 55)
    literacy.values.filter(territory=better).update(n=29)
    protect([(literacy.pk, 2024)])
    # nine women beside 991 men: each half would give the other away
    a_value(water, worse, 90, n=9, sex="female")
    a_value(water, worse, 79.9, n=991, sex="male")
    a_value(water, better, 30, n=400, sex="female")
    a_value(water, better, 13.3, n=600, sex="male")

    snapshot = an_order().snapshot

    place = {code: row for row, code in enumerate(snapshot["territories"])}
    column = snapshot["indicators"].index("water")
    other = snapshot["indicators"].index("illiteracy")
    assert snapshot["figures"][place["X.1.4"]] == [None, None]
    assert snapshot["figures"][place["X.1.2"]][other] is None
    assert snapshot["splits"]["female"]["figures"][place["X.1.1"]][column] is None
    assert snapshot["splits"]["male"]["figures"][place["X.1.1"]][column] is None
    assert snapshot["splits"]["female"]["figures"][place["X.1.2"]][column] == 30
    assert set(snapshot["splits"]) == {"female", "male"}


def test_figures_that_rest_on_few_are_drawn_further_to_the_mean():
    big, small = a_commune("X.1.1"), a_commune("X.1.2")
    third = a_commune("X.1.3")
    water = an_indicator("water", "coping")
    a_value(water, big, 20, n=10_000)
    a_value(water, small, 80, n=40)
    a_value(water, third, 60, n=5_000)

    release = a_release()

    ready = scoring.sheet(release.method, release.snapshot)
    shrunk = composite.shrink_shares(*_columns([20, 80, 60], [10_000, 40, 5_000]))
    assert ready.columns[0].used.tolist() == pytest.approx((shrunk.share * 100).tolist())
    assert 80 - ready.columns[0].used[1] > 5 > ready.columns[0].used[0] - 20
    found = scores_by_code(release)
    assert found["X.1.2"].score == round(shrunk.share[1] * 10, 6)


def _columns(shares, counts):
    import numpy as np

    return np.array(shares) / 100, np.array(counts, float)


def test_a_count_is_divided_by_the_people_who_live_there_never_by_the_legal_population():
    one, other = a_commune("X.1.1"), a_commune("X.1.2")
    clubs = an_indicator(
        "clubs", "coping", unit="count", direction=-1, low=0, high=10, denominator="municipal", per=1000
    )
    for place, count, residents in ((one, 4, 2_000), (other, 1, 4_000)):
        a_value(clubs, place, count, n=None)
        for kind, people in (("municipal", residents), ("legal", 90_000)):
            Population.objects.create(territory=place, year=2024, kind=kind, count=people, source="test")

    release = a_release()

    # 2 and 0.25 per 1,000, of ten: more is better
    assert {code: score.score for code, score in scores_by_code(release).items()} == {
        "X.1.1": 8.0,
        "X.1.2": 9.75,
    }


def test_release_twice_on_the_same_figures_gives_the_same_result():
    three_communes()

    first, second = a_release(), a_release()

    assert (first.number, second.number) == (1, 2)
    assert first.snapshot_hash == second.snapshot_hash
    assert first.result_hash == second.result_hash != ""


def test_result_hash_is_that_of_the_scores_in_the_database():
    three_communes()
    release = a_release()
    Score.objects.filter(release=release, rank=1).update(score=7.5)

    found = document(release)

    assert scoring.fingerprint(found["scores"]) != release.result_hash
    found["scores"][0]["score"] = 7.991667
    assert scoring.fingerprint(found["scores"]) == release.result_hash


def test_release_of_the_real_region_leaves_out_six_communes_and_proves_itself():
    dakhla()

    release = a_release(actor=MACHINE)

    states = dict(release.scores.values_list("territory__code", "status"))
    assert sorted(code for code, state in states.items() if state == "suppressed") == [
        "12.391.05.03",
        "12.391.05.07",
    ]
    assert sorted(code for code, state in states.items() if state == "not_measured") == [
        "12.066.01.03",
        "12.066.03.03",
        "12.066.03.09",
        "12.391.05.05",
    ]
    measured = release.scores.filter(status="measured")
    assert sorted(measured.values_list("rank", flat=True)) == [1, 2, 3, 4, 5, 6, 7]
    assert release.is_demo is False
    # no hazard series: the dimension is left out, not counted as no hazard
    assert [name for name, _weight in release.method["dimensions"]] == ["vulnerability", "coping"]
    # four of the six indicators of vulnerability are counted by sex, a third of the whole
    dakhla_split = measured.get(territory__code="12.391.01.01").splits["female"]
    assert dakhla_split["share"] == pytest.approx(1 / 3, abs=1e-6)
    assert (dakhla_split["score"], list(dakhla_split["dimensions"])) == (None, ["vulnerability"])
    ready = scoring.sheet(release.method, release.snapshot)
    result = composite.index(values=ready.values, method=ready.method)
    assert composite.check(result, values=ready.values, method=ready.method) == []
    published = {code: score.score for code, score in scores_by_code(release).items()}
    again = dict(zip(release.snapshot["territories"], result.score.tolist(), strict=True))
    assert {code: None if s != s else round(s, 6) for code, s in again.items()} == published


def test_release_with_an_invented_series_is_marked():
    dakhla()
    load_series(actor=MACHINE, folder=BUILT_IN / "dakhla" / "demo")

    release = a_release(actor=MACHINE)

    assert release.is_demo is True
    assert [name for name, _weight in release.method["dimensions"]] == ["hazard", "vulnerability", "coping"]
    assert release.scores.filter(status="measured").count() == 7


def test_order_release_refuses_when_there_are_no_figures():
    a_commune()

    with override("en"), pytest.raises(Refused, match="No indicator has figures yet"):
        an_order()

    assert IndexRelease.objects.count() == 0


def test_order_release_is_for_council_officers_and_the_administrator():
    three_communes()

    with pytest.raises(Forbidden):
        order_release(actor=actor(Role.CELL_MEMBER), title=an_indicator().title)


def test_only_the_platform_itself_finishes_or_fails_a_release():
    three_communes()
    release = an_order()

    for act, given in ((finish_release, {"rows": []}), (fail_release, {"problem": "x"})):
        with pytest.raises(Forbidden):
            act(actor=actor(Role.ADMINISTRATOR), release=release, **given)


def test_a_finished_release_is_not_finished_again():
    three_communes()
    release = a_release()

    with pytest.raises(Refused):
        finish_release(actor=MACHINE, release=release, rows=[])

    assert carry_out(release.number).result_hash == release.result_hash
    assert release.scores.count() == 3


def test_a_share_above_one_hundred_fails_with_a_sentence_and_can_be_ordered_again():
    worse, _better, _silent = three_communes()
    worse.values.filter(indicator__code="water").update(value=180)

    release = carry_out(an_order().number)

    assert (release.state, release.problem) == ("failed", "water is not a share of 100.")
    again = retry_release(actor=actor(Role.COUNCIL_OFFICER), release=release)
    assert (again.state, again.problem, again.progress) == ("computing", "", 0)
    assert verbs_in_ledger() == [
        "observatory.release_ordered",
        "observatory.release_failed",
        "observatory.release_retried",
    ]
    with pytest.raises(Refused):
        release_index(actor=MACHINE, title=release.title)


def test_retry_release_is_for_those_who_order_and_for_what_failed():
    three_communes()

    with pytest.raises(Forbidden):
        retry_release(actor=actor(Role.RESIDENT), release=a_failed_release())
    with pytest.raises(Refused):
        retry_release(actor=actor(Role.COUNCIL_OFFICER), release=an_order())


def test_weights_from_a_consultation_are_those_of_dimensions_and_indicators():
    worse, _better, _silent = three_communes()
    wells = an_indicator("wells", "coping")
    a_value(wells, worse, 10)
    closed = consulted({"vulnerability": 250_000, "coping": 350_000, "water": 300_000, "wells": 100_000})

    release = an_order(consulted=closed.subject)

    assert release.method["dimensions"] == [["vulnerability", 0.25], ["coping", 0.35]]
    # the two share the weight of two that they had together, three to one
    assert {item["code"]: item["weight"] for item in release.method["indicators"]} == {
        "illiteracy": 1.0,
        "water": 1.5,
        "wells": 0.5,
    }
    assert (release.consultation["people"], release.consultation["on_paper"]) == (40, 15)
    assert Link.objects.filter(subject=reference(release), cause=closed.subject).exists()


def test_what_got_no_points_is_left_out_and_named():
    three_communes()
    closed = consulted({"vulnerability": 0, "coping": 1_000_000})

    release = an_order(consulted=closed.subject)

    assert [item["code"] for item in release.method["indicators"]] == ["water"]
    assert release.method["left_out"] == ["illiteracy"]


def test_points_for_what_is_no_part_of_the_index_are_refused_in_one_sentence():
    three_communes()
    closed = consulted({"football": 1_000_000})

    with pytest.raises(Refused, match="football") as refusal:
        an_order(consulted=closed.subject)
    with override("en"), pytest.raises(Refused, match="left no weights"):
        an_order(consulted="directory.organisation:999")

    assert refusal.value.field == "consulted"


def test_database_refuses_a_rank_without_a_score():
    three_communes()
    release = a_release()

    with pytest.raises(IntegrityError):
        Score.objects.filter(release=release, status="not_measured").update(rank=3)
