import pytest

from multaqa.directory.actors import MACHINE
from multaqa.kit.policy import Forbidden, Refused
from multaqa.ledger.models import Entry
from multaqa.territories.actions import load_pack
from multaqa.territories.models import Boundary, LegalRule, Population, RegionPack, Territory
from multaqa.territories.queries import communes, home_pack, population, signature_threshold
from tests.factories import Role, actor, verbs_in_ledger
from tests.territories.factories import ISLAND_PACK, ISLAND_PLACES, TODAY, a_folder

pytestmark = pytest.mark.django_db


def test_load_pack_stores_an_invented_country(tmp_path):
    pack = load_pack(actor=MACHINE, source=a_folder(tmp_path))

    assert (pack.key, pack.currency, pack.root.code, pack.root.title["ar"]) == (
        "islands",
        "JPY",
        "I",
        "الجزر",
    )
    assert list(communes(pack.root).values_list("code", "parent__code")) == [("I-1", "I")]
    assert population(Territory.objects.get(code="I-1"), 2020, "legal") == 400
    assert population(Territory.objects.get(code="I-1"), 2020, "municipal") is None
    assert signature_threshold(Territory.objects.get(code="I-1"), TODAY).signatures == 7
    assert verbs_in_ledger() == ["territories.pack_loaded"]
    assert Entry.objects.get().facts == {
        "key": "islands",
        "territories": 2,
        "counts": 2,
        "boundaries": 0,
        "rules": 1,
    }


def test_load_pack_again_brings_the_same_pack_up_to_date(tmp_path):
    load_pack(actor=MACHINE, source=a_folder(tmp_path))
    before = dict(Territory.objects.values_list("code", "pk")), LegalRule.objects.get().pk

    load_pack(
        actor=MACHINE,
        source=a_folder(tmp_path, territories_csv=ISLAND_PLACES.replace("Le Nord", "Le Grand Nord")),
    )

    assert (dict(Territory.objects.values_list("code", "pk")), LegalRule.objects.get().pk) == before
    assert Territory.objects.get(code="I-1").title["fr"] == "Le Grand Nord"
    assert Population.objects.count() == 2


def test_load_pack_refuses_a_second_region(tmp_path):
    load_pack(actor=MACHINE, source=a_folder(tmp_path))

    with pytest.raises(Refused, match="islands"):
        load_pack(actor=MACHINE, source=a_folder(tmp_path, pack_toml=ISLAND_PACK.replace("islands", "lakes")))

    assert home_pack().key == "islands"


def test_load_pack_writes_nothing_of_a_malformed_pack(tmp_path):
    with pytest.raises(Refused):
        load_pack(actor=MACHINE, source=a_folder(tmp_path, rules_toml="[[rule]]\nkey = 1\n"))

    assert (Territory.objects.count(), RegionPack.objects.count(), verbs_in_ledger()) == (0, 0, [])


def test_load_pack_is_for_the_administrator(tmp_path):
    folder = a_folder(tmp_path)

    with pytest.raises(Forbidden):
        load_pack(actor=actor(Role.COUNCIL_OFFICER), source=folder)


def test_load_pack_dakhla_reads_the_census_and_the_boundaries():
    pack = load_pack(actor=MACHINE, source="dakhla")

    assert pack.root.title["ar"] == "الداخلة-وادي الذهب"
    assert communes(pack.root).count() == 13
    assert Boundary.objects.count() == 13
    assert LegalRule.objects.count() == 62
    assert population(pack.root, 2024, "legal") == 219_965
    assert population(pack.root, 2024, "municipal") == 186_611
    assert population(pack.root, 2014, "legal") == 142_955
    assert population(Territory.objects.get(code="12.391"), 2024, "legal") == 195_467
    assert population(Territory.objects.get(code="12.066"), 2024, "legal") == 24_498


def test_dakhla_pack_keeps_the_traps_of_the_census():
    load_pack(actor=MACHINE, source="dakhla")
    at = {place.code: place for place in Territory.objects.all()}

    # a name is never a key: Aousserd is a province and a commune
    assert at["12.066"].title["ar"] == at["12.066.03.05"].title["ar"] == "أوسرد"
    assert (at["12.066"].level, at["12.066.03.05"].level) == ("province", "commune")
    # the census writes 0 in 2014 for four communes nobody was asked in
    silent = [code for code, place in at.items() if not place.has_indicators]
    assert silent == ["12.066.01.03", "12.066.03.03", "12.066.03.09", "12.391.05.05"]
    assert [population(at[code], 2014, "legal") for code in silent] == [None] * 4
    assert [population(at[code], 2024, "legal") for code in silent] == [3127, 1006, 592, 646]
    # legal is not municipal
    gleibat = at["12.391.05.03"]
    assert [population(gleibat, 2024, kind) for kind in ("legal", "municipal", "households")] == [
        7155,
        34,
        20,
    ]
    assert at["12.066.05.03"].milieu == "rural"
    assert gleibat.title == {"ar": "اكليبات الفولة", "fr": "Gleibat El Foula", "en": "Gleibat El Foula"}
