"""What the fund's pages read; each query costs the same number of statements for one row or a thousand."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from multaqa.directory.actors import Actor
from multaqa.funds import legal
from multaqa.funds.models import (
    Allocation,
    Application,
    Award,
    Ballot,
    Call,
    Criterion,
    Envelope,
    Priority,
    Recusal,
    Review,
    Tranche,
)
from multaqa.kit import clock, formats
from multaqa.kit.digits import western
from multaqa.kit.money import Money
from multaqa.kit.translated import LANGUAGES
from multaqa.ledger.actions import reference
from multaqa.ledger.models import Entry
from multaqa.partnerships.models import Report
from multaqa.partnerships.queries import is_in_force
from multaqa.territories.models import LegalRule, Territory


@dataclass(frozen=True, slots=True)
class Figures:
    """The fund in numbers. granted and paid: Money of the most used currency."""

    envelope: Money
    granted: Money
    paid: Money
    awards: int
    open_calls: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """One eligibility check: `ok` True, False, or None where nobody can say.

    The software flags, people decide.
    """

    ok: bool | None
    title: str
    text: str
    rule: LegalRule | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """What keeps an instalment from being released: one sentence, and the rule behind it when it is law."""

    sentence: str
    rule: LegalRule | None = None


@dataclass(frozen=True, slots=True)
class Footing:
    """What the instalments of an award stand on: the law, its agreement, its unused accepted reports."""

    known: legal.Known
    in_force: bool
    reports: tuple[Report, ...]
    late: Block | None

    def opening(self, report: Report | None = None) -> Report | None:
        """The report that may open an instalment: the one named, or the oldest."""
        return next((one for one in self.reports if report is None or one == report), None)


@dataclass(frozen=True, slots=True)
class Panel:
    """What the reviewers think of one application, on the scale 1 to 4; a recused member's review does not
    count.
    """

    mean: float | None
    low: float
    high: float
    reviews: int
    recusals: int


@dataclass(frozen=True, slots=True)
class Equity:
    """Where the money of a call goes. Shares in percent of what was selected."""

    rural: float
    by_territory: tuple[tuple[Territory, Money, float], ...]
    recusals: int
    silent_communes: int
    communes: int


def pseudonym(call: Call, voter: str) -> str:
    """A voter's name in one call: keyed by the installation's secret, different in every call, 64 hexadecimal
    digits.
    """
    return salted_hmac("multaqa.funds.ballot", f"{call.reference}:{voter}", algorithm="sha256").hexdigest()


def ballot_of(call: Call, actor: Actor) -> Ballot | None:
    """The ballot this account cast online in this call."""
    if actor.account is None:
        return None
    return Ballot.objects.filter(call=call, pseudonym=pseudonym(call, f"account:{actor.account.pk}")).first()


def free_money(envelope: Envelope) -> int:
    """Minor units not awarded and not promised to a call still running."""
    running = envelope.calls.exclude(state=Call.State.AWARDED)
    promised = running.aggregate(total=Sum(F("amount") - F("committed")))["total"] or 0
    return int(envelope.amount - envelope.committed - promised)


def next_reference(year: int) -> str:
    """2026-01, 2026-02… in the order calls are opened."""
    used = Call.objects.filter(reference__startswith=f"{year}-").values_list("reference", flat=True)
    numbers = [int(text.removeprefix(f"{year}-")) for text in used if text.removeprefix(f"{year}-").isdigit()]
    return f"{year}-{max(numbers, default=0) + 1:02d}"


def envelopes() -> QuerySet[Envelope]:
    return Envelope.objects.select_related("cell")


def priorities() -> QuerySet[Priority]:
    """By rank, with the number of calls that answered each."""
    found = Priority.objects.select_related("territory", "cell").annotate(call_count=Count("calls"))
    return found.order_by("rank", "number")


def calls() -> QuerySet[Call]:
    """Newest first, with the number of applications."""
    found = Call.objects.select_related("envelope__cell").annotate(application_count=Count("applications"))
    return found.order_by("-opens_on", "-reference")


def open_calls(today: date | None = None) -> QuerySet[Call]:
    """Calls that take applications or votes on this day, the soonest deadline first."""
    day = today or clock.today()
    applying = Q(state=Call.State.OPEN, opens_on__lte=day, closes_on__gte=day)
    voting = Q(state=Call.State.VOTING, vote_opens_on__lte=day, vote_closes_on__gte=day)
    return calls().filter(applying | voting).order_by("closes_on", "reference")


def results() -> QuerySet[Allocation]:
    """Counted calls, the latest first."""
    return (
        Allocation.objects.select_related("call__envelope__cell")
        .defer("ballot_file")
        .order_by("-counted_at", "-pk")
    )


def awards_of(call: int) -> QuerySet[Award]:
    """The awards of a call, largest first, each with its application and call."""
    found = Award.objects.filter(application__call=call).select_related("application__call")
    return found.order_by("-amount", "pk")


def figures() -> Figures:
    """For the front page: three statements."""
    largest = Envelope.objects.values("currency").annotate(sum=Sum("amount")).order_by("-sum").first()
    currency = largest["currency"] if largest else "MAD"
    granted = Award.objects.filter(currency=currency).aggregate(
        n=Count("pk"), amount=Sum("amount"), paid=Sum("paid")
    )
    return Figures(
        envelope=Money(largest["sum"] if largest else 0, currency),
        granted=Money(granted["amount"] or 0, currency),
        paid=Money(granted["paid"] or 0, currency),
        awards=granted["n"],
        open_calls=open_calls().count(),
    )


def applications(call: Call) -> QuerySet[Application]:
    """The applications of a call, in the order they came."""
    found = call.applications.select_related("organisation", "territory", "call__envelope__cell")
    return found.order_by("number")


def application(pk: int) -> QuerySet[Application]:
    """One application with what its page shows."""
    found = Application.objects.select_related("organisation", "territory", "call__envelope__cell", "award")
    reviews = Prefetch("reviews", Review.objects.select_related("reviewer"))
    return found.filter(pk=pk).prefetch_related(reviews, Prefetch("recusals", Recusal.objects.order_by("pk")))


def checks(found: Application, known: legal.Known) -> list[Verdict]:
    """What the platform can say about eligibility, each line with the applicant's own figures."""
    call, organisation = found.call, found.organisation
    kinds = call.kinds or [organisation.Kind.ASSOCIATION]
    verdicts = [
        Verdict(
            organisation.kind in kinds,
            _("Kind of organisation"),
            _("The applicant is registered as: %(kind)s.") % {"kind": organisation.get_kind_display()},
            known.get(legal.DELIBERATION),
        ),
        Verdict(
            found.requested <= call.max_per_application,
            _("Ceiling of the call"),
            _("It asks for %(asked)s; the ceiling is %(ceiling)s.")
            % {"asked": found.money, "ceiling": call.ceiling},
        ),
    ]
    if call.min_years:
        verdicts.append(_age(found))
    if call.min_own_percent:
        whole = found.requested + found.own_contribution
        share = 100 * found.own_contribution / whole if whole else 0.0
        values = {"share": formats.percent(share), "least": formats.percent(call.min_own_percent, 0)}
        verdicts.append(
            Verdict(
                share >= call.min_own_percent,
                _("Own contribution"),
                _("It brings %(share)s of the cost; the call asks for %(least)s.") % values,
            )
        )
    limit = legal.limit(legal.AGREEMENT, known)
    if limit and limit.reached(found.money):
        verdicts.append(
            Verdict(
                None,
                _("An agreement will be needed"),
                _("Above %(limit)s nothing is paid before a signed agreement.") % {"limit": limit.amount},
                limit.rule,
            )
        )
    return verdicts


def _age(found: Application) -> Verdict:
    call, founded = found.call, found.organisation.founded_on
    title = _("Years of existence")
    if founded is None:
        return Verdict(None, title, _("The date of foundation is not known."))
    years = (
        call.closes_on.year
        - founded.year
        - ((call.closes_on.month, call.closes_on.day) < (founded.month, founded.day))
    )
    text = _("Founded on %(day)s; the call asks for %(years)s years.")
    return Verdict(
        years >= call.min_years, title, text % {"day": formats.day(founded), "years": call.min_years}
    )


def panels(call: Call) -> dict[int, Panel]:
    """What the cell thinks of each application, by number: two statements."""
    recused: dict[int, set[int]] = defaultdict(set)
    for number, person in Recusal.objects.filter(application__call=call).values_list(
        "application__number", "reviewer"
    ):
        recused[number].add(person)
    given: dict[int, list[Decimal]] = defaultdict(list)
    for review in Review.objects.filter(application__call=call).annotate(number=F("application__number")):
        if review.reviewer_id not in recused[review.number]:
            given[review.number].append(review.mean)
    return {number: panel(given[number], len(recused[number])) for number in given.keys() | recused.keys()}


def panel(means: Iterable[Decimal], recusals: int = 0) -> Panel:
    """The mean of the reviewers' means, between the lowest and the highest of them."""
    given = [float(mean) for mean in means]
    if not given:
        return Panel(None, 1, 4, 0, recusals)
    return Panel(sum(given) / len(given), min(given), max(given), len(given), recusals)


def counting_reviews(found: Application) -> list[Review]:
    """The reviews of one application whose authors did not stand aside."""
    aside = {recusal.reviewer_id for recusal in found.recusals.all()}
    return [review for review in found.reviews.all() if review.reviewer_id not in aside]


def own_scores(found: Application, actor: Actor) -> dict[str, int | str]:
    """What this member scored before, to be changed; empty the first time."""
    persons = {office.person_id for office in actor.offices}
    review = next((review for review in found.reviews.all() if review.reviewer_id in persons), None)
    if review is None:
        return {}
    return {"comment": review.comment, **{name: getattr(review, name) for name in Criterion.values}}


def turnout(call: Call) -> dict[str, int]:
    """Ballots by channel, both channels always present."""
    counted = dict(call.ballots.values_list("channel").annotate(n=Count("pk")))
    return {channel: counted.get(channel, 0) for channel in Ballot.Channel.values}


def equity(call: Call, rows: Iterable[Application], communes: QuerySet[Territory]) -> Equity:
    """Where the selected money goes, and which communes asked for nothing: two statements."""
    listed = list(rows)
    won = [row for row in listed if row.state in (Application.State.SELECTED, Application.State.AWARDED)]
    whole = sum(row.requested for row in won) or 1
    sums: dict[int, int] = defaultdict(int)
    for row in won:
        sums[row.territory_id] += row.requested
    places = {row.territory_id: row.territory for row in won}
    rural = sum(row.requested for row in won if row.territory.milieu == Territory.Milieu.RURAL)
    asked = {row.territory_id for row in listed}
    every = list(communes.values_list("pk", flat=True))
    return Equity(
        rural=100 * rural / whole,
        by_territory=tuple(
            (places[place], Money(total, call.currency), 100 * total / whole)
            for place, total in sorted(sums.items(), key=lambda item: (-item[1], item[0]))
        ),
        recusals=Recusal.objects.filter(application__call=call).count(),
        silent_communes=sum(place not in asked for place in every),
        communes=len(every),
    )


def entry_of(call: Call, verb: str) -> Entry | None:
    """The ledger entry by which something was done to a call."""
    return Entry.objects.filter(subject=reference(call), verb=verb).first()


def awards(
    *, text: str = "", year: int | None = None, call: Call | None = None, state: str = ""
) -> QuerySet[Award]:
    """The public register, newest first.

    state: `paid` (in full), `running`, or `waiting` (nothing released).
    """
    found = Award.objects.select_related(
        "application__organisation", "application__territory", "application__call", "agreement"
    )
    if year:
        found = found.filter(awarded_on__year=year)
    if call is not None:
        found = found.filter(application__call=call)
    for word in western(text).split():
        titles = [
            Q(**{f"application__{name}title__{code}__icontains": word})
            for code in LANGUAGES
            for name in ("", "organisation__")
        ]
        matches = Q(deliberation__icontains=word)
        for title in titles:
            matches |= title
        found = found.filter(matches)
    states = {
        "paid": Q(paid=F("amount")),
        "waiting": Q(released=0),
        "running": Q(released__gt=0, paid__lt=F("amount")),
    }
    return found.filter(states[state]) if state in states else found


def award(pk: int) -> QuerySet[Award]:
    """One award with what its page shows: two statements."""
    found = Award.objects.select_related(
        "application__organisation",
        "application__territory",
        "application__call__envelope__cell",
        "agreement",
    )
    tranches = Tranche.objects.select_related("report", "payment")
    return found.filter(pk=pk).prefetch_related(Prefetch("tranches", tranches))


def plan(found: Award, known: legal.Known) -> list[tuple[Tranche, list[Block]]]:
    """The instalments of an award, each planned one with what keeps it from being released today."""
    rows = []
    ground = footing(found, known)
    for one in found.tranches.all():
        one.award = found
        waits = one.state == Tranche.State.PLANNED
        rows.append((one, blocks(one, ground) if waits else []))
    return rows


def tranche(award_pk: int, number: int) -> QuerySet[Tranche]:
    found = Tranche.objects.select_related(
        "award__application__call__envelope__cell", "award__agreement", "report"
    )
    return found.filter(award=award_pk, number=number)


def footing(found: Award, known: legal.Known | None = None) -> Footing:
    """What all instalments of an award stand on today: at most five statements."""
    known = legal.rules() if known is None else known
    if found.agreement is None:
        return Footing(known, False, (), None)
    accepted = Report.objects.filter(agreement=found.agreement, state=Report.State.ACCEPTED)
    unused = accepted.exclude(tranches__award=found).order_by("period_end", "pk")
    return Footing(known, is_in_force(found.agreement), tuple(unused), _late_report(found, known))


def blocks(found: Tranche, ground: Footing, report: Report | None = None) -> list[Block]:
    """Everything that keeps an instalment from being released today; empty when it may be.

    report: the one meant to open it; without, the oldest accepted report that opened no other.
    """
    award = found.award
    kept = []
    limit = legal.limit(legal.AGREEMENT, ground.known)
    if award.agreement is None and limit and limit.reached(award.money):
        sentence = _("An award above %(limit)s needs a signed agreement first.") % {"limit": limit.amount}
        kept.append(Block(sentence, limit.rule))
    if award.agreement is not None and not ground.in_force:
        sentence = _("Agreement %(reference)s is not in force: wait for its signatures, or renew it.")
        kept.append(Block(sentence % {"reference": award.agreement.reference}))
    if found.needs_report and ground.opening(report) is None:
        kept.append(
            Block(_("Its report is not accepted yet: it is submitted and judged under the agreement."))
        )
    earlier = [one for one in award.tranches.all() if one.number < found.number]
    waiting = next((one for one in earlier if one.state == Tranche.State.PLANNED), None)
    if waiting is not None:
        kept.append(Block(_("Instalment %(number)s comes first.") % {"number": waiting.number}))
    if ground.late is not None and found.number > 1:
        kept.append(ground.late)
    return kept


def _late_report(award: Award, known: legal.Known) -> Block | None:
    """The financial report of last year, where money was paid and the day of the report has passed."""
    today = clock.today()
    day = legal.report_day(known, today.year)
    if day is None or today < day or not award.paid or award.awarded_on.year >= today.year:
        return None
    year = today.year - 1
    handed_in = Report.objects.filter(
        agreement=award.agreement_id, kind=Report.Kind.FINANCIAL, period_end__year=year
    ).exclude(state=Report.State.RETURNED)
    if handed_in.exists():
        return None
    values = {"year": year, "day": formats.day(day)}
    sentence = _("The financial report of %(year)s was due before %(day)s.") % values
    return Block(sentence, known[legal.ANNUAL_REPORT])
