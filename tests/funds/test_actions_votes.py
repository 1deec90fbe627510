"""Ballots and the count."""

import hashlib

import pytest
from django.db import IntegrityError, transaction

from multaqa.engine import pabulib
from multaqa.engine.allocation import Rule, allocate
from multaqa.funds import actions, counting, queries
from multaqa.funds.models import Allocation, Application, Ballot
from multaqa.kit import clock
from multaqa.kit.policy import Forbidden, Refused
from multaqa.ledger.models import Entry, PrivateData
from tests.factories import Role, account, actor, verbs_in_ledger
from tests.funds.factories import (
    COUNTING,
    VOTING,
    a_call,
    a_call_in_vote,
    a_voter,
    an_allocation,
    dirhams,
    on,
    voted,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def test_cast_ballot_keeps_the_last_one_of_each_voter():
    call = a_call_in_vote()

    voted(call, ((1, 2), (3,)))
    voted(call, ((2,),))

    assert sorted(call.ballots.values_list("approvals", flat=True)) == [[2], [3]]
    assert verbs_in_ledger()[-3:] == ["funds.ballot_cast"] * 3


def test_cast_ballot_tells_the_ledger_neither_who_nor_what():
    call = a_call_in_vote()

    voted(call, ((1, 2),))

    entry = Entry.objects.get(verb="funds.ballot_cast")
    assert entry.facts == {"call": call.reference, "channel": "online"}
    assert (entry.capacity, "commitment" in entry.payload) == ("voter", True)
    assert PrivateData.objects.get(entry=entry).data["approvals"] == [1, 2]


def test_pseudonyms_cannot_be_followed_from_one_call_to_another():
    call = a_call_in_vote()
    other = a_call(reference="2026-99", envelope=call.envelope)

    assert queries.pseudonym(call, "account:1") != queries.pseudonym(other, "account:1")
    assert queries.pseudonym(call, "account:1") == queries.pseudonym(call, "account:1")


def test_the_database_keeps_one_ballot_per_voter():
    call = a_call_in_vote()
    Ballot.objects.create(call=call, pseudonym="a" * 64, channel="online")

    with pytest.raises(IntegrityError), transaction.atomic():
        Ballot.objects.create(call=call, pseudonym="a" * 64, channel="online")


@pytest.mark.parametrize("day", ["2026-09-30", "2026-11-01"])
def test_cast_ballot_refuses_outside_the_vote(day):
    call = a_call_in_vote()

    with on(day), pytest.raises(Refused):
        actions.cast_ballot(actor=a_voter(1), call=call, approvals=[])

    assert not Ballot.objects.exists()


def test_cast_ballot_refuses_an_initiative_that_is_not_on_the_ballot():
    call = a_call_in_vote()
    withdrawn = call.applications.first()
    Application.objects.filter(pk=withdrawn.pk).update(state="withdrawn")
    withdrawn.refresh_from_db()

    with on(VOTING), pytest.raises(Refused) as refusal:
        actions.cast_ballot(actor=a_voter(1), call=call, approvals=[withdrawn])

    assert refusal.value.field == "approvals"


def test_cast_ballot_needs_a_confirmed_contact():
    call = a_call_in_vote()
    weak = a_voter(1)
    weak.account.assurance = 0

    with on(VOTING), pytest.raises(Forbidden):
        actions.cast_ballot(actor=weak, call=call, approvals=[])
    with on(VOTING), pytest.raises(Forbidden):
        actions.cast_ballot(actor=actor(Role.ANONYMOUS), call=call, approvals=[])


def test_enter_paper_ballot_counts_like_an_online_one():
    call = a_call_in_vote()
    chosen = list(call.applications.filter(number=2))

    with on(VOTING):
        actions.enter_paper_ballot(actor=actor(Role.FACILITATOR), call=call, serial="٠٠١a", approvals=chosen)

    ballot = Ballot.objects.get()
    assert (ballot.approvals, ballot.channel) == ([2], "paper")
    assert queries.turnout(call) == {"online": 0, "paper": 1}
    assert verbs_in_ledger()[-1] == "funds.paper_ballot_entered"
    assert PrivateData.objects.get(entry__verb="funds.paper_ballot_entered").data["serial"] == "001A"


def test_enter_paper_ballot_refuses_a_serial_twice_and_a_voter_twice():
    call = a_call_in_vote()
    account("voter 1")
    enter = {"actor": actor(Role.FACILITATOR), "call": call}

    with on(VOTING):
        actions.enter_paper_ballot(**enter, serial="7", contact="Voter-1@example.org")
        with pytest.raises(Refused) as twice:
            actions.enter_paper_ballot(**enter, serial="٧", contact="")
        with pytest.raises(Refused) as same_voter:
            actions.enter_paper_ballot(**enter, serial="8", contact="voter-1@example.org")
        with pytest.raises(Refused, match="paper ballot was already counted"):
            actions.cast_ballot(actor=a_voter(1), call=call, approvals=[])

    assert (twice.value.field, same_voter.value.field) == ("serial", "contact")
    assert Ballot.objects.count() == 1


def test_enter_paper_ballot_does_not_replace_an_online_ballot():
    call = a_call_in_vote()
    voted(call, ((1,),))

    with on(VOTING), pytest.raises(Refused, match="already voted"):
        actions.enter_paper_ballot(
            actor=actor(Role.FACILITATOR), call=call, serial="1", contact="voter-1@example.org"
        )

    assert Ballot.objects.get().approvals == [1]


def test_enter_paper_ballot_is_for_facilitators():
    with on(VOTING), pytest.raises(Forbidden):
        actions.enter_paper_ballot(actor=actor(Role.COORDINATOR), call=a_call_in_vote(), serial="1")


def test_allocate_call_selects_explains_and_seals():
    allocation = an_allocation()

    outcome = allocation.outcome
    assert [entry["number"] for entry in outcome["selected"]] == [1, 2]
    assert (allocation.spent, allocation.ballots, allocation.paper_ballots) == (dirhams(1_000), 6, 0)
    assert outcome["faults"] == []
    [lost] = outcome["rejected"]
    assert (lost["number"], lost["cost"], lost["support"], lost["key"]) == (
        3,
        dirhams(300),
        1,
        "purses_short",
    )
    assert allocation.digest == hashlib.sha256(allocation.ballot_file.encode()).hexdigest()
    states = dict(Application.objects.values_list("number", "state"))
    assert states == {1: "selected", 2: "selected", 3: "not_selected"}
    assert Entry.objects.first().facts["ballot_file_sha256"] == allocation.digest


def test_the_published_file_gives_the_same_winners_when_counted_again():
    allocation = an_allocation()

    file = pabulib.read(allocation.ballot_file)
    again = allocate(pabulib.election(file), rule=Rule(**allocation.call.rule))

    assert [int(number) for number in again.selected] == [
        entry["number"] for entry in allocation.outcome["selected"]
    ]
    assert pabulib.winners(file) == ["1", "2"]
    assert again.spent * 100 == allocation.spent * file.unit


def test_the_published_file_tells_no_voter_apart():
    allocation = an_allocation()

    rows = pabulib.read(allocation.ballot_file).votes
    assert rows["vote"] == ("1", "1", "1,2", "1,2", "2", "3")
    assert rows["voter_id"] == ("1", "2", "3", "4", "5", "6")
    assert "voting_method" not in rows
    pseudonyms = Ballot.objects.values_list("pseudonym", flat=True)
    assert not any(pseudonym in allocation.ballot_file for pseudonym in pseudonyms)


def test_the_order_of_the_ballots_changes_nothing():
    allocation = an_allocation()
    call = allocation.call
    candidates = list(call.applications.order_by("number"))

    again = counting.count(call, candidates, list(call.ballots.order_by("-pk")))

    assert again.digest == allocation.digest
    assert again.outcome == allocation.outcome


def test_allocate_call_waits_for_the_end_of_the_vote_and_for_a_ballot():
    call = a_call_in_vote()

    with on("2026-10-31"), pytest.raises(Refused, match="counted after"):
        actions.allocate_call(actor=actor(Role.COORDINATOR), call=call)
    with on(COUNTING), pytest.raises(Refused, match="Nobody voted"):
        actions.allocate_call(actor=actor(Role.COORDINATOR), call=call)
    assert not Allocation.objects.exists()


def test_allocate_call_counts_again_when_the_count_no_longer_stands():
    call = a_call_in_vote((600, 500))
    voted(call, ((1,),))
    with on(COUNTING):
        stale = counting.tally(call)
    Ballot.objects.update(approvals=[2], cast_at=clock.now())

    with on(COUNTING):
        allocation = actions.allocate_call(actor=actor(Role.COORDINATOR), call=call, tally=stale)

    assert stale.count.selected == [1]
    assert [row["number"] for row in allocation.outcome["selected"]] == [2]


def test_allocate_call_never_takes_the_count_of_another_call():
    call, other = a_call_in_vote(), a_call_in_vote()
    for one, ballots in ((call, ((1,),)), (other, ((3,),))):
        voted(one, ballots)
    with on(COUNTING):
        foreign = counting.tally(other)

        allocation = actions.allocate_call(actor=actor(Role.COORDINATOR), call=call, tally=foreign)

    assert foreign.count.selected == [3]
    assert [row["number"] for row in allocation.outcome["selected"]] == [1]


def test_allocate_call_happens_once_and_by_the_coordinator():
    call = an_allocation().call

    with on(COUNTING), pytest.raises(Refused):
        actions.allocate_call(actor=actor(Role.COORDINATOR), call=call)
    with on(COUNTING), pytest.raises(Forbidden):
        actions.allocate_call(actor=actor(Role.CELL_MEMBER), call=call)
    assert Allocation.objects.count() == 1
