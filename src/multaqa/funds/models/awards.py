"""What was granted and what was paid. Paid never exceeds released, released never exceeds the award."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from multaqa.funds.models.calls import Application
from multaqa.funds.wording import in_each_language
from multaqa.kit import clock
from multaqa.kit.money import Money
from multaqa.kit.states import transitions
from multaqa.kit.translated import Translated, TranslatedField


class Award(models.Model):
    """Public money granted to one application by a numbered deliberation."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="award")
    amount = models.PositiveBigIntegerField(_("amount"), help_text=_("Minor units"))
    planned = models.PositiveBigIntegerField(default=0, help_text=_("Sum of the tranches, minor units"))
    released = models.PositiveBigIntegerField(default=0, help_text=_("Minor units"))
    paid = models.PositiveBigIntegerField(default=0, help_text=_("Minor units"))
    currency = models.CharField(max_length=3, default="MAD")
    awarded_on = models.DateField(default=clock.today)
    deliberation = models.CharField(_("number of the deliberation"), max_length=40)
    agreement = models.ForeignKey(
        "partnerships.Agreement", null=True, blank=True, on_delete=models.PROTECT, related_name="awards"
    )

    class Meta:
        ordering = ["-awarded_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="an_award_grants_something"),
            models.CheckConstraint(condition=Q(planned__lte=F("amount")), name="tranches_within_the_award"),
            models.CheckConstraint(condition=Q(released__lte=F("planned")), name="released_within_the_plan"),
            models.CheckConstraint(condition=Q(paid__lte=F("released")), name="paid_within_the_released"),
            models.CheckConstraint(condition=~Q(deliberation=""), name="an_award_has_a_deliberation"),
        ]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("funds:award", args=[self.pk])

    @property
    def title(self) -> Translated:
        return self.application.title

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class Tranche(models.Model):
    """A part of an award, paid when its condition is met."""

    class State(models.TextChoices):
        PLANNED = "planned", _p("tranche", "planned")
        RELEASED = "released", _p("tranche", "released")
        PAID = "paid", _p("tranche", "paid")

    STEPS = transitions({State.PLANNED: {State.RELEASED}, State.RELEASED: {State.PAID}, State.PAID: set()})

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="tranches")
    number = models.PositiveSmallIntegerField()
    amount = models.PositiveBigIntegerField(help_text=_("Minor units"))
    condition = TranslatedField(_("condition"), blank=True)
    needs_report = models.BooleanField(_("waits for an accepted report"), default=False)
    report = models.ForeignKey(
        "partnerships.Report", null=True, blank=True, on_delete=models.PROTECT, related_name="tranches"
    )
    state = models.CharField(max_length=8, choices=State, default=State.PLANNED)
    released_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["award", "number"], name="one_number_per_tranche"),
            models.UniqueConstraint(fields=["report", "award"], name="one_report_opens_one_tranche"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="a_tranche_pays_something"),
        ]

    @property
    def title(self) -> Translated:
        return in_each_language(
            _("Instalment %(number)d: %(title)s"), number=self.number, title=self.award.title
        )

    def get_absolute_url(self) -> str:
        return f"{self.award.get_absolute_url()}#tranche-{self.number}"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.award.currency)


class Payment(models.Model):
    """Money that left the account, once per tranche."""

    tranche = models.OneToOneField(Tranche, on_delete=models.PROTECT, related_name="payment")
    amount = models.PositiveBigIntegerField(help_text=_("Minor units"))
    order_number = models.CharField(_("number of the payment order"), max_length=40)
    paid_on = models.DateField(default=clock.today)

    class Meta:
        ordering = ["paid_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["order_number"], name="one_payment_per_order")]
