"""The three tables that can come in, column by column: the one source of the check, of the published schema
and of the example files.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from multaqa.observatory.models import Dimension, Indicator, Value

WHOLE = 2_147_483_647  # the largest that a column of whole numbers keeps
HUGE = 999_999_999_999_999.0
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
EPOCH = date(1970, 1, 1).toordinal()
# what an indicator's unit allows; a unit that is absent allows any number
BOUNDS = {
    Indicator.Unit.PERCENT: (0.0, 100.0),
    Indicator.Unit.SCALE: (0.0, 10.0),
    Indicator.Unit.COUNT: (0.0, HUGE),
    Indicator.Unit.KILOMETRES: (0.0, HUGE),
    Indicator.Unit.MILLIMETRES: (0.0, HUGE),
    Indicator.Unit.PEOPLE_PER_ROOM: (0.0, HUGE),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A column. type: text, code, codes (separated by ;), word, number, whole or day."""

    name: str
    type: str
    title: Any
    required: bool = False
    may_be_empty: bool = True
    words: tuple[str, ...] = ()
    least: float = -HUGE
    most: float = HUGE
    longest: int = 300
    default: str = ""  # what an empty or absent cell means
    known: str = ""  # which codes: indicators, territories, hazards or branches


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    example: tuple[dict[str, Any], ...]

    @property
    def names(self) -> list[str]:
        return [field.name for field in self.fields]

    @property
    def required(self) -> list[str]:
        return [field.name for field in self.fields if field.required]


def _key(name: str, type_: str, title: Any, **options: Any) -> Field:
    return Field(name, type_, title, required=True, may_be_empty=False, **options)


_INDICATOR = _key("indicator", "code", _("code of the indicator"), known="indicators")
_TERRITORY = _key("territory", "code", _("code of the territory"), known="territories")
_VALUE = Field("value", "number", _("the figure; empty: not measured"), required=True)
_COUNT = {"least": 0, "most": WHOLE}


def _tongues(name: str, title: Any, **options: Any) -> tuple[Field, ...]:
    return tuple(Field(f"{name}_{tongue}", "text", title, **options) for tongue in ("fr", "en"))


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "indicators",
            (
                _key("code", "text", _("code"), longest=40),
                _key("title_ar", "text", _("name")),
                *_tongues("title", _("name")),
                _key("dimension", "word", _("dimension"), words=tuple(Dimension.values)),
                _key("direction", "word", _("1: more is worse; -1: more is better"), words=("1", "-1")),
                _key("unit", "word", _("unit"), words=tuple(Indicator.Unit.values)),
                _key("low", "number", _("the low goalpost")),
                _key("high", "number", _("the high goalpost")),
                _key("weight", "number", _("weight in its dimension"), least=0, most=1000),
                Field("of_households", "word", _("counted in households"), words=("yes", "no"), default="no"),
                Field(
                    "denominator",
                    "word",
                    _("what a count is divided by"),
                    words=tuple(value for value in Indicator.Denominator.values if value),
                ),
                Field("per", "whole", _("so many of the denominator"), least=1, most=WHOLE, default="1"),
                Field("hazards", "codes", _("hazards, separated by ;"), longest=4000, known="hazards"),
                Field("branches", "codes", _("branches, separated by ;"), longest=4000, known="branches"),
                _key("source_ar", "text", _("source")),
                *_tongues("source", _("source")),
                _key("licence", "text", _("licence"), longest=60),
                Field("note_ar", "text", _("method note"), longest=4000),
                *_tongues("note", _("method note"), longest=4000),
                Field("is_demo", "word", _("invented"), words=("yes", "no"), default="no"),
            ),
            ("code",),
            (
                {
                    "code": "water-trucked",
                    "title_ar": "أسر تتزود بالماء بالصهاريج",
                    "title_fr": "Ménages approvisionnés en eau par camion",
                    "title_en": "Households whose water comes by lorry",
                    "dimension": "vulnerability",
                    "direction": "1",
                    "unit": "percent",
                    "low": 0,
                    "high": 100,
                    "weight": 1,
                    "of_households": "yes",
                    "per": 1,
                    "source_ar": "المصدر",
                    "source_fr": "Source",
                    "licence": "CC BY 4.0",
                    "is_demo": "yes",
                },
            ),
        ),
        Kind(
            "values",
            (
                _INDICATOR,
                _TERRITORY,
                _key("year", "whole", _("year"), least=1900, most=2100),
                Field("sex", "word", _("sex"), words=tuple(Value.Sex.values), default="all"),
                Field("milieu", "word", _("urban or rural"), words=tuple(Value.Milieu.values), default="all"),
                _VALUE,
                Field("n", "whole", _("people or households it rests on"), **_COUNT),
            ),
            ("indicator", "territory", "year", "sex", "milieu"),
            (
                {"year": 2024, "sex": "all", "milieu": "all", "value": 12.5, "n": 1200},
                {"year": 2024, "sex": "female", "milieu": "all", "value": 13.25, "n": 610},
                {"year": 2024, "sex": "all", "milieu": "rural", "value": None, "n": None},
            ),
        ),
        Kind(
            "readings",
            (
                _INDICATOR,
                _TERRITORY,
                _key(
                    "day",
                    "day",
                    _("day"),
                    least=FIRST_DAY.toordinal() - EPOCH,
                    most=LAST_DAY.toordinal() - EPOCH,
                ),
                _VALUE,
                Field("population", "whole", _("people the figure is of"), **_COUNT),
            ),
            ("indicator", "territory", "day"),
            (
                {"day": date(2026, 1, 5), "value": 4, "population": 3100},
                {"day": date(2026, 1, 12), "value": 6, "population": 3100},
                {"day": date(2026, 1, 19), "value": None, "population": None},
            ),
        ),
    )
}
_TYPES = {"number": "number", "whole": "integer", "day": "date"}


def table_schema(kind: Kind) -> dict[str, Any]:
    """The table as a Table Schema (Frictionless Data), in the reader's language."""
    return {
        "name": kind.name,
        "fields": [_published(field) for field in kind.fields],
        "primaryKey": list(kind.key),
        "missingValues": [""],
    }


def _published(field: Field) -> dict[str, Any]:
    limits: dict[str, Any] = {"required": not field.may_be_empty}
    if field.words:
        limits["enum"] = list(field.words)
    if field.type == "day":
        limits |= {"minimum": FIRST_DAY.isoformat(), "maximum": LAST_DAY.isoformat()}
    elif field.type in _TYPES:
        limits |= {"minimum": field.least, "maximum": field.most}
    elif not field.words:
        limits["maxLength"] = field.longest
    found = {
        "name": field.name,
        "title": str(field.title),
        "type": _TYPES.get(field.type, "string"),
        "columnRequired": field.required,
        "constraints": limits,
    }
    return found | ({"default": field.default} if field.default else {})
