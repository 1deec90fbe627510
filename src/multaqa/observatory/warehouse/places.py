"""The tree over which indicators are summed: the country of the pack where it is loaded, else its region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from multaqa.kit.policy import Refused
from multaqa.observatory.warehouse.running import Groups
from multaqa.territories.models import RegionPack, Territory
from multaqa.territories.queries import home_pack


@dataclass(frozen=True, slots=True)
class Places:
    """top: code of the whole; communes: their codes; groups: code of an area -> codes of its parts; keys:
    primary key of each code.
    """

    home: RegionPack
    top: str
    communes: Sequence[str]
    groups: Groups
    keys: Mapping[str, int]


def places() -> Places:
    """Three statements, however many places. Raises Refused before a pack is loaded."""
    home = home_pack()
    if home is None:
        raise Refused(_("Load a region pack first."))
    known = {place.pk: place for place in Territory.objects.only("code", "level", "parent").order_by("code")}
    top = home.country_id or home.root_id
    parts: dict[int, list[int]] = {}
    for place in known.values():
        if place.parent_id is not None:
            parts.setdefault(place.parent_id, []).append(place.pk)
    inside = [top]
    for area in inside:
        inside += parts.get(area, [])
    return Places(
        home,
        known[top].code,
        [known[place].code for place in inside if known[place].level == Territory.Level.COMMUNE],
        {
            known[area].code: [known[part].code for part in parts[area]]
            for area in reversed(inside)
            if area in parts
        },
        {known[place].code: place for place in inside},
    )
