"""Who may do what in the fund. Whatever is not written here is refused."""

from typing import Any

import rules

from multaqa.directory.actors import (
    Actor,
    Function,
    is_auditor,
    is_cell_member,
    is_coordinator,
    is_council_officer,
    is_facilitator,
    is_known,
)
from multaqa.directory.models import Assurance, Organisation
from multaqa.funds.models import Application, Award, Call, Envelope, Tranche


def _cell(target: Any) -> Organisation | None:
    """The cell that answers for an object of the room; None where no object is named yet."""
    match target:
        case Envelope():
            return target.cell
        case Call():
            return target.envelope.cell
        case Application():
            return target.call.envelope.cell
        case Award():
            return target.application.call.envelope.cell
        case Tranche():
            return target.award.application.call.envelope.cell
        case _:
            return None


@rules.predicate
def coordinates(actor: Actor, target: Any) -> bool:
    return actor.holds(Function.COORDINATOR, _cell(target))


@rules.predicate
def sits_in_the_cell(actor: Actor, target: Any) -> bool:
    return actor.holds(Function.CELL_MEMBER, _cell(target))


@rules.predicate
def speaks_for(actor: Actor, target: Any) -> bool:
    """Is the actor an officer of this organisation, or of the one that applied?"""
    organisation = target.organisation if isinstance(target, Application) else target
    return actor.holds(Function.OFFICER, organisation)


@rules.predicate
def has_confirmed_contact(actor: Actor) -> bool:
    return actor.assurance >= Assurance.PHONE


rules.add_perm("funds.create_envelope", is_council_officer)
rules.add_perm("funds.set_priority", is_cell_member | is_coordinator)
rules.add_perm("funds.open_call", coordinates)
rules.add_perm("funds.submit_application", speaks_for)
rules.add_perm("funds.withdraw_application", speaks_for)
rules.add_perm("funds.read_application", speaks_for | sits_in_the_cell | coordinates | is_auditor)
rules.add_perm("funds.screen_application", coordinates)
rules.add_perm("funds.review_application", sits_in_the_cell)
rules.add_perm("funds.recuse", sits_in_the_cell)
rules.add_perm("funds.close_call", coordinates)
rules.add_perm("funds.open_vote", coordinates)
rules.add_perm("funds.cast_ballot", is_known & has_confirmed_contact)
rules.add_perm("funds.enter_paper_ballot", is_facilitator)
# one honest party is enough for the lot, so those who watch over the cell may hold a seed too
holds_a_seed = coordinates | sits_in_the_cell | is_council_officer | is_auditor
rules.add_perm("funds.commit_seed", holds_a_seed)
rules.add_perm("funds.reveal_seed", holds_a_seed)
rules.add_perm("funds.allocate_call", coordinates)
rules.add_perm("funds.award_application", coordinates)
rules.add_perm("funds.attach_agreement", coordinates)
rules.add_perm("funds.plan_tranches", coordinates)
rules.add_perm("funds.release_tranche", coordinates)
# whoever orders the payment is not whoever released it: the council's authorising officer may act alone
rules.add_perm("funds.pay_tranche", coordinates | is_council_officer)
rules.add_perm("funds.simulate", is_coordinator | is_cell_member | is_council_officer | is_auditor)
