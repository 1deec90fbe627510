"""Alerts: is this week unusual, given only what came before it?

EARS C1, C2, C3 (Fricker, Hegler & Dunfee 2008) in the usual definition and in that of R's `surveillance`;
flexible Farrington (Noufaily et al. 2013; Salmon, Schumacher & Höhle 2016); the precipitation index (McKee et
al. 1993) and a p-chart with shrinkage (Marshall 1991). Guarantee: no bound uses a later row, a hole in the
series is never read as a quiet week, what cannot be judged has no bound and no alarm, the order of the rows
changes nothing; `check` proves it on each answer.

>>> days = [f"2024-01-{day:02d}" for day in range(1, 11)]
>>> found = watch(series_from(days, [3, 4, 2, 5, 3, 4, 3, 4, 9, 12]), Rule(method="c2"))
>>> [round(float(bound), 2) for bound in found.upper[-2:]], found.alarm[-2:].tolist()
([nan, 6.44], [False, True])
>>> explain(found)[-1].key, check(found)
('alarm', ())
"""

from multaqa.engine.alerts._explain import Fault, Reason, check, explain
from multaqa.engine.alerts._farrington import BOUNDS, Flexible
from multaqa.engine.alerts._file import read
from multaqa.engine.alerts._p_chart import Chart, p_chart
from multaqa.engine.alerts._series import AlertsError, Series, series_from
from multaqa.engine.alerts._spi import DROUGHT, drought, spi
from multaqa.engine.alerts._watch import (
    METHODS,
    SILENCE,
    Rate,
    Rule,
    Watch,
    false_alarms,
    notices,
    watch,
)

__all__ = [
    "BOUNDS",
    "DROUGHT",
    "METHODS",
    "SILENCE",
    "AlertsError",
    "Chart",
    "Fault",
    "Flexible",
    "Rate",
    "Reason",
    "Rule",
    "Series",
    "Watch",
    "check",
    "drought",
    "explain",
    "false_alarms",
    "notices",
    "p_chart",
    "read",
    "series_from",
    "spi",
    "watch",
]
