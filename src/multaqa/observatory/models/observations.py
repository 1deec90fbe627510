from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from multaqa.kit import clock
from multaqa.kit.states import transitions
from multaqa.kit.translated import TranslatedField
from multaqa.territories.models import Territory


class Observation(models.Model):
    """What somebody saw on the ground, reported by an organisation, confirmed by another."""

    class Kind(models.TextChoices):
        WATER = "water", _("drinking water")
        DROUGHT = "drought", _("drought and loss of herds")
        FLOOD = "flood", _("flash flood")
        SAND = "sand", _("sand encroachment")
        SEA = "sea", _("storm, coast and sea")
        HEAT = "heat", _("heat")
        HEALTH = "health", _("health and access to care")
        ROAD = "road", _("road cut, isolation")
        SCHOOL = "school", _("schooling")
        INCOME = "income", _("loss of work or income")
        OTHER = "other", pgettext_lazy("hazard", "other")

    class State(models.TextChoices):
        REPORTED = "reported", _("reported")
        CONFIRMED = "confirmed", _("confirmed")

    number = models.PositiveIntegerField(unique=True)
    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="observations")
    kind = models.CharField(max_length=8, choices=Kind)
    title = TranslatedField(_("title"))
    text = models.TextField()
    seen_on = models.DateField()
    households = models.PositiveIntegerField(null=True, help_text=_("Households affected; empty: not known"))
    reporter = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, related_name="observations"
    )
    state = models.CharField(max_length=9, choices=State, default=State.REPORTED)
    reported_at = models.DateTimeField(default=clock.now)
    confirmed_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="reported") | Q(confirmed_at__isnull=False),
                name="confirmed_observation_has_its_moment",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("observatory:observation", args=[self.number])


STEPS = transitions({Observation.State.REPORTED: {Observation.State.CONFIRMED}})
