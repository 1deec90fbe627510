"""What people see on the ground: reported by one organisation, confirmed by another."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor, Function
from multaqa.directory.models import Organisation
from multaqa.kit import clock, states
from multaqa.kit.policy import Refused, require
from multaqa.kit.translated import Translated
from multaqa.ledger.actions import record
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import register
from multaqa.observatory.models import STEPS, Observation
from multaqa.observatory.queries import next_number
from multaqa.territories.models import Territory

VERBS = {
    "observatory.observation_recorded": _("Observation recorded"),
    "observatory.observation_confirmed": _("Observation confirmed"),
}
register(VERBS)
REPORTERS = (Function.FACILITATOR, Function.OFFICER, Function.COUNCIL_OFFICER)


def record_observation(
    *,
    actor: Actor,
    reporter: Organisation,
    territory: Territory,
    kind: str,
    title: Translated,
    text: str,
    seen_on: date,
    households: int | None = None,
    is_demo: bool = False,
) -> Observation:
    """Write down what somebody saw in a place, on behalf of an organisation the actor serves.

    households: how many are affected, None when nobody knows. Raises Refused for a day to come, and for an
    organisation the actor does not act for.
    """
    require(actor, "observatory.record_observation")
    if reporter not in actor.organisations(*REPORTERS):
        raise Refused(_("You report for an organisation in which you hold an office."), field="reporter")
    if seen_on > clock.today():
        raise Refused(_("Write the day on which it was seen, today at the latest."), field="seen_on")
    with transaction.atomic():
        observation = Observation.objects.create(
            number=next_number(Observation),
            reporter=reporter,
            territory=territory,
            kind=kind,
            title=title,
            text=text,
            seen_on=seen_on,
            households=households,
            is_demo=is_demo,
        )
        record(
            actor,
            "observatory.observation_recorded",
            observation,
            facts={
                "number": observation.number,
                "territory": territory.code,
                "kind": kind,
                "seen_on": seen_on,
                "households": households,
                "reporter": reporter.code,
            },
            step=Step.OBSERVED,
        )
    return observation


def confirm_observation(*, actor: Actor, observation: Observation) -> Observation:
    """Confirm what was reported; somebody outside the reporting organisation does it.

    Raises Refused when it is confirmed already, or by the organisation that reported it.
    """
    require(actor, "observatory.confirm_observation", observation)
    with transaction.atomic():
        observation = Observation.objects.select_for_update().get(pk=observation.pk)
        confirming = actor.organisations(Function.COUNCIL_OFFICER, Function.COORDINATOR)
        if all(office.pk == observation.reporter_id for office in confirming):
            raise Refused(_("Another organisation than the one that reported it confirms an observation."))
        observation.confirmed_at = clock.now()
        observation.save(update_fields=["confirmed_at"])
        states.move(observation, Observation.State.CONFIRMED, STEPS)
        record(
            actor,
            "observatory.observation_confirmed",
            observation,
            facts={"number": observation.number, "territory": observation.territory.code},
            step=Step.OBSERVED,
        )
    return observation
