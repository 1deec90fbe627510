"""The pages of releases: what they show in each state, their size, and what they let people take away."""

import json
from datetime import timedelta

import pytest
from django.utils.translation import override
from django_tasks_db.models import DBTaskResult

from multaqa.kit import clock
from multaqa.observatory import scoring
from multaqa.observatory.models import IndexRelease, Indicator
from multaqa.observatory.releasing import carry_out
from multaqa.observatory.tasks.releases import compute_release, requeue_silent
from multaqa.territories.models import RegionPack, Territory
from tests.factories import Role, account_in, region
from tests.observatory.factories import a_commune, a_release, a_value, an_indicator, three_communes
from tests.observatory.releases_factories import a_failed_release, an_order, consulted
from tests.observatory.test_views import at, rows, text

pytestmark = pytest.mark.django_db
MOST_SQL, MOST_BYTES = 15, 60_000
FORM = {
    "idempotency_key": "release-test-key-0001",
    "title_ar": "مؤشر 2026",
    "aggregation": "arithmetic",
    "hazard": "1",
    "vulnerability": "2",
    "coping": "1",
    "draws": "500",
}


def official(client):
    client.force_login(account_in(Role.COUNCIL_OFFICER), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture(autouse=True)
def queue(settings):
    """Tasks wait in the database, as they do in deployment."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def run_tasks():
    """What the worker does with each waiting task."""
    for waiting in DBTaskResult.objects.ready():
        waiting.task.func(*waiting.args_kwargs["args"], **waiting.args_kwargs["kwargs"])
        waiting.delete()


def many_communes(number):
    water, literacy = an_indicator("water"), an_indicator("illiteracy", "vulnerability")
    for place in range(number):
        commune = a_commune(f"X.1.{place:03}")
        for indicator in (water, literacy):
            a_value(indicator, commune, 1 + place % 90, n=100 + place)


def test_an_order_from_the_office_is_computed_by_the_worker_and_appears(client):
    three_communes()
    official(client)

    answer = client.post(at("release_new"), {**FORM, "root": region().pk}, follow=True)

    release = IndexRelease.objects.get()
    assert (release.state, release.method["draws"]) == ("computing", 500)
    assert release.method["dimensions"] == [["vulnerability", 2.0], ["coping", 1.0]]
    page = text(answer)
    assert "Waiting for its turn." in page
    assert '<noscript><meta http-equiv="refresh" content="4"></noscript>' in page
    assert f'hx-get="/en/observatory/releases/{release.number}/"' in page
    run_tasks()
    ready = text(client.get(at("release", release.number)))
    assert "Commune X.1.1" in ready
    assert release.snapshot_hash in ready
    assert IndexRelease.objects.get().result_hash in ready


def test_the_form_offers_the_region_and_the_country_and_what_residents_decided(client):
    three_communes()
    RegionPack.objects.update(country=Territory.objects.get(code="X"))
    closed = consulted({"vulnerability": 700_000, "coping": 300_000})
    official(client)

    page = text(client.get(at("release_new")))
    country = Territory.objects.get(code="X").pk
    client.post(at("release_new"), {**FORM, "root": country, "consulted": closed.subject})
    run_tasks()
    shown = text(client.get(at("release", 1)))

    assert page.index(">Region<") < page.index(">Country<")
    assert "(40 people)" in page
    assert IndexRelease.objects.get().method["dimensions"] == [["vulnerability", 0.7], ["coping", 0.3]]
    assert "Weights set by" in shown
    assert "15</bdi> of them on paper" in shown


def test_points_for_something_else_are_refused_beside_the_field(client):
    three_communes()
    closed = consulted({"football": 1_000_000})

    answer = official(client).post(
        at("release_new"), {**FORM, "root": region().pk, "consulted": closed.subject}
    )

    assert answer.status_code == 422
    assert "football" in text(answer)
    assert DBTaskResult.objects.count() == 0


def test_progress_is_refreshed_by_part_and_the_page_reloads_at_the_end(client):
    three_communes()
    release = an_order()
    IndexRelease.objects.update(progress=35, attempts=1)
    htmx = {"HTTP_HX_REQUEST": "true"}

    part = client.get(at("release", release.number), **htmx)
    carry_out(release.number)
    ended = client.get(at("release", release.number), **htmx)

    assert '<progress max="100" value="35"' in text(part)
    assert "35%</bdi> of" in text(part)
    assert "<html" not in text(part)
    assert ended["HX-Refresh"] == "true"


def test_a_failed_release_says_why_and_is_computed_again_by_those_who_may(client):
    three_communes()
    release = a_failed_release()

    stranger = text(client.get(at("release", release.number)))
    page = text(official(client).get(at("release", release.number)))
    client.post(at("release_again", release.number), {"idempotency_key": "k" * 20})
    run_tasks()

    assert "interrupted three times" in stranger
    assert "Compute again" not in stranger
    assert "Compute again" in page
    assert IndexRelease.objects.get().state == "ready"


def test_a_killed_computation_is_queued_again_and_given_up_after_three(client):
    three_communes()
    release = an_order()
    with clock.at(clock.now() + timedelta(minutes=3)):
        page = text(client.get(at("release", release.number)))
        first, second = requeue_silent(), requeue_silent()
    IndexRelease.objects.update(attempts=3)
    run_tasks()

    assert "no sign of the computation for two minutes" in page
    assert (first, second) == (1, 0)
    release.refresh_from_db()
    assert (release.state, release.problem) == ("failed", "interrupted")
    compute_release.func(release.number)
    assert IndexRelease.objects.get().state == "failed"


def test_progress_is_written_in_steps_that_never_go_back(monkeypatch):
    three_communes()
    release = an_order(draws=3000)
    seen = []
    computed = scoring.compute

    def watched(method, snapshot, seed, progress):
        def told(done, of):
            progress(done, of)
            seen.append(IndexRelease.objects.values_list("progress", flat=True).get())

        return computed(method, snapshot, seed, told)

    monkeypatch.setattr(scoring, "compute", watched)
    carry_out(release.number)

    assert seen == [16, 33, 50, 66, 83, 100]


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
@pytest.mark.parametrize("number", [3, 30])
def test_pages_of_a_release_cost_the_same_for_any_number(
    client, number, language, django_assert_max_num_queries
):
    many_communes(number)
    first, second = a_release(), a_release()
    place = "X.1.001"

    for name, arguments, most in (
        ("release", [second.number], MOST_SQL),
        ("release_method", [second.number], 8),
        ("release_place", [second.number, place], 8),
        ("compare", [first.number, second.number], 9),
        ("releases", [], 9),
    ):
        with django_assert_max_num_queries(most):
            page = client.get(at(name, *arguments, language=language))
        assert page.status_code == 200
        assert len(page.content) <= MOST_BYTES


def test_a_large_release_is_paged_filtered_and_sorted_by_the_database(client):
    many_communes(60)
    Territory.objects.filter(code__in=["X.1.004", "X.1.005"]).update(milieu="urban")
    release = a_release()
    url = at("release", release.number)

    whole = client.get(url)
    second = client.get(url, {"page": 2, "order": "name"})
    towns = client.get(url, {"milieu": "urban"})
    nothing = client.get(url, {"page": "x", "milieu": "rural", "order": "' or 1=1"})

    assert len(whole.content) <= MOST_BYTES
    assert [score.rank for score in whole.context["scores"]] == list(range(1, 51))
    assert next(score.territory.code for score in second.context["scores"]) == "X.1.050"
    assert [score.territory.code for score in towns.context["scores"]] == ["X.1.005", "X.1.004"]
    assert len(nothing.context["scores"]) == 50


def test_the_method_page_prints_the_numbers_of_this_release(client):
    three_communes()
    Indicator.objects.filter(code="water").update(low=5, high=95)
    release = a_release(draws=700)

    page = text(client.get(at("release_method", release.number)))

    for words in ("95.0", "5.0", "700", "2.8", "50.00%", release.snapshot_hash, release.result_hash):
        assert words in page
    assert "geometric mean" in page


def test_the_page_of_a_commune_shows_the_figure_used_beside_the_figure_published(client):
    worse, _better, silent = three_communes()
    hamlet = a_commune("X.1.4", households=29)
    for indicator in Indicator.objects.all():
        a_value(indicator, hamlet, 61.7)
    release = a_release()

    page = text(client.get(at("release_place", release.number, worse.code)))
    empty = text(client.get(at("release_place", release.number, silent.code)))
    hidden = text(client.get(at("release_place", release.number, hamlet.code)))

    assert "80.00" in page
    assert "79.917" in page
    assert "7.992" in page
    assert "that does not mean there is no risk" in empty
    assert "Fewer than 30 households" in hidden
    assert "61.7" not in hidden
    assert client.get(at("release_place", release.number, "nowhere")).status_code == 404


def test_the_snapshot_that_is_taken_away_gives_the_same_result_again(client):
    three_communes()
    hamlet = a_commune("X.1.4", households=29)
    a_value(Indicator.objects.first(), hamlet, 61.7)
    release = a_release()

    answer = client.get(at("release_snapshot", release.number))

    found = json.loads(answer.content)
    assert scoring.verify(found).fault is None
    assert found["code_version"] == release.code_version
    assert "61.7" not in text(answer)
    assert client.get(at("release_snapshot", an_order().number)).status_code == 404


def test_two_releases_are_compared_on_a_page_and_in_a_table(client):
    worse, better, _silent = three_communes()
    first = a_release()
    better.values.update(value=70)
    second = a_release()

    page = text(client.get(at("compare", first.number, second.number)))
    table = rows(client.get(at("compare_csv", first.number, second.number)))
    chosen = client.get(at("compare_chosen"), {"before": first.number, "after": second.number})
    current = text(client.get(at("release", second.number)))

    assert "Nothing: the same method read newer figures." in page
    assert [(row["territory"], row["change"]) for row in table][:2] == [
        (better.code, "higher"),
        (worse.code, "unclear"),
    ]
    assert (table[0]["rank_before"], table[0]["status_after"]) == ("2", "measured")
    assert chosen.headers["Location"] == at("compare", first.number, second.number)
    assert at("compare", first.number, second.number) in current
    with override("en"):
        assert client.get(at("compare", first.number, 99)).status_code == 404


def test_the_list_of_releases_is_empty_with_a_way_out_and_then_lists_them(client):
    region()

    empty = text(client.get(at("releases")))
    three_communes()
    release = a_release()
    order = an_order()
    listed = text(client.get(at("releases")))

    assert "No index has been released yet." in empty
    assert at("home") in empty
    assert listed.index(at("release", order.number)) < listed.index(at("release", release.number))
    assert "being computed" in listed
