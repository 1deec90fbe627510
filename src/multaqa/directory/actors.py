"""Who acts: an account together with the offices it holds today."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import rules
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from multaqa.directory.models import Account, Assurance, Office, Organisation
from multaqa.kit import clock

Function = Office.Function


@dataclass(frozen=True, slots=True)
class Actor:
    """An account (None for a stranger) and its offices. What every action takes first."""

    account: Account | None
    offices: tuple[Office, ...] = ()
    machine: str = ""

    @property
    def capacity(self) -> str:
        """How the ledger names this actor: its offices, never its name."""
        if self.machine:
            return self.machine
        held = sorted({f"{office.function}@{office.organisation.code}" for office in self.offices})
        return ",".join(held)[:120] or ("resident" if self.account else "anonymous")

    @property
    def assurance(self) -> int:
        return self.account.assurance if self.account else Assurance.ROOM

    def holds(self, function: str, organisation: Organisation | None = None) -> bool:
        """Does the actor hold this function today, in this organisation when one is named?"""
        return any(
            office.function == function
            and (organisation is None or office.organisation_id == organisation.pk)
            for office in self.offices
        )

    def organisations(self, *functions: str) -> list[Organisation]:
        """The organisations in which the actor holds one of these functions (any, when none is named)."""
        found = {
            o.organisation_id: o.organisation
            for o in self.offices
            if not functions or o.function in functions
        }
        return list(found.values())


STRANGER = Actor(account=None)
MACHINE = Actor(account=None, machine="platform")


def actor_of(account: Account | None) -> Actor:
    """The actor behind an account: one SQL statement."""
    if account is None or not account.is_authenticated:
        return STRANGER
    today = clock.today()
    held = Office.objects.filter(person__account=account, starts_on__lte=today).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    )
    return Actor(account, tuple(held.select_related("organisation", "person")))


class ActorMiddleware:
    """Gives every request its `actor`, read from the database only when asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_of(request.user))
        return self.get_response(request)


def holds(function: str) -> Any:
    """The predicate «holds this function somewhere today»."""

    @rules.predicate(f"holds:{function}")
    def predicate(actor: Actor) -> bool:
        return actor.holds(function)

    return predicate


@rules.predicate
def is_known(actor: Actor) -> bool:
    return actor.account is not None


@rules.predicate
def is_machine(actor: Actor) -> bool:
    return bool(actor.machine)


is_officer = holds(Function.OFFICER)
is_facilitator = holds(Function.FACILITATOR)
is_cell_member = holds(Function.CELL_MEMBER)
is_coordinator = holds(Function.COORDINATOR)
is_council_officer = holds(Function.COUNCIL_OFFICER)
is_focal_point = holds(Function.FOCAL_POINT)
is_editor = holds(Function.EDITOR)
is_auditor = holds(Function.AUDITOR)
is_administrator = holds(Function.ADMINISTRATOR) | is_machine
