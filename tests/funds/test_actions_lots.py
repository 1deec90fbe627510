"""The lot whose seeds are committed before the count."""

import hashlib
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from multaqa.directory.actors import actor_of
from multaqa.engine import pabulib
from multaqa.engine.allocation import Rule, allocate
from multaqa.funds import actions, lots
from multaqa.funds.models import Allocation, Ballot, LotSeed
from multaqa.kit.policy import Forbidden, Refused
from multaqa.ledger.models import Entry
from tests.factories import Role, actor, appoint, verbs_in_ledger
from tests.funds.factories import (
    COUNTING,
    REVEALING,
    VOTING,
    a_call_in_vote,
    committed,
    dirhams,
    on,
    revealed,
    voted,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
PARTIES = (Role.COORDINATOR, Role.CELL_MEMBER, Role.COUNCIL_OFFICER, Role.AUDITOR)


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def counted(call, day=COUNTING):
    with on(day):
        return actions.allocate_call(actor=actor(Role.COORDINATOR), call=call)


def a_tied_call():
    """Money for one of three initiatives that cost the same and please the same voters."""
    call = a_call_in_vote((600, 600, 600))
    voted(call, ((1, 2, 3), (1, 2, 3)))
    return call


@pytest.mark.parametrize("role", PARTIES)
def test_commit_seed_tells_the_ledger_the_office_and_the_commitment(role):
    call = a_call_in_vote()

    seed = committed(call, role, "a secret of mine")

    entry = Entry.objects.first()
    office = actor(role).offices[0]
    assert (seed.commitment, seed.seed, seed.place) == (sha("a secret of mine"), "", 1)
    assert entry.verb == "funds.seed_committed"
    assert entry.facts == {
        "call": call.reference,
        "party": f"{office.function}@{office.organisation.code}",
        "place": 1,
        "commitment": sha("a secret of mine"),
    }
    assert "a secret of mine" not in entry.payload


def test_commit_seed_again_replaces_and_the_ledger_keeps_both():
    call = a_call_in_vote()
    committed(call, Role.COORDINATOR, "the first secret")
    committed(call, Role.AUDITOR, "another party's")

    committed(call, Role.COORDINATOR, "the second secret")

    assert list(LotSeed.objects.values_list("place", "commitment")) == [
        (1, sha("the second secret")),
        (2, sha("another party's")),
    ]
    entry = Entry.objects.first()
    assert (entry.facts["replaces"], entry.facts["place"]) == (sha("the first secret"), 1)
    assert verbs_in_ledger()[-3:] == ["funds.seed_committed"] * 3


@pytest.mark.parametrize("day", ["2026-09-30", "2026-11-01"])
def test_commit_seed_refuses_outside_the_vote(day):
    call = a_call_in_vote()

    with pytest.raises(Refused, match="during the vote, until 31 October 2026"):
        committed(call, Role.COORDINATOR, "a secret of mine", day=day)

    assert not LotSeed.objects.exists()


@pytest.mark.parametrize("digits", ["", "abc", "g" * 64, "A" * 64, "a" * 63])
def test_commit_seed_refuses_what_is_no_sha256(digits):
    call = a_call_in_vote()

    with on(VOTING), pytest.raises(Refused, match="64 hexadecimal digits") as refusal:
        actions.commit_seed(actor=actor(Role.COORDINATOR), call=call, commitment=digits)

    assert refusal.value.field == "commitment"


def test_commit_seed_refuses_the_commitment_of_another():
    call = a_call_in_vote()
    committed(call, Role.COORDINATOR, "a secret of mine")

    with pytest.raises(Refused, match="a seed of your own"):
        committed(call, Role.AUDITOR, "a secret of mine")

    office = actor(Role.AUDITOR).offices[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        LotSeed.objects.create(call=call, office=office, place=2, commitment=sha("a secret of mine"))


def test_commit_seed_refuses_where_the_rule_has_another_last_word():
    call = a_call_in_vote(rule={"name": "greedy", "ties": "lexicographic"})

    with pytest.raises(Refused, match="without a lot"):
        committed(call, Role.COORDINATOR, "a secret of mine")


@pytest.mark.parametrize("role", [role for role in Role if role not in PARTIES])
def test_seeds_are_for_the_cell_the_council_and_the_auditor(role):
    call = a_call_in_vote()

    with pytest.raises(Forbidden):
        committed(call, role, "a secret of mine")
    with pytest.raises(Forbidden):
        revealed(call, role, "a secret of mine")


def test_a_member_of_another_cell_holds_no_seed():
    call = a_call_in_vote()
    office = appoint("other member", "other-cell", "cell_member")

    with on(VOTING), pytest.raises(Forbidden):
        actions.commit_seed(
            actor=actor_of(office.person.account), call=call, commitment=sha("a secret of mine")
        )


def test_a_person_with_two_offices_is_one_party():
    call = a_call_in_vote()
    committed(call, Role.COORDINATOR, "a secret of mine")
    appoint(Role.COORDINATOR, "council", "auditor")

    committed(call, Role.COORDINATOR, "a second secret")

    assert LotSeed.objects.get().office.function == "coordinator"


def test_reveal_seed_publishes_what_the_commitment_hid():
    call = a_call_in_vote()
    committed(call, Role.AUDITOR, "a secret of mine")

    seed = revealed(call, Role.AUDITOR, "a secret of mine")

    assert (seed.seed, seed.revealed_at.date()) == ("a secret of mine", date(2026, 11, 2))
    entry = Entry.objects.first()
    assert (entry.verb, entry.facts["seed"], entry.facts["party"]) == (
        "funds.seed_revealed",
        "a secret of mine",
        "auditor@council",
    )


@pytest.mark.parametrize(
    ("day", "text", "sentence"),
    [
        ("2026-10-31", "a secret of mine", "Keep your seed secret until the vote has ended"),
        ("2026-11-04", "a secret of mine", "could be revealed until 3 November 2026"),
        (REVEALING, "A secret of mine", "not the seed you committed to"),
    ],
)
def test_reveal_seed_refuses_too_early_too_late_and_another_seed(day, text, sentence):
    call = a_call_in_vote()
    committed(call, Role.AUDITOR, "a secret of mine")

    with pytest.raises(Refused, match=sentence):
        revealed(call, Role.AUDITOR, text, day=day)

    assert LotSeed.objects.get().seed == ""


def test_reveal_seed_refuses_twice_and_without_a_commitment():
    call = a_call_in_vote()
    committed(call, Role.AUDITOR, "a secret of mine")
    revealed(call, Role.AUDITOR, "a secret of mine")

    with pytest.raises(Refused, match="already revealed"):
        revealed(call, Role.AUDITOR, "a secret of mine")
    with pytest.raises(Refused, match="committed no seed"):
        revealed(call, Role.COORDINATOR, "a secret of mine")


def test_the_lot_is_drawn_by_hand_from_what_the_ledger_says():
    call = a_tied_call()
    committed(call, Role.CELL_MEMBER, "nine dice: 4 2 6 1 1 5 3 6 4")
    committed(call, Role.AUDITOR, "قرعة المفتحص 7741")
    revealed(call, Role.AUDITOR, "قرعة المفتحص 7741")
    revealed(call, Role.CELL_MEMBER, "nine dice: 4 2 6 1 1 5 3 6 4")

    allocation = counted(call, REVEALING)

    facts = Entry.objects.first().facts
    seed = sha("".join(row["seed"] for row in facts["seeds"]))
    first = min("123", key=lambda number: sha(seed + number))
    assert facts["ties"] == f"cost-votes:{seed}"
    assert [row["party"] for row in facts["seeds"]] == ["cell_member@cell", "auditor@council"]
    assert [str(row["number"]) for row in allocation.outcome["selected"]] == [first]
    assert first != "1"  # which is what the numbers of the applications would have given
    assert facts["rule"] == call.rule
    assert call.rule["ties"] == "cost-votes"


def test_the_published_file_gives_the_winner_of_the_lot_when_counted_again():
    call = a_tied_call()
    committed(call, Role.AUDITOR, "a secret of mine")
    revealed(call, Role.AUDITOR, "a secret of mine")

    allocation = counted(call)

    rule = Rule(**{**call.rule, "ties": f"cost-votes:{sha('a secret of mine')}"})
    again = allocate(pabulib.election(pabulib.read(allocation.ballot_file)), rule=rule)
    assert [int(number) for number in again.selected] == [
        row["number"] for row in allocation.outcome["selected"]
    ]


def test_the_count_waits_for_seeds_and_names_those_withheld():
    call = a_tied_call()
    committed(call, Role.CELL_MEMBER, "a secret of mine")
    committed(call, Role.AUDITOR, "a secret of others")
    revealed(call, Role.CELL_MEMBER, "a secret of mine")

    with pytest.raises(Refused, match="after 3 November 2026; still awaited: 1"):
        counted(call, REVEALING)
    allocation = counted(call, "2026-11-04")

    facts = Entry.objects.first().facts
    assert facts["withheld"] == [
        {"place": 2, "party": "auditor@council", "commitment": sha("a secret of others")}
    ]
    assert allocation.outcome["ties"] == f"cost-votes:{sha('a secret of mine')}"
    assert [row.state for row in lots.parties(call)] == ["revealed", "withheld"]


def test_without_a_revealed_seed_the_number_decides():
    call = a_tied_call()
    committed(call, Role.AUDITOR, "a secret of mine")

    allocation = counted(call)

    assert allocation.outcome["ties"] == "cost-votes"
    assert [row["number"] for row in allocation.outcome["selected"]] == [1]


def test_a_ballot_that_comes_during_the_count_is_counted():
    call = a_call_in_vote((600, 600))
    voted(call, ((1,),))
    waiting = [{"pseudonym": "a" * 64, "approvals": [2]}, {"pseudonym": "b" * 64, "approvals": [2]}]

    def before_the_lock(execute, sql, *rest):
        """The first savepoint is the transaction that follows a count."""
        if sql.startswith("SAVEPOINT") and waiting:
            Ballot.objects.bulk_create(Ballot(call=call, channel="online", **row) for row in waiting)
            waiting.clear()
        return execute(sql, *rest)

    with connection.execute_wrapper(before_the_lock):
        allocation = counted(call)

    assert (allocation.ballots, waiting) == (3, [])
    assert [row["number"] for row in allocation.outcome["selected"]] == [2]
    assert Allocation.objects.count() == 1
    assert allocation.spent == dirhams(600)


def test_a_second_count_is_refused_in_one_sentence():
    call = a_tied_call()
    counted(call)

    with pytest.raises(Refused, match="already counted: read its results"):
        counted(call)
