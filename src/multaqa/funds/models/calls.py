"""What is asked and what is offered: the call, the applications, and what the cell thinks of them."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from multaqa.kit import clock
from multaqa.kit.money import Money
from multaqa.kit.states import transitions
from multaqa.kit.translated import TranslatedField


def default_rule() -> dict[str, Any]:
    """Equal Shares by cost, purses raised until nothing more fits, ties to the cheaper and then the better
    supported.
    """
    return {"name": "equal-shares", "utility": "cost", "completion": "add1", "ties": "cost-votes"}


class Call(models.Model):
    """A published invitation to apply for a part of an envelope, counted by a rule fixed beforehand."""

    class State(models.TextChoices):
        OPEN = "open", _p("call", "open to applications")
        REVIEWING = "reviewing", _p("call", "under review")
        VOTING = "voting", _p("call", "in the vote")
        ALLOCATED = "allocated", _p("call", "decided")
        AWARDED = "awarded", _p("call", "awarded")

    STEPS = transitions(
        {
            State.OPEN: {State.REVIEWING},
            State.REVIEWING: {State.VOTING},
            State.VOTING: {State.ALLOCATED},
            State.ALLOCATED: {State.AWARDED},
            State.AWARDED: set(),
        }
    )

    reference = models.SlugField(max_length=20, unique=True)
    title = TranslatedField(_("title"))
    text = TranslatedField(_("what is asked for"))
    envelope = models.ForeignKey("funds.Envelope", on_delete=models.PROTECT, related_name="calls")
    priorities = models.ManyToManyField("funds.Priority", related_name="calls")
    amount = models.PositiveBigIntegerField(_("amount"), help_text=_("Minor units"))
    committed = models.PositiveBigIntegerField(default=0, help_text=_("Minor units"))
    currency = models.CharField(max_length=3, default="MAD")
    max_per_application = models.PositiveBigIntegerField(_("ceiling of one application"))
    kinds = models.JSONField(
        default=list, help_text=_("Kinds of organisation that may apply; empty: associations")
    )
    min_years = models.PositiveSmallIntegerField(_("years of existence asked for"), default=0)
    min_own_percent = models.PositiveSmallIntegerField(_("least own contribution, in percent"), default=0)
    opens_on = models.DateField(_("applications open on"))
    closes_on = models.DateField(_("last day for applications"))
    vote_opens_on = models.DateField(_("vote opens on"))
    vote_closes_on = models.DateField(_("last day of the vote"))
    award_due_on = models.DateField(_("awards due on"))
    rule = models.JSONField(default=default_rule)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-opens_on", "-reference"]
        constraints = [
            models.CheckConstraint(condition=Q(committed__lte=F("amount")), name="awards_within_the_call"),
            models.CheckConstraint(
                condition=Q(max_per_application__lte=F("amount")), name="ceiling_within_the_call"
            ),
            models.CheckConstraint(condition=Q(min_own_percent__lte=100), name="own_contribution_is_a_share"),
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("closes_on"))
                & Q(closes_on__lt=F("vote_opens_on"))
                & Q(vote_opens_on__lte=F("vote_closes_on"))
                & Q(vote_closes_on__lt=F("award_due_on")),
                name="dates_of_a_call_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("funds:call", args=[self.reference])

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def ceiling(self) -> Money:
        return Money(self.max_per_application, self.currency)

    @property
    def is_decided(self) -> bool:
        return self.state in (self.State.ALLOCATED, self.State.AWARDED)


class Application(models.Model):
    """An initiative an organisation asks a call to support."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", _p("application", "submitted")
        ELIGIBLE = "eligible", _p("application", "eligible")
        INELIGIBLE = "ineligible", _p("application", "not eligible")
        SELECTED = "selected", _p("application", "selected")
        NOT_SELECTED = "not_selected", _p("application", "not selected")
        AWARDED = "awarded", _p("application", "awarded")
        WITHDRAWN = "withdrawn", _p("application", "withdrawn")

    STEPS = transitions(
        {
            State.SUBMITTED: {State.ELIGIBLE, State.INELIGIBLE, State.WITHDRAWN},
            State.ELIGIBLE: {State.INELIGIBLE, State.SELECTED, State.NOT_SELECTED, State.WITHDRAWN},
            State.INELIGIBLE: {State.ELIGIBLE},
            State.SELECTED: {State.AWARDED, State.WITHDRAWN},
            State.NOT_SELECTED: set(),
            State.AWARDED: set(),
            State.WITHDRAWN: set(),
        }
    )

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="applications")
    number = models.PositiveIntegerField()
    organisation = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, related_name="applications"
    )
    title = TranslatedField(_("title"))
    summary = TranslatedField(_("summary"))
    details = models.TextField(_("details for the cell"), blank=True)
    territory = models.ForeignKey(
        "territories.Territory", on_delete=models.PROTECT, related_name="applications"
    )
    requested = models.PositiveBigIntegerField(_("amount asked for"), help_text=_("Minor units"))
    own_contribution = models.PositiveBigIntegerField(_("own contribution"), default=0)
    beneficiaries = models.PositiveIntegerField(_("people reached"), null=True, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.SUBMITTED)
    reason = TranslatedField(_("reason"), blank=True)
    submitted_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="one_number_per_application"),
            models.CheckConstraint(condition=Q(requested__gt=0), name="an_application_asks_for_something"),
        ]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("funds:application", args=[self.pk])

    @property
    def money(self) -> Money:
        return Money(self.requested, self.call.currency)

    @property
    def own(self) -> Money:
        return Money(self.own_contribution, self.call.currency)

    @property
    def is_in_the_vote(self) -> bool:
        return self.state in (
            self.State.ELIGIBLE,
            self.State.SELECTED,
            self.State.NOT_SELECTED,
            self.State.AWARDED,
        )


class Criterion(models.TextChoices):
    """What a reviewer scores, each from 1 (weak) to 4 (strong)."""

    RELEVANCE = "relevance", _("answers the priority")
    REACH = "reach", _("reaches those who need it")
    FEASIBILITY = "feasibility", _("can be done with these means")
    LASTING = "lasting", _("lasts after the money")


class Review(models.Model):
    """One member's independent scores for one application."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="reviews")
    relevance = models.PositiveSmallIntegerField(Criterion.RELEVANCE.label)
    reach = models.PositiveSmallIntegerField(Criterion.REACH.label)
    feasibility = models.PositiveSmallIntegerField(Criterion.FEASIBILITY.label)
    lasting = models.PositiveSmallIntegerField(Criterion.LASTING.label)
    comment = models.TextField(_("comment"), blank=True)
    reviewed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "reviewer"], name="one_review_per_reviewer"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__range": (1, 4)}), name=f"{name}_from_one_to_four"
                )
                for name in ("relevance", "reach", "feasibility", "lasting")
            ),
        ]

    @property
    def mean(self) -> Decimal:
        """Mean of the four scores, 1 to 4."""
        return Decimal(self.relevance + self.reach + self.feasibility + self.lasting) / 4


class Recusal(models.Model):
    """A member who stands aside from one application."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="recusals")
    reviewer = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="recusals")
    reason = models.TextField(_("reason"))
    recused_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "reviewer"], name="one_recusal_per_reviewer")
        ]
