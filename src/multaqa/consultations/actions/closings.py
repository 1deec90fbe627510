"""Counting once, and freezing what was counted."""

import hashlib
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from multaqa.consultations import queries
from multaqa.consultations.models import STEPS, Consultation, Statement, Tally, Vote
from multaqa.directory.actors import Actor
from multaqa.kit import clock
from multaqa.kit.policy import Refused, require
from multaqa.kit.states import move
from multaqa.ledger.actions import record
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import register

VERBS = {"consultations.consultation_closed": _("Consultation closed, result frozen")}
register(VERBS)


def close_consultation(*, actor: Actor, consultation: Consultation) -> Consultation:
    """Close on or after the announced last day: count every answer once, and freeze the counts.

    The entry carries the hash of the published table. Where points were spread it also carries
    `facts["points"]`, which is what other rooms read:

        {"shares": {key: parts per million}, "errors": {key: parts per million}, "people": 61, "on_paper": 12}

    shares: the mean share each option was given, in whole numbers that add up to exactly 1,000,000; an empty
    mapping when fewer than five people took part. errors: their standard errors, to the thousand. on_paper:
    how many of the people; null when it, or what it leaves for the other channel, counts one to four.
    Raises Forbidden, or Refused before the last day.
    """
    require(actor, "consultations.close_consultation", consultation)
    today = clock.today()
    if today < consultation.closes_on:
        raise Refused(_("Votes were promised until the last day: a consultation cannot close before it."))
    with transaction.atomic():
        consultation = Consultation.objects.select_for_update().get(pk=consultation.pk)
        if consultation.is_closed:
            raise Refused(_("This consultation is closed: read its result instead."))
        # an answer takes the same locks: it is either counted or refused, never lost in between
        list(Statement.objects.select_for_update().filter(consultation=consultation).order_by("pk"))
        if consultation.is_points:
            consultation.result = queries.count_points(consultation)
            consultation.participants_counted = consultation.result["people"]
        else:
            Tally.objects.bulk_create(_tallies(consultation))
            consultation.participants_counted = _voters(consultation)
        consultation.closed_on = today
        consultation.save(update_fields=["result", "participants_counted", "closed_on"])
        move(consultation, Consultation.State.CLOSED, STEPS)
        record(
            actor,
            "consultations.consultation_closed",
            consultation,
            facts={"consultation": consultation.slug, **_published(consultation)},
            step=Step.CONSULTED,
        )
    return consultation


def _published(consultation: Consultation) -> dict[str, Any]:
    if consultation.is_points:
        result = queries.points_result(consultation)
        return {
            "participants": result.people,
            "statements": len(result.options),
            "points": consultation.result,
            "results_sha256": _sha256(queries.points_csv(result)),
        }
    found = queries.results(consultation)
    return {
        "participants": found.participants,
        "votes": found.votes,
        "statements": len(found.statements),
        "results_sha256": _sha256(queries.results_csv(found)),
    }


def _sha256(table: str) -> str:
    return hashlib.sha256(table.encode()).hexdigest()


def _voters(consultation: Consultation) -> int:
    counted = Vote.objects.filter(
        statement__consultation=consultation, statement__state=Statement.State.SHOWN
    )
    found: int = counted.aggregate(n=Count("participation", distinct=True))["n"]
    return found


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
