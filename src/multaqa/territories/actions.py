"""Writes of the territories: a region pack becomes the home of the installation."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from multaqa.kit.policy import Refused, require
from multaqa.ledger.actions import record
from multaqa.ledger.verbs import register
from multaqa.territories import census
from multaqa.territories.models import Boundary, LegalRule, Population, RegionPack, Territory
from multaqa.territories.pack import Count, Law, Pack, Place, Shape
from multaqa.territories.reading import LEVELS, read_pack

VERBS = {
    "territories.pack_loaded": _("Region pack loaded"),
    "territories.country_loaded": _("Country around the region loaded"),
}
register(VERBS)


class Loader(Protocol):
    """Whoever acts: the platform itself or its administrator."""

    @property
    def capacity(self) -> str: ...


def load_pack(*, actor: Loader, source: Path | str) -> RegionPack:
    """Make a pack the region of this installation, or bring the same pack up to date.

    source: a built-in name or a folder. Everything is read and checked before anything is written.
    Raises Refused with file and line for a malformed pack, and when another region already lives here.
    """
    require(actor, "territories.load_pack")
    pack = read_pack(source)
    with transaction.atomic():
        other = RegionPack.objects.select_for_update().exclude(key=pack.key).first()
        if other is not None:
            raise Refused(
                _("This installation already serves “%(key)s”; load “%(new)s” into an empty database."),
                key=other.key,
                new=pack.key,
            )
        kept = RegionPack.objects.filter(key=pack.key).first()
        places = _store_places(pack.places, above=kept.country if kept else None)
        _store_counts(pack.counts, places)
        _store_shapes(pack.shapes, places, pack.boundary_credit)
        _store_laws(pack.laws)
        loaded = _store_pack(pack, places[pack.root])
        record(
            actor,
            "territories.pack_loaded",
            loaded,
            facts={
                "key": pack.key,
                "territories": len(pack.places),
                "counts": len(pack.counts),
                "boundaries": len(pack.shapes),
                "rules": len(pack.laws),
            },
        )
    return loaded


def load_country(*, actor: Loader, source: Path | str) -> RegionPack:
    """Add the other regions, provinces and communes of the country, with their counts, for comparison.

    source: the pack that lives here. Raises Refused when it names no country, or is not the one loaded.
    """
    require(actor, "territories.load_country")
    pack = read_pack(source)
    if pack.country is None:
        raise Refused(_("The pack “%(key)s” names no country to compare with."), key=pack.key)
    found, counted = census.country_places(pack.country), census.counts("")
    with transaction.atomic():
        home = RegionPack.objects.select_for_update().filter(key=pack.key).first()
        if home is None:
            raise Refused(_("Load the pack “%(key)s” before its country."), key=pack.key)
        places = _store_places(found)
        _store_counts(counted, places)
        home.country = places[pack.country.code]
        home.save(update_fields=["country"])
        record(
            actor,
            "territories.country_loaded",
            home,
            facts={"key": pack.key, "territories": len(found), "counts": len(counted)},
        )
    return home


def _store_places(places: Iterable[Place], above: Territory | None = None) -> dict[str, Territory]:
    """The territories by code; one statement a level, since a child needs its parent's row.

    above: the parent of what has none in `places`.
    """
    stored: dict[str, Territory] = {}
    for level in LEVELS:
        rows = [
            Territory(
                code=place.code,
                title=place.title,
                level=place.level,
                milieu=place.milieu,
                parent=stored.get(place.parent, above),
                has_indicators=place.has_indicators,
                arrondissements=place.arrondissements,
            )
            for place in places
            if place.level == level
        ]
        Territory.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["title", "level", "milieu", "parent", "has_indicators", "arrondissements"],
        )
        stored |= {row.code: row for row in rows}
    return stored


def _store_counts(counts: Iterable[Count], places: dict[str, Territory]) -> None:
    Population.objects.bulk_create(
        [
            Population(territory=places[c.code], year=c.year, kind=c.kind, count=c.count, source=c.source)
            for c in counts
        ],
        update_conflicts=True,
        unique_fields=["territory", "year", "kind"],
        update_fields=["count", "source"],
    )


def _store_shapes(shapes: Iterable[Shape], places: dict[str, Territory], credit: str) -> None:
    Boundary.objects.bulk_create(
        [
            Boundary(
                territory=places[shape.code],
                geometry=shape.geometry,
                label_longitude=shape.longitude,
                label_latitude=shape.latitude,
                source=credit,
            )
            for shape in shapes
        ],
        update_conflicts=True,
        unique_fields=["territory"],
        update_fields=["geometry", "label_longitude", "label_latitude", "source"],
    )


_LAW_FIELDS = [
    "text",
    "sets",
    "level",
    "citation",
    "valid_to",
    "checked_on",
    "verified",
    "parameters",
    "conflicts",
]


def _store_laws(laws: Iterable[Law]) -> None:
    """Rules keep their row when a pack is loaded again: deadlines and petitions may point at them."""
    kept = {(rule.key, rule.valid_from): rule for rule in LegalRule.objects.all()}
    new: list[LegalRule] = []
    changed: list[LegalRule] = []
    for law in laws:
        rule = kept.get((law.key, law.valid_from))
        (new if rule is None else changed).append(
            rule := rule or LegalRule(key=law.key, valid_from=law.valid_from)
        )
        for field in _LAW_FIELDS:
            setattr(rule, field, getattr(law, field))
    LegalRule.objects.bulk_create(new)
    LegalRule.objects.bulk_update(changed, _LAW_FIELDS)


def _store_pack(pack: Pack, root: Territory) -> RegionPack:
    stored, _created = RegionPack.objects.update_or_create(
        key=pack.key,
        defaults={
            "title": pack.title,
            "root": root,
            "currency": pack.currency,
            "time_zone": pack.time_zone,
            "hijri_offset_days": pack.hijri_offset_days,
            "notice": pack.notice,
            "credit": pack.credit,
            "is_demo": pack.is_demo,
        },
    )
    return stored
