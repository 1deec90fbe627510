"""Indicators, figures, observations and releases for the tests of the observatory."""

from datetime import date
from typing import Any

from multaqa.directory.actors import MACHINE
from multaqa.kit.translated import Translated
from multaqa.observatory.actions import load_indicators, record_observation
from multaqa.observatory.models import IndexRelease, Indicator, Observation, Value
from multaqa.observatory.protection import protect
from multaqa.observatory.releasing import release_index
from multaqa.territories.actions import load_pack
from multaqa.territories.models import Population, Territory
from tests import factories
from tests.factories import Role, actor, organisation


def dakhla() -> None:
    """The real region, with the census."""
    load_pack(actor=MACHINE, source="dakhla")
    load_indicators(actor=MACHINE, pack="dakhla")


def a_commune(code: str = "X.1.1", *, households: int | None = 500, has_indicators: bool = True) -> Territory:
    place = factories.commune(code)
    if not has_indicators:
        place.has_indicators = False
        place.save()
    if households is not None:
        Population.objects.get_or_create(
            territory=place, year=2024, kind="households", defaults={"count": households, "source": "test"}
        )
    return place


def an_indicator(code: str = "water", dimension: str = "coping", **overrides: Any) -> Indicator:
    defaults = {
        "title": Translated.of(f"مؤشر {code}", f"Indicateur {code}", f"Indicator {code}"),
        "dimension": dimension,
        "direction": 1,
        "unit": "percent",
        "low": 0,
        "high": 100,
        "source": Translated.of("مصدر"),
        "licence": "CC BY 4.0",
    }
    found, _ = Indicator.objects.get_or_create(code=code, defaults=defaults | overrides)
    return found


def a_value(
    indicator: Indicator, place: Territory, value: float | None, *, n: int | None = 1000, **cell: Any
) -> Value:
    created = Value.objects.create(indicator=indicator, territory=place, year=2024, value=value, n=n, **cell)
    protect([(indicator.pk, 2024)])
    created.refresh_from_db(fields=["hidden"])
    return created


def three_communes() -> tuple[Territory, Territory, Territory]:
    """Two measured communes, the first worse in both dimensions, and one without any figure."""
    worse, better, silent = a_commune("X.1.1"), a_commune("X.1.2"), a_commune("X.1.3", has_indicators=False)
    water, literacy = an_indicator("water", "coping"), an_indicator("illiteracy", "vulnerability")
    for indicator in (water, literacy):
        a_value(indicator, worse, 80)
        a_value(indicator, better, 20)
        a_value(indicator, silent, None, n=None)
    return worse, better, silent


def a_release(**overrides: Any) -> IndexRelease:
    title = Translated.of("مؤشر 2026", "Indice 2026", "Index 2026")
    return release_index(
        **{"actor": actor(Role.COUNCIL_OFFICER), "title": title, "draws": 200} | overrides,
    )


def an_observation(role: Role = Role.OFFICER_A, **overrides: Any) -> Observation:
    who = overrides.pop("actor", None) or actor(role)
    defaults = {
        "reporter": organisation("association-a"),
        "territory": factories.commune(),
        "kind": "water",
        "title": Translated.of("انقطاع الماء", "Coupure d'eau", "Water cut"),
        "text": "لا ماء في الدوار منذ ثلاثة أيام",
        "seen_on": date(2026, 1, 5),
        "households": 40,
    }
    return record_observation(actor=who, **defaults | overrides)
