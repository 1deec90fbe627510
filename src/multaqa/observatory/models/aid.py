from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from multaqa.kit import clock
from multaqa.kit.states import transitions
from multaqa.kit.translated import LANGUAGES, Translated
from multaqa.observatory.models.reports import Channel
from multaqa.territories.models import Territory


class Category(models.TextChoices):
    WATER = "water", pgettext_lazy("aid", "drinking water")
    FOOD = "food", pgettext_lazy("aid", "food")
    SHELTER = "shelter", pgettext_lazy("aid", "shelter and blankets")
    TRANSPORT = "transport", pgettext_lazy("aid", "transport")
    CARE = "care", pgettext_lazy("aid", "care and company")
    MEDICINE = "medicine", pgettext_lazy("aid", "medicine and equipment")
    SCHOOL = "school", pgettext_lazy("aid", "school supplies and lessons")
    WORK = "work", pgettext_lazy("aid", "hands for work and repair")
    COUNSEL = "counsel", pgettext_lazy("aid", "papers and counsel")
    FODDER = "fodder", pgettext_lazy("aid", "fodder for herds")


class Contact(models.Model):
    """How to reach the person behind a need or an offer: private, and erased when it is no longer needed."""

    name = models.CharField(max_length=120, blank=True)
    telephone = models.CharField(max_length=20, blank=True)
    details = models.TextField(blank=True)
    erased_at = models.DateTimeField(null=True)


class Aid(models.Model):
    """What a need and an offer have in common. The public sees category, quantity, place and window.

    account: who asked, or the facilitator who keyed a paper form in.
    """

    number = models.PositiveIntegerField(unique=True)
    category = models.CharField(max_length=10, choices=Category)
    quantity = models.PositiveIntegerField()
    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="%(class)ss")
    opens_on = models.DateField()
    closes_on = models.DateField()
    consent = models.BooleanField(help_text=_("To be matched, and to be called once both sides accept"))
    organisation = models.ForeignKey(
        "directory.Organisation", null=True, on_delete=models.PROTECT, related_name="%(class)ss"
    )
    account = models.ForeignKey(
        "directory.Account", null=True, on_delete=models.SET_NULL, related_name="%(class)ss"
    )
    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="%(class)s")
    channel = models.CharField(max_length=5, choices=Channel, default=Channel.WEB)
    receipt = models.CharField(max_length=16, unique=True)
    recorded_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True)
    taken = models.PositiveIntegerField(default=0, help_text=_("Units under matches confirmed, open or done"))
    is_demo = models.BooleanField(default=False)

    class Meta:
        abstract = True
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")), name="%(class)s_window_in_order"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="%(class)s_of_something"),
            # nothing is promised twice, whatever the code above believes
            models.CheckConstraint(
                condition=Q(taken__lte=F("quantity")), name="%(class)s_promised_within_its_quantity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.title}"

    @property
    def left(self) -> int:
        """Units that no match has taken."""
        return self.quantity - self.taken

    @property
    def public_place(self) -> Territory:
        """The place that everybody may read."""
        return self.territory

    @property
    def title(self) -> Translated:
        """Category and public place; never a word of the person's own."""
        words = {}
        for code in LANGUAGES:
            with override(code):
                words[code] = f"{Category(self.category).label} · {self.public_place.title}"
        return Translated(words)


class Need(Aid):
    """What somebody lacks."""

    class Urgency(models.IntegerChoices):
        CAN_WAIT = 1, _("can wait")
        SOON = 2, _("within days")
        NOW = 3, _("today")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("need", "open")
        MET = "met", pgettext_lazy("need", "met")
        UNMET = "unmet", pgettext_lazy("need", "not met in time")
        WITHDRAWN = "withdrawn", pgettext_lazy("need", "withdrawn")

    urgency = models.PositiveSmallIntegerField(choices=Urgency)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    lack = models.JSONField(default=dict, help_text=_("Why the last round found nothing more, if it did not"))

    class Meta(Aid.Meta):
        indexes = [models.Index(fields=["state", "closed_at"], name="needs_by_end")]

    @property
    def public_place(self) -> Territory:
        """The province of its commune: in a commune of a few people a need would point at one of them."""
        place = self.territory
        return place.parent if place.level == Territory.Level.COMMUNE and place.parent else place

    def get_absolute_url(self) -> str:
        return reverse("observatory:need", args=[self.number])


class Offer(Aid):
    """What somebody can give, and how far they go for it."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("offer", "open")
        GIVEN = "given", pgettext_lazy("offer", "given")
        ENDED = "ended", pgettext_lazy("offer", "ended")
        WITHDRAWN = "withdrawn", pgettext_lazy("offer", "withdrawn")

    reach_km = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)

    def get_absolute_url(self) -> str:
        return reverse("observatory:offer", args=[self.number])


class Match(models.Model):
    """A need and an offer that fit: proposed with reasons, confirmed by a person, accepted by both sides."""

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("match", "proposed")
        CONFIRMED = "confirmed", pgettext_lazy("match", "confirmed, waiting for both sides")
        OPEN = "open", pgettext_lazy("match", "accepted by both sides")
        DONE = "done", pgettext_lazy("match", "done")
        FAILED = "failed", pgettext_lazy("match", "did not happen")
        DECLINED = "declined", pgettext_lazy("match", "declined")
        SUPERSEDED = "superseded", pgettext_lazy("match", "replaced by a better proposal")

    number = models.PositiveIntegerField(unique=True)
    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="matches")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="matches")
    quantity = models.PositiveIntegerField()
    metres = models.PositiveIntegerField()
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_at = models.DateTimeField(default=clock.now)
    confirmed_at = models.DateTimeField(null=True)
    need_accepted_at = models.DateTimeField(null=True)
    offer_accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    need_says = models.BooleanField(null=True, help_text=_("Did it happen? The word of the side in need"))
    offer_says = models.BooleanField(null=True, help_text=_("Did it happen? The word of the side that gives"))
    need_feedback = models.PositiveSmallIntegerField(null=True, help_text=_("1 to 5"))
    offer_feedback = models.PositiveSmallIntegerField(null=True, help_text=_("1 to 5"))
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "offer"],
                condition=Q(state__in=["proposed", "confirmed", "open"]),
                name="one_live_match_per_pair",
            ),
            # no contact before both said yes, whatever the code above believes
            models.CheckConstraint(
                condition=~Q(state__in=["open", "done", "failed"])
                | Q(need_accepted_at__isnull=False, offer_accepted_at__isnull=False),
                name="open_match_was_accepted_by_both",
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="match_of_something"),
            models.CheckConstraint(
                condition=(Q(need_feedback=None) | Q(need_feedback__range=(1, 5)))
                & (Q(offer_feedback=None) | Q(offer_feedback__range=(1, 5))),
                name="match_feedback_from_1_to_5",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.need} ← {self.offer}"

    @property
    def title(self) -> Translated:
        return self.need.title

    def get_absolute_url(self) -> str:
        return reverse("observatory:match", args=[self.number])


NEED_STEPS = transitions({Need.State.OPEN: {Need.State.MET, Need.State.UNMET, Need.State.WITHDRAWN}})
OFFER_STEPS = transitions({Offer.State.OPEN: {Offer.State.GIVEN, Offer.State.ENDED, Offer.State.WITHDRAWN}})
MATCH_STEPS = transitions(
    {
        Match.State.PROPOSED: {Match.State.CONFIRMED, Match.State.DECLINED, Match.State.SUPERSEDED},
        Match.State.CONFIRMED: {Match.State.OPEN, Match.State.DECLINED},
        Match.State.OPEN: {Match.State.DONE, Match.State.FAILED},
    }
)
