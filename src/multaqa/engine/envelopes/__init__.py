"""Envelopes: how much of a budget does each territory get, by a formula that everybody can add up?

base + Σ weight × criterion (population, need, anything measured), a floor and a cap for each territory, and
a yearly change held within limits ("hold harmless"). Source: National Research Council 2003, Statistical
Issues in Allocating Funds by Formula. Guarantee: amounts are whole steps and add up to the total exactly;
no bound is broken; a territory needier than another, otherwise equal, never gets less; multiplying all
values of a criterion by the same number changes nothing; what was not measured is never taken for 0.
`check` proves it.

>>> shared = share(["coast", "oasis", "desert"], total=1000, base=100, criteria=[
...     Criterion("population", 0.5, (60, 30, 10)), Criterion("need", 0.5, (2, 3, 5))],
...     bounds=Bounds(cap=350))
>>> shared.amounts, check(shared)
((350, 325, 325), ())
>>> row = explain(shared)[0]
>>> row.base, row.parts, row.sharing, row.bound, row.by
(100, (('population', 210), ('need', 70)), 18, -48, 'cap')
"""

from multaqa.engine.envelopes._check import Fault, check
from multaqa.engine.envelopes._explain import Part, explain, gini
from multaqa.engine.envelopes._formula import Bounds, Criterion, EnvelopeError, Missing
from multaqa.engine.envelopes._share import Envelopes, share

__all__ = [
    "Bounds",
    "Criterion",
    "EnvelopeError",
    "Envelopes",
    "Fault",
    "Missing",
    "Part",
    "check",
    "explain",
    "gini",
    "share",
]
