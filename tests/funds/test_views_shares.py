"""The page that shares an envelope by formula: what it shows, refuses, and leaves behind."""

import csv
import io
from datetime import date
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from multaqa.funds.models import Award
from multaqa.kit.models import PostKey
from multaqa.kit.translated import Translated
from multaqa.observatory.models import IndexRelease, Score
from multaqa.territories.models import Population, Territory
from tests.factories import Role, commune, region, verbs_in_ledger
from tests.funds.factories import an_award, an_envelope, dirhams
from tests.funds.test_views import client_of

pytestmark = pytest.mark.django_db
BYTES, STATEMENTS = 60_000, 15
STAFF = (Role.COORDINATOR, Role.CELL_MEMBER, Role.COUNCIL_OFFICER, Role.AUDITOR)
COAST, OASIS, DESERT = "X.1.1", "X.1.2", "X.1.3"
FORMULA = {
    "envelope": "",
    "total": "1000",
    "base": "100",
    "population": "50",
    "need": "50",
    "floor": "",
    "cap": "",
    "step": "1",
    "missing": "refuse",
}


def three_communes(scores=(2.0, 4.0, 8.0), people=(600, 300, 100)):
    """Need × people is 1200, 1200 and 800 of 3200; None: not measured, or not counted."""
    release = IndexRelease.objects.create(
        number=1,
        title=Translated.of("مؤشر 2026", "Indice 2026", "Index 2026"),
        root=region(),
        state="ready",
        result_hash="f" * 64,
        method={},
        snapshot={},
        snapshot_hash="f" * 64,
        code_version="1",
    )
    listed = sorted((score for score in scores if score is not None), reverse=True)
    for code, score, counted in zip((COAST, OASIS, DESERT), scores, people, strict=True):
        place = commune(code)
        rank = None if score is None else listed.index(score) + 1
        Score.objects.create(
            release=release,
            territory=place,
            status="not_measured" if score is None else "measured",
            score=score,
            rank=rank,
            rank_low=rank,
            rank_high=rank and rank + 1,
            share_missing=0,
        )
        if counted is not None:
            a_count(place, counted)


def a_count(place, counted, kind="municipal"):
    Population.objects.create(territory=place, year=2024, kind=kind, count=counted, source="test")


def ask(role=Role.COORDINATOR, language="en", client=None, **formula):
    with override(language):
        url = reverse("funds:shares")
    return (client or client_of(role)).get(url, {**FORMULA, **formula})


def text_of(answer):
    return unescape(answer.content.decode())


def amounts(answer):
    """Dirhams, by commune."""
    return {row.place.code: row.part.amount / 100 for row in answer.context["found"].rows}


@pytest.mark.parametrize("role", STAFF)
def test_page_offers_the_form_and_shares_nothing_yet(role):
    three_communes()

    answer = client_of(role).get(reverse("funds:shares"))

    assert answer.status_code == 200
    assert not answer.context["form"].is_bound
    assert "shares" not in answer.context


def test_shares_are_base_plus_population_plus_need_by_hand():
    """1000 = 3 × 100 + 350 by people (6:3:1) + 350 by need × people (12:12:8)."""
    three_communes()

    answer = ask()

    parts = {row.place.code: row.part for row in answer.context["found"].rows}
    assert [(parts[code].base, *dict(parts[code].parts).values()) for code in (COAST, OASIS, DESERT)] == [
        (10_000, 21_000, 13_125),
        (10_000, 10_500, 13_125),
        (10_000, 3_500, 8_750),
    ]
    # 441.25, 336.25 and 222.50 in whole dirhams: the half dirham rounds up
    assert amounts(answer) == {COAST: 441, OASIS: 336, DESERT: 223}
    lines = {line.place.code: line for line in answer.context["page_obj"]}
    assert (lines[DESERT].need, lines[DESERT].rank) == ("8.0", "rank 1, between 1 and 2")
    assert (lines[DESERT].rounding, lines[DESERT].per_resident) == ("0.50", "2.23")
    assert answer.context["totals"]["amount"] == "1\u00a0000"
    assert answer.context["totals"]["people"] == "1\u00a0000"
    assert "no limit is broken" in text_of(answer)
    assert "<bdi>Commune X.1.1</bdi>" in text_of(answer)


def test_proportion_is_said_in_a_figure_and_a_sentence():
    """Per resident 0.735, 1.12 and 2.23: area under the Lorenz curve by hand."""
    three_communes()

    answer = ask()

    assert answer.context["found"].gini["population"] == pytest.approx(
        1 - (0.6 * 0.441 + 0.3 * (0.441 + 0.777) + 0.1 * (0.777 + 1))
    )
    assert answer.context["found"].gini["need"] == pytest.approx(
        1 - (0.25 * 0.223 + 0.375 * (0.223 + 0.559) + 0.375 * (0.559 + 1))
    )
    first, second, third = answer.context["proportion"]
    assert first.startswith("Against the population the distance is 0.19: 0 would give every resident")
    assert second == (
        "Per resident, \u2068Commune X.1.3\u2069 gets most (\u20682.23\u00a0dirhams\u2069) "
        "and \u2068Commune X.1.1\u2069 least (\u20680.74\u00a0dirhams\u2069)."
    )
    assert third.startswith("Against need times residents the distance is 0.")


def test_shares_in_proportion_to_people_have_no_distance():
    three_communes()

    answer = ask(base="0", need="0")

    assert amounts(answer) == {COAST: 600, OASIS: 300, DESERT: 100}
    assert answer.context["found"].gini["population"] == pytest.approx(0)


def test_floor_and_cap_are_shown_with_what_they_gave_and_took():
    """By people alone 600, 300, 100; at most 500, at least 150: the oasis keeps 350."""
    three_communes()

    answer = ask(base="0", need="0", floor="150", cap="500")

    assert amounts(answer) == {COAST: 500, OASIS: 350, DESERT: 150}
    parts = {row.place.code: row.part for row in answer.context["found"].rows}
    assert [parts[code].by for code in (COAST, OASIS, DESERT)] == ["cap", "", "floor"]
    assert (parts[OASIS].sharing, parts[OASIS].bound) == (5_000, 0)
    lines = {line.place.code: line for line in answer.context["page_obj"]}
    assert (lines[COAST].by, lines[DESERT].by) == ("greatest amount", "least amount")
    assert dict(answer.context["formula"])["Most of each commune"] == "500\u00a0dirhams"


def test_an_envelope_gives_its_whole_amount():
    three_communes()
    envelope = an_envelope(amount=dirhams(2_000_000))

    answer = ask(envelope=envelope.pk, total="", step="1000")

    assert sum(amounts(answer).values()) == 2_000_000
    assert all(amount % 1000 == 0 for amount in amounts(answer).values())
    assert answer.context["source"] == f"{envelope.title} · 2026"


def test_not_measured_stops_until_the_reader_says_what_it_means():
    three_communes(scores=(2.0, None, 8.0))

    answer = ask()

    assert answer.status_code == 422
    [sentence] = answer.context["form"].errors["missing"]
    assert sentence == "need of \u2068Commune X.1.2\u2069 is not measured: choose what that means."


@pytest.mark.parametrize(
    ("choice", "need_parts", "took"),
    [
        # need × people: 1200, mean 5 × 300 = 1500, 800 of 3500
        ("mean", [12_000, 15_000, 8_000], "mean taken"),
        # 1200 and 800 of 2000
        ("nothing", [21_000, 0, 14_000], "no part"),
    ],
)
def test_not_measured_is_what_the_reader_chose_and_marked(choice, need_parts, took):
    three_communes(scores=(2.0, None, 8.0))

    answer = ask(missing=choice)

    rows = answer.context["found"].rows
    assert [row.parts["need"] for row in rows] == need_parts
    line = answer.context["page_obj"][1]
    assert (line.need, line.few, line.took_need, line.took_population) == ("", False, took, "")
    assert '<span class="nm">not measured</span>' in text_of(answer)
    assert f"<small>{took}</small>" in text_of(answer)


def test_score_that_rests_on_too_few_households_is_said_to_be_withheld():
    three_communes(scores=(2.0, None, 8.0))
    Score.objects.filter(score=None).update(status="suppressed")

    answer = ask(missing="nothing")

    assert [line.few for line in answer.context["page_obj"]] == [False, True, False]
    assert '<span class="nm">not published</span>' in text_of(answer)


def test_commune_that_nobody_counted_is_measured_in_neither_criterion():
    three_communes(people=(600, 300, None))

    answer = ask(missing="nothing")

    desert = answer.context["found"].rows[2]
    assert (desert.people, desert.parts, desert.per_resident) == (None, {"population": 0, "need": 0}, None)
    assert answer.context["totals"]["per_resident"] == ""
    assert "Communes whose residents were not counted are left out" in answer.context["proportion"][-1]


def test_need_without_weight_is_not_asked_for():
    three_communes(scores=(2.0, None, 8.0))

    assert amounts(ask(base="0", need="0")) == {COAST: 600, OASIS: 300, DESERT: 100}


def test_residents_are_preferred_to_the_legal_population_and_never_mixed_with_it():
    three_communes(people=(600, 300, None))
    a_count(Territory.objects.get(code=DESERT), 5_000, kind="legal")

    answer = ask(need="0", missing="nothing")

    assert [row.people for row in answer.context["found"].rows] == [600, 300, None]
    assert answer.context["census"] == "municipal population, census of 2024"


def last_year_awards():
    """400 dirhams to the desert in 2025."""
    award = an_award(400)
    Award.objects.filter(pk=award.pk).update(awarded_on=date(2025, 5, 1))
    application = award.application
    application.territory = commune(DESERT)
    application.save()


def test_yearly_change_is_held_against_last_years_awards_only_where_there_were_any():
    three_communes()
    last_year_awards()

    answer = ask(base="0", need="0", last_year="2025", fall="25", rise="")

    # the desert keeps 400 − 25 %; the others share 700 as 6:3
    assert amounts(answer) == {COAST: 467, OASIS: 233, DESERT: 300}
    rows = answer.context["found"].rows
    assert [row.part.by for row in rows] == ["", "", "hold_harmless"]
    assert [row.last for row in rows] == [None, None, dirhams(400)]
    assert dict(answer.context["formula"])["Greatest fall since 2025"] == "25%"


def test_yearly_change_is_not_offered_where_nothing_was_awarded():
    three_communes()

    page = text_of(client_of(Role.COORDINATOR).get(reverse("funds:shares")))

    assert 'name="cap"' in page
    assert 'name="last_year"' not in page


@pytest.mark.parametrize(
    ("formula", "field", "sentence"),
    [
        ({"total": ""}, "total", "Choose an envelope or write a total: one of the two."),
        (
            {"floor": "400"},
            "floor",
            (
                "The least amounts add up to \u20681\u00a0200\u00a0dirhams\u2069, "
                "\u2068200\u00a0dirhams\u2069 more than the total."
            ),
        ),
        (
            {"cap": "300"},
            "cap",
            (
                "The greatest amounts add up to \u2068900\u00a0dirhams\u2069, "
                "\u2068100\u00a0dirhams\u2069 less than the total."
            ),
        ),
        (
            {"base": "400"},
            "base",
            "The base of 3 territories takes \u2068200\u00a0dirhams\u2069 more than the total.",
        ),
        (
            {"population": "0", "need": "0"},
            "population",
            "The weights must be zero or more, and not all zero.",
        ),
        (
            {"total": "1500", "step": "1000"},
            "step",
            (
                "The total \u20681\u00a0500\u00a0dirhams\u2069 is not a multiple of the step "
                "\u20681\u00a0000\u00a0dirhams\u2069."
            ),
        ),
        ({"total": "much"}, "total", "Write an amount in figures, for example 120 000."),
        ({"missing": ""}, "missing", "This field is required."),
    ],
)
def test_form_says_what_leaves_no_answer_and_keeps_the_formula(formula, field, sentence):
    three_communes()

    answer = ask(**formula)

    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: [sentence]}
    assert f'value="{formula.get("base", "100")}"' in text_of(answer)


def test_form_says_which_half_of_the_yearly_change_is_missing():
    three_communes()
    last_year_awards()

    assert list(ask(fall="10", last_year="").context["form"].errors) == ["last_year"]
    assert list(ask(last_year="2025", fall="", rise="").context["form"].errors) == ["fall"]


def test_infeasible_floors_are_explained_in_arabic_and_french():
    three_communes()

    arabic, french = text_of(ask(floor="400", language="ar")), text_of(ask(floor="400", language="fr"))

    assert "مجموع المبالغ الدنيا \u20681\u00a0200\u00a0درهم\u2069" in arabic
    assert "\u20681\u00a0200\u00a0dirhams\u2069" in french
    assert "The least amounts" not in french


def test_need_without_any_index_is_refused_in_a_sentence():
    a_count(commune(COAST), 600)

    answer = ask()

    assert answer.context["form"].errors == {
        "need": ["No index of need is published yet: give need the weight 0."]
    }
    assert amounts(ask(need="0")) == {COAST: 1000}


def test_region_without_communes_is_said():
    region()

    answer = ask()

    assert answer.context["form"].non_field_errors() == ["No commune is known here yet: load a region first."]


def test_table_is_taken_away_with_its_total_its_formula_and_its_sources():
    three_communes()

    answer = ask(csv="1", cap="400")

    assert answer["Content-Disposition"] == 'attachment; filename="shares.csv"'
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0][:5] == ["Code", "Commune", "Residents", "Need", "Rank"]
    assert rows[1][:9] == [COAST, "Commune X.1.1", "600", "2.0", "3", "measured", "100", "210", "131.25"]
    assert (rows[1][11], rows[1][13]) == ("greatest amount", "400")
    assert (rows[4][1], rows[4][13]) == ("Total", "1000")
    named = {row[0]: row[1:] for row in rows[6:]}
    assert named["Most of each commune"] == ["400\u00a0dirhams"]
    assert named["Index of need"] == ["Index 2026", "f" * 64]
    for row in rows[1:4]:
        parts = sum(float(row[place]) for place in (6, 7, 8, 9, 10, 12))
        assert parts == pytest.approx(float(row[13]))


def test_address_gives_the_same_shares_in_every_language():
    """Equal communes: whoever gets the dirham that cannot be split must not hang on names."""
    three_communes(scores=(2.0, 2.0, 2.0), people=(100, 100, 100))

    given = [amounts(ask(language=language)) for language in ("ar", "fr", "en")]

    assert given == [{COAST: 334, OASIS: 333, DESERT: 333}] * 3


def test_page_leaves_nothing_behind_and_takes_no_post():
    three_communes()
    client = client_of(Role.COORDINATOR)
    before = verbs_in_ledger()

    ask(client=client)
    posted = client.post(reverse("funds:shares"), {**FORMULA, "idempotency_key": "k" * 32})

    assert posted.status_code == 405
    assert (verbs_in_ledger(), PostKey.objects.count()) == (before, 0)


def many_communes(number=60):
    three_communes()
    release = IndexRelease.objects.get()
    for place in range(4, number + 1):
        found = commune(f"X.1.{place}")
        a_count(found, 1000 * place)
        Score.objects.create(
            release=release, territory=found, status="not_measured", share_missing=1, rank=None
        )


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_page_of_a_large_region_stays_small_and_prints_whole(language):
    many_communes()

    paged = ask(total="9000000", missing="mean", language=language)
    whole = ask(total="9000000", missing="mean", language=language, whole="1")

    assert len(paged.context["page_obj"]) == 20
    assert len(paged.content) <= BYTES
    assert len(whole.context["page_obj"]) == 60
    assert "page=2" in text_of(paged)


@pytest.mark.parametrize("number", [3, 30])
def test_page_asks_the_database_little(number, django_assert_max_num_queries):
    many_communes(number)
    last_year_awards()
    client = client_of(Role.COORDINATOR)

    with django_assert_max_num_queries(STATEMENTS):
        answer = ask(client=client, total="900000", missing="mean", last_year="2025", fall="10", rise="")

    assert answer.status_code == 200


def test_overview_leads_the_staff_to_the_page_and_nobody_else():
    link = reverse("funds:shares")

    assert link in client_of(Role.AUDITOR).get(reverse("funds:overview")).content.decode()
    assert link not in client_of(Role.RESIDENT).get(reverse("funds:overview")).content.decode()


def test_stranger_is_sent_to_sign_in_and_a_resident_is_refused():
    url = reverse("funds:shares")

    assert Client(HTTP_HOST="localhost").get(url, FORMULA).status_code == 302
    assert client_of(Role.RESIDENT).get(url, FORMULA).status_code == 403
