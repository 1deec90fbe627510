"""Outliers: does one extreme figure rule an indicator, and what is done about it?

Sources: OECD/JRC Handbook 2008; COINr's Treat, winsorise and log transforms (Becker et al. 2022). Skewness
and kurtosis are the sample-corrected G1 and G2 (Joanes & Gill 1998). Missing figures are skipped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.composite._plan import CompositeError, Floats, Plan
from multaqa.engine.composite._step import Step

MOST_SKEW = 2.0
MOST_KURTOSIS = 3.5
MOST_WINSORISED = 5


@dataclass(frozen=True, slots=True)
class Treatment:
    """What was done to an indicator: `none`, `winsorised` (so many figures), or a named transform."""

    code: str
    done: str
    moved: int
    skew: float
    kurtosis: float
    skew_after: float
    kurtosis_after: float


def skew(x: Floats) -> float:
    """G1 of the known figures; NaN for fewer than three or when they are all alike."""
    x = x[~np.isnan(x)]
    n, d = len(x), x - x.mean() if len(x) else x
    square = float((d**2).sum())
    if n < 3 or square == 0:
        return float("nan")
    return float(np.sqrt(n * (n - 1)) / (n - 2) * np.sqrt(n) * (d**3).sum() / square**1.5)


def kurtosis(x: Floats) -> float:
    """G2 of the known figures; NaN for fewer than four or when they are all alike."""
    x = x[~np.isnan(x)]
    n, d = len(x), x - x.mean() if len(x) else x
    square = float((d**2).sum())
    if n < 4 or square == 0:
        return float("nan")
    r = n * float((d**4).sum()) / square**2
    return float((n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (r - 3) + 6))


def passes(x: Floats) -> bool:
    """An indicator passes unless both skewness and kurtosis are beyond their limits."""
    # NaN fails both comparisons of "beyond": too few figures to judge are left alone
    return not (abs(skew(x)) >= MOST_SKEW and kurtosis(x) >= MOST_KURTOSIS)


def winsorise(x: Floats, most: int = MOST_WINSORISED) -> tuple[Floats, int]:
    """The figures with their extremes drawn in until they pass, and how many were moved.

    The end to draw in is the one the skewness points to. Figures tied at an end move together, so more than
    `most` may move.
    """
    x = x.copy()
    high = low = 0
    while high + low < most and not passes(x):
        if skew(x) >= 0:
            ends = x == np.nanmax(x)
            high = int(ends.sum())
            x[ends] = np.nanmax(x[~ends])
        else:
            ends = x == np.nanmin(x)
            low = int(ends.sum())
            x[ends] = np.nanmin(x[~ends])
    return x, high + low


def log_ct(x: Floats) -> Floats:
    """ln(x - min + 1 % of the range)."""
    low, high = np.nanmin(x), np.nanmax(x)
    return np.log(x - low + 0.01 * (high - low))


def log_plus(x: Floats) -> Floats:
    """The same for a tail of high figures; for a tail of low ones, its mirror image."""
    low, high = np.nanmin(x), np.nanmax(x)
    if skew(x) > 0:
        return np.log(x - low + 0.01 * (high - low))
    return -np.log(high + 0.01 * (high - low) - x)


def log_one(x: Floats) -> Floats:
    """ln(x - min + 1), the COIN Tool's first form."""
    return np.log(x - np.nanmin(x) + 1)


def log_gii(x: Floats) -> Floats:
    """ln((max - 1)(x - min)/(max - min) + 1), as in the Global Innovation Index. It turns an indicator round
    where max < 1. (COINr 1.1.14 computes this and gives back x unchanged.)
    """
    low, high = np.nanmin(x), np.nanmax(x)
    return np.log((high - 1) * (x - low) / (high - low) + 1)


def box_cox(x: Floats, exponent: float) -> Floats:
    """(y^l - 1)/l with y = x - min + 1; ln y for l = 0."""
    y = x - np.nanmin(x) + 1
    return np.log(y) if exponent == 0 else (y**exponent - 1) / exponent


TRANSFORMS = {"log": log_ct, "log-plus": log_plus, "log-one": log_one, "log-gii": log_gii}


def treat(values: Floats, plan: Plan) -> tuple[Floats, tuple[Treatment, ...]]:
    """Each column treated where the step asks for it, and what was done to each."""
    treated = values.copy()
    done = []
    for column, item in enumerate(plan.indicators):
        x = values[:, column]
        if not (~np.isnan(x)).any():
            done.append(Treatment(item.code, "none", 0, *[float("nan")] * 4))
            continue
        after, what, moved = _treat_one(x, plan.treat, item.code)
        treated[:, column] = after
        done.append(Treatment(item.code, what, moved, skew(x), kurtosis(x), skew(after), kurtosis(after)))
    return treated, tuple(done)


def _treat_one(x: Floats, step: Step, code: str) -> tuple[Floats, str, int]:
    if step.name == "none":
        return x, "none", 0
    if step.name in ("coin", "winsorise"):
        if passes(x):
            return x, "none", 0
        most = int(step.numbers[0]) if step.numbers else MOST_WINSORISED
        drawn, moved = winsorise(x, most)
        flat = np.nanmin(drawn) == np.nanmax(drawn)  # nothing would be left to compare
        if not flat and (step.name == "winsorise" or passes(drawn)):
            return drawn, "winsorised", moved
        if step.name == "winsorise":
            return x, "none", 0
        return log_ct(x), "log", int((~np.isnan(x)).sum())
    if np.nanmin(x) == np.nanmax(x):
        raise CompositeError(
            "no_range",
            "{code} has the same figure everywhere: {step} cannot be applied to it.",
            code=code,
            step=step.name,
        )
    count = int((~np.isnan(x)).sum())
    if step.name == "box-cox":
        return box_cox(x, step.numbers[0]), step.name, count
    return TRANSFORMS[step.name](x), step.name, count
