import hashlib
from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from multaqa.kit import clock
from multaqa.kit.money import Money
from multaqa.kit.states import transitions
from multaqa.kit.translated import Translated, TranslatedField

REPLY_DAYS = 15


class Agreement(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _p("agreement", "draft")
        SIGNING = "signing", _p("agreement", "open for signature")
        IN_FORCE = "in_force", _p("agreement", "in force")
        ENDED = "ended", _p("agreement", "ended")
        CANCELLED = "cancelled", _p("agreement", "cancelled")

    STEPS = transitions(
        {
            State.DRAFT: {State.SIGNING, State.CANCELLED},
            State.SIGNING: {State.IN_FORCE, State.CANCELLED},
            State.IN_FORCE: {State.ENDED, State.CANCELLED},
        }
    )

    reference = models.CharField(_("reference"), max_length=12, unique=True)
    title = TranslatedField(_("title"))
    purpose = TranslatedField(_("purpose"))
    territory = models.ForeignKey(
        "territories.Territory", on_delete=models.PROTECT, related_name="agreements"
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    amount = models.PositiveBigIntegerField(_("amount"), null=True, blank=True, help_text=_("In minor units"))
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT, db_index=True)
    document_sha256 = models.CharField(
        max_length=64, blank=True, help_text=_("Of the frozen PDF, in hexadecimal")
    )
    in_force_on = models.DateField(null=True, blank=True, help_text=_("Day of the last signature"))
    evaluation_due_on = models.DateField(null=True, blank=True)
    cancel_reason = models.TextField(blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="agreement_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"]) | ~Q(document_sha256=""),
                name="agreement_signed_on_a_frozen_text",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "signing", "cancelled"])
                | Q(in_force_on__isnull=False, evaluation_due_on__isnull=False),
                name="agreement_in_force_since_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""),
                name="agreement_cancelled_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=["document_sha256"],
                condition=~Q(document_sha256=""),
                name="one_agreement_per_document",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("partnerships:agreement", args=[self.reference])

    @property
    def money(self) -> Money | None:
        return None if self.amount is None else Money(self.amount, self.currency)


class Document(models.Model):
    """The frozen PDF, kept to the byte: what everybody signs, whatever later versions of the renderer do."""

    agreement = models.OneToOneField(
        Agreement, on_delete=models.PROTECT, related_name="document", primary_key=True
    )
    content = models.BinaryField()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(bytes(self.content)).hexdigest()


class Party(models.Model):
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="parties")
    organisation = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, related_name="parties"
    )
    order = models.PositiveSmallIntegerField()
    capacity = TranslatedField(_("acting as"), blank=True)
    deliberation = models.CharField(_("number of the deliberation"), max_length=60, blank=True)

    class Meta:
        ordering = ["agreement", "order"]
        verbose_name_plural = "parties"
        constraints = [
            models.UniqueConstraint(fields=["agreement", "organisation"], name="one_party_per_organisation"),
            models.UniqueConstraint(fields=["agreement", "order"], name="one_party_per_place"),
        ]

    def __str__(self) -> str:
        return str(self.organisation)


class Signature(models.Model):
    """An office-holder's signature on the frozen text, for one party, once."""

    party = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="signature")
    office = models.ForeignKey("directory.Office", on_delete=models.PROTECT, related_name="signatures")
    signed_at = models.DateTimeField()
    document_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(document_sha256=""), name="signature_of_a_frozen_text")
        ]

    def __str__(self) -> str:
        return f"{self.party}, {self.signed_at:%Y-%m-%d}"


class Commitment(models.Model):
    class State(models.TextChoices):
        PLANNED = "planned", _p("commitment", "not started")
        RUNNING = "running", _p("commitment", "in progress")
        DONE = "done", _p("commitment", "done")
        LATE = "late", _p("commitment", "late")

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="commitments")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="commitments")
    number = models.PositiveSmallIntegerField()
    text = TranslatedField(_("what is promised"))
    due_on = models.DateField(_("due on"))
    indicator = TranslatedField(_("indicator"), blank=True)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0, help_text=_("Percent"))
    evidence = models.CharField(_("evidence"), max_length=300, blank=True)

    class Meta:
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="one_commitment_per_number"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="commitment_progress_in_percent"),
        ]

    def __str__(self) -> str:
        return str(self.text)

    def get_absolute_url(self) -> str:
        return f"{self.agreement.get_absolute_url()}#commitment-{self.number}"

    @property
    def title(self) -> Translated:
        return self.text

    def state_on(self, today: date) -> str:
        """Done at 100 percent; otherwise late once its day has passed, in progress, or not started."""
        if self.progress == 100:
            return self.State.DONE
        if self.due_on < today:
            return self.State.LATE
        return self.State.RUNNING if self.progress else self.State.PLANNED

    @property
    def state(self) -> str:
        return self.state_on(clock.today())

    @property
    def days_late(self) -> int:
        return (clock.today() - self.due_on).days if self.state == self.State.LATE else 0


class Report(models.Model):
    class Kind(models.TextChoices):
        PROGRESS = "progress", _p("report", "progress report")
        FINANCIAL = "financial", _p("report", "financial report")
        FINAL = "final", _p("report", "final report")

    class State(models.TextChoices):
        SUBMITTED = "submitted", _p("report", "submitted")
        ACCEPTED = "accepted", _p("report", "accepted")
        RETURNED = "returned", _p("report", "returned")

    STEPS = transitions({State.SUBMITTED: {State.ACCEPTED, State.RETURNED}})

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="reports")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    period_start = models.DateField(_("from"))
    period_end = models.DateField(_("to"))
    text = models.TextField(_("text"))
    spent = models.PositiveBigIntegerField(
        _("amount spent"), null=True, blank=True, help_text=_("In minor units")
    )
    state = models.CharField(max_length=9, choices=State, default=State.SUBMITTED)
    reason = models.TextField(blank=True, help_text=_("Why it was returned"))
    submitted_on = models.DateField()
    submitted_by = models.ForeignKey("directory.Office", on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-submitted_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period_end__gte=F("period_start")), name="report_period_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""), name="report_returned_with_a_reason"
            ),
            models.UniqueConstraint(
                fields=["party", "kind", "period_start", "period_end"],
                condition=~Q(state="returned"),
                name="one_standing_report_per_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.period_start} {self.period_end}"

    def get_absolute_url(self) -> str:
        return f"{self.agreement.get_absolute_url()}#report-{self.pk}"

    @property
    def title(self) -> Translated:
        return self.agreement.title

    @property
    def money(self) -> Money | None:
        return None if self.spent is None else Money(self.spent, self.agreement.currency)


class Evaluation(models.Model):
    """What a year of the agreement changed, by the six OECD-DAC criteria from 1 (weak) to 4 (very good)."""

    class Criterion(models.TextChoices):
        RELEVANCE = "relevance", _p("criterion", "relevance")
        COHERENCE = "coherence", _p("criterion", "coherence")
        EFFECTIVENESS = "effectiveness", _p("criterion", "effectiveness")
        EFFICIENCY = "efficiency", _p("criterion", "efficiency")
        IMPACT = "impact", _p("criterion", "impact")
        SUSTAINABILITY = "sustainability", _p("criterion", "sustainability")

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="evaluations")
    year = models.PositiveSmallIntegerField(help_text=_("First, second… year of the agreement"))
    due_on = models.DateField()
    scores = models.JSONField(help_text=_("Criterion: 1 to 4, or null for not measured"))
    evaluator = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, related_name="evaluations"
    )
    conclusion = models.TextField(_("conclusion"))
    published_on = models.DateField()

    class Meta:
        ordering = ["-published_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "year"], name="one_evaluation_per_year"),
            models.CheckConstraint(condition=Q(year__gte=1), name="evaluation_years_begin_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement.reference}: {self.year}"

    def get_absolute_url(self) -> str:
        return f"{self.agreement.get_absolute_url()}#evaluation-{self.year}"

    @property
    def title(self) -> Translated:
        return self.agreement.title

    @property
    def reply_by(self) -> date:
        """Until when the results are provisional, waiting for the parties' answers."""
        return self.published_on + timedelta(days=REPLY_DAYS)

    @property
    def days_late(self) -> int:
        return max(0, (self.published_on - self.due_on).days)

    @property
    def meters(self) -> list[tuple[str, int | None, str]]:
        """Each criterion: its name, its score (None: not measured), its place on the scale in percent."""
        rows = [(str(item.label), self.scores.get(item.value)) for item in self.Criterion]
        return [(name, score, f"{100 * ((score or 1) - 1) / 3:.1f}") for name, score in rows]


class Reply(models.Model):
    """A party's answer to the evaluation, printed beside it: the right of reply."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="replies")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="replies")
    text = models.TextField(_("answer"))
    replied_on = models.DateField()

    class Meta:
        verbose_name_plural = "replies"
        constraints = [models.UniqueConstraint(fields=["evaluation", "party"], name="one_reply_per_party")]

    def __str__(self) -> str:
        return f"{self.party}: {self.text[:60]}"


class Finding(models.Model):
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="findings")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(_("finding"))
    becomes_recommendation = models.ForeignKey(
        "recommendations.Recommendation",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="findings",
    )

    class Meta:
        ordering = ["evaluation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "number"], name="one_finding_per_number")
        ]

    def __str__(self) -> str:
        return self.text[:80]

    def get_absolute_url(self) -> str:
        return f"{self.evaluation.get_absolute_url()}-finding-{self.number}"

    @property
    def title(self) -> Translated:
        return self.evaluation.title
