from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from multaqa.directory.models import Assurance
from multaqa.kit import clock
from multaqa.kit.states import transitions
from multaqa.kit.translated import TranslatedField

SPREAD = 100
"""How many points each participant spreads over the options."""


class Consultation(models.Model):
    """One question put to the people of a territory.

    Answered statement by statement, or by spreading points over options to say how much each counts.
    """

    class Kind(models.TextChoices):
        STATEMENTS = "statements", _p("consultation", "agree or disagree with statements")
        POINTS = "points", _p("consultation", "spread 100 points over options")

    class State(models.TextChoices):
        DRAFT = "draft", _p("consultation", "draft")
        OPEN = "open", _p("consultation", "open")
        CLOSED = "closed", _p("consultation", "closed")

    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(_("way of answering"), max_length=10, choices=Kind, default=Kind.STATEMENTS)
    title = TranslatedField(_("title"))
    question = TranslatedField(_("question"))
    text = TranslatedField(_("text"), blank=True)
    organiser = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, related_name="consultations"
    )
    territory = models.ForeignKey(
        "territories.Territory", on_delete=models.PROTECT, related_name="consultations"
    )
    opens_on = models.DateField(_("opens on"))
    closes_on = models.DateField(_("last day"))
    min_assurance = models.PositiveSmallIntegerField(
        _("who may take part"), choices=Assurance, default=Assurance.PHONE
    )
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT)
    closed_on = models.DateField(null=True, blank=True)
    participants_counted = models.PositiveBigIntegerField(
        null=True, blank=True, help_text=_("Frozen at closing")
    )
    result = models.JSONField(
        null=True, blank=True, editable=False, help_text=_("Shares of the points, frozen at closing")
    )
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-opens_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")), name="consultation_closes_after_it_opens"
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_on__isnull=False, participants_counted__isnull=False),
                name="closed_consultation_is_counted",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed", kind="points") | Q(result__isnull=False),
                name="closed_points_have_their_result",
            ),
            models.CheckConstraint(
                condition=Q(kind="points") | Q(result__isnull=True), name="only_points_have_such_a_result"
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("consultations:detail", args=[self.slug])

    def takes_votes_on(self, today: date) -> bool:
        return self.state == self.State.OPEN and self.opens_on <= today <= self.closes_on

    @property
    def takes_votes(self) -> bool:
        return self.takes_votes_on(clock.today())

    @property
    def is_points(self) -> bool:
        return self.kind == self.Kind.POINTS

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED

    @property
    def is_announced(self) -> bool:
        return self.state == self.State.OPEN and clock.today() < self.opens_on

    @property
    def days_left(self) -> int:
        return max(0, (self.closes_on - clock.today()).days)


class Participation(models.Model):
    """Somebody in one consultation, under a name that holds there only.

    The pseudonym is a keyed hash of account and consultation, and the only way from here to an account:
    without the key, which is not in the database, a vote cannot be joined to a person, nor to the same
    person's votes elsewhere.
    """

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="participations")
    pseudonym = models.CharField(max_length=64)
    receipt = models.CharField(max_length=16, blank=True, help_text=_("Code of a paper form; empty online"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "pseudonym"], name="one_participation_per_pseudonym"
            ),
            models.UniqueConstraint(
                fields=["consultation", "receipt"],
                condition=~Q(receipt=""),
                name="one_participation_per_paper_form",
            ),
        ]


class Statement(models.Model):
    """One sentence to agree or disagree with; with a key, one option to give points to."""

    class Source(models.TextChoices):
        SEED = "seed", _p("statement", "organiser")
        PARTICIPANT = "participant", _p("statement", "participant")

    class State(models.TextChoices):
        PROPOSED = "proposed", _p("statement", "waiting for review")
        SHOWN = "shown", _p("statement", "shown")
        HIDDEN = "hidden", _p("statement", "not shown")

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="statements")
    number = models.PositiveIntegerField()
    key = models.SlugField(
        max_length=40, blank=True, db_index=False, help_text=_("What an option stands for elsewhere")
    )
    text = TranslatedField(_("text"))
    source = models.CharField(max_length=11, choices=Source)
    proposed_by = models.ForeignKey(
        Participation, null=True, blank=True, on_delete=models.PROTECT, related_name="statements"
    )
    proposed_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=8, choices=State)
    reason = TranslatedField(_("public reason"), blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "number"], name="one_statement_per_number"),
            models.UniqueConstraint(
                fields=["consultation", "key"], condition=~Q(key=""), name="one_option_per_key"
            ),
            # whoever spread points weighed the options against each other: none comes or goes
            models.CheckConstraint(
                condition=Q(key="") | Q(state="shown", source="seed"),
                name="option_is_the_organisers_and_stays",
            ),
            models.CheckConstraint(
                condition=~Q(state="hidden") | ~Q(reason={}), name="statement_is_hidden_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(source="seed", proposed_by__isnull=True)
                | Q(source="participant", proposed_by__isnull=False),
                name="participants_statement_has_its_participant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.text}"

    def get_absolute_url(self) -> str:
        return f"{reverse('consultations:vote', args=[self.consultation.slug])}?statement={self.number}"

    @property
    def language(self) -> str:
        """The language it is shown in to the present reader."""
        return self.text.language


class Vote(models.Model):
    class Value(models.IntegerChoices):
        AGREE = 1, _p("vote", "Agree")
        DISAGREE = -1, _p("vote", "Disagree")
        PASS = 0, _p("vote", "Pass")

    class Channel(models.TextChoices):
        ONLINE = "online", _p("channel", "online")
        PAPER = "paper", _p("channel", "on paper")

    participation = models.ForeignKey(Participation, on_delete=models.PROTECT, related_name="votes")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="votes")
    value = models.SmallIntegerField(choices=Value)
    channel = models.CharField(max_length=6, choices=Channel, default=Channel.ONLINE)
    cast_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "statement"], name="one_vote_per_person_and_statement"
            ),
            models.CheckConstraint(condition=Q(value__in=[-1, 0, 1]), name="vote_is_agree_disagree_or_pass"),
        ]


class Points(models.Model):
    """What one participant gives one option. A participant has none, or one an option that add up to 100."""

    participation = models.ForeignKey(Participation, on_delete=models.PROTECT, related_name="points")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="points")
    points = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=6, choices=Vote.Channel, default=Vote.Channel.ONLINE)
    given_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "statement"], name="points_once_per_person_and_option"
            ),
            models.CheckConstraint(
                condition=Q(points__gte=0, points__lte=SPREAD), name="points_are_part_of_the_spread"
            ),
        ]


class Tally(models.Model):
    """What one channel gave for one statement, counted once, at closing."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="tallies")
    channel = models.CharField(max_length=6, choices=Vote.Channel)
    agree = models.PositiveBigIntegerField()
    disagree = models.PositiveBigIntegerField()
    passed = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["statement", "channel"], name="one_tally_per_channel")]


STEPS = transitions(
    {
        Consultation.State.DRAFT: {Consultation.State.OPEN},
        Consultation.State.OPEN: {Consultation.State.CLOSED},
    }
)
STATEMENT_STEPS = transitions(
    {
        Statement.State.PROPOSED: {Statement.State.SHOWN, Statement.State.HIDDEN},
        Statement.State.SHOWN: {Statement.State.HIDDEN},
        Statement.State.HIDDEN: {Statement.State.SHOWN},
    }
)
