"""Who may reach the pages of recommendations. Own: addressed to the council; foreign: to another council."""

from tests.architecture.routes import Own, Route
from tests.factories import Role, organisation
from tests.recommendations.factories import a_recommendation, an_answer

ADOPTING = {
    Role.OFFICER_A,
    Role.OFFICER_B,
    Role.FACILITATOR,
    Role.CELL_MEMBER,
    Role.COORDINATOR,
    Role.COUNCIL_OFFICER,
}


def own():
    return [a_recommendation().number]


def foreign():
    return [a_recommendation(addressee=organisation("other-council")).number]


def own_answered():
    return [an_answer().recommendation.number]


ROUTES = {
    "recommendations:tracker": Route(),
    "recommendations:download": Route(),
    "recommendations:detail": Route(own=own, foreign=foreign),
    "recommendations:adopt": Route(get=ADOPTING, post=ADOPTING),
    "recommendations:answer": Route(
        own=own, foreign=foreign, get=Own(Role.COUNCIL_OFFICER), post=Own(Role.COUNCIL_OFFICER)
    ),
    "recommendations:done": Route(
        own=own_answered, foreign=foreign, get=Own(Role.COUNCIL_OFFICER), post=Own(Role.COUNCIL_OFFICER)
    ),
}
