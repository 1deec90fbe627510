"""Do the indicators belong together? Correlations, internal consistency, and what each one decides.

Sources: OECD/JRC Handbook 2008, step 4; Cronbach 1951; COINr's get_stats, get_corr_flags, get_cronbach and
remove_elements.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.composite._aggregate import nodes
from multaqa.engine.composite._explain import without
from multaqa.engine.composite._index import Index
from multaqa.engine.composite._plan import NO_RANK, CompositeError, Floats
from multaqa.engine.composite._treat import MOST_KURTOSIS, MOST_SKEW, kurtosis, skew

LEAST_AVAILABLE = 0.65
LEAST_NONZERO = 0.5
LEAST_UNIQUE = 0.5
MOST_CORRELATED = 0.9


@dataclass(frozen=True, slots=True)
class Column:
    """An indicator's figures in short. flags: `few`, `zeros`, `repeated`, `outliers`, `constant`."""

    code: str
    known: int
    minimum: float
    maximum: float
    mean: float
    median: float
    deviation: float
    skew: float
    kurtosis: float
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two children of one parent whose correlation is a warning: `negative` or `redundant` (above 0.9)."""

    one: str
    other: str
    parent: str
    correlation: float
    flag: str


@dataclass(frozen=True, slots=True)
class Removal:
    """The index without one element: mean and greatest change of rank."""

    code: str
    mean_shift: float
    most_shift: int


def correlations(x: Floats) -> Floats:
    """Pearson's r of each two columns, over the rows that have both; NaN where that says nothing."""
    count = x.shape[1]
    found = np.full((count, count), np.nan)
    for one in range(count):
        for other in range(one, count):
            both = ~np.isnan(x[:, one]) & ~np.isnan(x[:, other])
            a, b = x[both, one], x[both, other]
            if len(a) < 3:
                continue
            a, b = a - a.mean(), b - b.mean()
            size = float(np.sqrt((a**2).sum() * (b**2).sum()))
            if size > 0:
                found[one, other] = found[other, one] = float((a * b).sum()) / size
    return found


def cronbach(x: Floats) -> float:
    """Cronbach's alpha of the columns: k²·(mean covariance between two)/(sum of all covariances).

    Each covariance is over the rows that have both figures. NaN for fewer than two columns.
    """
    count = x.shape[1]
    if count < 2:
        return float("nan")
    table = np.array([[_covariance(x[:, i], x[:, j]) for j in range(count)] for i in range(count)])
    between = (table.sum() - np.trace(table)) / (count * (count - 1))
    return float(count**2 * between / table.sum())


def _covariance(a: Floats, b: Floats) -> float:
    both = ~np.isnan(a) & ~np.isnan(b)
    if both.sum() < 2:
        return float("nan")
    a, b = a[both], b[both]
    return float(((a - a.mean()) * (b - b.mean())).sum() / (len(a) - 1))


def columns(result: Index) -> tuple[Column, ...]:
    """Each indicator's figures before treatment, with what should be looked at."""
    found = []
    for place, item in enumerate(result.plan.indicators):
        x = np.where(result.prepared.measured[:, place], result.prepared.values[:, place], np.nan)
        known = x[~np.isnan(x)]
        if not len(known):
            nan = float("nan")
            found.append(Column(item.code, 0, nan, nan, nan, nan, nan, nan, nan, ("few",)))
            continue
        flags = {
            "few": len(known) / len(x) < LEAST_AVAILABLE,
            "zeros": (known != 0).mean() < LEAST_NONZERO,
            "repeated": len(np.unique(known)) / len(known) < LEAST_UNIQUE,
            "outliers": abs(skew(x)) > MOST_SKEW and kurtosis(x) > MOST_KURTOSIS,
            "constant": known.min() == known.max(),
        }
        found.append(
            Column(
                item.code,
                len(known),
                float(known.min()),
                float(known.max()),
                float(known.mean()),
                float(np.median(known)),
                float(known.std(ddof=1)) if len(known) > 1 else float("nan"),
                skew(x),
                kurtosis(x),
                tuple(flag for flag, raised in flags.items() if raised),
            )
        )
    return tuple(found)


def pairs(result: Index) -> tuple[Pair, ...]:
    """Children of one parent that pull apart or say the same."""
    found = []
    codes = [item.code for item in result.plan.elements]
    for node in nodes(result.plan):
        table = correlations(result.scores[:, node.children])
        for i, one in enumerate(node.children):
            for j, other in enumerate(node.children[:i]):
                r = float(table[i, j])
                flag = "redundant" if r > MOST_CORRELATED else "negative" if r < 0 else ""
                if flag:
                    found.append(Pair(codes[other], codes[one], codes[node.place], r, flag))
    return tuple(found)


def consistency(result: Index) -> dict[str, float]:
    """Cronbach's alpha of the children of each aggregate."""
    codes = [item.code for item in result.plan.elements]
    return {codes[node.place]: cronbach(result.scores[:, node.children]) for node in nodes(result.plan)}


def remove_one(result: Index, level: int = 1) -> tuple[Removal, ...]:
    """The index without each element of a level in turn; what decides most first.

    Units that have no rank on either side are left out; so is an element without which nothing is left.
    """
    found = []
    for item in result.plan.elements:
        if item.level != level or item.parent is None:
            continue
        try:
            other = without(result, item.code)
        except CompositeError:
            continue
        both = (result.rank != NO_RANK) & (other.rank != NO_RANK)
        if both.any():
            shift = np.abs(result.rank - other.rank)[both]
            found.append(Removal(item.code, float(shift.mean()), int(shift.max())))
    return tuple(sorted(found, key=lambda row: (-row.mean_shift, row.code)))
