"""Allocation: which projects does this budget support, and why these?

Equal Shares with its completions, the four greedy counts cities use, sequential Phragmén and the welfare
optimum. Sources: Peters, Pierczyński & Skowron 2021 (Equal Shares); Brill & Peters 2023 (EJR+); Brill,
Freeman, Janson & Lackner 2017 (Phragmén). Guarantee: decisions are exact, the budget is never exceeded, the
order of ballots changes nothing, and Equal Shares by cost leaves no group short of EJR+ up to any project;
`check` proves it on each outcome.

>>> election = elect_from(projects=["park", "well"], costs=[60, 40], budget=100,
...                       ballots=[["park"], ["park"], ["park"], ["well"], ["well"]])
>>> allocate(election, rule=Rule()).selected
('park', 'well')
"""

from multaqa.engine.allocation._allocate import allocate
from multaqa.engine.allocation._audit import (
    Certificate,
    Fault,
    Violation,
    audit,
    certificate,
    check,
    rule_text,
)
from multaqa.engine.allocation._change import Change, least_change, least_changes
from multaqa.engine.allocation._election import BALLOTS, AllocationError, Election, elect_from, gather
from multaqa.engine.allocation._explain import Reason, explain
from multaqa.engine.allocation._portrait import Trait, portrait
from multaqa.engine.allocation._robust import Firmness, robustness
from multaqa.engine.allocation._rule import (
    COMPARISONS,
    COMPLETIONS,
    RULES,
    TIES,
    UTILITIES,
    Outcome,
    Rule,
    Step,
    own_utility,
)

__all__ = [
    "BALLOTS",
    "COMPARISONS",
    "COMPLETIONS",
    "RULES",
    "TIES",
    "UTILITIES",
    "AllocationError",
    "Certificate",
    "Change",
    "Election",
    "Fault",
    "Firmness",
    "Outcome",
    "Reason",
    "Rule",
    "Step",
    "Trait",
    "Violation",
    "allocate",
    "audit",
    "certificate",
    "check",
    "elect_from",
    "explain",
    "gather",
    "least_change",
    "least_changes",
    "own_utility",
    "portrait",
    "robustness",
    "rule_text",
]
