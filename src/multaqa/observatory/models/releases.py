from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from multaqa.kit import clock
from multaqa.kit.states import transitions
from multaqa.kit.translated import Translated, TranslatedField
from multaqa.observatory.models.indicators import Dimension
from multaqa.territories.models import Territory

BOUNDS = (2.0, 3.5, 5.0, 6.5)  # between the five classes of the risk scale


def risk_class(score: float) -> str:
    """The class of the risk scale, k1 the lowest to k5."""
    return f"k{1 + sum(score >= bound for bound in BOUNDS)}"


class IndexRelease(models.Model):
    """The index as published on a day, with its method and the figures it read; never changed after.

    `snapshot` and `method` are frozen when it is ordered, `result_hash` when it is computed; their contents
    are described in `scoring`.
    """

    class State(models.TextChoices):
        COMPUTING = "computing", _("being computed")
        READY = "ready", _("released")
        FAILED = "failed", _("could not be computed")

    PROBLEM_LENGTH = 300
    INTERRUPTED = "interrupted"

    number = models.PositiveIntegerField(unique=True)
    title = TranslatedField(_("title"))
    root = models.ForeignKey(
        Territory,
        on_delete=models.PROTECT,
        related_name="releases",
        help_text=_("Whose communes it compares"),
    )
    state = models.CharField(max_length=9, choices=State, default=State.COMPUTING)
    progress = models.PositiveSmallIntegerField(default=0, help_text=_("Percent of the draws"))
    heard_at = models.DateTimeField(default=clock.now, help_text=_("Last sign of its computation"))
    attempts = models.PositiveSmallIntegerField(default=0, help_text=_("How often its computation began"))
    problem = models.CharField(max_length=PROBLEM_LENGTH, blank=True)
    released_at = models.DateTimeField(default=clock.now)
    method = models.JSONField()
    snapshot = models.JSONField()
    snapshot_hash = models.CharField(max_length=64)
    result_hash = models.CharField(max_length=64, blank=True)
    code_version = models.CharField(max_length=20)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(progress__lte=100) & (~Q(state="ready") | ~Q(result_hash="")),
                name="ready_release_has_its_result",
            )
        ]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("observatory:release", args=[self.number])

    @property
    def consultation(self) -> dict[str, Any] | None:
        """Where residents set its weights: title, url, people and on_paper; None where the council did."""
        source = self.method.get("weights_from")
        if not source:
            return None
        language = (get_language() or "ar")[:2]
        return {**source, "title": Translated(source["title"]), "url": f"/{language}{source['path']}"}

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY


RELEASE_STEPS = transitions(
    {
        IndexRelease.State.COMPUTING: {IndexRelease.State.READY, IndexRelease.State.FAILED},
        IndexRelease.State.FAILED: {IndexRelease.State.COMPUTING},
    }
)


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
    splits = models.JSONField(default=dict, help_text=_("{group: {share, score, dimensions}}"))
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
