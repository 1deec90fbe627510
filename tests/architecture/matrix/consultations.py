"""Who may reach the pages of consultations. Own: organised by the council; foreign: by another council."""

from multaqa.consultations.actions import propose_statement
from multaqa.directory.actors import actor_of
from tests.architecture.routes import SIGNED_IN, Own, Route
from tests.consultations.factories import (
    a_closed_consultation,
    a_consultation,
    a_points_consultation,
    voter,
)
from tests.factories import Role, appoint

CONVENING = {Role.FACILITATOR, Role.COORDINATOR, Role.COUNCIL_OFFICER}


def own():
    return [a_consultation().slug]


def foreign():
    office = appoint("officer elsewhere", "other-council", "council_officer")
    return [a_consultation(actor=actor_of(office.person.account), organiser=office.organisation).slug]


def own_points():
    return [a_points_consultation().slug]


def foreign_points():
    office = appoint("officer elsewhere", "other-council", "council_officer")
    return [a_points_consultation(actor=actor_of(office.person.account), organiser=office.organisation).slug]


def own_closed():
    return [a_closed_consultation().slug]


def own_proposal():
    consultation = a_consultation()
    statement = propose_statement(actor=voter("1"), consultation=consultation, text="جملة", language="ar")
    return [consultation.slug, statement.number]


ROUTES = {
    "consultations:index": Route(),
    "consultations:open": Route(get=CONVENING, post=CONVENING),
    "consultations:detail": Route(own=own, foreign=foreign),
    "consultations:vote": Route(own=own, foreign=foreign, post=SIGNED_IN),
    "consultations:points": Route(own=own_points, foreign=foreign_points, post=SIGNED_IN),
    "consultations:withdraw": Route(own=own_points, foreign=foreign_points, get=SIGNED_IN, post=SIGNED_IN),
    "consultations:paper_points": Route(
        own=own_points, foreign=foreign_points, get=Role.FACILITATOR, post=Role.FACILITATOR
    ),
    "consultations:statements": Route(own=own, foreign=foreign),
    "consultations:propose": Route(own=own, foreign=foreign, get=SIGNED_IN, post=SIGNED_IN),
    "consultations:results": Route(own=own_closed, foreign=foreign),
    "consultations:download": Route(own=own_closed),
    "consultations:moderation": Route(own=own, foreign=foreign, get=Role.FACILITATOR),
    "consultations:review": Route(own=own_proposal, get=Role.FACILITATOR, post=Role.FACILITATOR),
    "consultations:paper": Route(own=own, foreign=foreign, get=Role.FACILITATOR, post=Role.FACILITATOR),
    "consultations:sheet": Route(own=own, foreign=foreign),
    "consultations:close": Route(
        own=own,
        foreign=foreign,
        get=Own(Role.COUNCIL_OFFICER),
        post=Own(Role.COUNCIL_OFFICER),
    ),
}
