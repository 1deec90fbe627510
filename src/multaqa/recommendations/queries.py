"""Reading the tracker: who answered, who did not, and since when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median

from django.apps import apps
from django.db.models import Case, Count, IntegerField, Max, Model, Q, QuerySet, Value, When

from multaqa.directory.actors import Actor, Function
from multaqa.directory.models import Organisation
from multaqa.kit import clock
from multaqa.ledger.models import Entry
from multaqa.ledger.steps import Step
from multaqa.recommendations.models import Recommendation, Standing
from multaqa.territories.models import Territory

State = Recommendation.State
ORIGIN_STEPS = (Step.OBSERVED, Step.CONSULTED, Step.EVALUATED)
PUBLIC_KINDS = tuple(kind for kind in Organisation.Kind if kind not in ("association", "media"))


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader of the tracker asks for; an empty value asks for everything."""

    text: str = ""
    addressee: str = ""  # code of an organisation
    territory: str = ""  # code of a territory
    state: str = ""  # a Standing
    order: str = (
        ""  # "" the longest without answer first, "due" the nearest deadline, "new" the latest adopted
    )


@dataclass(frozen=True, slots=True)
class Share:
    """One part of the distribution, placed on a bar of 100."""

    standing: Standing
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Counts:
    """How many recommendations stand where."""

    total: int
    counts: Mapping[Standing, int]

    @property
    def unanswered(self) -> int:
        return self.counts[Standing.UNANSWERED]

    @property
    def shares(self) -> list[Share]:
        order = (
            Standing.DONE,
            Standing.ACCEPTED,
            Standing.PARTLY,
            Standing.REFUSED,
            Standing.WITHIN,
            Standing.UNANSWERED,
        )
        shares, start = [], 0.0
        for standing in order:
            width = 100 * self.counts[standing] / self.total if self.total else 0.0
            shares.append(Share(standing, self.counts[standing], start, width))
            start += width
        return shares


@dataclass(frozen=True, slots=True)
class Figures(Counts):
    """The same, and how late the silent ones are: `median_days_late` is None when nothing is late."""

    median_days_late: int | None


def _where(standing: Standing, today: date) -> Q:
    if standing is Standing.UNANSWERED:
        return Q(state=State.ADOPTED, due_on__lt=today)
    if standing is Standing.WITHIN:
        return Q(state=State.ADOPTED, due_on__gte=today)
    return Q(state=standing.value)


def _shown() -> QuerySet[Recommendation]:
    return Recommendation.objects.select_related("addressee", "proposer", "territory", "answer")


def tracker(filters: Filters = Filters()) -> QuerySet[Recommendation]:
    """The recommendations a reader asked for: one SQL statement, whatever their number."""
    today = clock.today()
    found = _shown()
    if filters.text:
        wanted = Q(number=filters.text)
        for language in ("ar", "fr", "en"):
            wanted |= Q(**{f"title__{language}__icontains": filters.text})
            wanted |= Q(**{f"text__{language}__icontains": filters.text})
        found = found.filter(wanted)
    if filters.addressee:
        found = found.filter(addressee__code=filters.addressee)
    if filters.territory:
        found = found.filter(territory__code=filters.territory)
    if filters.state:
        found = found.filter(_where(Standing(filters.state), today))
    if filters.order == "new":
        return found.order_by("-adopted_on", "-pk")
    silent, waiting, settled = Value(0), Value(1), Value(2)
    if filters.order == "due":
        silent, waiting = waiting, silent
    rank = Case(
        When(_where(Standing.UNANSWERED, today), then=silent),
        When(_where(Standing.WITHIN, today), then=waiting),
        default=settled,
        output_field=IntegerField(),
    )
    return found.order_by(rank, "due_on", "pk")


def counts() -> Counts:
    """How many stand where: one SQL statement."""
    today = clock.today()
    counted = Recommendation.objects.aggregate(
        total=Count("pk"),
        **{standing.value: Count("pk", filter=_where(standing, today)) for standing in Standing},
    )
    return Counts(counted["total"], {standing: counted[standing.value] for standing in Standing})


def figures() -> Figures:
    """How many stand where, and how late the silent ones are: two SQL statements."""
    today, counted = clock.today(), counts()
    silent = counted.unanswered
    late = Recommendation.objects.filter(_where(Standing.UNANSWERED, today)).order_by("due_on")
    # the middle one, or the middle two, so that the cost does not grow with the number of silent addressees
    middle = late.values_list("due_on", flat=True)[max(0, silent - 1) // 2 : silent // 2 + 1]
    days = [(today - due).days for due in middle]
    return Figures(
        total=counted.total,
        counts=counted.counts,
        median_days_late=round(median(days)) if days else None,
    )


def most_overdue(limit: int = 1) -> list[Recommendation]:
    """The recommendations longest without an answer, the worst first."""
    return list(_shown().filter(_where(Standing.UNANSWERED, clock.today())).order_by("due_on", "pk")[:limit])


def detail() -> QuerySet[Recommendation]:
    """Recommendations with everything their page shows."""
    return _shown()


def addressees() -> QuerySet[Organisation]:
    """The organisations that were ever asked something."""
    return Organisation.objects.filter(recommendations_received__isnull=False).distinct()


def places() -> QuerySet[Territory]:
    """The territories that a recommendation concerns."""
    return Territory.objects.filter(recommendations__isnull=False).distinct()


def possible_addressees() -> QuerySet[Organisation]:
    """Who can be asked: councils, services and public bodies."""
    return Organisation.objects.filter(kind__in=PUBLIC_KINDS)


def possible_proposers(actor: Actor) -> QuerySet[Organisation]:
    """In whose name the actor may recommend: its own organisations, and for staff the bodies they serve."""
    own = Q(pk__in=[organisation.pk for organisation in actor.organisations()])
    serves = (Function.COUNCIL_OFFICER, Function.COORDINATOR, Function.CELL_MEMBER, Function.FACILITATOR)
    if any(actor.holds(function) for function in serves):
        own |= Q(kind__in=PUBLIC_KINDS)
    return Organisation.objects.filter(own)


def origins(limit: int = 40, also: str = "") -> QuerySet[Entry]:
    """The latest things of the record that something may follow from, one entry each: one SQL statement.

    also: the reference of one more, however long ago it was.
    """
    latest = (
        Entry.objects.filter(step__in=ORIGIN_STEPS)
        .order_by()
        .values("subject")
        .annotate(last=Max("pk"))
        .order_by("-last")
        .values("last")[:limit]
    )
    wanted = Q(pk__in=latest)
    if also:
        wanted |= Q(pk__in=latest_entry(also).values("pk"))
    return Entry.objects.filter(wanted).defer("payload")


def latest_entry(reference: str) -> QuerySet[Entry]:
    """The last entry about an object that something may follow from; none for any other reference."""
    return Entry.objects.filter(subject=reference, step__in=ORIGIN_STEPS).order_by("-pk")[:1]


def subject_of(entry: Entry) -> Model:
    """The object an entry is about, whichever room holds it. Raises LookupError when it is gone."""
    name, key = entry.subject.split(":")
    found: Model | None = apps.get_model(name)._default_manager.filter(pk=key).first()
    if found is None:
        raise LookupError(entry.subject)
    return found
