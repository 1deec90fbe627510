"""Trees and figures for the composite tests: INFORM's three published years, and random ones."""

import csv
import math
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from multaqa.engine.composite import Element, Plan, Step, Table, step

RG, MEAN = Step("reversed-geometric"), Step("arithmetic")
FILES = {"2016": "INFORM-2016.csv", "2018": "INFORM_Mid2018_v034.csv", "2020": "inform_gri_2020_v040.csv"}

# aggregate -> level, rule, its parts with their weights, by the names of the published tables
INFORM = {
    "Natural": (2, RG, dict.fromkeys(
        ("Earthquake", "Flood", "Tsunami", "Tropical Cyclone", "Drought", "Epidemic"), 1)),
    "Human": (2, Step("maximum"),
              {"Current Highly Violent Conflict Intensity": 1, "Projected Conflict Risk": 0.7}),
    "Socio-Economic Vulnerability": (
        2, MEAN, {"Development & Deprivation": 2, "Inequality": 1, "Aid Dependency": 1}),
    "Other Vulnerable Groups": (2, RG, dict.fromkeys(
        ("Health Conditions", "Children U5", "Recent Shocks", "Food Security"), 1)),
    "Institutional": (2, MEAN, {"DRR": 1, "Governance": 1}),
    "Infrastructure": (2, MEAN, dict.fromkeys(
        ("Communication", "Physical infrastructure", "Access to health care"), 1)),
    "Vulnerable Groups": (3, RG, {"Uprooted people": 1, "Other Vulnerable Groups": 1}),
    "HAZARD & EXPOSURE": (4, RG, {"Natural": 1, "Human": 1}),
    "VULNERABILITY": (4, RG, {"Socio-Economic Vulnerability": 1, "Vulnerable Groups": 1}),
    "LACK OF COPING CAPACITY": (4, RG, {"Institutional": 1, "Infrastructure": 1}),
    "INFORM RISK": (5, Step("geometric"), dict.fromkeys(
        ("HAZARD & EXPOSURE", "VULNERABILITY", "LACK OF COPING CAPACITY"), 1)),
}  # fmt: skip


def inform(folder: Path, year: str) -> tuple[list[str], dict[str, np.ndarray]]:
    """Countries and the published columns of one year; "x" and "" are NaN."""
    with (folder / "inform" / FILES[year]).open(encoding="latin-1") as text:
        rows = [row for row in csv.DictReader(text) if row["ISO3"]]
    names = {name for _level, _rule, parts in INFORM.values() for name in parts} | set(INFORM)
    columns = {name: np.array([_figure(row[name]) for row in rows]) for name in names if name in rows[0]}
    return [row["ISO3"] for row in rows], columns


def _figure(cell: str) -> float:
    return float("nan") if cell.strip() in ("", "x") else float(cell)


def inform_plan(columns: dict[str, np.ndarray], only: str | None = None) -> Plan:
    """The whole tree from components up, or one aggregate from the level right below it."""
    chosen = {only: INFORM[only]} if only else INFORM
    parent = {
        part: (name, weight)
        for name, (_level, _rule, parts) in chosen.items()
        for part, weight in parts.items()
        if part in columns
    }
    indicators = [Element(part, 1, *parent[part]) for part in parent if part not in chosen]
    aggregates = [
        Element(name, level, *parent.get(name, (None, 1)), aggregation=rule)
        for name, (level, rule, _parts) in chosen.items()
    ]
    return Plan(
        tuple(indicators + sorted(aggregates, key=lambda item: item.level)),
        normalise=Step("none"),
        decimals=1,
    )


def inform_table(countries: list[str], columns: dict[str, np.ndarray], plan: Plan) -> Table:
    return Table(tuple(countries), np.stack([columns[item.code] for item in plan.indicators], axis=1))


TREE = (
    Element("a", 1, "d", 2.0),
    Element("b", 1, "d", 1.0, direction=-1),
    Element("c", 1, "e", 1.0),
    Element("d", 2, "top", 3.0),
    Element("e", 2, "top", 1.0),
    Element("top", 3, None),
)


@st.composite
def figures(draw, columns=3, least=4):
    """Tables with gaps and ties in which each column has a range."""
    rows = draw(st.integers(least, 9))
    values = draw(
        arrays(
            float,
            (rows, columns),
            elements=st.one_of(st.just(math.nan), st.integers(1, 30).map(float)),
        )
    )
    values[0], values[1] = 1.0, 30.0
    return values


RULES = ("arithmetic", "geometric", "harmonic", "power:2", "reversed-geometric", "outranking", "maximum")
SCALES = (
    "minmax",
    "minmax:1,10",
    "rank",
    "prank",
    "borda",
    "goalposts:0,40",
    "goalposts:0,40,10",
    "dist2max",
)


def steps(text: str, kinds) -> Step:
    found = step(text, kinds)
    assert found is not None
    return found
