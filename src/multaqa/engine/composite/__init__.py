"""Composite: how does this territory compare with the others, and how sure are we?

The steps of the OECD/JRC Handbook on Constructing Composite Indicators (2008) with the formulas of COINr
(Becker et al. 2022) and the rules of INFORM: gaps, outliers, a common scale, weights, aggregation up a tree,
and a Monte-Carlo study of the ranks over uncertain weights and errors of measurement. `Plan` says it all;
`Method` is its short form for two levels and fixed goalposts.

Guarantee: what is not measured is never scored, ranked, or counted as zero; the same figures, plan and
generator give the same index to the last bit; equal units get equal scores; the order of the units changes
nothing but their order; a published rank lies within its interval. `check` proves a result from its parts.

>>> import numpy as np
>>> method = Method(
...     indicators=(Indicator("illiteracy", "vulnerability", +1, high=50), Indicator("water", "coping", -1)),
...     dimensions=(("vulnerability", 1.0), ("coping", 1.0)), aggregation="arithmetic")
>>> figures = np.array([[25.0, 80.0], [50.0, np.nan], [10.0, 95.0]])
>>> result = index(values=figures, method=method)
>>> result.score.tolist(), result.rank.tolist()
([3.5, nan, 1.25], [1, 0, 2])
>>> check(result, values=figures, method=method)
[]
"""

from multaqa.engine.composite._aggregate import half_up
from multaqa.engine.composite._check import Violation, check
from multaqa.engine.composite._draws import Intervals, noisy_weights
from multaqa.engine.composite._explain import Reason, explain, moved
from multaqa.engine.composite._index import Index, index
from multaqa.engine.composite._layout import read, read_budget
from multaqa.engine.composite._panel import Growth, compound, growth
from multaqa.engine.composite._plan import (
    NO_RANK,
    SCALE,
    CompositeError,
    Element,
    Floats,
    Indicator,
    Ints,
    Method,
    Plan,
    Table,
    plan_of,
)
from multaqa.engine.composite._prepare import Prepared, Shrunk, shrink_shares
from multaqa.engine.composite._rows import LayoutError
from multaqa.engine.composite._sobol import Choice, Sensitivity, Share, estimate, sensitivity, weight_choice
from multaqa.engine.composite._statistics import (
    Column,
    Pair,
    Removal,
    columns,
    consistency,
    correlations,
    cronbach,
    pairs,
    remove_one,
)
from multaqa.engine.composite._step import AGGREGATE, IMPUTE, NORMALISE, TREAT, Step, step
from multaqa.engine.composite._treat import Treatment, kurtosis, skew, winsorise
from multaqa.engine.composite._weights import (
    Budget,
    Doubt,
    benefit_of_the_doubt,
    budget_weights,
    effective_weights,
    equal_weights,
    pca_weights,
    weighted,
    with_budget,
)

__all__ = [
    "AGGREGATE",
    "IMPUTE",
    "NORMALISE",
    "NO_RANK",
    "SCALE",
    "TREAT",
    "Budget",
    "Choice",
    "Column",
    "CompositeError",
    "Doubt",
    "Element",
    "Floats",
    "Growth",
    "Index",
    "Indicator",
    "Intervals",
    "Ints",
    "LayoutError",
    "Method",
    "Pair",
    "Plan",
    "Prepared",
    "Reason",
    "Removal",
    "Sensitivity",
    "Share",
    "Shrunk",
    "Step",
    "Table",
    "Treatment",
    "Violation",
    "benefit_of_the_doubt",
    "budget_weights",
    "check",
    "columns",
    "compound",
    "consistency",
    "correlations",
    "cronbach",
    "effective_weights",
    "equal_weights",
    "estimate",
    "explain",
    "growth",
    "half_up",
    "index",
    "kurtosis",
    "moved",
    "noisy_weights",
    "pairs",
    "pca_weights",
    "plan_of",
    "read",
    "read_budget",
    "remove_one",
    "sensitivity",
    "shrink_shares",
    "skew",
    "step",
    "weight_choice",
    "weighted",
    "winsorise",
    "with_budget",
]
