"""Indicators as a table defines them: what is new, what changes, what stands already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from multaqa.kit.policy import Refused
from multaqa.kit.translated import LANGUAGES, Translated
from multaqa.observatory.importing.checking import split
from multaqa.observatory.models import Branch, DataImport, Hazard, Indicator
from multaqa.observatory.revisions import Difference, figures_stamp

if TYPE_CHECKING:
    import pandas as pd

_TEXTS = ("title", "source", "note")
_CODES: dict[str, type[Hazard] | type[Branch]] = {"hazards": Hazard, "branches": Branch}
_PLACE = 100  # after those of the census


def definitions_difference(rows: pd.DataFrame) -> Difference:
    """What a table of indicators changes: four statements, however many indicators."""
    stamp = figures_stamp()
    standing = {
        item.code: item
        for item in Indicator.objects.filter(code__in=rows["code"].tolist()).prefetch_related(*_CODES)
    }
    rows = rows.copy()
    described = []
    for row in rows.to_dict("records"):
        item = standing.get(row["code"])
        was = columns_of(item) if item else None
        described.append((row["code"], was, _columns(row, was)))
    rows["does"] = [
        "new" if was is None else "same" if was == will else "changed" for _code, was, will in described
    ]
    return Difference(DataImport.Kind.INDICATORS, stamp, tuple(standing.values()), rows, tuple(described))


def columns_of(item: Indicator) -> dict[str, Any]:
    """An indicator as JSON keeps it."""
    return {
        **{name: dict(getattr(item, name)) for name in _TEXTS},
        **{name: sorted(one.code for one in getattr(item, name).all()) for name in _CODES},
        **{
            name: getattr(item, name)
            for name in (
                "dimension", "direction", "unit", "low", "high", "weight", "of_households", "denominator",
                "per", "licence", "is_demo",
            )
        },
    }  # fmt: skip


def _columns(row: dict[str, Any], was: dict[str, Any] | None) -> dict[str, Any]:
    """What the indicator will be; what the table does not say stays as it is."""
    found = dict(was or {"of_households": False, "denominator": "", "per": 1, "is_demo": False})
    for name in _TEXTS:
        said = {tongue: str(row.get(f"{name}_{tongue}") or "") for tongue in LANGUAGES}
        kept = found.get(name, {})
        found[name] = dict(Translated.of(*(said[tongue] or kept.get(tongue, "") for tongue in LANGUAGES)))
    for name in _CODES:
        found[name] = sorted(set(split(str(row[name])))) if row.get(name) else found.get(name, [])
    for name in ("dimension", "unit", "licence", "denominator"):
        found[name] = str(row[name]) if row.get(name) else found.get(name, "")
    for name in ("low", "high", "weight"):
        found[name] = float(row[name])
    for name in ("of_households", "is_demo"):
        found[name] = row[name] == "yes" if name in row else found[name]
    return found | {"direction": int(row["direction"]), "per": int(row.get("per", found["per"]))}


def write_definitions(difference: Difference, imported: DataImport) -> None:
    """Write what is new and what changed; the import keeps what was."""
    last = Indicator.objects.aggregate(last=Max("position"))["last"] or 0
    moving = [(code, was, will) for code, was, will in difference.described if was != will]
    for place, (code, was, will) in enumerate(moving, 1):
        extra = {} if was else {"position": max(last, _PLACE - 1) + place}
        _put(code, will, extra)
    imported.earlier = {code: was for code, was, _will in moving}


def _put(code: str, columns: dict[str, Any], extra: dict[str, Any]) -> None:
    own = {name: Translated(value) if name in _TEXTS else value for name, value in columns.items()}
    related = {name: own.pop(name) for name in _CODES}
    item, _created = Indicator.objects.update_or_create(code=code, defaults=own | extra)
    for name, codes in related.items():
        getattr(item, name).set(_CODES[name].objects.filter(code__in=codes))


def restore_definitions(imported: DataImport) -> tuple[int, int]:
    """Put back the indicators that this import changed and remove those it added; how many of each.

    Raises Refused when a later import defines one of them again, or figures rest on one it added.
    """
    codes = set(imported.earlier)
    later = DataImport.objects.filter(
        kind=imported.kind, state=DataImport.State.COMMITTED, committed_at__gt=imported.committed_at
    )
    for one in later.only("number", "earlier").order_by("number"):
        if codes & set(one.earlier):
            raise Refused(
                _("Import %(number)s changed its figures since: take that one back first."), number=one.number
            )
    added = Indicator.objects.filter(code__in=[code for code in codes if imported.earlier[code] is None])
    used = added.filter(values__isnull=False).first() or added.filter(readings__isnull=False).first()
    if used:
        raise Refused(_("Figures rest on the indicator “%(code)s”: it cannot be taken back."), code=used.code)
    removed = added.count()
    added.delete()
    changed = {code: was for code, was in imported.earlier.items() if was is not None}
    for code, was in changed.items():
        _put(code, was, {})
    return len(changed), removed
