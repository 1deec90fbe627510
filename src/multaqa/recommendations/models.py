from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.utils.translation import pgettext_lazy as _p

from multaqa.directory.models import Office
from multaqa.kit import clock
from multaqa.kit.states import transitions
from multaqa.kit.translated import TranslatedField


class Standing(models.TextChoices):
    """What the public sees. Silence after the deadline is a state of its own, never an absence."""

    UNANSWERED = "unanswered", _p("recommendation", "no answer")
    WITHIN = "within", _p("recommendation", "within its time")
    ACCEPTED = "accepted", _p("recommendation", "accepted")
    PARTLY = "partly", _p("recommendation", "partly accepted")
    REFUSED = "refused", _p("recommendation", "refused with reasons")
    DONE = "done", _p("recommendation", "accepted and done")


class Recommendation(models.Model):
    """Something a body asks of one organisation, to be answered by a day."""

    class State(models.TextChoices):
        ADOPTED = "adopted", _p("recommendation", "adopted")
        ACCEPTED = "accepted", _p("recommendation", "accepted")
        PARTLY = "partly", _p("recommendation", "partly accepted")
        REFUSED = "refused", _p("recommendation", "refused with reasons")
        DONE = "done", _p("recommendation", "accepted and done")

    number = models.CharField(
        _("number"), max_length=12, unique=True, help_text=_("Year and order in the year")
    )
    title = TranslatedField(_("title"))
    text = TranslatedField(_("text"))
    addressee = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, related_name="recommendations_received"
    )
    proposer = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, related_name="recommendations_made"
    )
    territory = models.ForeignKey(
        "territories.Territory", on_delete=models.PROTECT, related_name="recommendations"
    )
    adopted_on = models.DateField(_("adopted on"))
    due_on = models.DateField(_("answer due on"), db_index=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ADOPTED)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    done_text = TranslatedField(_("what was done"), blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-adopted_on", "-pk"]
        indexes = [models.Index(fields=["state", "due_on"], name="recommendation_waiting")]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gt=F("adopted_on")), name="recommendation_leaves_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(done_on__isnull=False), name="recommendation_done_on_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("recommendations:detail", args=[self.number])

    def standing_on(self, today: date) -> Standing:
        if self.state == self.State.ADOPTED:
            return Standing.UNANSWERED if self.due_on < today else Standing.WITHIN
        return Standing(self.state)

    @property
    def standing(self) -> Standing:
        return self.standing_on(clock.today())

    @property
    def is_answered(self) -> bool:
        return self.state != self.State.ADOPTED

    @property
    def days_late(self) -> int:
        """Whole days without an answer after the deadline; 0 while there is time."""
        return max(0, (clock.today() - self.due_on).days)

    @property
    def days_left(self) -> int:
        return max(0, (self.due_on - clock.today()).days)

    @property
    def standing_words(self) -> str:
        """The state with its clock: “no answer for 41 days”."""
        if self.standing is Standing.UNANSWERED:
            return ngettext("no answer for %(n)d day", "no answer for %(n)d days", self.days_late) % {
                "n": self.days_late
            }
        if self.standing is Standing.WITHIN:
            left = self.days_left
            return ngettext("within its time: %(n)d day left", "within its time: %(n)d days left", left) % {
                "n": left
            }
        return str(self.standing.label)


class Answer(models.Model):
    """What the addressee said, in which capacity, and when."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _p("verdict", "We accept it")
        PARTLY = "partly", _p("verdict", "We accept part of it")
        REFUSED = "refused", _p("verdict", "We refuse it, with reasons")

    recommendation = models.OneToOneField(Recommendation, on_delete=models.PROTECT, related_name="answer")
    verdict = models.CharField(max_length=8, choices=Verdict)
    text = TranslatedField(_("text"), blank=True)
    answered_on = models.DateField()
    capacity = models.CharField(
        max_length=16, choices=Office.Function, help_text=_("Never the name of a person")
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(verdict="refused") | ~Q(text={}), name="refusal_of_a_recommendation_has_reasons"
            )
        ]

    def __str__(self) -> str:
        return f"{self.recommendation.number}: {self.get_verdict_display()}"

    @property
    def days_late(self) -> int:
        return max(0, (self.answered_on - self.recommendation.due_on).days)


STEPS = transitions(
    {
        Recommendation.State.ADOPTED: {
            Recommendation.State.ACCEPTED,
            Recommendation.State.PARTLY,
            Recommendation.State.REFUSED,
        },
        Recommendation.State.ACCEPTED: {Recommendation.State.DONE},
        Recommendation.State.PARTLY: {Recommendation.State.DONE},
    }
)
