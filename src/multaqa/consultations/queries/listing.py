"""Which consultations there are, and who takes part under which name."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.crypto import salted_hmac

from multaqa.consultations.models import Consultation, Participation, Points, Vote
from multaqa.directory.actors import Actor
from multaqa.directory.models import Account
from multaqa.kit import clock

State = Consultation.State


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many took part and how many answers there are: all that is public while they are given."""

    participants: int
    votes: int


def pseudonym(account: Account, consultation: Consultation) -> str:
    """The name of an account in one consultation: HMAC-SHA256 under the secret key, 64 hex digits."""
    return salted_hmac(
        "multaqa.consultations.participation", f"{account.pk}|{consultation.pk}", algorithm="sha256"
    ).hexdigest()


def paper_pseudonym(receipt: str, consultation: Consultation) -> str:
    """The name of a paper form in one consultation."""
    return salted_hmac(
        "multaqa.consultations.paper", f"{receipt}|{consultation.pk}", algorithm="sha256"
    ).hexdigest()


def public_consultations() -> QuerySet[Consultation]:
    """All that were ever opened, those that take votes first, each with its number of participants."""
    took_part = (
        Participation.objects.filter(
            Q(votes__isnull=False) | Q(points__isnull=False), consultation=OuterRef("pk")
        )
        .order_by()
        .values("consultation")
        .annotate(n=Count("pk", distinct=True))
        .values("n")
    )
    today = clock.today()
    rank = Case(
        When(state=State.OPEN, opens_on__lte=today, closes_on__gte=today, then=Value(0)),
        When(state=State.OPEN, opens_on__gt=today, then=Value(1)),
        When(state=State.OPEN, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return (
        Consultation.objects.exclude(state=State.DRAFT)
        .select_related("organiser", "territory")
        .annotate(participants=Coalesce("participants_counted", Subquery(took_part), Value(0)))
        .order_by(rank, "-closes_on", "-pk")
    )


def detail() -> QuerySet[Consultation]:
    """Consultations with what their page shows."""
    return Consultation.objects.exclude(state=State.DRAFT).select_related("organiser", "territory")


def open_consultations(today: date) -> QuerySet[Consultation]:
    """Those that take votes today, the soonest to close first."""
    return (
        Consultation.objects.filter(state=State.OPEN, opens_on__lte=today, closes_on__gte=today)
        .select_related("organiser", "territory")
        .order_by("closes_on", "pk")
    )


def consultations_to_close(today: date) -> QuerySet[Consultation]:
    """Those whose last day is over and that nobody closed yet."""
    return Consultation.objects.filter(state=State.OPEN, closes_on__lt=today).order_by("closes_on", "pk")


def turnout(consultation: Consultation) -> Turnout:
    """How many took part so far: one SQL statement."""
    answers = Points.objects if consultation.is_points else Vote.objects
    found = answers.filter(statement__consultation=consultation).aggregate(
        votes=Count("pk"), participants=Count("participation", distinct=True)
    )
    return Turnout(found["participants"], found["votes"])


def participation_of(actor: Actor, consultation: Consultation) -> Participation | None:
    """The actor's participation, None while there is none."""
    if actor.account is None:
        return None
    return Participation.objects.filter(
        consultation=consultation, pseudonym=pseudonym(actor.account, consultation)
    ).first()
