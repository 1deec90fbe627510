"""Rules, the alerts they raised, who answers for them, and how often they rang for nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)

from multaqa.directory.actors import Actor, Function
from multaqa.directory.models import Office
from multaqa.kit import clock
from multaqa.observatory.models import Alert, AlertCheck, AlertRule, Indicator, Post, Reading
from multaqa.observatory.protection import few_households
from multaqa.observatory.queries.watching import Row, Share, share
from multaqa.territories.models import Territory

State, Outcome = Alert.State, Alert.Outcome
RECIPIENTS = (Function.COUNCIL_OFFICER, Function.FOCAL_POINT, Function.COORDINATOR, Function.FACILITATOR)
_OF_PEOPLE = (Indicator.Unit.COUNT, Indicator.Unit.PERCENT, Indicator.Unit.PER_THOUSAND)
_WAITING = (State.OPEN, State.ESCALATED)
_NAMES = ("rule__indicator", "rule__territory", "rule__recipient", "rule__escalates_to")


@dataclass(frozen=True, slots=True)
class AlertCounts:
    """How many alerts stand where, and how many of the answered ones were false."""

    open: int
    escalated: int
    acknowledged: int
    resolved: int
    overdue: int
    confirmed: int
    false: int
    unknown: int

    @property
    def total(self) -> int:
        return self.open + self.escalated + self.acknowledged + self.resolved

    @property
    def rate(self) -> Share:
        return share(self.false, self.confirmed + self.false)


def alerts(*, territory: str = "", indicator: str = "", state: str = "") -> QuerySet[Alert]:
    """The alerts that match, those nobody answered first, the longest due before; one statement."""
    found = Alert.objects.select_related(*_NAMES)
    wanted = {"rule__territory__code": territory, "rule__indicator__code": indicator, "state": state}
    found = found.filter(**{name: asked for name, asked in wanted.items() if asked})
    rank = Case(
        When(state__in=_WAITING, then=Value(0)),
        When(state=State.ACKNOWLEDGED, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    due = Case(When(state=State.RESOLVED, then=Value(None)), default=F("answer_due_on"))
    return found.order_by(rank, due, "-day", "-number")


def open_alerts(territory: Territory | None = None) -> QuerySet[Alert]:
    """Alerts not resolved yet, in one place or everywhere, the most urgent first: one statement."""
    found = alerts().exclude(state=State.RESOLVED)
    return found.filter(rule__territory=territory) if territory else found


def alerts_for(actor: Actor) -> QuerySet[Alert]:
    """Alerts that the actor's offices have to answer or to resolve: one statement, none for a stranger."""
    mine = Q()
    for office in actor.offices:
        here, function = office.organisation_id, office.function
        mine |= Q(rule__recipient=here, rule__recipient_function=function)
        mine |= Q(rule__escalates_to=here, rule__escalates_to_function=function, escalated_at__isnull=False)
    return open_alerts().filter(mine) if mine else Alert.objects.none()


def alert_counts() -> AlertCounts:
    """How many alerts stand where: one statement."""
    late = Q(state__in=_WAITING, answer_due_on__lt=clock.today())
    counted = Alert.objects.aggregate(
        open=Count("pk", filter=Q(state=State.OPEN)),
        escalated=Count("pk", filter=Q(state=State.ESCALATED)),
        acknowledged=Count("pk", filter=Q(state=State.ACKNOWLEDGED)),
        resolved=Count("pk", filter=Q(state=State.RESOLVED)),
        overdue=Count("pk", filter=late),
        confirmed=Count("pk", filter=Q(outcome=Outcome.CONFIRMED)),
        false=Count("pk", filter=Q(outcome=Outcome.FALSE_ALARM)),
        unknown=Count("pk", filter=Q(outcome=Outcome.UNKNOWN)),
    )
    return AlertCounts(**counted)


def rang_for_nothing() -> Share:
    """Readings found unusual though nothing was confirmed, of all that the rules judged: one statement."""
    found = AlertCheck.objects.aggregate(judged=Sum("judged"), rang=Sum("rang"))
    return share(found["rang"] or 0, found["judged"] or 0)


def alert_rules() -> QuerySet[AlertRule]:
    """Rules with their last check and how their alerts ended, the active ones first: one statement."""
    return (
        AlertRule.objects.select_related("indicator", "territory", "recipient", "escalates_to", "check_made")
        .defer("check_made__trace")
        .annotate(
            raised=Count("alerts"),
            confirmed=Count("alerts", filter=Q(alerts__outcome=Outcome.CONFIRMED)),
            false=Count("alerts", filter=Q(alerts__outcome=Outcome.FALSE_ALARM)),
        )
        .order_by("-is_active", "number")
    )


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule and how often it rang for nothing, both ways; `readings` None before its first check."""

    rule: AlertRule
    answered: Share
    readings: Share | None
    check: AlertCheck | None


def rule_line(rule: AlertRule) -> RuleLine:
    """What the list and the page of a rule show; the rule comes from `alert_rules`."""
    check: AlertCheck | None = getattr(rule, "check_made", None)
    confirmed, false = getattr(rule, "confirmed", 0), getattr(rule, "false", 0)
    readings = share(check.rang, check.judged) if check else None
    return RuleLine(rule, share(false, confirmed + false), readings, check)


def rules_to_check(today: date) -> list[tuple[AlertRule, str]]:
    """Active rules whose series or whose events changed since the last check: two statements.

    With each, what its series is now, to be kept with the check.
    """
    watching = AlertRule.objects.filter(
        is_active=True, indicator=OuterRef("indicator"), territory=OuterRef("territory")
    )
    series = {
        (indicator, place): f"{count}:{measured}:{last}:{total}"
        for indicator, place, count, measured, last, total in Reading.objects.filter(
            Exists(watching), day__lte=today
        )
        .order_by()
        .values_list("indicator_id", "territory_id")
        .annotate(Count("pk"), Count("value"), Max("day"), Sum("value"))
    }
    found = []
    for rule in alert_rules().filter(is_active=True):
        line = rule_line(rule)
        confirmed = line.answered.whole - line.answered.part
        present = f"{series.get((rule.indicator_id, rule.territory_id), '')}|{confirmed}"
        if line.check is None or line.check.seen != present:
            found.append((rule, present))
    return found


def readings_of(rule: AlertRule, today: date) -> list[Reading]:
    """The series a rule watches, up to a day: one statement."""
    return list(
        Reading.objects.filter(indicator=rule.indicator_id, territory=rule.territory_id, day__lte=today)
    )


def confirmed_days(rule: AlertRule) -> list[date]:
    return list(rule.alerts.filter(outcome=Outcome.CONFIRMED).values_list("day", flat=True))


def untold(rule: AlertRule, rows: Iterable[Row]) -> list[Row]:
    """The unusual readings to tell: on no earlier day than the rule begins, none within its silence."""
    told = list(rule.alerts.values_list("day", flat=True))
    found = []
    for row in rows:
        if row.day >= rule.starts_on and not any(_hushed(row.day, day, rule) for day in told):
            found.append(row)
            told.append(row.day)
    return found


def is_silent(rule: AlertRule, day: date) -> bool:
    """Whether an alert of this rule already stands on the day or within its silence: one statement."""
    reach = timedelta(days=rule.silence_days)
    return rule.alerts.filter(day__gt=day - reach, day__lt=day + reach).exists()


def unanswered(today: date) -> QuerySet[Alert]:
    """Open alerts whose answer is late."""
    return Alert.objects.filter(state=State.OPEN, answer_due_on__lt=today).order_by("answer_due_on", "pk")


def posts() -> list[Post]:
    """The offices that can be told of an alert, held by somebody today: one statement."""
    found = {}
    for office in _held().select_related("organisation").order_by("organisation__pk", "function"):
        post = Post(office.organisation, office.function)
        found[post.key] = post
    return list(found.values())


def held(wanted: Sequence[Post]) -> set[str]:
    """Which of these offices somebody holds today, by their key: one statement."""
    places = [post.organisation for post in wanted]
    holders = Office.objects.filter(organisation__in=places).filter(_today())
    return {
        f"{function}@{code}" for function, code in holders.values_list("function", "organisation__code")
    } & {post.key for post in wanted}


def is_too_small(indicator: Indicator, territory: Territory) -> bool:
    """Whether so few households live there that a figure on people would point at somebody."""
    if territory.level != Territory.Level.COMMUNE or indicator.unit not in _OF_PEOPLE:
        return False
    return territory.pk in few_households()


def watched_indicators() -> QuerySet[Indicator]:
    """Indicators that have readings."""
    return Indicator.objects.filter(Exists(Reading.objects.filter(indicator=OuterRef("pk"))))


def watched_places() -> QuerySet[Territory]:
    """Places that have readings."""
    return Territory.objects.filter(Exists(Reading.objects.filter(territory=OuterRef("pk"))))


def _hushed(day: date, told: date, rule: AlertRule) -> bool:
    return abs((day - told).days) < rule.silence_days


def _held() -> QuerySet[Office]:
    return Office.objects.filter(_today(), function__in=RECIPIENTS)


def _today() -> Q:
    today = clock.today()
    return Q(starts_on__lte=today) & (Q(ends_on__isnull=True) | Q(ends_on__gte=today))
