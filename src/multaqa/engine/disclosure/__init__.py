"""Disclosure: what may be published of a table of people or money without showing anyone in it?

Small counts are hidden, then enough other cells that no total gives them back; sums of money are hidden too
where one payer makes most of them. Sources: Hundepool et al., Statistical Disclosure Control (2012), chapter
4; Kelly, Golden & Assad 1992 (covers by linear programming). Guarantee: for each hidden count there are
tables of whole numbers that agree with all that is published, in which it is k or more and in which it takes
values at least k - 1 apart; `check` runs that attack on the published table alone. `publish_rates`
and `check_rates` do the same for rates with the people behind them, and reckon with their rounding.

>>> cube = Cube((axis("commune", ["Dakhla", "Imlili", "Tichla"]), axis("sex", ["women", "men"])))
>>> published = publish([[410, 3], [55, 61], [70, 42]], cube=cube)
>>> for row in public_rows(published)[:4]:
...     print(row.labels, row.count)
('Dakhla', 'women') None
('Dakhla', 'men') None
('Dakhla', 'total') 413
('Imlili', 'women') 55
>>> check(published)
()
"""

from multaqa.engine.disclosure._check import Violation, attack, check
from multaqa.engine.disclosure._cube import Axis, Cube, DisclosureError, Policy, axis, with_margins
from multaqa.engine.disclosure._explain import Reason, Row, explain, public_rows
from multaqa.engine.disclosure._publish import (
    COMPLEMENTARY,
    HIDDEN,
    PRIMARY,
    ROUNDED,
    SHOWN,
    WITHHELD,
    Published,
    publish,
)
from multaqa.engine.disclosure._rates import Rates, check_rates, publish_rates

__all__ = [
    "COMPLEMENTARY",
    "HIDDEN",
    "PRIMARY",
    "ROUNDED",
    "SHOWN",
    "WITHHELD",
    "Axis",
    "Cube",
    "DisclosureError",
    "Policy",
    "Published",
    "Rates",
    "Reason",
    "Row",
    "Violation",
    "attack",
    "axis",
    "check",
    "check_rates",
    "explain",
    "public_rows",
    "publish",
    "publish_rates",
    "with_margins",
]
