"""The seeds of the lot that decides what cost and votes leave tied."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from multaqa.funds.models.calls import Call
from multaqa.kit import clock
from multaqa.kit.translated import Translated


class LotSeed(models.Model):
    """What one office committed to before the count, and the seed behind it once revealed.

    place: order in which the parties of a call first committed; the seeds are joined in it.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="seeds")
    office = models.ForeignKey("directory.Office", on_delete=models.PROTECT, related_name="seeds")
    place = models.PositiveSmallIntegerField()
    commitment = models.CharField(max_length=64)
    seed = models.CharField(max_length=200, blank=True)
    committed_at = models.DateTimeField(default=clock.now)
    revealed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["call", "office"], name="one_seed_per_office"),
            models.UniqueConstraint(fields=["call", "place"], name="one_seed_per_place"),
            # whoever copies a commitment could only repeat the seed that somebody else reveals
            models.UniqueConstraint(fields=["call", "commitment"], name="no_commitment_twice"),
            models.CheckConstraint(
                condition=Q(seed="", revealed_at=None) | (~Q(seed="") & Q(revealed_at__isnull=False)),
                name="a_revealed_seed_has_its_moment",
            ),
        ]

    @property
    def title(self) -> Translated:
        return self.call.title

    def get_absolute_url(self) -> str:
        return reverse("funds:lot", args=[self.call.reference])

    @property
    def party(self) -> str:
        """The office as the ledger names it, without the person."""
        return f"{self.office.function}@{self.office.organisation.code}"
