"""Rates for the disclosure tests, and an attacker that shares no code with the engine."""

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog

from multaqa.engine.disclosure import Cube, axis

SEXES = axis("sex", ["men", "women"], total="all")
MILIEUX = axis("milieu", ["urban", "rural"], total="all")

# illiteracy in the region of Dakhla, census of 2024: rate and people, all / men / women
_DAKHLA = """
Dakhla 14.5 130215 10.6 72600 19.5 57615
Bir_Anzarane 19.2 1725 19.1 1704 28.6 21
Gleibat 60.6 33 50.0 26 100.0 7
Oum_Dreyga 7.7 13 7.7 13 nan 0
El_Argoub 15.8 10407 14.9 9956 35.0 451
Imlili 19.4 3343 19.3 3331 41.7 12
Mijik nan nan nan nan nan nan
Aousserd 18.7 257 19.3 197 16.7 60
Tichla 16.3 98 17.2 58 15.0 40
Bir_Gandouz 13.9 2798 13.5 1950 14.9 848
Lagouira nan nan nan nan nan nan
Aghouinite nan nan nan nan nan nan
Zoug nan nan nan nan nan nan
Oued_Ed_Dahab 14.8 146245 11.6 87905 19.7 58340
Province_Aousserd 14.1 6850 12.2 4145 17.1 2705
Region 14.8 153095 11.6 92050 19.6 61045
"""


def dakhla():
    """Rates and counts of the real region over all nodes of its cube (places by sex)."""
    rows = {line.split()[0]: [float(cell) for cell in line.split()[1:]] for line in _DAKHLA.split("\n")[1:-1]}
    names = list(rows)
    places = axis(
        "place",
        names[:13],
        groups={"Oued_Ed_Dahab": names[:7], "Province_Aousserd": names[7:13]},
        total="Region",
    )
    table = np.array([rows[label] for label in places.labels])
    return table[:, [2, 4, 0]], table[:, [3, 5, 1]], Cube((places, SEXES))


def summed(leaves, cube):
    """Totals of all nodes, added up along the tree by hand."""
    table = leaves
    for place, item in enumerate(cube.axes):
        rows = list(np.moveaxis(table, place, 0))
        for node in range(len(rows), len(item.labels)):
            rows.append(sum(rows[part] for part, above in enumerate(item.parent) if above == node))
        table = np.moveaxis(np.stack(rows), 0, place)
    return table


def rates_of(numerators, counts):
    with np.errstate(invalid="ignore"):
        return np.where(counts > 0, np.round(100 * numerators / np.maximum(counts, 1), 1), np.nan)


@st.composite
def rate_tables(draw):
    """Rates and counts over all nodes: a few places in provinces, by sex, sometimes by town and country."""
    number = draw(st.integers(2, 6))
    names = [f"place {at}" for at in range(number)]
    cut = draw(st.integers(0, number - 1))
    groups = {"north": names[:cut], "south": names[cut:]} if cut else None
    axes = [axis("place", names, groups=groups, total="region"), SEXES]
    if draw(st.booleans()):
        axes.append(MILIEUX)
    cube = Cube(tuple(axes))
    size = int(np.prod(cube.leaf_shape))
    people = st.one_of(st.just(0), st.integers(1, 29), st.integers(30, 400), st.integers(400, 90_000))
    counts = np.array(draw(st.lists(people, min_size=size, max_size=size)))
    shares = np.array(
        draw(st.lists(st.sampled_from([0, 0.07, 0.2, 0.5, 0.93, 1]), min_size=size, max_size=size))
    )
    shape = cube.leaf_shape
    whole = summed(counts.reshape(shape), cube).astype(float)
    return rates_of(summed(np.round(counts * shares).reshape(shape), cube), whole), whole, cube


def attack_on_all(rates):
    """Lowest and highest numerator of every hidden small rate: one program over all cells for each end."""
    values, counts = rates.values.ravel(), rates.counts.ravel()
    bounds = []
    for value, count in zip(values, counts, strict=True):
        if np.isnan(value):
            bounds.append((0, count))
            continue
        low = max(0, (value - 0.05) / 100 * count - 1e-6)
        high = min(count, (value + 0.05) / 100 * count + 1e-6)
        bounds.append((np.ceil(low), np.floor(high)) if rates.whole else (low, high))
    rows = []
    cells = np.arange(len(values)).reshape(rates.cube.shape)
    for place, item in enumerate(rates.cube.axes):
        moved = np.moveaxis(cells, place, 0).reshape(len(item.labels), -1)
        for node in set(item.parent) - {-1}:
            parts = [part for part, above in enumerate(item.parent) if above == node]
            for column in moved.T:
                row = np.zeros(len(values))
                row[column[parts]] = 1
                row[column[node]] = -1
                rows.append(row)
    ranges = {}
    for cell in np.flatnonzero(rates.hidden.ravel() & (counts > 0) & (counts < rates.least)):
        aim = np.zeros(len(values))
        aim[cell] = 1
        low, high = (
            linprog(sign * aim, A_eq=np.array(rows), b_eq=np.zeros(len(rows)), bounds=bounds)
            for sign in (1, -1)
        )
        assert low.status == high.status == 0
        ranges[int(cell)] = (low.fun, -high.fun)
    return ranges
