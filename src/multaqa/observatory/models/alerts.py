from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from multaqa.directory.models import Office, Organisation
from multaqa.kit import clock, formats
from multaqa.kit.states import transitions
from multaqa.kit.templatetags.kit import isolated
from multaqa.kit.translated import Translated
from multaqa.observatory.models.indicators import Indicator
from multaqa.territories.models import Territory


@dataclass(frozen=True, slots=True)
class Post:
    """An office as a rule names it: a function in an organisation, whoever holds it today."""

    organisation: Organisation
    function: str

    @property
    def label(self) -> Any:
        return Office.Function(self.function).label

    @property
    def key(self) -> str:
        return f"{self.function}@{self.organisation.code}"


class AlertRule(models.Model):
    """When is a reading unusual, and which office is told."""

    class Method(models.TextChoices):
        C1 = "c1", _("above the last seven readings (EARS C1)")
        C2 = "c2", _("above seven readings, the latest two left out (EARS C2)")
        C3 = "c3", _("three readings that add up (EARS C3)")
        FARRINGTON = "farrington", _("above the same season of earlier years (Farrington)")
        DROUGHT = "drought", _("rain far below the usual of the month (SPI)")
        ABOVE = "above", _("above a fixed bound")
        BELOW = "below", _("below a fixed bound")

    number = models.PositiveIntegerField(unique=True)
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="alert_rules")
    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="alert_rules")
    method = models.CharField(max_length=10, choices=Method)
    bound = models.FloatField(null=True, help_text=_("For a fixed bound, in the indicator’s unit"))
    recipient = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="alert_rules")
    recipient_function = models.CharField(max_length=16, choices=Office.Function)
    escalates_to = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="escalated_rules")
    escalates_to_function = models.CharField(max_length=16, choices=Office.Function)
    answer_days = models.PositiveSmallIntegerField(default=3)
    silence_days = models.PositiveSmallIntegerField(default=7)
    starts_on = models.DateField(
        default=clock.today, help_text=_("Earlier readings are only what the later ones are held against")
    )
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "territory", "method"],
                condition=Q(is_active=True),
                name="one_active_rule_per_series_and_method",
            ),
            models.CheckConstraint(
                condition=Q(method__in=["above", "below"], bound__isnull=False)
                | ~Q(method__in=["above", "below"]) & Q(bound__isnull=True),
                name="fixed_bound_where_the_method_needs_one",
            ),
            models.CheckConstraint(
                condition=~Q(recipient=F("escalates_to"), recipient_function=F("escalates_to_function")),
                name="rule_escalates_to_another_office",
            ),
            models.CheckConstraint(
                condition=Q(answer_days__gte=1, silence_days__gte=1), name="rule_gives_time_to_answer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} · {self.territory}"

    @property
    def title(self) -> Translated:
        return both(self.indicator.title, self.territory.title)

    def get_absolute_url(self) -> str:
        return reverse("observatory:alert_rule", args=[self.number])

    @property
    def told(self) -> Post:
        """The office that hears of each alert first."""
        return Post(self.recipient, self.recipient_function)

    @property
    def told_next(self) -> Post:
        """The office that hears of it when the first does not answer."""
        return Post(self.escalates_to, self.escalates_to_function)

    @property
    def bound_words(self) -> SafeString | str:
        return "" if self.bound is None else _figure(self.bound)


class AlertCheck(models.Model):
    """What the machine found when it last read the series of a rule; found again by every new reading."""

    rule = models.OneToOneField(AlertRule, on_delete=models.CASCADE, related_name="check_made")
    checked_at = models.DateTimeField(default=clock.now)
    seen = models.CharField(max_length=120, help_text=_("What the series was, to know when it changed"))
    judged = models.PositiveIntegerField(
        default=0, help_text=_("Readings that could be judged, outside events")
    )
    rang = models.PositiveIntegerField(
        default=0, help_text=_("Those found unusual though nothing was confirmed")
    )
    problem = models.CharField(max_length=40, blank=True, help_text=_("Why nothing can be judged"))
    trace = models.JSONField(default=list, help_text=_("Latest rows: day, value, expected, bound, finding"))

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.checked_at:%Y-%m-%d}"


def both(first: Translated, second: Translated) -> Translated:
    """Two names in one, in each language that both have."""
    return Translated({code: f"{first[code]} · {second[code]}" for code in first if code in second})


class Alert(models.Model):
    """A reading that a rule found unusual: told to one office, which answers for it."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("alert", "open")
        ACKNOWLEDGED = "acknowledged", pgettext_lazy("alert", "acknowledged")
        ESCALATED = "escalated", pgettext_lazy("alert", "escalated")
        RESOLVED = "resolved", pgettext_lazy("alert", "resolved")

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", pgettext_lazy("alert", "something happened")
        FALSE_ALARM = "false_alarm", pgettext_lazy("alert", "false alarm")
        UNKNOWN = "unknown", pgettext_lazy("alert", "nobody could tell")

    number = models.PositiveIntegerField(unique=True)
    rule = models.ForeignKey(AlertRule, on_delete=models.PROTECT, related_name="alerts")
    day = models.DateField(help_text=_("Of the reading"))
    value = models.FloatField()
    expected = models.FloatField(null=True)
    bound = models.FloatField(null=True)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    raised_at = models.DateTimeField(default=clock.now)
    answer_due_on = models.DateField()
    acknowledged_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=11, choices=Outcome, blank=True)
    note = models.TextField(blank=True, help_text=_("What was found and done; public"))
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-raised_at", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "day"], name="one_alert_per_rule_and_day"),
            models.CheckConstraint(
                condition=~Q(state="resolved") | Q(resolved_at__isnull=False) & ~Q(outcome=""),
                name="resolved_alert_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.rule}"

    @property
    def title(self) -> Translated:
        return self.rule.title

    def get_absolute_url(self) -> str:
        return reverse("observatory:alert", args=[self.number])

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has answered yet."""
        return self.state in (self.State.OPEN, self.State.ESCALATED)

    def is_overdue(self, today: date) -> bool:
        return self.is_waiting and today > self.answer_due_on

    @property
    def days_late(self) -> int:
        today = clock.today()
        return (today - self.answer_due_on).days if self.is_overdue(today) else 0

    @property
    def in_charge(self) -> Post:
        """The office that answers for it now."""
        return self.rule.told_next if self.escalated_at else self.rule.told

    @property
    def figure(self) -> SafeString:
        """«12 against 4 expected; the bound is 9.3»."""
        parts = {
            name: _figure(value)
            for name, value in (("value", self.value), ("expected", self.expected), ("bound", self.bound))
            if value is not None
        }
        if "bound" not in parts:
            return parts["value"]
        if "expected" not in parts:
            return SafeString(gettext("%(value)s; the bound is %(bound)s") % parts)
        return SafeString(gettext("%(value)s against %(expected)s expected; the bound is %(bound)s") % parts)


def _figure(value: float) -> SafeString:
    shown = round(value, 1)
    return isolated(formats.number(shown, 0 if shown.is_integer() else 1))


ALERT_STEPS = transitions(
    {
        Alert.State.OPEN: {Alert.State.ACKNOWLEDGED, Alert.State.ESCALATED, Alert.State.RESOLVED},
        Alert.State.ESCALATED: {Alert.State.ACKNOWLEDGED, Alert.State.RESOLVED},
        Alert.State.ACKNOWLEDGED: {Alert.State.ESCALATED, Alert.State.RESOLVED},
    }
)
