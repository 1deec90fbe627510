"""Who may recommend, and who may answer: only somebody with an office in the addressee."""

import rules

from multaqa.directory.actors import (
    Actor,
    Function,
    is_cell_member,
    is_coordinator,
    is_council_officer,
    is_facilitator,
)
from multaqa.directory.models import Organisation
from multaqa.recommendations.models import Recommendation

ANSWERING = (Function.COUNCIL_OFFICER, Function.FOCAL_POINT, Function.COORDINATOR)


@rules.predicate
def is_officer_of_proposer(actor: Actor, proposer: Organisation | None = None) -> bool:
    return actor.holds(Function.OFFICER, proposer)


@rules.predicate
def speaks_for_addressee(actor: Actor, recommendation: Recommendation) -> bool:
    return any(actor.holds(function, recommendation.addressee) for function in ANSWERING)


rules.add_perm(
    "recommendations.adopt_recommendation",
    is_council_officer | is_coordinator | is_cell_member | is_facilitator | is_officer_of_proposer,
)
rules.add_perm("recommendations.answer_recommendation", speaks_for_addressee)
rules.add_perm("recommendations.mark_done", speaks_for_addressee)
