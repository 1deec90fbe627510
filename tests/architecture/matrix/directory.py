"""Who may reach the routes of the directory, and of signing in."""

from dataclasses import replace
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


# allauth's pages: what each shows to somebody without a password, a second step or a sign-in under way
ENTRANCE = Route(post=ANYONE, posted=200)
NOT_BEGUN = Route(got=302, post=ANYONE, posted=302)
OWN_PAGE = Route(get=SIGNED_IN, post=SIGNED_IN, posted=200)
NOTHING_THERE = Route(get=SIGNED_IN, got=404, post=SIGNED_IN, posted=404)
NO_WAY_TO_CONFIRM = Route(get=SIGNED_IN, got=403, post=SIGNED_IN, posted=403)


def of_nothing(*arguments: object) -> Route:
    return replace(NOTHING_THERE, own=lambda: list(arguments))


SIGN_IN = {
    "account_login": ENTRANCE,
    "account_signup": ENTRANCE,
    "account_request_login_code": ENTRANCE,
    "account_reset_password": ENTRANCE,
    "account_reset_password_from_key": replace(ENTRANCE, own=lambda: ["1", "set-password"]),
    "account_reset_password_done": Route(),
    "account_reset_password_from_key_done": Route(),
    "account_inactive": Route(),
    "account_confirm_login_code": NOT_BEGUN,
    "account_email_verification_sent": NOT_BEGUN,
    "account_verify_phone": NOT_BEGUN,
    "mfa_authenticate": NOT_BEGUN,
    "mfa_login_webauthn": NOT_BEGUN,
    "account_logout": Route(get=SIGNED_IN, post=ANYONE, posted=302),
    "account_email": Route(get=SIGNED_IN, post=ANYONE, posted=302),
    "account_change_password": NOT_BEGUN,
    "account_set_password": OWN_PAGE,
    "account_change_phone": OWN_PAGE,
    "account_reauthenticate": NO_WAY_TO_CONFIRM,
    "mfa_reauthenticate": NO_WAY_TO_CONFIRM,
    "mfa_reauthenticate_webauthn": NO_WAY_TO_CONFIRM,
    "mfa_index": replace(OWN_PAGE, posted=405),
    "mfa_list_webauthn": replace(OWN_PAGE, posted=405),
    "mfa_activate_totp": OWN_PAGE,
    "mfa_add_webauthn": OWN_PAGE,
    "mfa_generate_recovery_codes": OWN_PAGE,
    "mfa_deactivate_totp": NOTHING_THERE,
    "mfa_view_recovery_codes": replace(NOTHING_THERE, posted=405),
    "mfa_download_recovery_codes": NOTHING_THERE,
    "mfa_edit_webauthn": of_nothing(1),
    "mfa_remove_webauthn": of_nothing(1),
}

ROUTES = {
    **SIGN_IN,
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
