"""Needs and offers that meet: proposed, confirmed, accepted by both sides, done or not."""

import pytest
from django.db import IntegrityError, transaction

from multaqa.directory.actors import MACHINE
from multaqa.kit import clock
from multaqa.kit.policy import Forbidden, Refused
from multaqa.ledger.models import Entry
from multaqa.observatory.actions import (
    accept_match,
    confirm_match,
    decline_match,
    dismiss_match,
    end_match,
    finish_match,
    propose_matches,
    withdraw_offer,
)
from multaqa.observatory.models import Match, Need, Offer
from multaqa.observatory.queries import aid as queries
from multaqa.observatory.queries.matches import matches_to_end, round_is_due
from multaqa.territories.queries import home_pack
from tests.factories import Role, actor, commune, region, verbs_in_ledger
from tests.observatory.aid_factories import (
    GIVER,
    PRIVATE,
    SECRET,
    a_confirmed_match,
    a_need,
    a_paper_need,
    a_placed_commune,
    a_proposal,
    an_offer,
    an_open_match,
    later,
    proposed,
)

pytestmark = pytest.mark.django_db


def everything_in_the_ledger():
    return "\n".join(Entry.objects.values_list("payload", flat=True))


def test_propose_matches_writes_the_engines_answer_with_its_reasons():
    near, far = a_placed_commune("X.1.1"), a_placed_commune("X.1.2", latitude=24.0)
    a_need(territory=near, quantity=4)
    an_offer(territory=far, quantity=10, reach_km=40)
    an_offer(territory=far, quantity=10, reach_km=10)

    round_ = propose_matches(actor=actor(Role.FACILITATOR))

    match = Match.objects.get()
    assert (round_.proposed, proposed()) == (1, [(1, 1, 4)])
    assert match.metres == pytest.approx(33_359, abs=5)
    assert match.reasons[0]["key"] == "nearest"
    assert verbs_in_ledger()[-1] == "observatory.matches_proposed"


def test_propose_matches_keeps_what_stands_and_supersedes_what_does_not():
    match = a_proposal()

    again = propose_matches(actor=MACHINE)
    withdraw_offer(actor=actor(Role.OFFICER_B), offer=match.offer)
    after = propose_matches(actor=MACHINE)

    assert (again.proposed, again.kept, again.superseded) == (0, 1, 0)
    assert (after.proposed, after.kept, after.superseded) == (0, 0, 0)
    match.refresh_from_db()
    assert match.state == "superseded"
    assert Need.objects.get().lack == {"key": "no_offer", "units": 4}


def test_a_commune_without_outline_is_matched_inside_itself_only():
    a_need(territory=commune("X.1.7"))
    an_offer(territory=commune("X.1.8"), reach_km=2000)
    an_offer(territory=a_placed_commune("X.1.9"), reach_km=2000)

    propose_matches(actor=MACHINE)
    assert proposed() == []

    an_offer(territory=commune("X.1.7"), reach_km=0)
    propose_matches(actor=MACHINE)
    assert proposed() == [(1, 3, 4)]


def test_without_consent_nothing_is_matched():
    a_need(consent=False)
    an_offer()

    propose_matches(actor=MACHINE)

    assert proposed() == []


def test_a_declined_pair_is_not_proposed_again_and_the_next_offer_is():
    first = a_confirmed_match()
    an_offer(Role.FACILITATOR, territory=commune(), reach_km=0)
    decline_match(actor=actor(Role.RESIDENT), match=first, side="need")

    propose_matches(actor=MACHINE)

    assert proposed() == [(1, 2, 4)]
    assert Offer.objects.get(number=1).taken == 0
    dismiss_match(actor=actor(Role.COORDINATOR), match=Match.objects.get(state="proposed"))
    propose_matches(actor=MACHINE)
    assert proposed() == []
    assert Need.objects.get().lack["key"] == "declined"


def test_two_needs_go_on_being_served_around_a_declined_pair():
    one, two = a_need(quantity=6), a_need(Role.OFFICER_A, quantity=6)
    an_offer(quantity=6)
    propose_matches(actor=MACHINE)
    [served] = Match.objects.filter(state="proposed")
    dismiss_match(actor=actor(Role.COORDINATOR), match=served)

    propose_matches(actor=MACHINE)

    other = ({one.number, two.number} - {served.need.number}).pop()
    assert proposed() == [(other, 1, 6)]


def test_round_is_due_only_when_something_changed():
    region()
    assert not round_is_due(home_pack())
    with later(-2):
        a_need()
    assert round_is_due(home_pack())
    with later(-1):
        propose_matches(actor=MACHINE)
    assert not round_is_due(home_pack())
    an_offer()
    assert round_is_due(home_pack())


def test_confirm_match_promises_the_units_and_asks_both_sides():
    match = confirm_match(actor=actor(Role.FACILITATOR), match=a_proposal())

    assert match.state == "confirmed"
    assert (Need.objects.get().left, Offer.objects.get().left) == (0, 6)
    assert queries.contacts_for(actor(Role.RESIDENT), match) == []


def test_confirm_match_is_not_for_a_side_of_it_nor_for_a_resident():
    a_need(Role.COORDINATOR)
    an_offer()
    propose_matches(actor=MACHINE)
    match = Match.objects.get()

    with pytest.raises(Refused):
        confirm_match(actor=actor(Role.COORDINATOR), match=match)
    with pytest.raises(Forbidden):
        confirm_match(actor=actor(Role.RESIDENT), match=match)
    assert confirm_match(actor=actor(Role.FACILITATOR), match=match).state == "confirmed"


def test_two_coordinators_confirming_at_once_promise_it_once():
    match = a_proposal()
    seen_by_both = Match.objects.get(pk=match.pk)
    confirm_match(actor=actor(Role.COORDINATOR), match=match)

    with pytest.raises(Refused):
        confirm_match(actor=actor(Role.FACILITATOR), match=seen_by_both)

    assert Offer.objects.get().taken == 4
    assert verbs_in_ledger().count("observatory.match_confirmed") == 1


def test_an_offer_is_never_promised_beyond_its_quantity():
    a_need(quantity=6)
    a_need(Role.OFFICER_A, quantity=6)
    offer = an_offer(quantity=10)
    first, second = (
        Match.objects.create(number=n, need=need, offer=offer, quantity=6, metres=0)
        for n, need in enumerate(Need.objects.order_by("number"), start=1)
    )
    confirm_match(actor=actor(Role.COORDINATOR), match=first)

    with pytest.raises(Refused):
        confirm_match(actor=actor(Role.COORDINATOR), match=second)
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.update(taken=11)
    assert Offer.objects.get().taken == 6


def test_contacts_open_to_the_two_sides_only_after_both_accepted():
    match = a_confirmed_match()
    resident, giver = actor(Role.RESIDENT), actor(Role.OFFICER_B)

    match = accept_match(actor=resident, match=match, side="need")
    assert match.state == "confirmed"
    assert queries.contacts_for(resident, match) == []
    match = accept_match(actor=giver, match=match, side="offer")

    assert match.state == "open"
    assert [c.telephone for c in queries.contacts_for(resident, match)] == [GIVER.telephone]
    assert [c.telephone for c in queries.contacts_for(giver, match)] == [SECRET.telephone]
    for nobody in (Role.COORDINATOR, Role.FACILITATOR, Role.OFFICER_A, Role.ANONYMOUS):
        assert queries.contacts_for(actor(nobody), match) == []
    assert not any(word in everything_in_the_ledger() for word in PRIVATE)


def test_both_sides_accepting_at_once_open_the_match():
    match = a_confirmed_match()
    read_before = Match.objects.get(pk=match.pk)

    accept_match(actor=actor(Role.RESIDENT), match=match, side="need")
    accept_match(actor=actor(Role.OFFICER_B), match=read_before, side="offer")

    match.refresh_from_db()
    assert match.state == "open"
    assert None not in (match.need_accepted_at, match.offer_accepted_at)


def test_accept_match_is_for_ones_own_side_once():
    match = a_confirmed_match()
    with pytest.raises(Refused):
        accept_match(actor=actor(Role.RESIDENT), match=match, side="offer")
    with pytest.raises(Forbidden):
        accept_match(actor=actor(Role.COORDINATOR), match=match, side="need")
    accept_match(actor=actor(Role.RESIDENT), match=match, side="need")

    with pytest.raises(Refused):
        accept_match(actor=actor(Role.RESIDENT), match=match, side="need")


def test_a_facilitator_accepts_for_a_paper_form_with_its_receipt():
    a_paper_need(receipt="form-0009")
    an_offer()
    propose_matches(actor=MACHINE)
    match = confirm_match(actor=actor(Role.COORDINATOR), match=Match.objects.get())
    facilitator = actor(Role.FACILITATOR)

    with pytest.raises(Refused) as refusal:
        accept_match(actor=facilitator, match=match, side="need", receipt="form-0001")
    match = accept_match(actor=facilitator, match=match, side="need", receipt="form-0009")

    assert refusal.value.field == "receipt"
    assert match.need_accepted_at is not None
    accepted = Entry.objects.get(verb="observatory.match_accepted")
    assert accepted.capacity == "facilitator@council"


def test_the_word_of_the_side_in_need_decides_and_a_met_need_closes():
    match = an_open_match()

    match = finish_match(actor=actor(Role.OFFICER_B), match=match, side="offer", happened=True, feedback=None)
    assert match.state == "open"
    match = finish_match(actor=actor(Role.RESIDENT), match=match, side="need", happened=True, feedback=5)

    assert (match.state, match.need_feedback) == ("done", 5)
    assert Need.objects.get().state == "met"
    offer = Offer.objects.get()
    assert (offer.state, offer.left) == ("open", 6)
    assert '"feedback"' not in everything_in_the_ledger()
    with pytest.raises(Refused):
        finish_match(actor=actor(Role.RESIDENT), match=match, side="need", happened=False, feedback=1)


def test_an_offer_given_whole_closes_and_a_need_met_in_part_stays_open():
    match = an_open_match(quantity=14)

    finish_match(actor=actor(Role.RESIDENT), match=match, side="need", happened=True, feedback=4)

    assert Offer.objects.get().state == "given"
    need = Need.objects.get()
    assert (need.state, need.left) == ("open", 4)


def test_a_match_that_did_not_happen_gives_its_units_back_and_is_not_proposed_again():
    match = an_open_match()

    match = finish_match(actor=actor(Role.RESIDENT), match=match, side="need", happened=False, feedback=1)
    finish_match(actor=actor(Role.OFFICER_B), match=match, side="offer", happened=True, feedback=2)
    propose_matches(actor=MACHINE)

    assert match.state == "failed"
    assert (Need.objects.get().taken, Offer.objects.get().taken) == (0, 0)
    assert proposed() == []


def test_end_match_takes_the_givers_word_when_the_other_side_is_silent():
    match = an_open_match()
    finish_match(actor=actor(Role.OFFICER_B), match=match, side="offer", happened=True, feedback=3)
    with pytest.raises(Refused):
        end_match(actor=MACHINE, match=match)

    with later(60):
        [due] = matches_to_end(clock.today())
        match = end_match(actor=MACHINE, match=due)

    assert match.state == "done"
    assert Need.objects.get().state == "met"
