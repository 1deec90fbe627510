"""The indicators that the observatory counts itself: associations' capacity, and needs left unmet."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from multaqa.kit.translated import Translated
from multaqa.observatory.models import Indicator
from multaqa.observatory.series import Series

VOLUNTEERS, VEHICLES, UNMET = "reported-volunteers", "reported-vehicles", "unmet-needs"
LICENCE = "CC BY 4.0"
_FIRST_POSITION = 200
_COLUMNS = ("dimension", "direction", "unit", "denominator", "per", "low", "high", "weight")


def reported_series() -> list[Series]:
    """The indicators of reported.toml, without figures: these come from actions."""
    return [Series(row["code"], _columns(row, place)) for place, row in enumerate(_described())]


def reported_indicator(code: str) -> Indicator:
    """One of them from the database, made on first use where no loading has made it."""
    place, row = next((place, row) for place, row in enumerate(_described()) if row["code"] == code)
    found, _made = Indicator.objects.get_or_create(code=code, defaults=_columns(row, place))
    return found


@cache
def _described() -> list[dict[str, Any]]:
    file = Path(__file__).parent / "reported.toml"
    return list(tomllib.loads(file.read_text(encoding="utf-8"))["indicator"])


def _columns(row: dict[str, Any], place: int) -> dict[str, Any]:
    return {
        **{name: Translated(row[name]) for name in ("title", "source", "note")},
        **{name: row[name] for name in _COLUMNS},
        "licence": LICENCE,
        "position": _FIRST_POSITION + place,
    }
