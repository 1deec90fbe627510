"""What people preferred and what the rule made of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from multaqa.funds.models.calls import Call
from multaqa.kit import clock
from multaqa.kit.translated import Translated


class Ballot(models.Model):
    """The last word of one voter in one call. The pseudonym cannot be followed from one call to another."""

    class Channel(models.TextChoices):
        ONLINE = "online", _("online")
        PAPER = "paper", _("on paper")

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="ballots")
    pseudonym = models.CharField(max_length=64)
    approvals = models.JSONField(default=list, help_text=_("Numbers of the applications approved"))
    channel = models.CharField(max_length=6, choices=Channel)
    paper = models.CharField(
        max_length=64, null=True, help_text=_("Pseudonym of the serial of a paper ballot")
    )
    cast_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "pseudonym"], name="one_ballot_per_voter"),
            models.UniqueConstraint(fields=["call", "paper"], name="one_ballot_per_paper"),
        ]

    @property
    def title(self) -> Translated:
        return self.call.title

    def get_absolute_url(self) -> str:
        return self.call.get_absolute_url()


class Allocation(models.Model):
    """The count of a call, frozen: anybody can repeat it from `ballot_file`."""

    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="allocation")
    outcome = models.JSONField(help_text=_("What the engine answered: winners, reasons, certificate, audit"))
    ballots = models.PositiveIntegerField()
    paper_ballots = models.PositiveIntegerField()
    spent = models.PositiveBigIntegerField(help_text=_("Minor units"))
    ballot_file = models.TextField(help_text=_("The election as a .pb file"))
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the ballot file"))
    counted_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-counted_at"]
