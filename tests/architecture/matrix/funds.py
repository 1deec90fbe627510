"""Who may reach the pages of the fund.

Own: of the cell and association A; foreign: of another cell, association C.
"""

from tests.architecture.routes import SIGNED_IN, Own, Route, both
from tests.factories import Role
from tests.funds.factories import (
    a_call,
    a_call_in_vote,
    a_foreign_award,
    a_foreign_call,
    a_plan,
    a_priority,
    an_allocation,
    an_application,
    an_award,
)

STAFF = {Role.COORDINATOR, Role.CELL_MEMBER, Role.COUNCIL_OFFICER, Role.AUDITOR}
OFFICERS = {Role.OFFICER_A, Role.OFFICER_B}
COORDINATOR = Own(Role.COORDINATOR)
HOLDERS = both({Role.COUNCIL_OFFICER, Role.AUDITOR}, Own(Role.COORDINATOR, Role.CELL_MEMBER))


def call():
    return [a_call().reference]


def call_in_vote():
    return [a_call_in_vote().reference]


def counted_call():
    return [an_allocation().call.reference]


def foreign_call():
    return [a_foreign_call().reference]


def application():
    return [an_application().pk]


def foreign_application():
    return [a_foreign_award().application_id]


def award():
    return [an_award().pk]


def foreign_award():
    return [a_foreign_award().pk]


def second_tranche():
    made = an_award()
    a_plan(made, (150, False), (250, False))
    return [made.pk, 2]


def foreign_tranche():
    return [a_foreign_award().pk, 2]


def step(own, foreign, who, posted=422):
    """A page and its form for the same roles on their own objects."""
    return Route(own=own, foreign=foreign, get=who, post=who, posted=posted)


ROUTES = {
    "funds:overview": Route(),
    "funds:create_envelope": Route(get=Role.COUNCIL_OFFICER, post=Role.COUNCIL_OFFICER),
    "funds:simulate": Route(get=STAFF, post=STAFF),
    "funds:shares": Route(get=STAFF),
    "funds:priorities": Route(),
    "funds:set_priority": Route(
        get={Role.CELL_MEMBER, Role.COORDINATOR}, post={Role.CELL_MEMBER, Role.COORDINATOR}
    ),
    "funds:priority": Route(own=lambda: [a_priority().number]),
    "funds:calls": Route(),
    "funds:open_call": Route(get=Role.COORDINATOR, post=Role.COORDINATOR),
    "funds:call": Route(own=call, foreign=foreign_call),
    "funds:close_call": step(call_in_vote, foreign_call, COORDINATOR),
    "funds:open_vote": step(call, foreign_call, COORDINATOR),
    "funds:allocate": step(call, foreign_call, COORDINATOR),
    "funds:results": Route(own=counted_call, foreign=foreign_call),
    "funds:ballot_file": Route(own=counted_call),
    "funds:lot": Route(own=call, foreign=foreign_call, post=HOLDERS),
    "funds:reveal": step(call, foreign_call, HOLDERS),
    "funds:apply": step(call, foreign_call, OFFICERS),
    "funds:vote": step(call, foreign_call, SIGNED_IN),
    "funds:paper": step(call, foreign_call, Role.FACILITATOR),
    "funds:application": Route(own=application, foreign=foreign_application),
    "funds:screen_application": step(application, foreign_application, COORDINATOR),
    "funds:review_application": step(application, foreign_application, Own(Role.CELL_MEMBER)),
    "funds:recuse": step(application, foreign_application, Own(Role.CELL_MEMBER)),
    "funds:withdraw_application": step(application, foreign_application, Own(Role.OFFICER_A), posted=302),
    "funds:award_application": step(application, foreign_application, COORDINATOR),
    "funds:awards": Route(),
    "funds:awards_csv": Route(),
    "funds:award": Route(own=award, foreign=foreign_award),
    "funds:attach_agreement": step(award, foreign_award, COORDINATOR),
    "funds:plan_tranches": step(award, foreign_award, COORDINATOR),
    "funds:release_tranche": step(second_tranche, foreign_tranche, COORDINATOR),
    "funds:pay_tranche": step(second_tranche, foreign_tranche, both({Role.COUNCIL_OFFICER}, COORDINATOR)),
}
