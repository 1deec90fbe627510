"""Who may do what with an agreement. Whoever is not named here may not."""

from typing import Any

import rules

from multaqa.directory.actors import (
    Actor,
    Function,
    is_auditor,
    is_coordinator,
    is_council_officer,
    is_machine,
)
from multaqa.directory.models import Organisation
from multaqa.partnerships.models import Agreement, Commitment, Evaluation, Report

SIGNING = (Function.OFFICER, Function.COUNCIL_OFFICER, Function.FOCAL_POINT, Function.COORDINATOR)


def speaks_for(actor: Actor, organisation: Organisation) -> bool:
    """Does the actor hold an office that may bind this organisation?"""
    return any(actor.holds(function, organisation) for function in SIGNING)


def _agreement(target: Any) -> Agreement:
    return target if isinstance(target, Agreement) else target.agreement


@rules.predicate
def speaks_for_a_party(actor: Actor, target: Agreement | Evaluation) -> bool:
    return any(speaks_for(actor, party.organisation) for party in _agreement(target).parties.all())


@rules.predicate
def speaks_for_its_party(actor: Actor, target: Commitment | Report) -> bool:
    return speaks_for(actor, target.party.organisation)


@rules.predicate
def council_officer_of_a_party(actor: Actor, target: Any) -> bool:
    return any(
        actor.holds(Function.COUNCIL_OFFICER, party.organisation)
        for party in _agreement(target).parties.all()
    )


@rules.predicate
def works_in_its_party(actor: Actor, target: Report) -> bool:
    """Holds any office in the reporting organisation: nobody judges a report of their own house."""
    return any(office.organisation_id == target.party.organisation_id for office in actor.offices)


_keeps_it = is_coordinator | council_officer_of_a_party
_judges_it = ~works_in_its_party & _keeps_it

rules.add_perm("partnerships.draft_agreement", is_council_officer | is_coordinator)
rules.add_perm("partnerships.add_commitment", _keeps_it)
rules.add_perm("partnerships.put_to_signature", _keeps_it)
rules.add_perm("partnerships.sign_agreement", speaks_for_a_party)
rules.add_perm("partnerships.update_commitment", speaks_for_its_party)
rules.add_perm("partnerships.submit_report", speaks_for_a_party)
rules.add_perm("partnerships.accept_report", _judges_it)
rules.add_perm("partnerships.return_report", _judges_it)
rules.add_perm("partnerships.evaluate_agreement", is_auditor | is_coordinator | is_council_officer)
rules.add_perm("partnerships.reply_to_evaluation", speaks_for_a_party)
rules.add_perm("partnerships.link_finding", is_coordinator | is_council_officer)
rules.add_perm("partnerships.end_agreement", is_machine | _keeps_it)
rules.add_perm("partnerships.cancel_agreement", _keeps_it)
