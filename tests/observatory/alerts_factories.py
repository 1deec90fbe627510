"""Series of readings, rules over them and alerts, for the tests of early warning."""

from datetime import date, timedelta
from typing import Any

from multaqa.directory.actors import MACHINE, Function
from multaqa.kit import clock
from multaqa.observatory.actions import raise_alert, resolve_alert, set_rule
from multaqa.observatory.models import Alert, AlertRule, Indicator, Post, Reading
from multaqa.observatory.queries.watching import Row
from multaqa.territories.models import Territory
from tests.factories import Role, actor, appoint, organisation
from tests.observatory.factories import a_commune, an_indicator

# the last of these weeks passes the bound of EARS C2, 6.44, against 3.43 expected
RISING = (3, 4, 2, 5, 3, 4, 3, 4, 4, 12)
QUIET = (3, 4, 2, 5, 3, 4, 3, 4, 4, 3)


def tankers() -> Indicator:
    return an_indicator("tankers", "hazard", unit="count", high=1000, weight=0)


def a_series(
    values: tuple[float | None, ...] = RISING,
    *,
    indicator: Indicator | None = None,
    place: Territory | None = None,
    until: date | None = None,
) -> list[Reading]:
    """One reading a week, the last on the day `until`, today when none is given."""
    last = until or clock.today()
    return Reading.objects.bulk_create(
        Reading(
            indicator=indicator or tankers(),
            territory=place or a_commune(),
            day=last - timedelta(weeks=weeks),
            value=value,
        )
        for weeks, value in zip(range(len(values) - 1, -1, -1), values, strict=True)
    )


def council() -> Post:
    """An office that the council officer of the tests holds."""
    actor(Role.COUNCIL_OFFICER)
    return Post(organisation("council"), Function.COUNCIL_OFFICER)


def cell() -> Post:
    actor(Role.COORDINATOR)
    return Post(organisation("cell"), Function.COORDINATOR)


def other_council() -> Post:
    appoint("somebody else", "other-council", Function.COUNCIL_OFFICER)
    return Post(organisation("other-council"), Function.COUNCIL_OFFICER)


def administration() -> Post:
    appoint("somebody else", "other-council", Function.ADMINISTRATOR)
    return Post(organisation("other-council"), Function.ADMINISTRATOR)


def a_rule(**overrides: Any) -> AlertRule:
    """A C2 rule over the weekly tankers of a commune, from four weeks ago on."""
    defaults = {
        "indicator": tankers(),
        "territory": a_commune(),
        "method": AlertRule.Method.C2,
        "told": council(),
        "told_next": cell(),
        "starts_on": clock.today() - timedelta(weeks=4),
    }
    asked = defaults | overrides
    if not Reading.objects.filter(indicator=asked["indicator"], territory=asked["territory"]).exists():
        a_series(indicator=asked["indicator"], place=asked["territory"])
    return set_rule(actor=MACHINE, **asked)


def an_alert(rule: AlertRule | None = None, *, day: date | None = None) -> Alert:
    reading = Row(day or clock.today(), 12.0, 3.4286, 6.4443, "alarm")
    return raise_alert(actor=MACHINE, rule=rule or a_rule(), reading=reading)


def resolved(alert: Alert, outcome: str, note: str = "عاينت المصلحة المكان") -> Alert:
    return resolve_alert(actor=actor(Role.COUNCIL_OFFICER), alert=alert, outcome=outcome, note=note)
