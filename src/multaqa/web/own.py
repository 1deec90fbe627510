"""What a person finds in their own space: offices held, what waits for them, what was sent for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from multaqa.directory.actors import Actor, Function
from multaqa.directory.models import Office
from multaqa.funds.models import Application, Call
from multaqa.kit import clock
from multaqa.kit.policy import allows
from multaqa.observatory.queries import alerts_for
from multaqa.partnerships import queries as partnerships
from multaqa.recommendations.models import Recommendation

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for this person: `kind` says what is asked, `due_on` until when, if by a day."""

    title: Any
    url: str
    kind: Any
    due_on: date | None = None
    is_demo: bool = False

    @property
    def is_late(self) -> bool:
        return self.due_on is not None and self.due_on < clock.today()


@dataclass(frozen=True, slots=True)
class OwnPage:
    offices: Sequence[Office]
    tasks: Sequence[Task]
    sent: Sequence[Application]
    opens_office: bool


def own_page(actor: Actor) -> OwnPage:
    """The person's offices, what waits for them (the earliest first, what has no day last), what was sent."""
    tasks = [*signatures_awaited(actor), *answers_awaited(actor), *alerts_awaited(actor)]
    tasks += reviews_awaited(actor)
    return OwnPage(
        offices=actor.offices,
        tasks=sorted(tasks, key=lambda task: (task.due_on or date.max, task.url)),
        sent=applications_sent(actor),
        opens_office=bool(actor.account and actor.account.has_perm("wagtailadmin.access_admin")),
    )


def alerts_awaited(actor: Actor) -> list[Task]:
    """Alerts that an office of the actor has to answer or to resolve."""
    return [
        Task(one.title, one.get_absolute_url(), _("Answer to an alert"), one.answer_due_on, one.is_demo)
        for one in alerts_for(actor)[:_SHOWN]
    ]


def signatures_awaited(actor: Actor) -> list[Task]:
    """Agreements that an organisation the actor speaks for has not signed yet."""
    waiting = partnerships.waiting_for(actor)[:_SHOWN]
    return [Task(one.title, one.get_absolute_url(), _("Signature"), is_demo=one.is_demo) for one in waiting]


def answers_awaited(actor: Actor) -> list[Task]:
    """Recommendations addressed to the actor's organisations, not answered, that the actor may answer."""
    found = Recommendation.objects.filter(
        state=Recommendation.State.ADOPTED, addressee__in=actor.organisations()
    ).select_related("addressee")
    return [
        Task(one.title, one.get_absolute_url(), _("Answer to a recommendation"), one.due_on, one.is_demo)
        for one in found.order_by("due_on")[:_SHOWN]
        if allows(actor, "recommendations.answer_recommendation", one)
    ]


def reviews_awaited(actor: Actor) -> list[Task]:
    """Applications before the actor's cell that it has neither reviewed nor stood aside from."""
    person = actor.offices[0].person if actor.offices else None
    found = Application.objects.filter(
        call__state=Call.State.REVIEWING,
        state=Application.State.ELIGIBLE,
        call__envelope__cell__in=actor.organisations(Function.CELL_MEMBER),
    )
    return [
        Task(one.title, one.get_absolute_url(), _("Review"), one.call.vote_opens_on, one.call.is_demo)
        for one in found.exclude(reviews__reviewer=person)
        .exclude(recusals__reviewer=person)
        .select_related("call")
        .order_by("call__vote_opens_on", "number")[:_SHOWN]
    ]


def applications_sent(actor: Actor) -> list[Application]:
    """The latest applications of the associations whose officer the actor is."""
    found = Application.objects.filter(organisation__in=actor.organisations(Function.OFFICER))
    return list(found.select_related("call", "organisation").order_by("-submitted_at")[:_SHOWN])
