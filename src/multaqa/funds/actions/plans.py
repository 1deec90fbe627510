"""Writing down the money of a year and the needs that come first."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max, Model
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor
from multaqa.directory.models import Organisation
from multaqa.funds.models import Envelope, Priority
from multaqa.funds.models.plans import LARGEST_AMOUNT
from multaqa.kit import clock
from multaqa.kit.policy import Refused, require
from multaqa.kit.translated import Translated
from multaqa.ledger.actions import record
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import register
from multaqa.recommendations.models import Recommendation
from multaqa.territories.models import Territory

VERBS = {
    "funds.envelope_created": _("Envelope created"),
    "funds.priority_set": _("Priority set"),
}
register(VERBS)


def create_envelope(
    *,
    actor: Actor,
    cell: Organisation,
    title: Translated,
    year: int,
    amount: int,
    currency: str = "MAD",
    is_demo: bool = False,
) -> Envelope:
    """Put an amount (minor units) of a year in the hands of a joint cell.

    Raises Forbidden unless the actor is an officer of a council, Refused when the organisation is no cell.
    """
    require(actor, "funds.create_envelope", cell)
    if cell.kind != Organisation.Kind.CELL:
        raise Refused(_("Choose a joint cell: an envelope is entrusted to one."), field="cell")
    if amount <= 0:
        raise Refused(_("The amount must be above zero."), field="amount")
    if amount > LARGEST_AMOUNT:
        raise Refused(_("This amount is too large. Check the number of zeros."), field="amount")
    with transaction.atomic():
        envelope = Envelope.objects.create(
            cell=cell, title=title, year=year, amount=amount, currency=currency, is_demo=is_demo
        )
        facts = {"cell": cell.code, "year": year, "amount": amount, "currency": currency}
        record(actor, "funds.envelope_created", envelope, facts=facts)
    return envelope


def set_priority(
    *,
    actor: Actor,
    cell: Organisation,
    title: Translated,
    text: Translated,
    territory: Territory,
    rank: int,
    recommendations: Iterable[Recommendation] = (),
    causes: Iterable[Model] = (),
    is_demo: bool = False,
) -> Priority:
    """Write down a need that must be turned into funding first, and the recommendations it follows from.

    causes: what else led here, such as an alert of the observatory.
    Raises Forbidden unless the actor sits in a cell or coordinates one, Refused for a rank below 1.
    """
    require(actor, "funds.set_priority", cell)
    if rank < 1:
        raise Refused(_("Ranks begin at 1."), field="rank")
    with transaction.atomic():
        # the cell's row is the queue in which priorities take their numbers
        Organisation.objects.select_for_update().get(pk=cell.pk)
        last = Priority.objects.aggregate(last=Max("number"))["last"] or 0
        priority = Priority.objects.create(
            number=last + 1,
            cell=cell,
            title=title,
            text=text,
            territory=territory,
            rank=rank,
            set_on=clock.today(),
            is_demo=is_demo,
        )
        answered = list(recommendations)
        priority.recommendations.set(answered)
        facts = {"number": priority.number, "rank": rank, "territory": territory.code}
        led = [*answered, *causes]
        record(actor, "funds.priority_set", priority, facts=facts, step=Step.PRIORITISED, causes=led)
    return priority
