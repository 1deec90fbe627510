from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from multaqa.kit import clock
from multaqa.kit.states import transitions
from multaqa.kit.translated import Translated
from multaqa.observatory.models.indicators import Indicator, Value
from multaqa.territories.models import Territory


class DataImport(models.Model):
    """A file of figures: checked, shown, then taken in whole or not at all; the provenance of its values."""

    class Kind(models.TextChoices):
        INDICATORS = "indicators", _("indicators")
        VALUES = "values", _("figures by year")
        READINGS = "readings", _("readings by day")

    class State(models.TextChoices):
        CHECKED = "checked", _("checked, waiting for your decision")
        COMMITTED = "committed", _("taken in")
        REFUSED = "refused", _("refused")
        DISCARDED = "discarded", _("discarded")
        REVERTED = "reverted", _("taken back")

    number = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    file_name = models.CharField(max_length=120)
    file_hash = models.CharField(max_length=64, help_text=_("SHA-256 of the file as it was sent"))
    source = models.CharField(_("source"), max_length=300)
    licence = models.CharField(_("licence"), max_length=60)
    state = models.CharField(max_length=9, choices=State)
    accepted = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0, help_text=_("Figures where there was none"))
    changed = models.PositiveIntegerField(default=0, help_text=_("Figures that replaced others"))
    same = models.PositiveIntegerField(default=0, help_text=_("Figures that stood already"))
    refusals = models.JSONField(
        default=list, help_text=_("The first rows refused, with line, column, reason")
    )
    preview = models.JSONField(default=list, help_text=_("The first rows accepted, and what each does"))
    earlier = models.JSONField(default=dict, help_text=_("Indicators as they were before"))
    rows = models.BinaryField(null=True, help_text=_("The accepted rows as Parquet"))
    revises = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="revisions")
    sent_by = models.CharField(max_length=120, help_text=_("The capacity of the sender, never a name"))
    sender = models.ForeignKey("directory.Account", null=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField(default=clock.now)
    committed_at = models.DateTimeField(null=True)
    reverted_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["committed", "reverted"]) | Q(committed_at__isnull=False),
                name="committed_import_has_its_moment",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.file_name}"

    @property
    def title(self) -> Translated:
        return Translated.of(self.file_name)

    @property
    def is_public(self) -> bool:
        """Have its figures ever stood in the observatory?"""
        return self.state in (self.State.COMMITTED, self.State.REVERTED)

    def get_absolute_url(self) -> str:
        # the ledger keeps this address for everybody, and a file that was only checked has no public page
        return (
            reverse("observatory:import", args=[self.number])
            if self.is_public
            else reverse("observatory:imports")
        )


IMPORT_STEPS = transitions(
    {
        DataImport.State.CHECKED: {DataImport.State.COMMITTED, DataImport.State.DISCARDED},
        DataImport.State.COMMITTED: {DataImport.State.REVERTED},
    }
)


class Reading(models.Model):
    """One point of a series that moves by the day, week or month; null: nobody measured."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="readings")
    territory = models.ForeignKey(Territory, on_delete=models.CASCADE, related_name="readings")
    day = models.DateField()
    value = models.FloatField(null=True)
    population = models.PositiveIntegerField(null=True)
    imported = models.ForeignKey(DataImport, null=True, on_delete=models.PROTECT, related_name="readings")

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "territory", "day"], name="one_reading_per_day")
        ]


class SupersededValue(models.Model):
    """What a figure was before an import replaced it, or before that import was taken back."""

    cell = models.ForeignKey(Value, null=True, on_delete=models.CASCADE, related_name="earlier")
    reading = models.ForeignKey(Reading, null=True, on_delete=models.CASCADE, related_name="earlier")
    value = models.FloatField(null=True)
    n = models.PositiveIntegerField(null=True, help_text=_("Of a reading: its population"))
    hidden = models.BooleanField(default=False, help_text=_("Rested on too few to be shown"))
    imported = models.ForeignKey(DataImport, null=True, on_delete=models.PROTECT, related_name="outdated")
    replaced_by = models.ForeignKey(DataImport, on_delete=models.PROTECT, related_name="replaced")

    class Meta:
        ordering = ["-replaced_by"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cell__isnull=False, reading__isnull=True)
                | Q(cell__isnull=True, reading__isnull=False),
                name="superseded_figure_is_of_one_cell",
            )
        ]
