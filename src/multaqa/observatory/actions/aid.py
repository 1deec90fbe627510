"""Needs and offers: registered, withdrawn, ended with their window; the contacts behind them, erased."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor, Function
from multaqa.directory.models import Organisation
from multaqa.kit import clock
from multaqa.kit.chance import token_text
from multaqa.kit.policy import Refused, require
from multaqa.ledger.actions import record
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import register
from multaqa.observatory.models import Aid, Contact, Indicator, Need, Offer, Value
from multaqa.observatory.promises import close, drop_matches
from multaqa.observatory.queries import next_number
from multaqa.observatory.queries.aid import CommuneCounts, contacts_to_erase, unmet_needs
from multaqa.observatory.queries.matches import done_units, is_running
from multaqa.observatory.reported import UNMET, reported_indicator
from multaqa.observatory.standing import speaker
from multaqa.territories.models import RegionPack, Territory
from multaqa.territories.queries import home_pack

VERBS = {
    "observatory.need_registered": _("Need registered"),
    "observatory.offer_registered": _("Offer registered"),
    "observatory.need_keyed_in": _("Need keyed in for somebody"),
    "observatory.offer_keyed_in": _("Offer keyed in for somebody"),
    "observatory.need_withdrawn": _("Need withdrawn"),
    "observatory.offer_withdrawn": _("Offer withdrawn"),
    "observatory.need_closed": _("Need not met in time"),
    "observatory.offer_closed": _("Offer ended"),
    "observatory.contacts_erased": _("Contacts erased"),
    "observatory.unmet_needs_counted": _("Unmet needs counted"),
}
register(VERBS)
LONGEST_DAYS = 366
_RECEIPT = 10


@dataclass(frozen=True, slots=True)
class Person:
    """How to reach somebody. Stays in one table, out of the record, and is erased afterwards."""

    name: str = ""
    telephone: str = ""
    details: str = ""


def register_need(
    *,
    actor: Actor,
    category: str,
    quantity: int,
    territory: Territory,
    opens_on: date,
    closes_on: date,
    urgency: int,
    consent: bool,
    contact: Person,
    organisation: Organisation | None = None,
    is_demo: bool = False,
) -> Need:
    """Say what is lacking, for oneself, or as an association's officer for people it serves.

    Only category, quantity, province and window are public. Raises Refused for an association the actor is no
    officer of, a window that is over or too long, and consent to be called without a telephone number.
    """
    require(actor, "observatory.register_need")
    _check(actor, opens_on, closes_on, consent, contact, organisation)
    with transaction.atomic():
        need = Need.objects.create(
            number=next_number(Need),
            category=category,
            quantity=quantity,
            territory=territory,
            opens_on=opens_on,
            closes_on=closes_on,
            urgency=urgency,
            consent=consent,
            organisation=organisation,
            account=actor.account,
            contact=_kept(contact),
            receipt=token_text(_RECEIPT),
            is_demo=is_demo,
        )
        record(
            speaker(actor, need),
            "observatory.need_registered",
            need,
            facts=_facts(need),
            private={"receipt": need.receipt, "territory": need.territory.code},
            step=Step.OBSERVED,
        )
    return need


def register_offer(
    *,
    actor: Actor,
    category: str,
    quantity: int,
    territory: Territory,
    opens_on: date,
    closes_on: date,
    reach_km: int,
    consent: bool,
    contact: Person,
    organisation: Organisation | None = None,
    is_demo: bool = False,
) -> Offer:
    """Say what one can give and how far one goes for it; 0: inside the commune.

    Raises Refused as `register_need`.
    """
    require(actor, "observatory.register_offer")
    _check(actor, opens_on, closes_on, consent, contact, organisation)
    with transaction.atomic():
        offer = Offer.objects.create(
            number=next_number(Offer),
            category=category,
            quantity=quantity,
            territory=territory,
            opens_on=opens_on,
            closes_on=closes_on,
            reach_km=reach_km,
            consent=consent,
            organisation=organisation,
            account=actor.account,
            contact=_kept(contact),
            receipt=token_text(_RECEIPT),
            is_demo=is_demo,
        )
        record(
            speaker(actor, offer),
            "observatory.offer_registered",
            offer,
            facts=_facts(offer),
            private={"receipt": offer.receipt},
            step=Step.OBSERVED,
        )
    return offer


def key_in_need(
    *,
    actor: Actor,
    receipt: str,
    channel: str,
    category: str,
    quantity: int,
    territory: Territory,
    opens_on: date,
    closes_on: date,
    urgency: int,
    consent: bool,
    contact: Person,
    is_demo: bool = False,
) -> Need:
    """Key in the need of somebody who filled in a form or telephoned; the receipt is theirs.

    Raises Refused for a receipt used before, and as `register_need`.
    """
    require(actor, "observatory.key_in_need")
    _check(actor, opens_on, closes_on, consent, contact)
    with transaction.atomic():
        need = Need.objects.create(
            receipt=_free(receipt),
            number=next_number(Need),
            channel=channel,
            category=category,
            quantity=quantity,
            territory=territory,
            opens_on=opens_on,
            closes_on=closes_on,
            urgency=urgency,
            consent=consent,
            account=actor.account,
            contact=_kept(contact),
            is_demo=is_demo,
        )
        record(
            actor,
            "observatory.need_keyed_in",
            need,
            facts=_facts(need),
            private={"receipt": need.receipt, "territory": need.territory.code},
            step=Step.OBSERVED,
        )
    return need


def key_in_offer(
    *,
    actor: Actor,
    receipt: str,
    channel: str,
    category: str,
    quantity: int,
    territory: Territory,
    opens_on: date,
    closes_on: date,
    reach_km: int,
    consent: bool,
    contact: Person,
    is_demo: bool = False,
) -> Offer:
    """Key in the offer of somebody who filled in a form or telephoned. Refuses as `key_in_need`."""
    require(actor, "observatory.key_in_offer")
    _check(actor, opens_on, closes_on, consent, contact)
    with transaction.atomic():
        offer = Offer.objects.create(
            receipt=_free(receipt),
            number=next_number(Offer),
            channel=channel,
            category=category,
            quantity=quantity,
            territory=territory,
            opens_on=opens_on,
            closes_on=closes_on,
            reach_km=reach_km,
            consent=consent,
            account=actor.account,
            contact=_kept(contact),
            is_demo=is_demo,
        )
        record(
            actor,
            "observatory.offer_keyed_in",
            offer,
            facts=_facts(offer),
            private={"receipt": offer.receipt},
            step=Step.OBSERVED,
        )
    return offer


def withdraw_need(*, actor: Actor, need: Need) -> Need:
    """Take a need back: its matches end, and its contact is erased at once.

    Raises Refused once it is closed.
    """
    require(actor, "observatory.withdraw_need", need)
    with transaction.atomic():
        need = _held(need)
        dropped = drop_matches(need)
        need.refresh_from_db()
        close(need, Need.State.WITHDRAWN)
        _erase([need.contact])
        record(
            speaker(actor, need),
            "observatory.need_withdrawn",
            need,
            facts={"number": need.number, "matches": dropped},
        )
    return need


def withdraw_offer(*, actor: Actor, offer: Offer) -> Offer:
    """Take an offer back: its matches end, and its contact is erased at once.

    Raises Refused once it is closed.
    """
    require(actor, "observatory.withdraw_offer", offer)
    with transaction.atomic():
        dropped = drop_matches(offer)
        offer = Offer.objects.select_for_update().get(pk=offer.pk)
        close(offer, Offer.State.WITHDRAWN)
        _erase([offer.contact])
        record(
            speaker(actor, offer),
            "observatory.offer_withdrawn",
            offer,
            facts={"number": offer.number, "matches": dropped},
        )
    return offer


def close_need(*, actor: Actor, need: Need) -> Need:
    """Say publicly that a need was not met in its time. Raises Refused before, or with an open match."""
    require(actor, "observatory.close_need", need)
    with transaction.atomic():
        need = _held(need)
        _check_over(need)
        drop_matches(need)
        need.refresh_from_db()
        close(need, Need.State.UNMET)
        record(
            actor,
            "observatory.need_closed",
            need,
            facts={**_facts(need), "met": done_units(need)},
            step=Step.OBSERVED,
        )
    return need


def close_offer(*, actor: Actor, offer: Offer) -> Offer:
    """End an offer whose window is over. Raises Refused before, or with an open match."""
    require(actor, "observatory.close_offer", offer)
    with transaction.atomic():
        offer = Offer.objects.select_related("territory").get(pk=offer.pk)
        _check_over(offer)
        drop_matches(offer)
        offer = Offer.objects.select_for_update().get(pk=offer.pk)
        close(offer, Offer.State.ENDED)
        record(actor, "observatory.offer_closed", offer, facts={**_facts(offer), "given": done_units(offer)})
    return offer


def erase_contacts(*, actor: Actor) -> int:
    """Erase the contacts of needs and offers closed more than thirty days ago; how many there were."""
    require(actor, "observatory.erase_contacts")
    with transaction.atomic():
        due = list(contacts_to_erase(clock.now()).select_for_update(of=("self",)))
        _erase(due)
        record(actor, "observatory.contacts_erased", _home(), facts={"contacts": len(due)})
    return len(due)


def count_unmet_needs(*, actor: Actor) -> Indicator:
    """Bring the index's figure of unmet needs up to date, for the communes where it may be published.

    Twelve months, counted in needs; n: needs that ended, met or not, where it may be published. A commune in
    which too few ended has no figure: not measured.
    """
    require(actor, "observatory.count_unmet_needs")
    with transaction.atomic():
        home, today = _home(), clock.today()
        indicator = reported_indicator(UNMET)
        counted = {row.territory.pk: row for row in unmet_needs(home.root, today)}
        known = set(Value.objects.filter(indicator=indicator).values_list("territory_id", flat=True))
        Value.objects.bulk_create(
            [
                _unmet_value(indicator, place, today.year, counted.get(place))
                for place in known | counted.keys()
            ],
            update_conflicts=True,
            unique_fields=["indicator", "territory", "year", "sex", "milieu"],
            update_fields=["value", "n"],
        )
        indicator.latest_year = today.year
        indicator.is_demo = home.is_demo
        indicator.save(update_fields=["latest_year", "is_demo"])
        record(
            actor,
            "observatory.unmet_needs_counted",
            home,
            facts={"communes": len(counted), "unmet": sum(row.unmet or 0 for row in counted.values())},
        )
    return indicator


def _check(
    actor: Actor,
    opens_on: date,
    closes_on: date,
    consent: bool,
    contact: Person,
    organisation: Organisation | None = None,
) -> None:
    if organisation is not None and organisation not in actor.organisations(Function.OFFICER):
        raise Refused(_("Choose an association of which you are an officer, or none."), field="organisation")
    if closes_on < max(opens_on, clock.today()):
        raise Refused(
            _("The last day comes after the first, and is today at the earliest."), field="closes_on"
        )
    if closes_on > clock.today() + timedelta(days=LONGEST_DAYS):
        raise Refused(_("The last day lies within a year: register it again then."), field="closes_on")
    if consent and not contact.telephone:
        raise Refused(
            _("A telephone number is needed, so that the other side can call once both accept."),
            field="telephone",
        )


def _check_over(aid: Aid) -> None:
    if aid.closes_on >= clock.today() or is_running(aid):
        raise Refused(_("Its window is not over, or a match is still under way."))


def _free(receipt: str) -> str:
    code = receipt.strip().upper()
    taken = [model.objects.filter(receipt=code).exists() for model in (Need, Offer)]
    if not code or any(taken):
        raise Refused(_("The form with this code was already keyed in."), field="receipt")
    return code


def _held(need: Need) -> Need:
    found = Need.objects.select_related("territory__parent").select_for_update(of=("self",))
    return found.get(pk=need.pk)


def _kept(contact: Person) -> Contact:
    return Contact.objects.create(name=contact.name, telephone=contact.telephone, details=contact.details)


def _erase(contacts: list[Contact]) -> None:
    Contact.objects.filter(pk__in=[contact.pk for contact in contacts]).update(
        name="", telephone="", details="", erased_at=clock.now()
    )


def _facts(aid: Aid) -> dict[str, object]:
    return {
        "number": aid.number,
        "category": aid.category,
        "quantity": aid.quantity,
        "territory": aid.public_place.code,
        "opens_on": aid.opens_on,
        "closes_on": aid.closes_on,
        "channel": aid.channel,
    }


def _unmet_value(indicator: Indicator, place: int, year: int, row: CommuneCounts | None) -> Value:
    ended = None if row is None or row.met is None else (row.unmet or 0) + row.met
    unmet = None if row is None else row.unmet
    return Value(indicator=indicator, territory_id=place, year=year, value=unmet, n=ended)


def _home() -> RegionPack:
    home = home_pack()
    if home is None:
        raise Refused(_("Load a region pack first."))
    return home
