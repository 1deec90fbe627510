"""Votes on statements, online and on paper. The ledger keeps only a commitment to each."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from multaqa.consultations.models import Consultation, Participation, Statement, Vote
from multaqa.consultations.participants import (
    Participant,
    check_dates,
    check_kind,
    check_open,
    join,
    join_on_paper,
)
from multaqa.directory.actors import Actor
from multaqa.kit import clock
from multaqa.kit.policy import Refused, require
from multaqa.ledger.actions import record
from multaqa.ledger.verbs import register

VERBS = {
    "consultations.vote_cast": _("Vote cast"),
    "consultations.paper_votes_entered": _("Paper votes entered"),
}
register(VERBS)


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
        check_open(actor, consultation, Consultation.Kind.STATEMENTS)
        _check_shown([statement])
        participation = join(actor, consultation)
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
        check_dates(consultation)
        check_kind(consultation, Consultation.Kind.STATEMENTS)
        if len(statements) != len(votes):
            raise Refused(_("This form answers a statement that is not in the consultation."))
        _check_shown(statements.values())
        participation = join_on_paper(receipt, consultation)
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
            private={"receipt": receipt, "participation": participation.pseudonym, "votes": dict(votes)},
        )
    return participation


def _check_shown(statements: Iterable[Statement]) -> None:
    if any(statement.state != Statement.State.SHOWN for statement in statements):
        raise Refused(_("This statement is not open for votes: take the next one."))
