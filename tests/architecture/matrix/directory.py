"""Who may reach the routes of the directory, and of signing in."""

from datetime import date

from multaqa.directory.models import Office, Tie
from tests.architecture.routes import ANYONE, SIGNED_IN, Own, Route, both
from tests.factories import Role, organisation, person

ADMINISTRATOR = {Role.ADMINISTRATOR}
BOARDS = {Role.OFFICER_A, Role.OFFICER_B}
OWN_BOARD = both(ADMINISTRATOR, Own(Role.OFFICER_A))


def mine() -> list[str]:
    return [organisation("association-a").code]


def foreign() -> list[str]:
    return [organisation("association-c").code]


def office(code: str) -> list[int]:
    held, _ = Office.objects.get_or_create(
        person=person(f"treasurer of {code}"),
        organisation=organisation(code),
        function=Office.Function.OFFICER,
        defaults={"starts_on": date(2020, 1, 1)},
    )
    return [held.pk]


def tie(name: str) -> list[int]:
    declared, _ = Tie.objects.get_or_create(
        person=person(name),
        organisation=organisation("association-c"),
        kind=Tie.Kind.FAMILY,
        defaults={"declared_on": date(2026, 1, 1)},
    )
    return [declared.pk]


ROUTES = {
    "directory:organisations": Route(),
    "directory:organisation": Route(own=mine, foreign=foreign),
    "directory:register_organisation": Route(get=ADMINISTRATOR, post=ADMINISTRATOR),
    "directory:register_person": Route(get=ADMINISTRATOR | BOARDS, post=ADMINISTRATOR | BOARDS),
    "directory:amend": Route(own=mine, foreign=foreign, get=OWN_BOARD, post=OWN_BOARD),
    "directory:appoint": Route(own=mine, foreign=foreign, get=OWN_BOARD, post=OWN_BOARD),
    "directory:end_office": Route(
        own=lambda: office("association-a"),
        foreign=lambda: office("association-c"),
        get=OWN_BOARD,
        post=OWN_BOARD,
    ),
    "directory:declare_tie": Route(
        own=mine, foreign=foreign, get=SIGNED_IN - {Role.RESIDENT}, post=SIGNED_IN - {Role.RESIDENT}
    ),
    "directory:withdraw_tie": Route(
        own=lambda: tie(Role.OFFICER_A),
        foreign=lambda: tie("somebody else"),
        get=OWN_BOARD,
        post=OWN_BOARD,
        posted=302,
    ),
    "directory:identity": Route(get=Role.FACILITATOR, post=Role.FACILITATOR),
    "directory:account": Route(get=SIGNED_IN),
    "directory:language": Route(get=None, post=SIGNED_IN, data={"language": "fr"}, posted=302),
}
