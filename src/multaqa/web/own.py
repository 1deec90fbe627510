"""What a person finds in their own space: offices held, what waits for them, what they sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from multaqa.directory.actors import Actor
from multaqa.directory.models import Office
from multaqa.kit import clock
from multaqa.kit.policy import allows
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
    opens_office: bool


def own_page(actor: Actor) -> OwnPage:
    """The person's offices, and what waits for them, the earliest first, what has no day last."""
    tasks = [*signatures_awaited(actor), *answers_awaited(actor)]
    return OwnPage(
        offices=actor.offices,
        tasks=sorted(tasks, key=lambda task: (task.due_on or date.max, task.url)),
        opens_office=bool(actor.account and actor.account.has_perm("wagtailadmin.access_admin")),
    )


def signatures_awaited(actor: Actor) -> list[Task]:
    """Agreements that an organisation the actor speaks for has not signed yet."""
    waiting = partnerships.waiting_for(actor)[:_SHOWN]
    return [Task(one.title, one.get_absolute_url(), _("Signature"), is_demo=one.is_demo) for one in waiting]


def answers_awaited(actor: Actor) -> list[Task]:
    """Recommendations addressed to the actor's organisations and not answered."""
    found = Recommendation.objects.filter(
        state=Recommendation.State.ADOPTED, addressee__in=[one.pk for one in actor.organisations()]
    ).select_related("addressee")[:_SHOWN]
    return [
        Task(one.title, one.get_absolute_url(), _("Answer to a recommendation"), one.due_on, one.is_demo)
        for one in found
        if allows(actor, "recommendations.answer_recommendation", one)
    ]
