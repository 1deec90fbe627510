from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from multaqa.kit import clock
from multaqa.kit.states import transitions
from multaqa.kit.translated import Translated, TranslatedField
from multaqa.territories.models import Territory

BOUNDS = (2.0, 3.5, 5.0, 6.5)  # between the five classes of the risk scale


def risk_class(score: float) -> str:
    """The class of the risk scale, k1 the lowest to k5."""
    return f"k{1 + sum(score >= bound for bound in BOUNDS)}"


class Dimension(models.TextChoices):
    HAZARD = "hazard", _("Hazard and exposure")
    VULNERABILITY = "vulnerability", _("Vulnerability")
    COPING = "coping", _("Lack of coping capacity")


class Indicator(models.Model):
    """A measured quantity with its unit, source and way of being bad."""

    class Unit(models.TextChoices):
        PERCENT = "percent", _("percent")
        KILOMETRES = "km", _("kilometres")
        PEOPLE_PER_ROOM = "people_per_room", _("people per room")
        COUNT = "count", pgettext_lazy("unit", "number")
        SCALE = "scale", _("scale from 0 to 10")

    class Direction(models.IntegerChoices):
        MORE_IS_WORSE = 1, _("more is worse")
        MORE_IS_BETTER = -1, _("more is better")

    code = models.SlugField(max_length=40, unique=True)
    title = TranslatedField(_("name"))
    dimension = models.CharField(max_length=13, choices=Dimension)
    direction = models.SmallIntegerField(choices=Direction)
    unit = models.CharField(max_length=16, choices=Unit)
    low = models.FloatField(help_text=_("Fixed goalpost, so that years and regions compare"))
    high = models.FloatField(help_text=_("Fixed goalpost, so that years and regions compare"))
    weight = models.FloatField(
        default=1, help_text=_("In its dimension; 0: shown, but not part of the index")
    )
    of_households = models.BooleanField(default=False, help_text=_("Counted in households, not in people"))
    source = TranslatedField(_("source"))
    licence = models.CharField(max_length=60)
    note = TranslatedField(_("method note"), blank=True)
    is_demo = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="indicator_goalposts_in_order"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="indicator_weight_not_negative"),
        ]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("observatory:indicator", args=[self.code])


class Value(models.Model):
    """One figure. `value` null: not measured. `n`: the people or households it rests on, null if unknown."""

    class Sex(models.TextChoices):
        ALL = "all", pgettext_lazy("sex", "all")
        MALE = "male", _("men")
        FEMALE = "female", _("women")

    class Milieu(models.TextChoices):
        ALL = "all", pgettext_lazy("milieu", "all")
        URBAN = "urban", _("urban")
        RURAL = "rural", _("rural")

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="values")
    territory = models.ForeignKey(Territory, on_delete=models.CASCADE, related_name="values")
    year = models.PositiveSmallIntegerField()
    sex = models.CharField(max_length=6, choices=Sex, default=Sex.ALL)
    milieu = models.CharField(max_length=5, choices=Milieu, default=Milieu.ALL)
    value = models.FloatField(null=True)
    n = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "territory", "year", "sex", "milieu"], name="one_value_per_cell"
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.territory_id} {self.year}: {self.value}"


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


class IndexRelease(models.Model):
    """The index as published on a day, with its method and the figures it read; never changed after."""

    number = models.PositiveIntegerField(unique=True)
    title = TranslatedField(_("title"))
    released_at = models.DateTimeField(default=clock.now)
    method = models.JSONField()
    snapshot = models.JSONField()
    snapshot_hash = models.CharField(max_length=64)
    code_version = models.CharField(max_length=20)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("observatory:release", args=[self.number])


class Score(models.Model):
    """What a release says of one commune. Only a measured one has a score and a rank."""

    class Status(models.TextChoices):
        MEASURED = "measured", _("measured")
        SUPPRESSED = "suppressed", _("fewer than 30 households: not published")
        NOT_MEASURED = "not_measured", _("not measured")

    release = models.ForeignKey(IndexRelease, on_delete=models.CASCADE, related_name="scores")
    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="scores")
    status = models.CharField(max_length=12, choices=Status)
    score = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    dimensions = models.JSONField(default=dict)
    rank = models.PositiveSmallIntegerField(null=True)
    rank_low = models.PositiveSmallIntegerField(null=True)
    rank_high = models.PositiveSmallIntegerField(null=True)
    share_missing = models.FloatField()
    n_households = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["release", F("rank").asc(nulls_last=True), "territory__code"]
        constraints = [
            models.UniqueConstraint(fields=["release", "territory"], name="one_score_per_release_and_place"),
            # a place without figures is never ranked, whatever the code above believes
            models.CheckConstraint(
                condition=Q(status="measured", score__isnull=False, rank__isnull=False, rank__gte=1)
                | Q(~Q(status="measured"), score__isnull=True, rank__isnull=True),
                name="only_a_measured_place_is_ranked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.territory_id}: {self.score}"

    @property
    def is_measured(self) -> bool:
        return self.status == self.Status.MEASURED

    @property
    def title(self) -> Translated:
        return self.territory.title

    @property
    def dimension_rows(self) -> list[tuple[Any, float | None, str]]:
        """Each dimension with its score and risk class; None where the release had no figure for it."""
        parts = [(dimension, self.dimensions.get(dimension.value)) for dimension in Dimension]
        return [(dimension, part, "kx" if part is None else risk_class(part)) for dimension, part in parts]
