"""Who may write in the directory."""

import rules

from multaqa.directory.actors import (
    Actor,
    Function,
    is_administrator,
    is_facilitator,
    is_known,
    is_machine,
    is_officer,
)
from multaqa.directory.models import Office, Organisation, Person, Tie


@rules.predicate
def is_own_association(actor: Actor, organisation: Organisation | None) -> bool:
    """An association keeps its own board; no other organisation names its own people."""
    return (
        organisation is not None
        and organisation.kind == Organisation.Kind.ASSOCIATION
        and actor.holds(Function.OFFICER, organisation)
    )


@rules.predicate
def is_on_own_board(actor: Actor, office: Office | None) -> bool:
    return (
        office is not None
        and office.function == Function.OFFICER
        and actor.holds(Function.OFFICER, office.organisation)
    )


@rules.predicate
def is_holder(actor: Actor, office: Office | None) -> bool:
    return office is not None and _is_self(actor, office.person)


@rules.predicate
def is_self(actor: Actor, person: Person | None) -> bool:
    return person is not None and _is_self(actor, person)


@rules.predicate
def is_own_tie(actor: Actor, tie: Tie | None) -> bool:
    return tie is not None and _is_self(actor, tie.person)


def _is_self(actor: Actor, person: Person) -> bool:
    return actor.account is not None and person.account_id == actor.account.pk


rules.add_perm("directory.register_organisation", is_administrator)
rules.add_perm("directory.amend_organisation", is_administrator | is_own_association)
rules.add_perm("directory.register_person", is_administrator | is_officer)
rules.add_perm("directory.link_account", is_administrator)
rules.add_perm("directory.appoint", is_administrator | is_own_association)
rules.add_perm("directory.appoint_to_public_office", is_administrator)
rules.add_perm("directory.end_office", is_administrator | is_on_own_board | is_holder)
rules.add_perm("directory.declare_tie", is_administrator | is_self)
rules.add_perm("directory.withdraw_tie", is_administrator | is_own_tie)
rules.add_perm("directory.raise_assurance", is_facilitator | is_machine)
rules.add_perm("directory.see_account", is_known)
