from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from multaqa.kit import clock
from multaqa.kit.states import transitions
from multaqa.kit.translated import Translated
from multaqa.observatory.models.alerts import both
from multaqa.observatory.models.observations import Observation
from multaqa.territories.models import Territory


class Channel(models.TextChoices):
    WEB = "web", pgettext_lazy("channel", "on line")
    PAPER = "paper", pgettext_lazy("channel", "on paper")
    PHONE = "phone", pgettext_lazy("channel", "by telephone")


class CapacityReport(models.Model):
    """What an association sees in a commune, and what it can bring when something happens."""

    class State(models.TextChoices):
        SENT = "sent", pgettext_lazy("report", "waiting for review")
        ACCEPTED = "accepted", pgettext_lazy("report", "accepted")
        RETURNED = "returned", pgettext_lazy("report", "returned with a question")
        LAPSED = "lapsed", pgettext_lazy("report", "no longer valid")

    class Skill(models.TextChoices):
        FIRST_AID = "first_aid", _("first aid")
        RESCUE = "rescue", _("rescue")
        CARE = "care", _("care of children and the aged")
        TEACHING = "teaching", _("teaching and literacy")
        COOKING = "cooking", _("cooking for many")
        WATER = "water", _("wells and water")
        BUILDING = "building", _("building and repair")
        DRIVING = "driving", _("driving")
        LANGUAGES = "languages", _("languages and mediation")
        COUNSEL = "counsel", _("legal and social counsel")

    number = models.PositiveIntegerField(unique=True)
    organisation = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, related_name="capacity_reports"
    )
    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="capacity_reports")
    seen_on = models.DateField()
    kind = models.CharField(max_length=8, choices=Observation.Kind)
    seen = models.TextField()
    volunteers = models.PositiveIntegerField()
    vehicles = models.PositiveIntegerField()
    skills = models.JSONField(default=list)
    stock = models.TextField(blank=True)
    opening_hours = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=5, choices=Channel, default=Channel.WEB)
    receipt = models.CharField(max_length=16, blank=True, help_text=_("Code of a paper form"))
    state = models.CharField(max_length=8, choices=State, default=State.SENT)
    reason = models.TextField(blank=True)
    sent_at = models.DateTimeField(default=clock.now)
    reviewed_at = models.DateTimeField(null=True)
    valid_until = models.DateField(help_text=_("After this day its capacity no longer counts"))
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["receipt"], condition=~Q(receipt=""), name="one_capacity_report_per_paper_form"
            ),
            models.CheckConstraint(
                condition=Q(state="sent") | Q(reviewed_at__isnull=False),
                name="reviewed_report_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""), name="returned_report_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.organisation}"

    @property
    def title(self) -> Translated:
        return both(self.organisation.title, self.territory.title)

    def get_absolute_url(self) -> str:
        return reverse("observatory:report", args=[self.number])


REPORT_STEPS = transitions(
    {
        CapacityReport.State.SENT: {CapacityReport.State.ACCEPTED, CapacityReport.State.RETURNED},
        CapacityReport.State.RETURNED: {CapacityReport.State.SENT},
        CapacityReport.State.ACCEPTED: {CapacityReport.State.LAPSED},
    }
)
