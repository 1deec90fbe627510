"""Matching: who can help whom, and who reviews what?

Needs and offers meet in a min-cost flow (Ahuja, Magnanti & Orlin 1993): as much urgent need as possible is
served, then over the least distance, then those who have waited longest. Reviewers meet applications so that
the worst-served file is served as well as can be, then all files together (max-min, then sum). Guarantee:
quantities and costs are whole numbers and the result is an optimum, which `check` proves by prices; what
people confirmed stays; nobody reviews a file twice, above their load or in conflict.

>>> import numpy as np
>>> both, here = np.array([True, True]), np.array([[23.7, -15.9], [23.7, -15.9]])
>>> needs = Needs(ids=("well", "tent"), category=np.array([1, 1]), quantity=np.array([1, 1]),
...               opens=np.array([0, 0]), closes=np.array([9, 9]), place=here, consent=both,
...               urgency=np.array([2, 2]), waiting=np.array([3, 8]))
>>> offers = Offers(ids=("Amal",), category=np.array([1]), quantity=np.array([1]), opens=np.array([0]),
...                 closes=np.array([9]), place=np.array([[23.72, -15.9]]), consent=both[:1],
...                 reach=np.array([5_000]))
>>> [(arc.need, arc.offer, arc.metres) for arc in match(needs=needs, offers=offers).arcs]
[('tent', 'Amal', 2224)]
"""

from multaqa.engine.matching._aid import Arc, Matching, MatchingError, Needs, Offers, match
from multaqa.engine.matching._explain import Reason, explain
from multaqa.engine.matching._proof import Violation, check
from multaqa.engine.matching._reviewers import (
    Panel,
    ReviewReason,
    assign_reviewers,
    check_reviewers,
    explain_reviewers,
)

__all__ = [
    "Arc",
    "Matching",
    "MatchingError",
    "Needs",
    "Offers",
    "Panel",
    "Reason",
    "ReviewReason",
    "Violation",
    "assign_reviewers",
    "check",
    "check_reviewers",
    "explain",
    "explain_reviewers",
    "match",
]
