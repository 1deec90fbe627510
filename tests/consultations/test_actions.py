import hashlib
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from multaqa.consultations.actions import (
    cast_vote,
    close_consultation,
    propose_statement,
    review_statement,
)
from multaqa.consultations.models import Consultation, Participation, Statement, Tally, Vote
from multaqa.consultations.queries import results, results_csv
from multaqa.directory.actors import MACHINE
from multaqa.directory.models import Account, Assurance
from multaqa.kit import clock
from multaqa.kit.policy import Forbidden, Refused
from multaqa.kit.translated import Translated
from multaqa.ledger.models import Entry, PrivateData
from tests.consultations.factories import (
    a_closed_consultation,
    a_consultation,
    a_paper_form,
    a_statement,
    a_vote,
    voter,
    votes,
)
from tests.factories import Role, actor, organisation, verbs_in_ledger
from tests.recommendations.factories import a_recommendation

pytestmark = pytest.mark.django_db
REASON = Translated.of("تكرار", "Répétition", "It repeats another")


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def proposed(consultation, text="One clinic a week", name="1"):
    return propose_statement(actor=voter(name), consultation=consultation, text=text, language="en")


def test_open_consultation_shows_its_numbered_statements():
    consultation = a_consultation()

    assert consultation.state == Consultation.State.OPEN
    assert list(consultation.statements.values_list("number", "state", "source")) == [
        (1, "shown", "seed"),
        (2, "shown", "seed"),
        (3, "shown", "seed"),
    ]


def test_open_consultation_records_its_deadline_its_origin_and_no_step():
    origin = a_recommendation()

    consultation = a_consultation(causes=[origin])

    entry = Entry.objects.latest("pk")
    assert (entry.verb, entry.step) == ("consultations.consultation_opened", "")
    assert (entry.due_step, entry.due_on, entry.met_by) == (
        "consulted",
        consultation.closes_on,
        "consultations.consultation_closed",
    )
    assert entry.links.get().cause == f"recommendations.recommendation:{origin.pk}"


def test_open_consultation_speaks_for_the_actors_own_organisation():
    assert a_consultation(organiser=None).organiser.code == "council"


def test_open_consultation_gives_each_its_own_address():
    assert [a_consultation().slug for _ in range(3)] == [
        "social-protection",
        "social-protection-2",
        "social-protection-3",
    ]
    assert a_consultation(title=Translated.of("الماء")).slug == "consultation"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"closes_on": clock.today() - timedelta(days=1)}, "closes_on"),
        ({"opens_on": clock.today() + timedelta(days=30)}, "closes_on"),
        ({"statements": []}, "statements"),
    ],
)
def test_open_consultation_refuses_what_nobody_could_answer(wrong, field):
    with pytest.raises(Refused) as refusal:
        a_consultation(**wrong)

    assert refusal.value.field == field
    assert verbs_in_ledger() == []


def test_open_consultation_belongs_to_the_organisers_staff():
    with pytest.raises(Forbidden):
        a_consultation(organiser=organisation("other-council"))
    for role in (Role.RESIDENT, Role.OFFICER_A, Role.EDITOR, Role.ANONYMOUS):
        with pytest.raises(Forbidden):
            a_consultation(actor=actor(role))


def test_cast_vote_counts_once_and_can_be_changed():
    statement = a_statement()

    first = a_vote(statement, value=1)
    second = a_vote(statement, value=-1)

    assert first.pk == second.pk
    assert list(Vote.objects.values_list("value", "channel")) == [(-1, "online")]
    assert verbs_in_ledger()[1:] == ["consultations.vote_cast"] * 2


def test_cast_vote_records_neither_opinion_nor_office():
    cast_vote(actor=actor(Role.COUNCIL_OFFICER), statement=a_statement(), value=-1)

    entry = Entry.objects.latest("pk")
    assert entry.capacity == "participant"
    assert entry.facts == {"consultation": "social-protection", "statements": 1}
    assert "commitment" in entry.payload
    assert PrivateData.objects.get(entry=entry).data["votes"] == {"1": -1}


def test_cast_vote_leaves_no_way_from_a_vote_to_an_account():
    vote = a_vote()

    held = [field for model in (Participation, Vote, Statement) for field in model._meta.get_fields()]
    assert not [field for field in held if field.related_model is Account]
    assert str(Account.objects.get(email="voter-1@example.org").pk) != vote.participation.pseudonym
    assert len(vote.participation.pseudonym) == 64


def test_cast_vote_hides_that_two_participations_are_one_person():
    first, second = a_vote(a_statement()), a_vote(a_statement())

    assert first.participation.pseudonym != second.participation.pseudonym


def test_the_pseudonym_follows_from_the_installations_secret(settings):
    consultation = a_consultation()
    first = a_vote(a_statement(consultation=consultation))

    settings.SECRET_KEY = "another"
    second = a_vote(a_statement(consultation=consultation))

    assert first.participation != second.participation


def test_cast_vote_refuses_before_the_first_day_and_after_the_last():
    consultation = a_consultation(opens_on=clock.today() + timedelta(days=1))
    statement = a_statement(consultation=consultation)

    with pytest.raises(Refused, match="not begun"):
        a_vote(statement)
    with clock.at(clock.now() + timedelta(days=11)), pytest.raises(Refused, match="is closed"):
        a_vote(statement)

    assert not Vote.objects.exists()


def test_cast_vote_refuses_a_statement_that_is_not_shown():
    statement = proposed(a_consultation())

    with pytest.raises(Refused, match="not open for votes"):
        a_vote(statement)


def test_cast_vote_asks_for_the_assurance_of_the_consultation():
    statement = a_statement(consultation=a_consultation(min_assurance=Assurance.EXTERNAL))

    with pytest.raises(Refused, match="national electronic identity"):
        a_vote(statement)


def test_cast_vote_is_forbidden_to_a_stranger_and_to_the_machine():
    statement = a_statement()

    for nobody in (actor(Role.ANONYMOUS), MACHINE):
        with pytest.raises(Forbidden):
            cast_vote(actor=nobody, statement=statement, value=1)


def test_the_database_refuses_a_second_vote_and_an_unknown_value():
    vote = a_vote()

    for value in (1, 5):
        with pytest.raises(IntegrityError), transaction.atomic():
            Vote.objects.create(
                participation=vote.participation,
                statement=a_statement(2, vote.statement.consultation) if value == 5 else vote.statement,
                value=value,
            )


def test_propose_statement_waits_for_review_and_stays_out_of_the_record():
    consultation = a_consultation()

    statement = proposed(consultation, text="  One clinic \n a week ")

    assert (statement.number, statement.state, statement.text) == (4, "proposed", {"en": "One clinic a week"})
    entry = Entry.objects.latest("pk")
    assert (entry.verb, entry.capacity) == ("consultations.statement_proposed", "participant")
    assert "clinic" not in entry.payload


def test_propose_statement_takes_five_from_one_participant():
    consultation = a_consultation()
    for number in range(5):
        proposed(consultation, text=f"Sentence {number}")

    with pytest.raises(Refused, match="5 statements"):
        proposed(consultation, text="Sentence 6")

    assert proposed(consultation, text="Sentence 6", name="2").number == 9


def test_propose_statement_refuses_what_is_already_there():
    with pytest.raises(Refused, match="already among"):
        proposed(a_consultation(), text="Water first")


def test_propose_statement_refuses_an_empty_sentence_and_an_unknown_language():
    consultation = a_consultation()

    for text, language in (("  ", "ar"), ("Wasser", "de")):
        with pytest.raises(Refused, match="one sentence"):
            propose_statement(actor=voter("1"), consultation=consultation, text=text, language=language)


def test_propose_statement_is_forbidden_to_a_stranger():
    with pytest.raises(Forbidden):
        propose_statement(actor=actor(Role.ANONYMOUS), consultation=a_consultation(), text="x", language="en")


def test_review_statement_shows_it():
    statement = proposed(a_consultation())

    shown = review_statement(actor=actor(Role.FACILITATOR), statement=statement, state="shown")

    assert shown.state == Statement.State.SHOWN
    assert a_vote(shown).value == 1
    assert "consultations.statement_reviewed" in verbs_in_ledger()


def test_review_statement_hides_for_a_public_reason():
    statement = proposed(a_consultation())

    with pytest.raises(Refused, match="public"):
        review_statement(actor=actor(Role.FACILITATOR), statement=statement, state="hidden")
    hidden = review_statement(
        actor=actor(Role.FACILITATOR), statement=statement, state="hidden", reason=REASON
    )

    assert hidden.state == Statement.State.HIDDEN
    assert Entry.objects.latest("pk").facts["reason"] == REASON


def test_review_statement_refuses_after_closing():
    consultation = a_closed_consultation()

    with pytest.raises(Refused, match="do not change"):
        review_statement(
            actor=actor(Role.FACILITATOR),
            statement=a_statement(1, consultation),
            state="hidden",
            reason=REASON,
        )


def test_review_statement_belongs_to_facilitators():
    statement = proposed(a_consultation())

    for role in (Role.COUNCIL_OFFICER, Role.EDITOR, Role.RESIDENT, Role.ANONYMOUS):
        with pytest.raises(Forbidden):
            review_statement(actor=actor(role), statement=statement, state="shown")


def test_enter_paper_votes_counts_like_any_other_in_one_entry():
    consultation = a_consultation()

    participation = a_paper_form(consultation, receipt=" form-1 ", s1=1, s3=-1)

    assert participation.receipt == "FORM-1"
    assert list(
        participation.votes.order_by("statement__number").values_list("statement__number", "value", "channel")
    ) == [
        (1, 1, "paper"),
        (3, -1, "paper"),
    ]
    entry = Entry.objects.latest("pk")
    assert (entry.verb, entry.facts["statements"]) == ("consultations.paper_votes_entered", 2)
    assert "FORM-1" not in entry.payload


def test_enter_paper_votes_refuses_a_form_keyed_in_twice():
    consultation = a_consultation()
    a_paper_form(consultation)

    with pytest.raises(Refused, match="already keyed in") as refusal:
        a_paper_form(consultation, receipt="form-1", s2=1)

    assert refusal.value.field == "receipt"
    assert Vote.objects.count() == 1


def test_enter_paper_votes_refuses_an_empty_form_and_an_unknown_statement():
    consultation = a_consultation()

    with pytest.raises(Refused, match="not in the consultation"):
        a_paper_form(consultation, s9=1)

    assert not Participation.objects.exists()


def test_enter_paper_votes_belongs_to_facilitators():
    from multaqa.consultations.actions import enter_paper_votes

    consultation = a_consultation()
    for role in (Role.COUNCIL_OFFICER, Role.RESIDENT, Role.ANONYMOUS):
        with pytest.raises(Forbidden):
            enter_paper_votes(actor=actor(role), consultation=consultation, receipt="AAAA", votes={1: 1})


def test_close_consultation_freezes_each_channel():
    consultation = a_consultation(days=0)
    votes(a_statement(1, consultation), 1, 1, -1, 0)
    a_paper_form(consultation, s1=1)

    closed = close_consultation(actor=actor(Role.COUNCIL_OFFICER), consultation=consultation)

    assert (closed.state, closed.closed_on, closed.participants_counted) == ("closed", clock.today(), 5)
    assert list(
        Tally.objects.order_by("channel").values_list(
            "statement__number", "channel", "agree", "disagree", "passed"
        )
    ) == [(1, "online", 2, 1, 1), (1, "paper", 1, 0, 0)]


def test_close_consultation_completes_the_step_and_commits_to_the_table():
    closed = a_closed_consultation(*[1] * 12)

    entry = Entry.objects.latest("pk")
    table = results_csv(results(closed))
    assert (entry.verb, entry.step) == ("consultations.consultation_closed", "consulted")
    assert entry.facts == {
        "consultation": closed.slug,
        "participants": 12,
        "votes": 12,
        "statements": 3,
        "results_sha256": hashlib.sha256(table.encode()).hexdigest(),
    }


def test_close_consultation_refuses_before_the_promised_day():
    consultation = a_consultation(days=1)

    with pytest.raises(Refused, match="until the last day"):
        close_consultation(actor=actor(Role.COUNCIL_OFFICER), consultation=consultation)

    with clock.at(clock.now() + timedelta(days=1)):
        closed = close_consultation(actor=MACHINE, consultation=consultation)
    assert closed.is_closed


def test_close_consultation_refuses_a_second_time_and_any_vote_after():
    closed = a_closed_consultation()

    with pytest.raises(Refused, match="is closed"):
        close_consultation(actor=actor(Role.COUNCIL_OFFICER), consultation=closed)
    with pytest.raises(Refused, match="is closed"):
        a_vote(a_statement(1, closed))


def test_close_consultation_belongs_to_the_organiser():
    consultation = a_consultation(days=0)

    for role in (Role.COORDINATOR, Role.FACILITATOR, Role.RESIDENT, Role.ANONYMOUS):
        with pytest.raises(Forbidden):
            close_consultation(actor=actor(role), consultation=consultation)
