"""Small, surprise-free builders shared by all rooms: places, organisations, accounts, actors in each role."""

from datetime import date
from enum import StrEnum

from multaqa.directory.actors import STRANGER, Actor, Function, actor_of
from multaqa.directory.models import Account, Assurance, Office, Organisation, Person
from multaqa.kit.translated import Translated
from multaqa.territories.models import RegionPack, Territory


class Role(StrEnum):
    ANONYMOUS = "anonymous"
    RESIDENT = "resident"
    OFFICER_A = "officer of association A"
    OFFICER_B = "officer of association B"
    FACILITATOR = "facilitator"
    CELL_MEMBER = "cell member"
    COORDINATOR = "coordinator"
    COUNCIL_OFFICER = "council officer"
    EDITOR = "editor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


_HELD = {
    Role.OFFICER_A: ("association-a", Function.OFFICER),
    Role.OFFICER_B: ("association-b", Function.OFFICER),
    Role.FACILITATOR: ("council", Function.FACILITATOR),
    Role.CELL_MEMBER: ("cell", Function.CELL_MEMBER),
    Role.COORDINATOR: ("cell", Function.COORDINATOR),
    Role.COUNCIL_OFFICER: ("council", Function.COUNCIL_OFFICER),
    Role.EDITOR: ("newspaper", Function.EDITOR),
    Role.AUDITOR: ("council", Function.AUDITOR),
    Role.ADMINISTRATOR: ("council", Function.ADMINISTRATOR),
}
_KINDS = {
    "association-a": Organisation.Kind.ASSOCIATION,
    "association-b": Organisation.Kind.ASSOCIATION,
    "council": Organisation.Kind.COUNCIL,
    "other-council": Organisation.Kind.COUNCIL,
    "cell": Organisation.Kind.CELL,
    "newspaper": Organisation.Kind.MEDIA,
}


def region() -> Territory:
    """The region of the loaded pack; where none is loaded, an invented one that becomes the home."""
    if pack := RegionPack.objects.select_related("root").first():
        return pack.root
    country, _ = Territory.objects.get_or_create(
        code="X", defaults={"title": Translated.of("البلد", "Pays", "Country"), "level": "country"}
    )
    home, _ = Territory.objects.get_or_create(
        code="X.1",
        defaults={"title": Translated.of("الجهة", "Région", "Region"), "level": "region", "parent": country},
    )
    RegionPack.objects.get_or_create(
        key="invented",
        defaults={"title": home.title, "root": home, "currency": "MAD", "time_zone": "Africa/Casablanca"},
    )
    return home


def commune(code: str = "X.1.1", milieu: str = "rural") -> Territory:
    title = Translated.of(f"جماعة {code}", f"Commune {code}", f"Commune {code}")
    place, _ = Territory.objects.get_or_create(
        code=code, defaults={"title": title, "level": "commune", "milieu": milieu, "parent": region()}
    )
    return place


def organisation(code: str = "association-a", kind: str | None = None) -> Organisation:
    found, _ = Organisation.objects.get_or_create(
        code=code,
        defaults={
            "title": Translated.of(f"منظمة {code}", f"Organisation {code}", f"Organisation {code}"),
            "kind": kind or _KINDS.get(code, Organisation.Kind.ASSOCIATION),
            "territory": region(),
            "founded_on": date(2015, 1, 1),
        },
    )
    return found


def account(name: str = "resident") -> Account:
    slug = name.replace(" ", "-")
    found, _ = Account.objects.get_or_create(
        email=f"{slug}@example.org", defaults={"assurance": Assurance.SEEN, "phone_verified": True}
    )
    return found


def person(name: str) -> Person:
    found, _ = Person.objects.get_or_create(
        account=account(name), defaults={"title": Translated.of(f"صفة {name}")}
    )
    return found


def appoint(name: str, organisation_code: str, function: str) -> Office:
    office, _ = Office.objects.get_or_create(
        person=person(name),
        organisation=organisation(organisation_code),
        function=function,
        defaults={"starts_on": date(2020, 1, 1)},
    )
    return office


def account_in(role: Role) -> Account | None:
    """The account of somebody in this role; None for a stranger."""
    if role is Role.ANONYMOUS:
        return None
    if role in _HELD:
        appoint(role, *_HELD[role])
    return account(role)


def actor(role: Role = Role.RESIDENT) -> Actor:
    found = account_in(role)
    return actor_of(found) if found else STRANGER


def verbs_in_ledger() -> list[str]:
    """The verbs written so far, oldest first."""
    from multaqa.ledger.models import Entry

    return list(Entry.objects.order_by("pk").values_list("verb", flat=True))
