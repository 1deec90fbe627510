"""The all-hazards register and the taxonomy of social protection, as files."""

import csv
import tomllib
from pathlib import Path

import pytest

import multaqa.observatory

REGISTER = Path(multaqa.observatory.__file__).parent / "register"
LANGUAGES = ("ar", "fr", "en")
FRAMEWORK_GAPS = {"employment-injury", "maternity", "invalidity", "survivors"}

C102 = {
    "medical-care",
    "sickness",
    "unemployment",
    "old-age",
    "employment-injury",
    "family",
    "maternity",
    "invalidity",
    "survivors",
}

GOLDEN_AR = {
    "BI0001": "ازدهار الطحالب الضارة",
    "BI0003": "الجراد",
    "BI0059": "حمى الضنك",
    "CH0002": "أول أكسيد الكربون",
    "EN0014": "التصحر",
    "GH0029": "زحف الرمال",
    "MH0006": "فيضان مفاجئ",
    "MH0027": "عرام العواصف",
    "MH0035": "جفاف",
    "TL0052": "حادثة سير",
}

GOLDEN_FR = {
    "BI0001": "Proliférations d'algues nuisibles",
    "BI0003": "Criquets",
    "BI0067": "Rage",
    "CH0020": "Amiante",
    "EN0014": "Désertification",
    "GH0029": "Ensablement",
    "MH0006": "Crue soudaine",
    "MH0027": "Onde de tempête",
    "MH0035": "Sécheresse",
    "TL0009": "Rupture de barrage",
}


def table(name):
    with (REGISTER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def hazards():
    return {row["code"]: row for row in table("hazards.csv")}


@pytest.fixture(scope="module")
def kinds():
    return {(row["kind"], row["code"]): row for row in table("hazard_types.csv")}


@pytest.fixture(scope="module")
def protection():
    return tomllib.loads((REGISTER / "protection.toml").read_text(encoding="utf-8"))


def letters_are_arabic(text):
    return any("\u0600" <= letter <= "\u06ff" for letter in text)


def test_hazards_are_302_under_codes_of_their_own(hazards):
    assert len(table("hazards.csv")) == 302
    assert len(hazards) == 302


@pytest.mark.parametrize("language", LANGUAGES)
def test_hazard_names_are_present_trimmed_and_distinct_in_each_language(hazards, language):
    names = [row[f"title_{language}"] for row in hazards.values()]

    assert [name for name in names if not name or name != " ".join(name.split())] == []
    assert len({name.casefold() for name in names}) == 302


def test_hazard_names_are_translated(hazards):
    rows = hazards.values()

    assert [row["code"] for row in rows if not letters_are_arabic(row["title_ar"])] == []
    assert [row["code"] for row in rows if row["title_fr"].casefold() == row["title_en"].casefold()] == []


@pytest.mark.parametrize(("language", "golden"), [("ar", GOLDEN_AR), ("fr", GOLDEN_FR)])
def test_hazard_names_are_those_the_field_uses(hazards, language, golden):
    assert {code: hazards[code][f"title_{language}"] for code in golden} == golden


def test_types_and_clusters_are_8_and_43_and_exactly_those_hazards_use(hazards, kinds):
    types = {code for kind, code in kinds if kind == "type"}
    clusters = {code for kind, code in kinds if kind == "cluster"}

    assert len(table("hazard_types.csv")) == len(types) + len(clusters)
    assert (len(types), len(clusters)) == (8, 43)
    assert {row["type"] for row in hazards.values()} == types
    assert {row["cluster"] for row in hazards.values()} == clusters


@pytest.mark.parametrize("language", LANGUAGES)
def test_types_and_clusters_have_names_distinct_within_their_kind(kinds, language):
    named = {(kind, row[f"title_{language}"]) for (kind, _), row in kinds.items()}

    assert len(named) == 51
    assert [row["code"] for row in kinds.values() if not row[f"title_{language}"].strip()] == []


def test_hazards_keep_the_codes_groups_and_english_names_of_the_published_list(shared_data, hazards, kinds):
    source = shared_data / "hazards" / "undrr_isc_hips_2025.csv"
    with source.open(encoding="utf-8-sig", newline="") as lines:
        published = [tuple(row.values()) for row in csv.DictReader(lines)]

    ours = [
        (
            row["code"],
            kinds["type", row["type"]]["title_en"],
            kinds["cluster", row["cluster"]]["title_en"],
            row["title_en"],
        )
        for row in hazards.values()
    ]

    assert ours == published


def test_branches_are_the_nine_of_convention_102(protection):
    codes = [branch["code"] for branch in protection["branch"]]

    assert len(codes) == 9
    assert set(codes) == C102


def test_guarantees_of_recommendation_202_cover_known_branches(protection):
    covered = {guarantee["code"]: guarantee["branches"] for guarantee in protection["guarantee"]}

    assert covered == {
        "essential-health-care": ["medical-care", "maternity"],
        "children-income": ["family"],
        "working-age-income": ["sickness", "unemployment", "maternity", "invalidity"],
        "older-persons-income": ["old-age"],
    }


def test_schemes_serve_known_branches_and_say_how_far_they_are_verified(protection):
    schemes = protection["scheme"]

    assert len({scheme["code"] for scheme in schemes}) == len(schemes)
    for scheme in schemes:
        assert scheme["branches"]
        assert set(scheme["branches"]) <= C102
        assert scheme["verified"] in {"yes", "secondary", "no"}
        assert bool(scheme["law"]) == (scheme["verified"] != "no"), scheme["code"]


def test_a_branch_may_have_several_schemes_and_a_scheme_several_branches(protection):
    serving = {scheme["code"]: set(scheme["branches"]) for scheme in protection["scheme"]}

    assert serving["compulsory-health-insurance"] == {"medical-care", "maternity", "sickness"}
    assert {code for code, branches in serving.items() if "family" in branches} == {
        "family-allowances",
        "direct-social-support",
        "cnss-social-security",
    }


def test_what_the_framework_law_lacks_is_named(protection):
    law = [scheme for scheme in protection["scheme"] if scheme["origin"] == "framework-law"]
    served = {branch for scheme in law for branch in scheme["branches"]}

    assert {gap["branch"] for gap in protection["gap"]} == FRAMEWORK_GAPS
    # maternity is served by care and still lacks cash: it is the one gap a scheme touches
    assert C102 - served == FRAMEWORK_GAPS - {"maternity"}


def test_only_direct_social_support_has_a_known_first_day(protection):
    known = {scheme["code"]: scheme["since"] for scheme in protection["scheme"] if scheme["since"]}

    assert known == {"direct-social-support": "2023-12-28"}


@pytest.mark.parametrize("room", ["branch", "guarantee", "scheme", "gap"])
def test_titles_and_notes_of_protection_are_in_three_languages(protection, room):
    for entry in protection[room]:
        for text in (entry["title"], entry.get("note", entry["title"])):
            assert set(text) == set(LANGUAGES)
            assert all(text.values())
            assert letters_are_arabic(text["ar"])
