from datetime import date

import pytest

from multaqa.directory.models import Person
from multaqa.funds import actions, counting, explanations, legal, queries, results
from multaqa.funds.models import Application, Call, Envelope, Recusal, Review
from multaqa.kit.money import Money
from multaqa.kit.translated import Translated
from tests.factories import Role, actor, commune, region
from tests.funds.factories import (
    APPLYING,
    COUNTING,
    REVIEWING,
    VOTING,
    a_call,
    a_call_in_vote,
    an_allocation,
    an_application,
    an_award,
    an_envelope,
    dirhams,
    on,
    text,
    the_agreement_rule,
    voted,
)

pytestmark = pytest.mark.django_db


def test_free_money_leaves_out_what_running_calls_may_still_spend():
    envelope = an_envelope(amount=dirhams(3_000))
    call = a_call(envelope=envelope, amount=dirhams(1_000))
    Envelope.objects.update(committed=dirhams(300))
    Call.objects.update(committed=dirhams(300))
    envelope.refresh_from_db()

    assert queries.free_money(envelope) == dirhams(2_000)
    Call.objects.filter(pk=call.pk).update(state=Call.State.AWARDED)
    assert queries.free_money(envelope) == dirhams(2_700)


def test_next_reference_counts_the_calls_of_a_year():
    a_call(reference="2026-09")

    assert (queries.next_reference(2026), queries.next_reference(2027)) == ("2026-10", "2027-01")


@pytest.mark.parametrize(
    ("day", "found"),
    [("2026-06-30", 0), ("2026-07-01", 1), ("2026-08-31", 1), ("2026-09-01", 0)],
)
def test_open_calls_are_those_that_take_applications_that_day(day, found):
    a_call()

    assert queries.open_calls(date.fromisoformat(day)).count() == found


def test_open_calls_include_a_running_vote():
    call = a_call_in_vote()

    assert list(queries.open_calls(date(2026, 10, 31))) == [call]
    assert not queries.open_calls(date(2026, 11, 1)).exists()


def test_figures_sum_awards_and_envelopes():
    an_award(350)

    found = queries.figures()

    assert (found.envelope, found.granted) == (Money(dirhams(3_000_000), "MAD"), Money(dirhams(350), "MAD"))
    assert (found.paid.minor, found.awards) == (0, 1)


def test_awards_of_a_call_come_largest_first():
    award = an_award()

    assert list(queries.awards_of(award.application.call_id)) == [award]
    assert list(queries.awards_of(award.application.call_id + 1)) == []


def test_checks_state_the_applicants_own_figures_and_the_rule():
    rule = the_agreement_rule(amount=300)
    call = a_call(min_years=12, min_own_percent=20)
    application = an_application(call, own_contribution=dirhams(100))

    verdicts = {verdict.title: verdict for verdict in queries.checks(application, legal.rules())}

    assert {title: verdict.ok for title, verdict in verdicts.items()} == {
        "نوع الهيئة": True,
        "سقف النداء": True,
        "سنوات الوجود": False,
        "المساهمة الذاتية": True,
        "ستلزم اتفاقية": None,
    }
    assert verdicts["ستلزم اتفاقية"].rule == rule


@pytest.mark.parametrize(
    ("comparator", "amount", "needed"),
    [
        ("above", 30_000, False),
        ("above", 30_001, True),
        ("at_least", 30_000, True),
        ("at_least", 29_999, False),
    ],
)
def test_needs_agreement_reads_its_comparator_from_the_rule(comparator, amount, needed):
    rule = the_agreement_rule(amount=300)
    rule.parameters["comparator"] = comparator
    rule.save()

    assert legal.needs_agreement(Money(amount, "MAD")) is needed


def test_needs_agreement_where_the_pack_has_no_such_rule():
    assert legal.needs_agreement(Money(10**12, "MAD")) is False


def test_panel_leaves_out_a_member_who_stood_aside():
    application = an_application()
    strict, kind = (Person.objects.create(title=Translated.of(name)) for name in ("ص", "ل"))
    Review.objects.create(
        application=application, reviewer=strict, relevance=1, reach=2, feasibility=2, lasting=1
    )
    Review.objects.create(
        application=application, reviewer=kind, relevance=4, reach=4, feasibility=4, lasting=4
    )
    Recusal.objects.create(application=application, reviewer=kind, reason="x")

    [panel] = queries.panels(application.call).values()

    assert (panel.mean, panel.low, panel.high, panel.reviews, panel.recusals) == (1.5, 1.5, 1.5, 1, 1)


def test_panel_without_reviews_is_not_measured():
    assert queries.panel([]).mean is None


def test_equity_counts_rural_money_and_silent_communes():
    call = a_call_in_vote((600, 400))
    commune("X.1.2")
    town = commune("X.1.3", milieu="urban")
    Application.objects.filter(number=2).update(territory=town)
    Application.objects.update(state=Application.State.SELECTED)

    found = queries.equity(call, queries.applications(call), queries_communes())

    assert (found.rural, found.silent_communes, found.communes) == (60.0, 1, 3)
    assert [(amount.minor, share) for _place, amount, share in found.by_territory] == [
        (dirhams(600), 60.0),
        (dirhams(400), 40.0),
    ]


def queries_communes():
    from multaqa.territories.queries import communes

    return communes(region())


def test_result_answers_every_loser_with_why_and_what_would_have_changed_it():
    allocation = an_allocation()

    found = results.result(allocation.call, allocation)

    [loser] = found.losers
    assert loser.application.number == 3
    assert "لمؤيديها" in loser.why
    assert loser.needed != []
    assert [winner.application.number for winner in found.winners] == [1, 2]
    assert found.entry.verb == "funds.call_allocated"


def test_result_tells_an_ineligible_application_its_written_reason():
    call = a_call()
    refused = an_application(call, title=text("late"))
    with on(APPLYING):
        actions.screen_application(
            actor=actor(Role.COORDINATOR),
            application=refused,
            eligible=False,
            reason=Translated.of("لم يودع تقريره"),
        )
        kept = an_application(call)
        actions.screen_application(actor=actor(Role.COORDINATOR), application=kept, eligible=True)
    with on(REVIEWING):
        actions.close_call(actor=actor(Role.COORDINATOR), call=call)
    with on(VOTING):
        actions.open_vote(actor=actor(Role.COORDINATOR), call=call)
    voted(call, ((2,),))
    with on(COUNTING):
        allocation = actions.allocate_call(actor=actor(Role.COORDINATOR), call=call)

    [loser] = results.result(call, allocation).losers

    assert (loser.why, loser.colour, loser.support) == ("لم يودع تقريره", "coral", None)


def test_the_cost_said_to_be_enough_is_enough_and_one_centime_more_is_not():
    call = a_call_in_vote((600, 400, 300))
    voted(call, ((1,), (1, 2), (1, 2), (1,), (2,), (3,)))
    candidates, ballots = list(call.applications.order_by("number")), list(call.ballots.all())
    first = counting.count(call, candidates, ballots)
    [most] = [row["needed"]["max_cost"] for row in first.outcome["rejected"] if row["number"] == 3]

    won = []
    for cost in (most, most + 1):
        candidates[2].requested = cost
        won.append(3 in counting.count(call, candidates, ballots).selected)

    assert 3 not in first.selected
    assert won == [True, False]


@pytest.mark.parametrize(
    "key",
    [
        "withdrawn",
        "no_support",
        "dearer_than_budget",
        "below_threshold",
        "excluded",
        "did_not_fit",
        "stopped",
        "purses_short",
        "worth_less",
    ],
)
def test_every_reason_of_the_engine_has_a_sentence_with_its_figures(key):
    values = {"lacked": 5000, "left": 7000, "held": 9000, "score": 3, "threshold": 4, "position": 2}
    row = {"key": key, "cost": 10, "values": {**values, "by": "1", "stopped_by": "1"}}

    said = explanations.why(row, {1: text("the well")}, "MAD")

    assert "%" not in said
    assert key not in said
