"""Who convenes, who moderates, who takes part: anybody known takes part, and nobody votes in an office."""

import rules

from multaqa.consultations.models import Consultation
from multaqa.directory.actors import Actor, Function, is_facilitator, is_known, is_machine
from multaqa.directory.models import Organisation

CONVENING = (Function.COUNCIL_OFFICER, Function.COORDINATOR, Function.FACILITATOR)


@rules.predicate
def convenes_for(actor: Actor, organiser: Organisation | None = None) -> bool:
    return any(actor.holds(function, organiser) for function in CONVENING)


@rules.predicate
def answers_for_organiser(actor: Actor, consultation: Consultation) -> bool:
    return any(
        actor.holds(function, consultation.organiser)
        for function in (Function.COUNCIL_OFFICER, Function.COORDINATOR)
    )


rules.add_perm("consultations.open_consultation", convenes_for)
rules.add_perm("consultations.propose_statement", is_known)
rules.add_perm("consultations.cast_vote", is_known)
rules.add_perm("consultations.spread_points", is_known)
rules.add_perm("consultations.withdraw_points", is_known)
rules.add_perm("consultations.review_statement", is_facilitator)
rules.add_perm("consultations.enter_paper_votes", is_facilitator)
rules.add_perm("consultations.enter_paper_points", is_facilitator)
rules.add_perm("consultations.close_consultation", answers_for_organiser | is_machine)
