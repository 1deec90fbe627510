"""Files of figures and imports for the tests of the observatory."""

import csv
import io
from typing import Any

from multaqa.observatory.actions import check_import, commit_import
from multaqa.observatory.importing import Known
from multaqa.observatory.models import DataImport
from tests.factories import Role, actor
from tests.observatory.factories import a_commune, an_indicator

KNOWN = Known(
    indicators={"water": "percent", "roads": "km", "calls": "count"},
    territories=frozenset({"X.1.1", "X.1.2", "X.1.3"}),
    hazards=frozenset({"MH0006", "BI0059"}),
    branches=frozenset({"sickness", "old-age"}),
)
VALUES = [
    {"indicator": "water", "territory": "X.1.1", "year": 2024, "value": 12.5, "n": 1200},
    {"indicator": "water", "territory": "X.1.2", "year": 2024, "value": 40, "n": 900},
    {"indicator": "roads", "territory": "X.1.1", "year": 2024, "value": 3.25, "n": ""},
]
READINGS = [
    {"indicator": "calls", "territory": "X.1.1", "day": "2026-01-05", "value": 4, "population": 3100},
    {"indicator": "calls", "territory": "X.1.1", "day": "2026-01-12", "value": 6, "population": 3100},
]
INDICATORS = [
    {
        "code": "trucks",
        "title_ar": "ماء بالصهاريج",
        "dimension": "vulnerability",
        "direction": 1,
        "unit": "percent",
        "low": 0,
        "high": 100,
        "weight": 1,
        "hazards": "MH0006; BI0059",
        "source_ar": "مصدر",
        "licence": "CC BY 4.0",
    }
]


def a_csv(rows: list[dict[str, Any]], *, separator: str = ",") -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), delimiter=separator, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def places() -> None:
    """The territories and indicators that KNOWN names."""
    for code in sorted(KNOWN.territories):
        a_commune(code)
    for code, unit in KNOWN.indicators.items():
        an_indicator(code, unit=unit)


def a_checked_import(content: bytes | None = None, **overrides: Any) -> DataImport:
    places()
    given = {
        "actor": overrides.pop("actor", None) or actor(Role.COUNCIL_OFFICER),
        "content": a_csv(VALUES) if content is None else content,
        "file_name": "water.csv",
        "source": "A survey",
        "licence": "CC BY 4.0",
    }
    return check_import(**given | overrides)


def a_committed_import(content: bytes | None = None, **overrides: Any) -> DataImport:
    found = a_checked_import(content, **overrides)
    return commit_import(actor=actor(Role.COUNCIL_OFFICER), data_import=found)
