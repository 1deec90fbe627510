"""Invented households for the warehouse's tests and bench: seeded, of no real place."""

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from multaqa.observatory.warehouse import Column

COLUMNS = (
    Column("running_water", "truth", {"en": "Water runs in the dwelling"}),
    Column("sewer", "truth", {"en": "Connected to a sewer"}),
    Column("electricity", "truth", {"en": "Connected to the grid"}),
    Column("head_reads", "truth", {"en": "The head of the household reads and writes"}),
    Column("left_school", "truth", {"en": "A child left school this year"}),
    Column("people", "number", {"en": "People in the household"}, low=1, high=60),
    Column("rooms", "number", {"en": "Rooms"}, low=0, high=60),
    Column("children", "number", {"en": "Children of school age"}, low=0, high=40),
    Column("births", "number", {"en": "Births in five years"}, low=0, high=20),
    Column("under_five_deaths", "number", {"en": "Deaths under five in five years"}, low=0, high=20),
    Column("health_km", "number", {"en": "Kilometres to care"}, low=0, high=2000),
    Column("spending", "number", {"en": "Spending a month, dirhams"}, low=0),
    Column("shock", "code", {"en": "What struck last year"}, codes=("none", "drought", "flood", "sand")),
)
DESCRIPTION = {"title": {"en": "Households"}, "source": "invented", "licence": "none", "year": 2026}


def communes(number):
    """Codes in provinces of eighteen and regions of seven provinces, and those groups."""
    codes = [f"{at // 126 + 1:02d}.{at // 18 + 1:03d}.{at:04d}" for at in range(number)]
    provinces = {}
    for code in codes:
        provinces.setdefault(code[:6], []).append(code)
    regions = {}
    for code in provinces:
        regions.setdefault(code[:2], []).append(code)
    return codes, provinces | regions


def households(rows, *, codes, seed):
    """A pyarrow table of households; two answers in a hundred are missing."""
    generator = np.random.default_rng(seed)
    size = np.exp(np.random.default_rng(7).normal(7.5, 1.4, len(codes)))
    place = np.sort(generator.choice(len(codes), rows, p=size / size.sum()))

    def number(values):
        return pa.array(values.astype(float), mask=generator.random(rows) < 0.02)

    def truth(share):
        return pa.array(generator.random(rows) < share, mask=generator.random(rows) < 0.02)

    kinds = np.array(["none", "drought", "flood", "sand"])
    births = generator.poisson(0.6, rows)
    people = 1 + generator.poisson(3.4, rows)
    return pa.table({
        "commune": pa.array(np.array(codes)[place]),
        "sex": pa.array(np.array(["male", "female", ""])[generator.choice(3, rows, p=[0.8, 0.18, 0.02])]),
        "milieu": pa.array(np.where(place % 6 == 0, "urban", "rural")),
        "weight": pa.array(np.round(generator.uniform(0.4, 3.5, rows), 3)),
        "running_water": truth(0.8),
        "sewer": truth(0.6),
        "electricity": truth(0.93),
        "head_reads": truth(0.7),
        "left_school": truth(0.04),
        "people": number(people),
        "rooms": number(generator.poisson(2.6, rows)),
        "children": number(generator.binomial(people, 0.3)),
        "births": number(births),
        "under_five_deaths": number(generator.binomial(births, 0.02)),
        "health_km": number(np.round(generator.exponential(9, rows), 1)),
        "spending": number(np.round(np.exp(generator.normal(8.2, 0.5, rows)))),
        "shock": pa.array(kinds[generator.choice(4, rows, p=[0.8, 0.1, 0.06, 0.04])]),
    })  # fmt: skip


def write(file, rows, *, codes, seed):
    parquet.write_table(households(rows, codes=codes, seed=seed), file)
    return file
