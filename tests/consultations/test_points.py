"""Points spread over options: what is counted, recorded and published."""

import hashlib
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from multaqa.consultations.actions import (
    cast_vote,
    close_consultation,
    enter_paper_points,
    propose_statement,
    review_statement,
    spread_points,
    withdraw_points,
)
from multaqa.consultations.models import Consultation, Participation, Points
from multaqa.consultations.queries import (
    own_points,
    points_csv,
    points_result,
    public_consultations,
    published_csv,
    turnout,
)
from multaqa.directory.actors import MACHINE
from multaqa.directory.models import Account, Assurance
from multaqa.kit import clock
from multaqa.kit.policy import Forbidden, Refused
from multaqa.kit.translated import Translated
from multaqa.ledger.models import Entry, PrivateData
from tests.consultations.factories import (
    OPTIONS,
    a_closed_points_consultation,
    a_consultation,
    a_paper_spread,
    a_points_consultation,
    a_spread,
    voter,
)
from tests.factories import Role, actor, verbs_in_ledger

pytestmark = pytest.mark.django_db
FIVE = [(50, 30, 20), (40, 40, 20), (100, 0, 0), (30, 30, 40), (33, 33, 34)]


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def kept():
    return list(
        Points.objects.order_by("statement__number").values_list("statement__key", "points", "channel")
    )


def closed(consultation):
    return close_consultation(actor=actor(Role.COUNCIL_OFFICER), consultation=consultation)


def test_open_consultation_numbers_its_options_and_records_their_keys():
    consultation = a_points_consultation()

    assert consultation.kind == Consultation.Kind.POINTS
    assert list(consultation.statements.values_list("number", "key", "state")) == [
        (1, "hazard", "shown"),
        (2, "vulnerability", "shown"),
        (3, "coping", "shown"),
    ]
    assert Entry.objects.latest("pk").facts["options"] == ["hazard", "vulnerability", "coping"]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (OPTIONS[:1], "statements"),
        ([("hazard", Translated.of("أ")), ("hazard", Translated.of("ب"))], "keys"),
        ([("hazard", Translated.of("أ")), ("الهشاشة", Translated.of("ب"))], "keys"),
        ([("hazard", Translated.of("أ")), ("", Translated.of("ب"))], "keys"),
    ],
)
def test_open_consultation_refuses_options_nobody_could_tell_apart(options, field):
    with pytest.raises(Refused) as refusal:
        a_points_consultation(options=options)

    assert refusal.value.field == field
    assert verbs_in_ledger() == []


def test_spread_points_counts_and_the_latest_replaces_the_earlier():
    consultation = a_points_consultation()

    first = a_spread(consultation, 50, 30, 20)
    second = a_spread(consultation, 0, 100, 0)

    assert first == second
    assert kept() == [("hazard", 0, "online"), ("vulnerability", 100, "online"), ("coping", 0, "online")]
    assert verbs_in_ledger()[1:] == ["consultations.points_spread"] * 2


def test_spread_points_gives_none_to_an_option_left_out():
    consultation = a_points_consultation()

    participation = spread_points(actor=voter("1"), consultation=consultation, points={"coping": 100})

    assert own_points(participation) == {1: 0, 2: 0, 3: 100}


def test_spread_points_records_no_spread_no_office_and_no_account():
    consultation = a_points_consultation()

    spread_points(
        actor=actor(Role.COUNCIL_OFFICER), consultation=consultation, points={"hazard": 61, "coping": 39}
    )

    entry = Entry.objects.latest("pk")
    assert (entry.verb, entry.capacity) == ("consultations.points_spread", "participant")
    assert entry.facts == {"consultation": "social-protection", "options": 3}
    assert "commitment" in entry.payload
    assert PrivateData.objects.get(entry=entry).data["points"] == {
        "hazard": 61,
        "vulnerability": 0,
        "coping": 39,
    }
    assert not [field for field in Points._meta.get_fields() if field.related_model is Account]


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ((50, 30, 10), "You have given 90 of 100 points: 10 are left."),
        ((50, 30, 19), "You have given 99 of 100 points: 1 is left."),
        ((0, 0, 0), "You have given 0 of 100 points: 100 are left."),
        ((50, 30, 23), "You have given 103 points and have 100: take 3 points back."),
        ((110, -10, 0), "Points are whole numbers of at least 0."),
        ((49.5, 50.5, 0), "Points are whole numbers of at least 0."),
    ],
)
def test_spread_points_refuses_all_but_100_in_whole_numbers(points, sentence):
    consultation = a_points_consultation()

    with pytest.raises(Refused) as refusal:
        a_spread(consultation, *points)

    assert str(refusal.value) == sentence
    assert not Points.objects.exists()


def test_spread_points_refuses_an_unknown_option():
    with pytest.raises(Refused, match="not in the consultation"):
        spread_points(
            actor=voter("1"), consultation=a_points_consultation(), points={"hazard": 60, "luck": 40}
        )


def test_spread_points_refuses_before_the_first_day_and_after_the_last():
    consultation = a_points_consultation(opens_on=clock.today() + timedelta(days=1))

    with pytest.raises(Refused, match="not begun"):
        a_spread(consultation, 50, 30, 20)
    with clock.at(clock.now() + timedelta(days=11)), pytest.raises(Refused, match="is closed"):
        a_spread(consultation, 50, 30, 20)


def test_spread_points_asks_for_the_assurance_of_the_consultation():
    with pytest.raises(Refused, match="national electronic identity"):
        a_spread(a_points_consultation(min_assurance=Assurance.EXTERNAL), 50, 30, 20)


def test_spread_and_withdrawal_are_forbidden_to_a_stranger_and_to_the_machine():
    consultation = a_points_consultation()

    for nobody in (actor(Role.ANONYMOUS), MACHINE):
        with pytest.raises(Forbidden):
            spread_points(actor=nobody, consultation=consultation, points={"hazard": 100})
        with pytest.raises(Forbidden):
            withdraw_points(actor=nobody, consultation=consultation)


def test_each_kind_of_consultation_refuses_the_answers_of_the_other():
    points, statements = a_points_consultation(), a_consultation()
    option = points.statements.get(number=1)

    with pytest.raises(Refused, match="asks for points"):
        cast_vote(actor=voter("1"), statement=option, value=1)
    with pytest.raises(Refused, match="asks for points"):
        propose_statement(actor=voter("1"), consultation=points, text="Luck", language="en")
    with pytest.raises(Refused, match="asks for points"):
        review_statement(
            actor=actor(Role.FACILITATOR), statement=option, state="hidden", reason=Translated.of("سبب")
        )
    with pytest.raises(Refused, match="asks no points"):
        spread_points(actor=voter("1"), consultation=statements, points={"": 100})


def test_withdraw_points_uncounts_them_and_erases_what_the_record_committed_to():
    consultation = a_points_consultation()
    a_spread(consultation, 50, 30, 20)
    a_spread(consultation, 0, 100, 0)
    other = a_spread(consultation, 20, 20, 60, name="2")

    withdraw_points(actor=voter("1"), consultation=consultation)

    assert set(Points.objects.values_list("participation", flat=True)) == {other.pk}
    assert Entry.objects.latest("pk").verb == "consultations.points_withdrawn"
    spreads = PrivateData.objects.filter(entry__verb="consultations.points_spread")
    assert [private.data["participation"] for private in spreads] == [other.pseudonym]
    assert turnout(consultation).participants == 1


def test_withdraw_points_refuses_when_there_is_nothing_and_after_closing():
    consultation = a_points_consultation(days=0)
    with pytest.raises(Refused, match="nothing to withdraw"):
        withdraw_points(actor=voter("1"), consultation=consultation)
    a_spread(consultation, 50, 30, 20)
    done = closed(consultation)

    with pytest.raises(Refused, match="is closed"):
        withdraw_points(actor=voter("1"), consultation=done)

    assert Points.objects.count() == 3


def test_enter_paper_points_counts_like_any_other_under_its_receipt():
    consultation = a_points_consultation()

    participation = a_paper_spread(consultation, 10, 20, 70, receipt=" form-1 ")

    assert participation.receipt == "FORM-1"
    assert kept() == [("hazard", 10, "paper"), ("vulnerability", 20, "paper"), ("coping", 70, "paper")]
    entry = Entry.objects.latest("pk")
    assert (entry.verb, entry.facts["options"]) == ("consultations.paper_points_entered", 3)
    assert "FORM-1" not in entry.payload


def test_enter_paper_points_refuses_a_form_keyed_in_twice_or_not_of_100():
    consultation = a_points_consultation()
    a_paper_spread(consultation, 10, 20, 70)

    with pytest.raises(Refused, match="already keyed in") as refusal:
        a_paper_spread(consultation, 100, 0, 0, receipt="form-1")
    with pytest.raises(Refused, match="90 of 100"):
        a_paper_spread(consultation, 10, 20, 60, receipt="FORM-2")

    assert refusal.value.field == "receipt"
    assert Participation.objects.count() == 1


def test_enter_paper_points_belongs_to_facilitators():
    consultation = a_points_consultation()

    for role in (Role.COUNCIL_OFFICER, Role.RESIDENT, Role.ANONYMOUS):
        with pytest.raises(Forbidden):
            enter_paper_points(
                actor=actor(role), consultation=consultation, receipt="AAAA", points={"hazard": 100}
            )


def test_the_database_refuses_more_than_all_points_a_second_part_and_a_hidden_option():
    consultation = a_points_consultation()
    participation = a_spread(consultation, 50, 30, 20)
    option = consultation.statements.get(number=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        Points.objects.filter(statement=option).update(points=101)
    with pytest.raises(IntegrityError), transaction.atomic():
        Points.objects.create(participation=participation, statement=option, points=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        consultation.statements.filter(number=1).update(state="hidden", reason={"ar": "سبب"})
    with pytest.raises(IntegrityError), transaction.atomic():
        consultation.statements.filter(number=1).update(key="coping")


def test_close_consultation_freezes_the_mean_shares_and_records_them():
    done = a_closed_points_consultation(*FIVE)

    # hazard (50+40+100+30+33)/5 = 50.6, vulnerability 133/5 = 26.6, coping 114/5 = 22.8; the squared
    # distances of hazard from its mean add up to 3287.2: its standard error is √(3287.2 / 4 / 5) = 12.82
    assert done.result == {
        "shares": {"hazard": 506_000, "vulnerability": 266_000, "coping": 228_000},
        "errors": {"hazard": 128_000, "vulnerability": 69_000, "coping": 69_000},
        "people": 5,
        "on_paper": 0,
    }
    entry = Entry.objects.latest("pk")
    assert (entry.verb, entry.step) == ("consultations.consultation_closed", "consulted")
    assert entry.facts == {
        "consultation": done.slug,
        "participants": 5,
        "statements": 3,
        "points": done.result,
        "results_sha256": hashlib.sha256(published_csv(done).encode()).hexdigest(),
    }


def test_close_consultation_makes_shares_that_add_up_to_a_million():
    done = a_closed_points_consultation(*[(33, 33, 34), (33, 34, 33), (34, 33, 33)] * 2)

    assert done.result["shares"] == {"hazard": 333_334, "vulnerability": 333_333, "coping": 333_333}


def test_close_consultation_publishes_no_share_of_fewer_than_five_people():
    done = a_closed_points_consultation(*FIVE[:4])

    assert done.result == {"shares": {}, "errors": {}, "people": 4, "on_paper": None}
    assert Entry.objects.latest("pk").facts["points"] == done.result
    assert points_csv(points_result(done)).splitlines() == [
        "key,text_ar,text_fr,text_en,share,standard_error,people,on_paper"
    ]


@pytest.mark.parametrize(("paper", "published"), [(5, 5), (4, None), (0, 0)])
def test_close_consultation_tells_paper_apart_only_where_it_shows_nobody(paper, published):
    consultation = a_points_consultation(days=0)
    for place in range(5):
        a_spread(consultation, 50, 30, 20, name=str(place))
    for place in range(paper):
        a_paper_spread(consultation, 20, 30, 50, receipt=f"FORM-{place}")

    result = points_result(closed(consultation))

    assert (result.people, result.on_paper) == (5 + paper, published)


def test_close_consultation_gives_paper_the_same_weight():
    consultation = a_points_consultation(days=0)
    for place in range(3):
        a_spread(consultation, 100, 0, 0, name=str(place))
    for place in range(3):
        a_paper_spread(consultation, 0, 0, 100, receipt=f"FORM-{place}")

    assert closed(consultation).result["shares"] == {
        "hazard": 500_000,
        "vulnerability": 0,
        "coping": 500_000,
    }


def test_points_csv_holds_shares_errors_and_people():
    assert points_csv(points_result(a_closed_points_consultation(*FIVE))).splitlines()[1:] == [
        "hazard,الخطر,L’aléa,Hazard,0.506000,0.128000,5,0",
        "vulnerability,الهشاشة,La vulnérabilité,Vulnerability,0.266000,0.069000,5,0",
        "coping,القدرة على المواجهة,La capacité de réponse,Coping capacity,0.228000,0.069000,5,0",
    ]


def test_points_result_does_not_exist_before_closing():
    with pytest.raises(ValueError, match="closed"):
        points_result(a_points_consultation())


def test_public_consultations_count_those_who_spread_points():
    consultation = a_points_consultation()
    for name in "12":
        a_spread(consultation, 50, 30, 20, name=name)

    assert public_consultations().get().participants == 2


@pytest.mark.parametrize("people", [1, 6])
def test_points_cost_the_same_for_any_number_of_people(people, django_assert_num_queries):
    consultation = a_points_consultation(days=0)
    for name in range(people):
        a_spread(consultation, 50, 30, 20, name=str(name))

    with django_assert_num_queries(18):
        closed(consultation)
