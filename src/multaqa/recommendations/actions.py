from collections.abc import Iterable
from datetime import date

from django.db import models, transaction
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor
from multaqa.directory.models import Organisation
from multaqa.kit import clock
from multaqa.kit.policy import Refused, require
from multaqa.kit.states import move
from multaqa.kit.translated import Translated
from multaqa.ledger.actions import Due, record
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import register
from multaqa.recommendations.models import STEPS, Answer, Recommendation
from multaqa.recommendations.rules import ANSWERING
from multaqa.territories.models import RegionPack, Territory

VERBS = {
    "recommendations.recommendation_adopted": _("Recommendation adopted"),
    "recommendations.answer_given": _("Answer given to a recommendation"),
    "recommendations.recommendation_done": _("Recommendation carried out"),
}
register(VERBS)


def adopt_recommendation(
    *,
    actor: Actor,
    title: Translated,
    text: Translated,
    addressee: Organisation,
    proposer: Organisation,
    territory: Territory,
    due_on: date,
    causes: Iterable[models.Model] = (),
) -> Recommendation:
    """Ask an organisation for something, to be answered by a day; numbers run in order within a year.

    causes: what it follows from (a closed consultation, an observation, a finding). Raises Forbidden, or
    Refused when the deadline leaves no day to answer.
    """
    require(actor, "recommendations.adopt_recommendation", proposer)
    today = clock.today()
    if due_on <= today:
        raise Refused(_("Choose a day after today for the answer."), field="due_on")
    with transaction.atomic():
        recommendation = Recommendation.objects.create(
            number=_next_number(today.year),
            title=title,
            text=text,
            addressee=addressee,
            proposer=proposer,
            territory=territory,
            adopted_on=today,
            due_on=due_on,
            is_demo=proposer.is_demo or bool(actor.account and actor.account.is_demo),
        )
        record(
            actor,
            "recommendations.recommendation_adopted",
            recommendation,
            facts={
                "number": recommendation.number,
                "text": text,
                "addressee": addressee.code,
                "proposer": proposer.code,
                "territory": territory.code,
                "due_on": due_on,
            },
            step=Step.RECOMMENDED,
            causes=causes,
            due=Due(Step.PRIORITISED, due_on, met_by="recommendations.answer_given"),
        )
    return recommendation


def answer_recommendation(
    *, actor: Actor, recommendation: Recommendation, verdict: str, text: Translated | None = None
) -> Answer:
    """Answer in the name of the addressee. A late answer is taken, and its lateness recorded.

    Raises Forbidden for anybody without an office in the addressee, Refused for a second answer or a refusal
    without reasons.
    """
    require(actor, "recommendations.answer_recommendation", recommendation)
    if verdict == Answer.Verdict.REFUSED and not text:
        raise Refused(_("Write the reasons for the refusal: they are public."), field="text")
    with transaction.atomic():
        asked = Recommendation.objects.select_for_update().get(pk=recommendation.pk)
        if asked.is_answered:
            raise Refused(_("This recommendation already has its answer."))
        move(asked, Answer.Verdict(verdict).value, STEPS)
        answer = Answer.objects.create(
            recommendation=asked,
            verdict=verdict,
            text=text or Translated(),
            answered_on=clock.today(),
            capacity=_capacity(actor, asked.addressee),
        )
        record(
            actor,
            "recommendations.answer_given",
            asked,
            facts={
                "number": asked.number,
                "verdict": verdict,
                "text": answer.text,
                "due_on": asked.due_on,
                "days_late": answer.days_late,
            },
        )
    recommendation.state = asked.state
    return answer


def mark_done(*, actor: Actor, recommendation: Recommendation, text: Translated) -> Recommendation:
    """Say publicly what was done about an accepted recommendation.

    Raises Forbidden for anybody without an office in the addressee, Refused unless it was accepted, wholly
    or in part.
    """
    require(actor, "recommendations.mark_done", recommendation)
    if not text:
        raise Refused(_("Write what was done, so that others can check it."), field="text")
    with transaction.atomic():
        asked = Recommendation.objects.select_for_update().get(pk=recommendation.pk)
        if asked.state not in (Recommendation.State.ACCEPTED, Recommendation.State.PARTLY):
            raise Refused(_("Only an accepted recommendation can be reported as done."))
        asked.done_on = clock.today()
        asked.done_text = text
        asked.save(update_fields=["done_on", "done_text"])
        move(asked, Recommendation.State.DONE, STEPS)
        record(
            actor,
            "recommendations.recommendation_done",
            asked,
            facts={"number": asked.number, "text": text, "done_on": asked.done_on},
        )
    return asked


def _next_number(year: int) -> str:
    """The next number of the year. The region's one row is the lock that keeps numbers in order."""
    list(RegionPack.objects.select_for_update().values_list("pk"))
    last = (
        Recommendation.objects.filter(number__startswith=f"{year}-")
        .order_by(Length("number").desc(), "-number")
        .values_list("number", flat=True)
        .first()
    )
    serial = int(last.split("-")[1]) + 1 if last else 1
    return f"{year}-{serial:03d}"


def _capacity(actor: Actor, addressee: Organisation) -> str:
    return next(function for function in ANSWERING if actor.holds(function, addressee))
