"""Reads: who exists, who holds what today, who is too close to decide."""

from datetime import date

from django.db.models import Q, QuerySet

from multaqa.directory.actors import Actor
from multaqa.directory.models import Account, Office, Organisation, Person, Tie
from multaqa.kit import clock
from multaqa.kit.translated import LANGUAGES


def organisations(kind: str | None = None, text: str = "") -> QuerySet[Organisation]:
    """Organisations of a kind whose code, or name in any language, contains the text; by kind and code."""
    found = Organisation.objects.select_related("territory", "parent").order_by("kind", "code")
    if kind:
        found = found.filter(kind=kind)
    if text:
        matches = Q(code__icontains=text)
        for language in LANGUAGES:
            matches |= Q(**{f"title__{language}__icontains": text})
        found = found.filter(matches)
    return found


def holding(today: date | None = None, prefix: str = "") -> Q:
    """The condition «held on this day», for offices or, with a prefix, across a relation to them."""
    day = today or clock.today()
    began = Q(**{f"{prefix}starts_on__lte": day})
    return began & (Q(**{f"{prefix}ends_on__isnull": True}) | Q(**{f"{prefix}ends_on__gte": day}))


def offices_today(organisation: Organisation, today: date | None = None) -> QuerySet[Office]:
    """The offices held in the organisation today, longest held first."""
    held = Office.objects.filter(holding(today), organisation=organisation)
    return held.select_related("person", "organisation").order_by("starts_on", "pk")


def offices_past(organisation: Organisation, today: date | None = None) -> QuerySet[Office]:
    """The offices that have ended, latest first."""
    ended = Office.objects.filter(organisation=organisation, ends_on__lt=today or clock.today())
    return ended.select_related("person", "organisation").order_by("-ends_on", "-pk")


def declared_ties(organisation: Organisation) -> QuerySet[Tie]:
    """The ties declared to the organisation and not withdrawn."""
    ties = Tie.objects.filter(organisation=organisation, withdrawn_on__isnull=True)
    return ties.select_related("person", "organisation").order_by("declared_on", "pk")


def conflicts(actor: Actor, organisation: Organisation) -> list[Tie | Office]:
    """Why the actor must stand aside when this organisation is decided upon: one SQL statement.

    Offices the actor's person holds there today, then ties declared to it. Empty means that nothing is known.
    """
    found: list[Tie | Office] = [
        office for office in actor.offices if office.organisation_id == organisation.pk
    ]
    if actor.account is not None:
        found += declared_ties(organisation).filter(person__account=actor.account)
    return found


def person_of(account: Account | None) -> Person | None:
    """The person behind an account, when it has a public role."""
    return Person.objects.filter(account=account).first() if account is not None else None


def account_reached_at(*, email: str = "", phone: str = "") -> Account | None:
    """The active account that signs in with this address or number (already in normal form)."""
    if not email and not phone:
        return None
    reached = Q(email__iexact=email) if email else Q(phone=phone)
    return Account.objects.filter(reached, is_active=True).first()
