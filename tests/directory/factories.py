"""Builders of the directory; what is cheap is made by the real actions."""

from datetime import date

from multaqa.directory.actions import appoint, declare_tie, register_organisation, register_person
from multaqa.directory.actors import MACHINE, Function
from multaqa.directory.models import Account, Assurance, Office, Organisation, Person, Tie
from multaqa.kit.translated import Translated
from tests import factories


def an_organisation(code: str = "clean-river", **overrides) -> Organisation:
    return register_organisation(
        actor=MACHINE,
        **{
            "code": code,
            "title": Translated.of(f"جمعية {code}", f"Association {code}", f"Association {code}"),
            "kind": Organisation.Kind.ASSOCIATION,
            "territory": factories.region(),
            **overrides,
        },
    )


def a_person(name: str = "Amina", **overrides) -> Person:
    return register_person(actor=MACHINE, **{"title": Translated.of(en=name), **overrides})


def an_office(organisation: Organisation, person: Person | None = None, **overrides) -> Office:
    return appoint(
        actor=MACHINE,
        person=person or a_person(),
        organisation=organisation,
        **{"function": Function.OFFICER, "starts_on": date(2020, 1, 1), **overrides},
    )


def a_tie(person: Person, organisation: Organisation, kind: str = Tie.Kind.FAMILY) -> Tie:
    return declare_tie(actor=MACHINE, person=person, organisation=organisation, kind=kind)


def an_account(**overrides) -> Account:
    return Account.objects.create(**{"email": "amina@example.org", "assurance": Assurance.PHONE, **overrides})
