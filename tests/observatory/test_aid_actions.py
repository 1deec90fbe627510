"""Needs and offers by themselves: registered, withdrawn, past their window, counted."""

from datetime import timedelta

import pytest

from multaqa.directory.actors import MACHINE
from multaqa.kit import clock
from multaqa.kit.policy import Forbidden, Refused
from multaqa.ledger.models import Entry
from multaqa.observatory.actions import (
    close_need,
    close_offer,
    count_unmet_needs,
    erase_contacts,
    finish_match,
    key_in_need,
    withdraw_need,
    withdraw_offer,
)
from multaqa.observatory.actions.aid import Person
from multaqa.observatory.models import Contact, Need, Offer, Value
from multaqa.observatory.queries import aid as queries
from multaqa.territories.queries import home_pack
from tests.factories import Role, account, actor, commune, organisation, region, verbs_in_ledger
from tests.observatory.aid_factories import (
    GIVER,
    PRIVATE,
    SECRET,
    SMALL,
    a_confirmed_match,
    a_need,
    a_paper_need,
    a_small_commune,
    an_offer,
    an_open_match,
    later,
)

pytestmark = pytest.mark.django_db


def everything_in_the_ledger():
    return "\n".join(Entry.objects.values_list("payload", flat=True))


def test_register_need_keeps_the_person_out_of_the_record():
    need = a_need()

    assert need.contact.telephone == SECRET.telephone
    entry = Entry.objects.get()
    assert (entry.verb, entry.capacity) == ("observatory.need_registered", "resident")
    assert not any(word in entry.payload for word in (*PRIVATE, need.receipt))


def test_register_need_as_an_office_holder_does_not_say_so():
    a_need(Role.COORDINATOR)
    a_need(Role.OFFICER_A, organisation=organisation("association-a"))
    an_offer(Role.OFFICER_B)

    assert list(Entry.objects.order_by("pk").values_list("capacity", flat=True)) == [
        "resident",
        "officer",
        "officer@association-b",
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (lambda: {"closes_on": clock.today() - timedelta(days=1)}, "closes_on"),
        (lambda: {"closes_on": clock.today() + timedelta(days=400)}, "closes_on"),
        (lambda: {"contact": Person("مريم")}, "telephone"),
        (lambda: {"organisation": organisation("association-b")}, "organisation"),
    ],
)
def test_register_need_refuses_and_says_where(wrong, field):
    with pytest.raises(Refused) as refusal:
        a_need(**wrong())

    assert refusal.value.field == field
    assert Contact.objects.count() == 0


def test_register_need_is_for_those_who_are_signed_in():
    with pytest.raises(Forbidden):
        a_need(Role.ANONYMOUS)


def test_key_in_need_refuses_the_same_form_twice_whatever_it_was_for():
    need = a_paper_need(receipt="form-0001")

    assert (need.receipt, need.account) == ("FORM-0001", account(Role.FACILITATOR))
    with pytest.raises(Refused, match="سبق"):
        a_paper_need(receipt="Form-0001")
    with pytest.raises(Forbidden):
        key_in_need(
            actor=actor(Role.RESIDENT),
            receipt="x",
            channel="paper",
            category="water",
            quantity=1,
            territory=commune(),
            opens_on=clock.today(),
            closes_on=clock.today(),
            urgency=1,
            consent=False,
            contact=Person(),
        )


def test_withdraw_need_erases_the_contact_and_ends_its_matches():
    match = an_open_match()
    need = withdraw_need(actor=actor(Role.RESIDENT), need=match.need)

    contact = Contact.objects.get(pk=need.contact_id)
    assert (contact.name, contact.telephone, contact.details) == ("", "", "")
    assert contact.erased_at is not None
    match.refresh_from_db()
    assert (need.state, match.state, Offer.objects.get().taken) == ("withdrawn", "failed", 0)
    with pytest.raises(Refused):
        withdraw_need(actor=actor(Role.RESIDENT), need=need)


def test_withdraw_is_for_whoever_registered_it():
    need, offer = a_need(), an_offer()

    with pytest.raises(Forbidden):
        withdraw_need(actor=actor(Role.OFFICER_A), need=need)
    with pytest.raises(Forbidden):
        withdraw_offer(actor=actor(Role.RESIDENT), offer=offer)


def test_windows_that_passed_close_as_unmet_and_ended():
    match = a_confirmed_match()
    with pytest.raises(Refused):
        close_need(actor=MACHINE, need=match.need)

    with later(21):
        [need], [offer] = queries.needs_to_close(clock.today()), queries.offers_to_close(clock.today())
        need = close_need(actor=MACHINE, need=need)
        offer = close_offer(actor=MACHINE, offer=offer)

    match.refresh_from_db()
    assert (need.state, offer.state, match.state) == ("unmet", "ended", "declined")
    assert (need.taken, offer.taken) == (0, 0)
    assert {"observatory.need_closed", "observatory.offer_closed"} <= set(verbs_in_ledger())


def test_an_open_match_keeps_its_two_sides_open_past_their_window():
    match = an_open_match()

    with later(21):
        assert list(queries.needs_to_close(clock.today())) == []
        assert list(queries.offers_to_close(clock.today())) == []
        with pytest.raises(Refused):
            close_need(actor=MACHINE, need=match.need)


def test_contacts_are_erased_thirty_days_after_the_end():
    region()
    a_need()
    an_offer()
    with later(21):
        close_need(actor=MACHINE, need=Need.objects.get())
    with later(50):
        assert erase_contacts(actor=MACHINE) == 0
    with later(52):
        assert erase_contacts(actor=MACHINE) == 1

    assert sorted(Contact.objects.values_list("telephone", flat=True)) == ["", GIVER.telephone]
    assert verbs_in_ledger()[-1] == "observatory.contacts_erased"


def needs_that_ran_out(count, place):
    for _each in range(count):
        a_need(territory=place, quantity=1)
    with later(21):
        for need in queries.needs_to_close(clock.today()):
            close_need(actor=MACHINE, need=need)


def test_unmet_needs_are_counted_where_they_may_be_published():
    region()
    many, few, busy, quiet = (commune(f"X.1.{place}") for place in (1, 2, 3, 4))
    needs_that_ran_out(6, many)
    needs_that_ran_out(2, few)
    needs_that_ran_out(3, busy)
    with later(21):
        for _each in range(7):
            a_need(territory=quiet)

    with later(22):
        rows = {
            row.territory.code: (row.open, row.unmet, row.met)
            for row in queries.needs_by_commune(region(), clock.today())
        }
        count_unmet_needs(actor=MACHINE)
        kept = {
            value.territory.code: (value.value, value.n)
            for value in Value.objects.filter(indicator__code="unmet-needs").select_related("territory")
        }

    assert rows["X.1.1"] == (0, 6, 0)
    # a row of hidden counts would say where they are
    assert not {"X.1.2", "X.1.3"} & set(rows)
    # seven open needs and none unmet yet say nothing good of a place
    assert rows["X.1.4"] == (7, 0, 0)
    assert kept == {"X.1.1": (6, 6)}
    assert verbs_in_ledger()[-1] == "observatory.unmet_needs_counted"


def test_counts_of_communes_and_the_public_total_of_their_province_do_not_tell_a_small_one():
    home = region()
    for code, count in (("X.1.1", 7), ("X.1.2", 2), ("X.9.1", 30)):
        for _each in range(count):
            a_need(territory=a_small_commune() if code == "X.9.1" else commune(code))

    rows = {row.territory.code: row.open for row in queries.needs_by_commune(home, clock.today())}

    # nine in the one province by the list of needs: were the seven shown, the two would be known
    assert rows == {"X.9.1": 30}


def test_record_of_a_need_and_its_match_tells_the_province_and_never_the_commune():
    match = an_open_match(territory=a_small_commune(), category="food")
    finish_match(actor=actor(Role.RESIDENT), match=match, side="need", happened=False, feedback=None)
    with later(21):
        close_need(actor=MACHINE, need=Need.objects.get())
    entries = Entry.objects.exclude(verb__startswith="observatory.offer")

    registered = entries.get(verb="observatory.need_registered")
    assert registered.facts["territory"] == "X.9"
    assert str(Need.objects.get().title) == "غذاء · إقليم صغير"
    assert entries.filter(verb__startswith="observatory.match_").count() == 4
    for entry in entries:
        assert not any(word in entry.payload + str(entry.title) for word in (SMALL, "X.9.1"))
        # the offer's commune, its reach and the distance would tell the commune of the need
        assert not any(word in entry.payload for word in ('"offer":', '"metres"', "offer:", "association-b"))


def test_unmet_count_is_due_after_an_end_and_once_a_week():
    region()
    needs_that_ran_out(1, commune())
    with later(22):
        assert queries.unmet_count_is_due(home_pack(), clock.now())
        count_unmet_needs(actor=MACHINE)
        assert not queries.unmet_count_is_due(home_pack(), clock.now())
    with later(30):
        assert queries.unmet_count_is_due(home_pack(), clock.now())
