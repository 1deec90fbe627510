from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from multaqa.kit.translated import TranslatedField


class Territory(models.Model):
    """A place with a council or a statistical code. The code is its key; the name never is."""

    class Level(models.TextChoices):
        COUNTRY = "country", _("country")
        REGION = "region", _("region")
        PROVINCE = "province", _("province or prefecture")
        COMMUNE = "commune", _("commune")

    class Milieu(models.TextChoices):
        URBAN = "urban", _("urban")
        RURAL = "rural", _("rural")

    code = models.CharField(max_length=24, unique=True)
    title = TranslatedField(_("name"))
    level = models.CharField(max_length=10, choices=Level)
    milieu = models.CharField(max_length=5, choices=Milieu, blank=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    has_indicators = models.BooleanField(default=True, help_text=_("False where only counts of people exist"))
    arrondissements = models.PositiveSmallIntegerField(
        default=0, help_text=_("Districts with a council of their own")
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("observatory:territory", args=[self.code])


class Population(models.Model):
    """How many people a census counted, by kind of count."""

    class Kind(models.TextChoices):
        LEGAL = "legal", _("legal population")
        MUNICIPAL = "municipal", _("municipal population")
        HOUSEHOLDS = "households", _("households")

    territory = models.ForeignKey(Territory, on_delete=models.CASCADE, related_name="populations")
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    count = models.PositiveBigIntegerField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["territory", "year", "kind"], name="one_count_per_census_and_kind"
            )
        ]


class Boundary(models.Model):
    """The shape of a territory (GeoJSON, longitude and latitude) and a point inside it for its label."""

    territory = models.OneToOneField(
        Territory, on_delete=models.CASCADE, related_name="boundary", primary_key=True
    )
    geometry = models.JSONField()
    label_longitude = models.FloatField()
    label_latitude = models.FloatField()
    source = models.CharField(max_length=200)


class LegalRule(models.Model):
    """One rule of law as dated data: what it sets, where it is written, and whether anybody read the text."""

    class Verified(models.TextChoices):
        YES = "yes", _("text read")
        SECONDARY = "secondary", _("reported by a secondary source")
        NO = "no", _("not verified yet")

    key = models.CharField(max_length=24)
    sets = models.SlugField(
        max_length=40, blank=True, help_text=_("What the rule decides, whatever its country calls it")
    )
    level = models.CharField(max_length=10, choices=Territory.Level, blank=True)
    text = TranslatedField()
    parameters = models.JSONField(default=dict)
    citation = models.CharField(max_length=300)
    valid_from = models.DateField(null=True, help_text=_("Unknown: never applied to a past date"))
    valid_to = models.DateField(null=True)
    checked_on = models.CharField(max_length=10)
    verified = models.CharField(max_length=9, choices=Verified)
    conflicts = models.JSONField(default=list)

    class Meta:
        ordering = ["key", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["key", "valid_from"], name="one_rule_per_key_and_date")
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.text}"


class RegionPack(models.Model):
    """The configuration of this installation: one row."""

    key = models.CharField(max_length=40, unique=True)
    title = TranslatedField()
    root = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(
        Territory,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The country whose communes the region’s compare with; empty: none is loaded"),
    )
    currency = models.CharField(max_length=3)
    time_zone = models.CharField(max_length=40)
    hijri_offset_days = models.SmallIntegerField(default=0)
    notice = TranslatedField(_("neutral notice"))
    credit = TranslatedField(_("source of the figures"))
    is_demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("observatory:home")
