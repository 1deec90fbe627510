"""What a region pack says, checked and ready to be stored."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from multaqa.kit.translated import Translated


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    title: Translated
    level: str
    parent: str
    milieu: str = ""
    has_indicators: bool = True
    arrondissements: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """How many people or households one census counted in one place."""

    code: str
    year: int
    kind: str
    count: int
    source: str


@dataclass(frozen=True, slots=True)
class Shape:
    code: str
    geometry: dict[str, Any]
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class Law:
    key: str
    text: Translated
    citation: str
    checked_on: str
    verified: str
    valid_from: date | None
    valid_to: date | None
    sets: str
    level: str
    parameters: dict[str, Any]
    conflicts: list[Translated]


@dataclass(frozen=True, slots=True)
class Pack:
    folder: Path
    key: str
    title: Translated
    currency: str
    time_zone: str
    hijri_offset_days: int
    notice: Translated
    credit: Translated
    boundary_credit: str
    is_demo: bool
    source: str
    region: str
    root: str
    country: Place | None  # whose communes the region's compare with
    places: list[Place]
    counts: list[Count]
    shapes: list[Shape]
    laws: list[Law]
