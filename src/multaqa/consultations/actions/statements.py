"""Sentences that participants propose and facilitators review."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from multaqa.consultations.models import STATEMENT_STEPS, Consultation, Statement
from multaqa.consultations.participants import Participant, check_kind, check_open, join
from multaqa.directory.actors import Actor
from multaqa.kit.policy import Refused, require
from multaqa.kit.states import move
from multaqa.kit.translated import LANGUAGES, Translated
from multaqa.ledger.actions import record
from multaqa.ledger.verbs import register

VERBS = {
    "consultations.statement_proposed": _("Statement proposed"),
    "consultations.statement_reviewed": _("Statement reviewed"),
}
register(VERBS)

PROPOSALS = 5
"""How many statements one participant may propose in one consultation."""


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
        check_open(actor, consultation, Consultation.Kind.STATEMENTS)
        participation = join(actor, consultation)
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
        check_kind(consultation, Consultation.Kind.STATEMENTS)
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
