from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from multaqa.kit.translated import TranslatedField
from multaqa.territories.models import Population, Territory


class Dimension(models.TextChoices):
    HAZARD = "hazard", _("Hazard and exposure")
    VULNERABILITY = "vulnerability", _("Vulnerability")
    COPING = "coping", _("Lack of coping capacity")


class Hazard(models.Model):
    """One hazard of the all-hazards register (UNDRR-ISC Hazard Information Profiles)."""

    code = models.CharField(max_length=12, unique=True)
    title = TranslatedField(_("name"))
    type = models.SlugField(max_length=40)
    type_title = TranslatedField(_("type"))
    cluster = models.SlugField(max_length=60)
    cluster_title = TranslatedField(_("cluster"))

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return f"{reverse('observatory:register')}?type={self.type}#{self.code}"


class Branch(models.Model):
    """One of the nine branches of social protection (ILO Convention 102)."""

    code = models.SlugField(max_length=24, unique=True)
    title = TranslatedField(_("name"))
    gap = TranslatedField(blank=True, help_text=_("What the framework law leaves open; empty: nothing known"))
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return str(self.title)


class Scheme(models.Model):
    """A scheme of the law in force. It may serve several branches; a branch may have none."""

    class Verified(models.TextChoices):
        YES = "yes", _("text read")
        SECONDARY = "secondary", _("reported by a secondary source")
        NO = "no", _("not verified yet")

    code = models.SlugField(max_length=40, unique=True)
    title = TranslatedField(_("name"))
    branches = models.ManyToManyField(Branch, related_name="schemes")
    of_framework_law = models.BooleanField()
    law = models.CharField(max_length=300, blank=True)
    since = models.CharField(max_length=20, blank=True, help_text=_("The day it began; empty: unknown"))
    planned = models.CharField(max_length=20, blank=True, help_text=_("Years of the law’s calendar"))
    verified = models.CharField(max_length=9, choices=Verified, default=Verified.NO)
    note = TranslatedField(_("note"), blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return str(self.title)


class Indicator(models.Model):
    """A measured quantity with its unit, source and way of being bad."""

    class Unit(models.TextChoices):
        PERCENT = "percent", _("percent")
        KILOMETRES = "km", _("kilometres")
        PEOPLE_PER_ROOM = "people_per_room", _("people per room")
        PER_THOUSAND = "per_thousand", _("per 1,000")
        MILLIMETRES = "mm", _("millimetres")
        DIRHAMS = "dirhams", pgettext_lazy("unit", "dirhams")
        COUNT = "count", pgettext_lazy("unit", "number")
        SCALE = "scale", _("scale from 0 to 10")

    class Direction(models.IntegerChoices):
        MORE_IS_WORSE = 1, _("more is worse")
        MORE_IS_BETTER = -1, _("more is better")

    class Denominator(models.TextChoices):
        """What a count is divided by; the legal population, barracks included, is no denominator."""

        NONE = "", _("nothing: the figure stands as it is")
        RESIDENTS = Population.Kind.MUNICIPAL, pgettext_lazy("denominator", "residents")
        HOUSEHOLDS = Population.Kind.HOUSEHOLDS, _("households")

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
    denominator = models.CharField(max_length=10, choices=Denominator, blank=True, default="")
    per = models.PositiveIntegerField(default=1, help_text=_("So many of the denominator, such as 1,000"))
    hazards = models.ManyToManyField(Hazard, related_name="indicators")
    branches = models.ManyToManyField(Branch, related_name="indicators")
    latest_year = models.PositiveSmallIntegerField(null=True, help_text=_("Of its figures, in any place"))
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
    hidden = models.BooleanField(
        db_default=False, help_text=_("Rests on too few, or would give away a figure that does")
    )
    imported = models.ForeignKey(
        "observatory.DataImport",
        null=True,
        on_delete=models.PROTECT,
        related_name="values",
        help_text=_("The file it came in; empty: the census of the region pack, or reports"),
    )

    class Meta:
        constraints = [
            # in this order, so that a table of one indicator and year is one stretch of the index
            models.UniqueConstraint(
                fields=["indicator", "year", "sex", "milieu", "territory"], name="one_value_per_cell"
            )
        ]
        indexes = [models.Index(fields=["territory", "indicator", "year"], name="values_of_a_place")]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.territory_id} {self.year}: {self.value}"
