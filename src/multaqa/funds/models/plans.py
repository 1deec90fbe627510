"""What the cell starts from: the money of a year and the needs that come first."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from multaqa.kit import clock
from multaqa.kit.money import Money
from multaqa.kit.translated import TranslatedField

LARGEST_AMOUNT = 10**15  # minor units: beyond any public fund, within every database's whole numbers


class Envelope(models.Model):
    """Public money of one year in the hands of one cell. `committed` is the sum of its awards."""

    cell = models.ForeignKey("directory.Organisation", on_delete=models.PROTECT, related_name="envelopes")
    title = TranslatedField(_("title"))
    year = models.PositiveSmallIntegerField(_("year"))
    amount = models.PositiveBigIntegerField(_("amount"), help_text=_("Minor units"))
    committed = models.PositiveBigIntegerField(default=0, help_text=_("Minor units"))
    currency = models.CharField(max_length=3, default="MAD")
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-year", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(committed__lte=F("amount")), name="awards_within_the_envelope")
        ]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return f"{reverse('funds:overview')}#envelope-{self.pk}"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def left(self) -> Money:
        return Money(self.amount - self.committed, self.currency)

    @property
    def share_committed(self) -> float:
        """Percent."""
        return 100 * self.committed / self.amount if self.amount else 0.0


class Priority(models.Model):
    """A need the cell must turn into funding first."""

    number = models.PositiveIntegerField(unique=True)
    cell = models.ForeignKey("directory.Organisation", on_delete=models.PROTECT, related_name="priorities")
    title = TranslatedField(_("title"))
    text = TranslatedField(_("why it comes first"))
    territory = models.ForeignKey(
        "territories.Territory", on_delete=models.PROTECT, related_name="priorities"
    )
    rank = models.PositiveSmallIntegerField(_("rank"), help_text=_("1 comes first"))
    recommendations = models.ManyToManyField(
        "recommendations.Recommendation", blank=True, related_name="priorities"
    )
    set_on = models.DateField(default=clock.today)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["rank", "number"]
        constraints = [models.CheckConstraint(condition=Q(rank__gte=1), name="ranks_begin_at_one")]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("funds:priority", args=[self.number])
