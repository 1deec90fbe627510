"""What agreements say, read in a fixed number of statements."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet

from multaqa.directory.actors import Actor
from multaqa.directory.models import Organisation
from multaqa.kit import clock
from multaqa.kit.digits import western
from multaqa.kit.policy import allows
from multaqa.kit.translated import LANGUAGES
from multaqa.partnerships.models import (
    Agreement,
    Commitment,
    Document,
    Evaluation,
    Finding,
    Party,
    Reply,
    Report,
    Signature,
)
from multaqa.partnerships.rules import speaks_for
from multaqa.territories.models import Territory


@dataclass(frozen=True, slots=True)
class Side:
    """A party with its signature and how many of its commitments are done."""

    party: Party
    signature: Signature | None
    verified: bool
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Judged:
    """An evaluation with what each party answered, None while it has not."""

    evaluation: Evaluation
    answers: list[tuple[Party, Reply | None]]

    @property
    def is_provisional(self) -> bool:
        """Some party may still answer within its time."""
        return clock.today() <= self.evaluation.reply_by and any(
            reply is None for _party, reply in self.answers
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a hash."""

    sha256: str
    agreement: Agreement | None


COLUMNS = (
    "reference", "title_ar", "title_fr", "state", "territory", "parties", "starts_on", "ends_on",
    "amount_minor", "currency", "commitments", "done", "late", "evaluation_due_on", "document_sha256",
    "is_demo",
)  # fmt: skip


def rows(agreements: Iterable[Agreement]) -> Iterator[tuple[object, ...]]:
    """The register's open data, in the order of COLUMNS; organisations by their codes."""
    for one in agreements:
        parties = " ".join(party.organisation.code for party in one.parties.all())
        counts = (getattr(one, name) for name in ("commitment_count", "done_count", "late_count"))
        yield (
            one.reference,
            one.title.get("ar", ""),
            one.title.get("fr", ""),
            one.state,
            one.territory.code,
            parties,
            one.starts_on,
            one.ends_on,
            one.amount,
            one.currency,
            *counts,
            one.evaluation_due_on,
            one.document_sha256,
            one.is_demo,
        )


def register(
    *, state: str = "", territory: Territory | None = None, party: Organisation | None = None, text: str = ""
) -> QuerySet[Agreement]:
    """The register of agreements, newest first; drafts are in it, marked as drafts.

    text: words looked for in the title in any language, or in the reference. Each row carries
    `commitment_count`, `done_count`, `late_count` and its prefetched parties.
    """
    found = Agreement.objects.select_related("territory").prefetch_related(
        Prefetch("parties", Party.objects.select_related("organisation"))
    )
    if state:
        found = found.filter(state=state)
    if territory is not None:
        found = found.filter(territory=territory)
    if party is not None:
        found = found.filter(Exists(Party.objects.filter(agreement=OuterRef("pk"), organisation=party)))
    for word in western(text).split():
        titles = [Q(**{f"title__{code}__icontains": word}) for code in LANGUAGES]
        found = found.filter(titles[0] | titles[1] | titles[2] | Q(reference__icontains=word))
    late = Q(commitments__progress__lt=100, commitments__due_on__lt=clock.today())
    return found.annotate(
        commitment_count=Count("commitments"),
        done_count=Count("commitments", filter=Q(commitments__progress=100)),
        late_count=Count("commitments", filter=late),
    ).order_by("-pk")


def in_full() -> QuerySet[Agreement]:
    """Agreements with everything their page shows, in seven statements whatever their number."""
    of_party = "party__organisation"
    return Agreement.objects.select_related("territory", "document").prefetch_related(
        Prefetch("parties", Party.objects.select_related("organisation", "signature__office")),
        Prefetch("commitments", Commitment.objects.select_related(of_party)),
        Prefetch("reports", Report.objects.select_related(of_party)),
        Prefetch("evaluations", Evaluation.objects.select_related("evaluator")),
        "evaluations__replies",
        Prefetch("evaluations__findings", Finding.objects.select_related("becomes_recommendation")),
    )


def sides(agreement: Agreement) -> list[Side]:
    """Each party beside its signature. Verified: the signature is of exactly the bytes the platform keeps."""
    try:
        kept = agreement.document.sha256
    except Document.DoesNotExist:
        kept = ""
    rows = []
    for party in agreement.parties.all():
        signature = getattr(party, "signature", None)
        own = [commitment for commitment in agreement.commitments.all() if commitment.party_id == party.pk]
        verified = signature is not None and signature.document_sha256 == kept == agreement.document_sha256
        rows.append(Side(party, signature, verified, sum(one.progress == 100 for one in own), len(own)))
    return rows


def judged(agreement: Agreement) -> list[Judged]:
    """The evaluations of an agreement read with `in_full`, newest first, each with both sides' answers."""
    found = []
    for evaluation in agreement.evaluations.all():
        replies = {reply.party_id: reply for reply in evaluation.replies.all()}
        found.append(
            Judged(evaluation, [(party, replies.get(party.pk)) for party in agreement.parties.all()])
        )
    return found


def bound_parties(actor: Actor, agreement: Agreement) -> list[Party]:
    """The parties of an agreement read with `in_full` that the actor may bind."""
    return [party for party in agreement.parties.all() if speaks_for(actor, party.organisation)]


@dataclass(frozen=True, slots=True)
class Accounted:
    """What accepted financial reports say was spent, and its share of the amount in percent, at most 100."""

    spent: int
    share: int


def accounted(agreement: Agreement) -> Accounted | None:
    """What accepted financial reports account for; None without an amount or an accepted report."""
    spent = [
        report.spent or 0
        for report in agreement.reports.all()
        if (report.kind, report.state) == (Report.Kind.FINANCIAL, Report.State.ACCEPTED)
    ]
    if not agreement.amount or not spent:
        return None
    return Accounted(sum(spent), min(100, 100 * sum(spent) // agreement.amount))


def evaluation_is_late(agreement: Agreement, today: date) -> bool:
    """Was an evaluation due before this day, and is it missing?"""
    due = agreement.evaluation_due_on
    return due is not None and due < today and _awaits_evaluation(agreement)


def open_acts(actor: Actor, agreement: Agreement) -> list[str]:
    """What this actor can do now with an agreement read with `in_full`: allowed and possible in its state."""
    state, mine = agreement.state, bound_parties(actor, agreement)
    binds = state in (Agreement.State.IN_FORCE, Agreement.State.ENDED)
    newest = next(iter(agreement.evaluations.all()), None)
    answered = {reply.party_id for reply in newest.replies.all()} if newest else set()
    possible = {
        "add_commitment": state == Agreement.State.DRAFT,
        "put_to_signature": state == Agreement.State.DRAFT,
        "sign_agreement": state == Agreement.State.SIGNING
        and any(not hasattr(one, "signature") for one in mine),
        "submit_report": binds,
        "evaluate_agreement": binds and _awaits_evaluation(agreement),
        "reply_to_evaluation": newest is not None and any(one.pk not in answered for one in mine),
        "link_finding": newest is not None,
        "end_agreement": state == Agreement.State.IN_FORCE and agreement.ends_on < clock.today(),
        "cancel_agreement": state not in (Agreement.State.ENDED, Agreement.State.CANCELLED),
    }
    return [act for act, can in possible.items() if can and allows(actor, f"partnerships.{act}", agreement)]


def _awaits_evaluation(agreement: Agreement) -> bool:
    due = agreement.evaluation_due_on
    return due is not None and all(one.due_on != due for one in agreement.evaluations.all())


def in_force(today: date) -> QuerySet[Agreement]:
    """Agreements that bind their parties on this day: signed by all, not ended, last day not passed."""
    return Agreement.objects.filter(
        state=Agreement.State.IN_FORCE, in_force_on__lte=today, ends_on__gte=today
    )


def is_in_force(agreement: Agreement, today: date | None = None) -> bool:
    """Does this agreement, as the database knows it now, bind its parties?"""
    return in_force(today or clock.today()).filter(pk=agreement.pk).exists()


def due_evaluations(today: date) -> QuerySet[Agreement]:
    """Agreements whose evaluation was due by this day and does not exist, the longest overdue first."""
    evaluated = Evaluation.objects.filter(agreement=OuterRef("pk"), due_on=OuterRef("evaluation_due_on"))
    return (
        Agreement.objects.filter(
            state__in=[Agreement.State.IN_FORCE, Agreement.State.ENDED], evaluation_due_on__lte=today
        )
        .exclude(Exists(evaluated))
        .order_by("evaluation_due_on", "pk")
    )


def evaluations() -> QuerySet[Evaluation]:
    """Every published evaluation, newest first, with the number of answers and of parties."""
    found = Evaluation.objects.select_related("agreement", "evaluator").annotate(
        reply_count=Count("replies", distinct=True), party_count=Count("agreement__parties", distinct=True)
    )
    return found.order_by("-published_on", "-pk")


def past_their_end(today: date) -> QuerySet[Agreement]:
    """Agreements still in force by their state although their last day has passed."""
    return Agreement.objects.filter(state=Agreement.State.IN_FORCE, ends_on__lt=today)


def signed_text(sha256: str) -> Agreement | None:
    """The agreement whose frozen text has this SHA-256 (hexadecimal), if any."""
    return Agreement.objects.filter(document_sha256=sha256.lower()).exclude(document_sha256="").first()


def verdict(*, sha256: str) -> Verdict:
    """Is this the hash of an agreement's frozen text, and of which one?"""
    return Verdict(sha256.strip().lower(), signed_text(sha256.strip()))


def parties_of(actor: Actor, agreement: Agreement) -> list[Party]:
    """The parties the actor may bind, in the order of the text."""
    held = agreement.parties.select_related("organisation", "signature__office").order_by("order")
    return [party for party in held if speaks_for(actor, party.organisation)]


def waiting_for(actor: Actor) -> QuerySet[Agreement]:
    """Agreements open for signature that wait for an organisation the actor speaks for."""
    organisations = [
        organisation for organisation in actor.organisations() if speaks_for(actor, organisation)
    ]
    unsigned = Party.objects.filter(
        agreement=OuterRef("pk"), organisation__in=organisations, signature__isnull=True
    )
    return Agreement.objects.filter(Exists(unsigned), state=Agreement.State.SIGNING).order_by(
        F("reference").asc()
    )
