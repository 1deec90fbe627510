from datetime import date, timedelta

import pytest

from multaqa.directory.actors import MACHINE
from multaqa.kit import clock
from multaqa.territories.actions import load_pack
from multaqa.territories.models import LegalRule, Population, Territory
from multaqa.territories.queries import home_pack, rule, rule_that_sets, signature_threshold
from tests.territories.factories import SOUSS_MASSA_PACK, TODAY, a_place, moroccan_rules

pytestmark = pytest.mark.django_db


def test_home_pack_is_none_before_a_pack_is_loaded():
    assert home_pack() is None


def test_g1_region_dakhla_needs_300_with_15_from_each_of_2_provinces():
    root = load_pack(actor=MACHINE, source="dakhla").root

    needed = signature_threshold(root, TODAY)

    assert (needed.signatures, needed.population, needed.census) == (300, 219_965, 2024)
    assert needed.least_per_province == 15
    assert [place.code for place in needed.provinces] == ["12.066", "12.391"]
    assert (needed.rule.key, needed.rule.verified) == ("PET-R-THR", "yes")


def test_g2_souss_massa_moved_from_400_to_500_with_the_census(tmp_path):
    (tmp_path / "pack.toml").write_text(SOUSS_MASSA_PACK, encoding="utf-8")
    root = load_pack(actor=MACHINE, source=tmp_path).root

    before, after = signature_threshold(root, date(2020, 1, 1)), signature_threshold(root, TODAY)

    assert (before.population, before.census, before.signatures) == (2_676_847, 2014, 400)
    assert (after.population, after.census, after.signatures) == (3_020_431, 2024, 500)
    assert (len(after.provinces), after.least_per_province) == (6, 25)
    assert Territory.objects.filter(level="commune").count() == 175


@pytest.mark.parametrize(
    ("people", "signatures"),
    [(999_999, 300), (1_000_000, 400), (3_000_000, 400), (3_000_001, 500), (7_688_967, 500)],
)
def test_g3_region_thresholds_at_their_bounds(people, signatures):
    moroccan_rules()
    place = a_place("R", "region", legal=people)

    assert signature_threshold(place, TODAY).signatures == signatures


@pytest.mark.parametrize(
    ("people", "arrondissements", "signatures"), [(34_999, 0, 100), (35_000, 0, 200), (3_200_000, 16, 400)]
)
def test_g4_commune_thresholds_are_shown_as_not_verified(people, arrondissements, signatures):
    moroccan_rules()
    place = a_place("C", "commune", legal=people, arrondissements=arrondissements)

    needed = signature_threshold(place, TODAY)

    assert (needed.signatures, needed.rule.verified) == (signatures, "no")


def test_g4_and_g13_communes_of_region_12():
    load_pack(actor=MACHINE, source="dakhla")
    at = {
        place.code: signature_threshold(place, TODAY) for place in Territory.objects.filter(level="commune")
    }

    assert {code: needed.signatures for code, needed in at.items() if needed.signatures != 100} == {
        "12.391.01.01": 200
    }
    assert (round(at["12.391.05.03"].share), at["12.391.05.03"].exceeds_residents) == (294, True)
    assert (round(at["12.391.05.07"].share), at["12.391.05.07"].exceeds_residents) == (769, True)
    assert (round(at["12.066.03.07"].share), at["12.066.03.07"].exceeds_residents) == (72, False)


def test_g10_national_petition_changed_on_the_day_of_the_bulletin():
    moroccan_rules()

    assert rule("PET-N-THR", date(2021, 9, 12)).parameters["brackets"][0]["signatures"] == 5000
    assert rule("PET-N-THR", date(2021, 9, 13)).parameters["brackets"][0]["signatures"] == 4000
    assert rule("MOT-THR", date(2021, 9, 12)).parameters["signatures"] == 25_000
    assert rule("MOT-THR", date(2021, 9, 13)).parameters["signatures"] == 20_000
    assert rule("PET-N-THR", date(2010, 1, 1)) is None


def test_signature_threshold_is_unknown_where_no_census_counted():
    moroccan_rules()
    place = a_place("C", "commune", legal=646, year=2024)

    assert signature_threshold(place, date(2020, 1, 1)) is None


def test_rule_of_unknown_date_never_applies_to_a_past_day():
    moroccan_rules()

    assert rule("PET-R-ROLL", clock.today() - timedelta(days=1)) is None
    assert rule("PET-R-ROLL", clock.today()).verified == "no"


def test_rule_that_sets_finds_a_rule_shared_by_levels():
    moroccan_rules()

    assert rule_that_sets("consultation_bodies", "province", TODAY).parameters["bodies"] == ["equity"]
    assert rule_that_sets("ordinary_sessions", "commune", TODAY).parameters["months"] == [2, 5, 10]


def test_every_rule_has_its_citation_and_three_languages():
    moroccan_rules()

    laws = LegalRule.objects.all()

    assert [law.key for law in laws if set(law.text) != {"ar", "fr", "en"} or not law.citation] == []
    assert {law.checked_on for law in laws} == {"2026-11"}


def test_signature_threshold_costs_the_same_for_any_region(django_assert_num_queries):
    moroccan_rules()
    place = a_place("R", "region", legal=10)
    Population.objects.create(territory=place, year=2024, kind="municipal", count=9, source="test")

    with django_assert_num_queries(3):
        signature_threshold(place, TODAY)
