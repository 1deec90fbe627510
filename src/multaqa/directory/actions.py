"""Writes of the directory. People are named in the rooms' pages, never in the public record."""

from copy import copy
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from multaqa.directory import rules as _rules  # noqa: F401  the permissions these actions ask for
from multaqa.directory.actors import Actor, Function
from multaqa.directory.models import Account, Assurance, Office, Organisation, Person, Tie
from multaqa.kit import clock
from multaqa.kit.policy import Refused, require
from multaqa.kit.translated import LANGUAGES, Translated
from multaqa.ledger.actions import record
from multaqa.ledger.verbs import register
from multaqa.territories.models import Territory

VERBS = {
    "directory.organisation_registered": _("Organisation registered"),
    "directory.organisation_amended": _("Organisation amended"),
    "directory.person_registered": _("Person registered"),
    "directory.office_taken": _("Office taken"),
    "directory.office_ended": _("Office ended"),
    "directory.tie_declared": _("Tie declared"),
    "directory.tie_withdrawn": _("Tie withdrawn"),
    "directory.assurance_raised": _("Identity checked at a desk"),
}
register(VERBS)


def register_organisation(
    *,
    actor: Actor,
    code: str,
    title: Translated,
    kind: str,
    territory: Territory,
    parent: Organisation | None = None,
    founded_on: date | None = None,
    is_demo: bool = False,
) -> Organisation:
    """Enter an organisation, below its parent when it has one. Refused when the code is taken."""
    require(actor, "directory.register_organisation")
    _check_founded(founded_on)
    with transaction.atomic():
        if Organisation.objects.filter(code=code).exists():
            raise Refused(_("Another organisation already has this code. Choose another one."), field="code")
        organisation = Organisation.objects.create(
            code=code,
            title=title,
            kind=kind,
            territory=territory,
            parent=parent,
            founded_on=founded_on,
            is_demo=is_demo,
        )
        record(actor, "directory.organisation_registered", organisation, facts=_facts(organisation))
    return organisation


def amend_organisation(
    *,
    actor: Actor,
    organisation: Organisation,
    title: Translated,
    territory: Territory,
    parent: Organisation | None = None,
    founded_on: date | None = None,
) -> Organisation:
    """Correct what is public about an organisation. Only an administrator moves it in the tree."""
    require(actor, "directory.amend_organisation", organisation)
    _check_founded(founded_on)
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
        if parent != organisation.parent:
            _require_tree(actor)
            _check_tree(organisation, parent)
        before = _facts(organisation)
        changed = {"title": title, "territory": territory, "parent": parent, "founded_on": founded_on}
        for name, value in changed.items():
            setattr(organisation, name, value)
        organisation.save(update_fields=list(changed))
        record(
            actor,
            "directory.organisation_amended",
            organisation,
            facts={"before": before, "after": _facts(organisation)},
        )
    return organisation


def register_person(*, actor: Actor, title: Translated, account: Account | None = None) -> Person:
    """Enter somebody with a public role, by that name; an administrator may link their account."""
    require(actor, "directory.register_person")
    if account is not None:
        _require_link(actor, account)
    with transaction.atomic():
        if account is not None and Person.objects.filter(account=account).exists():
            raise Refused(_("This account already belongs to a person."), field="account")
        person = Person.objects.create(title=title, account=account)
        record(actor, "directory.person_registered", _unnamed(person), private={"name": title})
    return person


def appoint(
    *,
    actor: Actor,
    person: Person,
    organisation: Organisation,
    function: str,
    starts_on: date,
    ends_on: date | None = None,
    title: Translated | None = None,
) -> Office:
    """Give a person a function in an organisation from a day on.

    Raises Forbidden when an association's officer names anybody to another function than officer of the same
    association, Refused when the person holds that function there already or the dates are reversed.
    """
    require(actor, "directory.appoint", organisation)
    if function != str(Function.OFFICER):
        _require_public_office(actor, organisation)
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("The last day must not come before the first day."), field="ends_on")
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        earlier = Office.objects.filter(person=person, organisation=organisation, function=function)
        if any(_overlap(office, starts_on, ends_on) for office in earlier):
            raise Refused(_("This person already holds this office on these days."), field="person")
        office = Office.objects.create(
            person=person,
            organisation=organisation,
            function=function,
            title=title or Translated(),
            starts_on=starts_on,
            ends_on=ends_on,
        )
        record(
            actor, "directory.office_taken", _entitled(office), facts=_office(office), private=_holder(office)
        )
    return office


def end_office(*, actor: Actor, office: Office, ends_on: date) -> Office:
    """Set the last day of an office. Refused before its first day, or when it ended earlier already."""
    require(actor, "directory.end_office", office)
    if ends_on < office.starts_on:
        raise Refused(_("The last day must not come before the first day."), field="ends_on")
    with transaction.atomic():
        office = Office.objects.select_for_update().select_related("person", "organisation").get(pk=office.pk)
        if office.ends_on is not None and office.ends_on <= ends_on:
            raise Refused(_("This office already ends by then."), field="ends_on")
        office.ends_on = ends_on
        office.save(update_fields=["ends_on"])
        record(
            actor, "directory.office_ended", _entitled(office), facts=_office(office), private=_holder(office)
        )
    return office


def declare_tie(*, actor: Actor, person: Person, organisation: Organisation, kind: str) -> Tie:
    """Say openly that this person is close to this organisation. Refused when the same tie stands already."""
    require(actor, "directory.declare_tie", person)
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        standing = Tie.objects.filter(person=person, organisation=organisation, kind=kind, withdrawn_on=None)
        if standing.exists():
            raise Refused(_("This tie is declared already."), field="kind")
        tie = Tie.objects.create(
            person=person, organisation=organisation, kind=kind, declared_on=clock.today()
        )
        facts = {"organisation": tie.organisation.code}
        record(actor, "directory.tie_declared", tie, facts=facts, private=_tied(tie))
    return tie


def withdraw_tie(*, actor: Actor, tie: Tie) -> Tie:
    """Say that a declared tie has ended; the declaration stays on record."""
    require(actor, "directory.withdraw_tie", tie)
    with transaction.atomic():
        tie = Tie.objects.select_for_update().select_related("person", "organisation").get(pk=tie.pk)
        if tie.withdrawn_on is not None:
            raise Refused(_("This tie was withdrawn already."))
        tie.withdrawn_on = clock.today()
        tie.save(update_fields=["withdrawn_on"])
        facts = {"organisation": tie.organisation.code}
        record(actor, "directory.tie_withdrawn", tie, facts=facts, private=_tied(tie))
    return tie


def raise_assurance(*, actor: Actor, account: Account) -> Account:
    """Note that a desk officer saw the identity card behind this account: no copy, no number is kept.

    Raises Refused for the officer's own account and for an account that is as sure already.
    """
    require(actor, "directory.raise_assurance", account)
    if actor.account is not None and actor.account.pk == account.pk:
        raise Refused(_("Another officer must check your own identity."), field="account")
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=account.pk)
        before = account.assurance
        if before >= Assurance.SEEN:
            raise Refused(_("The identity behind this account was checked already."), field="account")
        account.assurance = Assurance.SEEN
        account.save(update_fields=["assurance"])
        record(
            actor,
            "directory.assurance_raised",
            account,
            facts={"before": before, "after": int(account.assurance)},
            private={"account": str(account), "seen_on": clock.today()},
        )
    return account


def _require_tree(actor: Actor) -> None:
    require(actor, "directory.register_organisation")


def _require_link(actor: Actor, account: Account) -> None:
    require(actor, "directory.link_account", account)


def _require_public_office(actor: Actor, organisation: Organisation) -> None:
    require(actor, "directory.appoint_to_public_office", organisation)


def _check_founded(founded_on: date | None) -> None:
    if founded_on is not None and founded_on > clock.today():
        raise Refused(_("The day of foundation must not lie in the future."), field="founded_on")


def _check_tree(organisation: Organisation, parent: Organisation | None) -> None:
    while parent is not None:
        if parent.pk == organisation.pk:
            raise Refused(
                _("An organisation cannot stand below itself. Choose another parent."), field="parent"
            )
        parent = parent.parent


def _facts(organisation: Organisation) -> dict[str, object]:
    return {
        "code": organisation.code,
        "founded_on": organisation.founded_on,
        "kind": str(organisation.kind),
        "parent": organisation.parent.code if organisation.parent else None,
        "territory": organisation.territory.code,
        "title": organisation.title,
    }


def _overlap(office: Office, starts_on: date, ends_on: date | None) -> bool:
    return (office.ends_on is None or starts_on <= office.ends_on) and (
        ends_on is None or office.starts_on <= ends_on
    )


def _office(office: Office) -> dict[str, object]:
    return {
        "ends_on": office.ends_on,
        "function": str(office.function),
        "organisation": office.organisation.code,
        "starts_on": office.starts_on,
    }


def _holder(office: Office) -> dict[str, object]:
    return {"person": office.person_id, "name": office.person.title}


def _tied(tie: Tie) -> dict[str, object]:
    return {"person": tie.person_id, "name": tie.person.title, "kind": str(tie.kind)}


def _unnamed(person: Person) -> Person:
    """The person as the record shows them: numbered, not named."""
    shown = copy(person)
    setattr(shown, "title", Translated.of("شخص", "Personne", "Person"))  # noqa: B010  the column holds such a text
    return shown


def _entitled(office: Office) -> Office:
    """The office as the record shows it: its function and organisation in every language."""
    shown, titles = copy(office), {}
    for language in LANGUAGES:
        with override(language):
            titles[language] = str(office)
    setattr(shown, "title", Translated.of(**titles))  # noqa: B010  the column holds such a text
    return shown
