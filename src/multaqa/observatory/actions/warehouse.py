"""Figures come out of the warehouse: indicators of households, for the public."""

import tomllib
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor
from multaqa.kit.policy import Refused, require
from multaqa.kit.translated import Translated
from multaqa.ledger.actions import record
from multaqa.ledger.verbs import register
from multaqa.observatory import warehouse
from multaqa.observatory.bulk import Row, put_values
from multaqa.observatory.models import Indicator
from multaqa.observatory.warehouse import Dataset, Places
from multaqa.observatory.warehouse.running import WHOLE

VERBS = {"observatory.dataset_published": _("Figures of a dataset published")}
register(VERBS)
_DECIMALS = 1
_PLACE = 100  # after those of the census


def publish_dataset(*, actor: Actor, dataset: Dataset, is_demo: bool = False) -> list[Indicator]:
    """Every indicator that the dataset answers, for each commune and what lies above it, as figures.

    Figures have one decimal; those that rest on too few households, and what would give them away, stay
    hidden as everywhere in the observatory. Publishing again revises them. An indicator that is new has no
    weight in the index until somebody gives it one. Raises Refused for a dataset without rows, with a part
    that is not what was imported or with rows of places that are not loaded, and where an indicator of
    another kind has the name.
    """
    require(actor, "observatory.publish_dataset")
    places = warehouse.places()
    for part in warehouse.verify(dataset):
        raise Refused(_("The part %(file)s is missing or is not what was imported."), file=part)
    definitions = warehouse.answerable(dataset)
    if not definitions:
        raise Refused(_("No indicator rests on the columns of “%(name)s”."), name=dataset.name)
    table = warehouse.run(dataset, definitions, groups=places.groups, communes=places.communes)
    _require_inside(table, dataset, places)
    with transaction.atomic():
        indicators = _indicators([item.code for item in definitions], dataset, is_demo)
        rows = _rows(table, dataset.year, indicators, places)
        put_values(rows)
        facts = {
            "dataset": dataset.name,
            "year": dataset.year,
            "rows": dataset.rows,
            "parts": [part.sha256 for part in dataset.parts],
            "codes": list(indicators),
            "values": len(rows),
        }
        record(actor, "observatory.dataset_published", places.home, facts=facts)
    return list(indicators.values())


def _require_inside(table: Any, dataset: Dataset, places: Places) -> None:
    """Rows of a place that is no commune here would stand in no figure."""
    totals = table[(table["sex"] == WHOLE) & (table["milieu"] == WHOLE)]
    counted = totals.set_index(["commune", "indicator"])["n"]
    if not counted[WHOLE].equals(counted[places.top]):
        raise Refused(
            _("Some rows of “%(name)s” are of places that are no communes of %(place)s."),
            name=dataset.name,
            place=places.top,
        )


def _indicators(codes: list[str], dataset: Dataset, is_demo: bool) -> dict[str, Indicator]:
    described = tomllib.loads(
        (Path(warehouse.__file__).parent / "households.toml").read_text(encoding="utf-8")
    )
    standing = Indicator.objects.in_bulk(codes, field_name="code")
    last = max(Indicator.objects.aggregate(last=Max("position"))["last"] or 0, _PLACE - 1)
    origin = {"source": Translated.of(dataset.source), "licence": dataset.licence}
    found = {}
    for place, code in enumerate(codes, 1):
        face = described[code]
        if code not in standing:
            texts = {name: Translated(face.get(name, {})) for name in ("title", "note")}
            columns = face | texts | origin | {"is_demo": is_demo, "position": last + place}
            found[code] = Indicator.objects.create(code=code, weight=0, of_households=True, **columns)
            continue
        item = found[code] = standing[code]
        if (item.unit, item.is_demo) != (face["unit"], is_demo):
            raise Refused(
                _("There is an indicator “%(code)s” of another unit, or only one of the two is invented."),
                code=code,
            )
        if item.latest_year is None or dataset.year >= item.latest_year:
            Indicator.objects.filter(pk=item.pk).update(**origin)
    return found


def _rows(table: Any, year: int, indicators: dict[str, Indicator], places: Places) -> list[Row]:
    return [
        (
            indicators[row.indicator].pk,
            places.keys[row.commune],
            year,
            row.sex,
            row.milieu,
            None if row.value != row.value else round(row.value, _DECIMALS),
            row.n,
            None,
        )
        for row in table.itertuples()
        if row.commune in places.keys
    ]
