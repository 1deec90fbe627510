import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import models, transaction
from django.db.models import Count, Max, Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from multaqa.consultations import queries
from multaqa.consultations.models import (
    STATEMENT_STEPS,
    STEPS,
    Consultation,
    Participation,
    Statement,
    Tally,
    Vote,
)
from multaqa.consultations.rules import CONVENING
from multaqa.directory.actors import Actor
from multaqa.directory.models import Assurance, Organisation
from multaqa.kit import clock
from multaqa.kit.policy import Refused, require
from multaqa.kit.states import move
from multaqa.kit.translated import LANGUAGES, Translated
from multaqa.ledger.actions import Due, record
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import register
from multaqa.territories.models import Territory

VERBS = {
    "consultations.consultation_opened": _("Consultation opened"),
    "consultations.statement_proposed": _("Statement proposed"),
    "consultations.statement_reviewed": _("Statement reviewed"),
    "consultations.vote_cast": _("Vote cast"),
    "consultations.paper_votes_entered": _("Paper votes entered"),
    "consultations.consultation_closed": _("Consultation closed, result frozen"),
}
register(VERBS)

PROPOSALS = 5
"""How many statements one participant may propose in one consultation."""


@dataclass(frozen=True, slots=True)
class Participant:
    """The capacity in which people speak: whatever office they hold, the record does not say."""

    capacity: str = "participant"


def open_consultation(
    *,
    actor: Actor,
    title: Translated,
    question: Translated,
    territory: Territory,
    opens_on: date,
    closes_on: date,
    statements: Iterable[Translated],
    text: Translated | None = None,
    min_assurance: int = Assurance.PHONE,
    organiser: Organisation | None = None,
    slug: str = "",
    causes: Iterable[models.Model] = (),
) -> Consultation:
    """Put a question to the people of a territory, with the statements it starts from.

    organiser: in whose name; the actor's own organisation when none is named. causes: the observation or
    release it follows from. Raises Forbidden, or Refused for days in the wrong order or no statement.
    """
    require(actor, "consultations.open_consultation", organiser)
    seeds = [Translated(statement) for statement in statements if statement]
    if closes_on < max(opens_on, clock.today()):
        raise Refused(_("The last day must come after the first, and not before today."), field="closes_on")
    if not seeds:
        raise Refused(_("Write at least one statement to begin with."), field="statements")
    organiser = organiser or actor.organisations(*CONVENING)[0]
    with transaction.atomic():
        consultation = Consultation.objects.create(
            slug=_free_slug(slug or slugify(title.get("en") or title.get("fr") or "")),
            title=title,
            question=question,
            text=text or Translated(),
            organiser=organiser,
            territory=territory,
            opens_on=opens_on,
            closes_on=closes_on,
            min_assurance=min_assurance,
            is_demo=organiser.is_demo or bool(actor.account and actor.account.is_demo),
        )
        Statement.objects.bulk_create(
            Statement(
                consultation=consultation,
                number=number,
                text=seed,
                source=Statement.Source.SEED,
                state=Statement.State.SHOWN,
            )
            for number, seed in enumerate(seeds, start=1)
        )
        move(consultation, Consultation.State.OPEN, STEPS)
        record(
            actor,
            "consultations.consultation_opened",
            consultation,
            facts={
                "consultation": consultation.slug,
                "question": question,
                "organiser": organiser.code,
                "territory": territory.code,
                "opens_on": opens_on,
                "closes_on": closes_on,
                "min_assurance": int(min_assurance),
                "statements": len(seeds),
            },
            causes=causes,
            due=Due(Step.CONSULTED, closes_on, met_by="consultations.consultation_closed"),
        )
    return consultation


def propose_statement(*, actor: Actor, consultation: Consultation, text: str, language: str) -> Statement:
    """Propose a sentence for others to vote on; a facilitator reads it first.

    language: ar, fr or en. Raises Forbidden for a stranger, Refused when the consultation takes none, the
    account is not sure enough, five were proposed already, or the sentence is already there.
    """
    require(actor, "consultations.propose_statement", consultation)
    assert actor.account is not None
    words = " ".join(text.split())
    if language not in LANGUAGES or not words:
        raise Refused(_("Write one sentence, and say in which language it is."), field="text")
    with transaction.atomic():
        # the consultation's row is the lock that gives statements their numbers
        consultation = Consultation.objects.select_for_update().get(pk=consultation.pk)
        _check_open(actor, consultation)
        participation = _participation(actor, consultation)
        if participation.statements.count() >= PROPOSALS:
            raise Refused(_("You have proposed %(n)d statements here, which is the limit."), n=PROPOSALS)
        if consultation.statements.filter(**{f"text__{language}": words}).exists():
            raise Refused(_("This sentence is already among the statements: vote on it."), field="text")
        number = (consultation.statements.aggregate(last=Max("number"))["last"] or 0) + 1
        statement = Statement.objects.create(
            consultation=consultation,
            number=number,
            text=Translated({language: words}),
            source=Statement.Source.PARTICIPANT,
            proposed_by=participation,
            state=Statement.State.PROPOSED,
        )
        record(
            Participant(),
            "consultations.statement_proposed",
            consultation,
            facts={"consultation": consultation.slug, "statement": number},
            private={"participation": participation.pseudonym, "text": words},
        )
    return statement


def review_statement(
    *, actor: Actor, statement: Statement, state: str, reason: Translated | None = None
) -> Statement:
    """Show a statement, or do not show it and say publicly why.

    state: shown or hidden. Raises Forbidden, or Refused without a reason or after closing.
    """
    require(actor, "consultations.review_statement", statement.consultation)
    if state == Statement.State.HIDDEN and not reason:
        raise Refused(_("Write the reason: it is public."), field="reason")
    with transaction.atomic():
        statement = Statement.objects.select_for_update().get(pk=statement.pk)
        consultation = Consultation.objects.get(pk=statement.consultation_id)
        if consultation.is_closed:
            raise Refused(_("This consultation is closed; its statements do not change any more."))
        statement.reason = reason or Translated()
        statement.save(update_fields=["reason"])
        move(statement, state, STATEMENT_STEPS)
        record(
            actor,
            "consultations.statement_reviewed",
            consultation,
            facts={
                "consultation": consultation.slug,
                "statement": statement.number,
                "state": state,
                "reason": statement.reason,
            },
        )
    return statement


def cast_vote(*, actor: Actor, statement: Statement, value: int) -> Vote:
    """Agree (1), disagree (−1) or pass (0). Voting again changes the vote and is recorded again.

    The record holds no opinion, only a commitment to it. Raises Forbidden for a stranger, Refused when the
    consultation takes no votes, the statement is not shown or the account is not sure enough.
    """
    require(actor, "consultations.cast_vote", statement.consultation)
    with transaction.atomic():
        # closing locks every statement: a vote is either counted or refused, never lost in between
        statement = Statement.objects.select_for_update().get(pk=statement.pk)
        consultation = Consultation.objects.get(pk=statement.consultation_id)
        _check_open(actor, consultation)
        _check_shown([statement])
        participation = _participation(actor, consultation)
        vote, _made = Vote.objects.update_or_create(
            participation=participation,
            statement=statement,
            defaults={"value": Vote.Value(value), "channel": Vote.Channel.ONLINE, "cast_at": clock.now()},
        )
        record(
            Participant(),
            "consultations.vote_cast",
            consultation,
            facts={"consultation": consultation.slug, "statements": 1},
            private={"participation": participation.pseudonym, "votes": {statement.number: int(value)}},
        )
    return vote


def enter_paper_votes(
    *, actor: Actor, consultation: Consultation, receipt: str, votes: Mapping[int, int]
) -> Participation:
    """Key in one paper form. It counts like any other and stays separable.

    receipt: the code on the form and its stub. votes: statement number → 1, −1 or 0; what was left blank is
    absent. Raises Forbidden, or Refused for a form keyed in before, an empty one, or a statement that is
    not shown.
    """
    require(actor, "consultations.enter_paper_votes", consultation)
    receipt = receipt.strip().upper()
    if not votes:
        raise Refused(_("Key in at least one answer of the form."))
    with transaction.atomic():
        statements = {
            statement.number: statement
            for statement in Statement.objects.select_for_update()
            .filter(consultation=consultation, number__in=list(votes))
            .order_by("pk")
        }
        consultation = Consultation.objects.get(pk=consultation.pk)
        _check_dates(consultation)
        if len(statements) != len(votes):
            raise Refused(_("This form answers a statement that is not in the consultation."))
        _check_shown(statements.values())
        name = queries.paper_pseudonym(receipt, consultation)
        participation, made = Participation.objects.get_or_create(
            consultation=consultation, pseudonym=name, defaults={"receipt": receipt}
        )
        if not made:
            raise Refused(_("The form with this code was already keyed in."), field="receipt")
        moment = clock.now()
        Vote.objects.bulk_create(
            Vote(
                participation=participation,
                statement=statements[number],
                value=Vote.Value(value),
                channel=Vote.Channel.PAPER,
                cast_at=moment,
            )
            for number, value in sorted(votes.items())
        )
        record(
            actor,
            "consultations.paper_votes_entered",
            consultation,
            facts={"consultation": consultation.slug, "statements": len(votes)},
            private={"receipt": receipt, "participation": name, "votes": dict(votes)},
        )
    return participation


def close_consultation(*, actor: Actor, consultation: Consultation) -> Consultation:
    """Close on or after the announced last day: count every statement once, and freeze the counts.

    The entry carries the hash of the published table. Raises Forbidden, or Refused before the last day.
    """
    require(actor, "consultations.close_consultation", consultation)
    today = clock.today()
    if today < consultation.closes_on:
        raise Refused(_("Votes were promised until the last day: a consultation cannot close before it."))
    with transaction.atomic():
        consultation = Consultation.objects.select_for_update().get(pk=consultation.pk)
        if consultation.is_closed:
            raise Refused(_("This consultation is closed: read its result instead."))
        statements = list(
            Statement.objects.select_for_update().filter(consultation=consultation).order_by("pk")
        )
        Tally.objects.bulk_create(_tallies(consultation))
        counted = Vote.objects.filter(statement__in=statements, statement__state=Statement.State.SHOWN)
        consultation.participants_counted = counted.aggregate(n=Count("participation", distinct=True))["n"]
        consultation.closed_on = today
        consultation.save(update_fields=["participants_counted", "closed_on"])
        move(consultation, Consultation.State.CLOSED, STEPS)
        found = queries.results(consultation)
        record(
            actor,
            "consultations.consultation_closed",
            consultation,
            facts={
                "consultation": consultation.slug,
                "participants": found.participants,
                "votes": found.votes,
                "statements": len(found.statements),
                "results_sha256": hashlib.sha256(queries.results_csv(found).encode()).hexdigest(),
            },
            step=Step.CONSULTED,
        )
    return consultation


def _tallies(consultation: Consultation) -> list[Tally]:
    counts = (
        Vote.objects.filter(statement__consultation=consultation, statement__state=Statement.State.SHOWN)
        .order_by()
        .values("statement", "channel")
        .annotate(
            agree=Count("pk", filter=Q(value=Vote.Value.AGREE)),
            disagree=Count("pk", filter=Q(value=Vote.Value.DISAGREE)),
            passed=Count("pk", filter=Q(value=Vote.Value.PASS)),
        )
    )
    return [
        Tally(
            statement_id=row["statement"],
            channel=row["channel"],
            agree=row["agree"],
            disagree=row["disagree"],
            passed=row["passed"],
        )
        for row in counts
    ]


def _participation(actor: Actor, consultation: Consultation) -> Participation:
    assert actor.account is not None
    name = queries.pseudonym(actor.account, consultation)
    return Participation.objects.get_or_create(consultation=consultation, pseudonym=name)[0]


def _check_open(actor: Actor, consultation: Consultation) -> None:
    _check_dates(consultation)
    if actor.assurance < consultation.min_assurance:
        raise Refused(
            _("To take part here, your account must have: %(level)s."),
            level=Assurance(consultation.min_assurance).label,
        )


def _check_dates(consultation: Consultation) -> None:
    if consultation.is_announced:
        raise Refused(_("This consultation has not begun yet: come back on its first day."))
    if not consultation.takes_votes:
        raise Refused(_("This consultation is closed: read its result instead."))


def _check_shown(statements: Iterable[Statement]) -> None:
    if any(statement.state != Statement.State.SHOWN for statement in statements):
        raise Refused(_("This statement is not open for votes: take the next one."))


def _free_slug(wanted: str) -> str:
    stem = wanted[:70] or "consultation"
    taken = set(Consultation.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken else next(slug for slug in numbered if slug not in taken)
