"""Portfolio: which projects are worth most together, when lines, territories and rivals set limits?

A budget, caps for budget lines, floors for territories, sets of which one project at most may win, funding
in part where a project allows it, and ballots weighted by turnout or need: a mixed-integer program, solved
by HiGHS (Huangfu & Hall 2018) through SciPy. Guarantee: money is whole minor units and every limit holds in
whole numbers, whatever the solver's floats say; no portfolio is worth more than `bound`, by the solver's
account; `check` proves the limits exactly and holds the bound against one that trusts no solver. The order
of the projects changes nothing; between equally good portfolios the choice is the solver's, always the
same, and `explain` says so (`equally_good`). With funding in part and overlapping lines, amounts in
fractions of a minor unit might be worth a little more: `gap` includes that.

>>> wishes = problem(projects=["road", "well", "school", "clinic"], costs=[60, 10, 50, 40],
...                  worths=[90, 5, 70, 60], budget=110, caps=[Limit("works", ("road", "well"), 60)],
...                  floors=[Limit("south", ("well", "clinic"), 40)])
>>> portfolio = choose(wishes)
>>> portfolio.selected, portfolio.spent, portfolio.gap, check(portfolio)
(('road', 'clinic'), 100, 0.0, ())
>>> [(reason.project, reason.key) for reason in explain(portfolio)]
[('school', 'floor_elsewhere'), ('well', 'cap_full')]
"""

from multaqa.engine.portfolio._check import Bound, Fault, bound, check
from multaqa.engine.portfolio._choose import Portfolio, choose
from multaqa.engine.portfolio._cores import Core, cores
from multaqa.engine.portfolio._explain import Reason, explain, reasons
from multaqa.engine.portfolio._problem import Limit, PortfolioError, Problem, problem
from multaqa.engine.portfolio._worth import WEIGHT_UNIT, need_weights, turnout_weights, worths

__all__ = [
    "WEIGHT_UNIT",
    "Bound",
    "Core",
    "Fault",
    "Limit",
    "Portfolio",
    "PortfolioError",
    "Problem",
    "Reason",
    "bound",
    "check",
    "choose",
    "cores",
    "explain",
    "need_weights",
    "problem",
    "reasons",
    "turnout_weights",
    "worths",
]
