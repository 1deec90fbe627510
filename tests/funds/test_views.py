"""What readers see and what their buttons do."""

import csv
import io
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from multaqa.directory.models import Tie
from multaqa.engine import pabulib
from multaqa.funds import actions
from multaqa.funds.models import Application, Award, Ballot, Call
from tests.factories import Role, account, account_in, actor
from tests.funds.factories import (
    APPLYING,
    COUNTING,
    VOTING,
    a_call,
    a_call_in_vote,
    a_plan,
    a_priority,
    a_selected_application,
    an_allocation,
    an_application,
    an_award,
    an_eligible_application,
    on,
    selected_copies,
    the_agreement_rule,
    voted,
)

pytestmark = pytest.mark.django_db
KEY = {"idempotency_key": "k" * 32}
BYTES, STATEMENTS = 60_000, 15


def client_of(role: Role = Role.ANONYMOUS) -> Client:
    client = Client(HTTP_HOST="localhost")
    found = account_in(role)
    if found:
        client.force_login(found, "django.contrib.auth.backends.ModelBackend")
    return client


def address(name: str, *arguments) -> str:
    return reverse(f"funds:{name}", args=arguments)


def read(url: str, role: Role = Role.ANONYMOUS) -> str:
    answer = client_of(role).get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_overview_shows_the_envelope_the_open_call_and_the_priority():
    call = a_call(priorities=[a_priority()])

    with on(APPLYING):
        page = read(address("overview"))

    assert call.get_absolute_url() in page
    assert page.count("ع water first") == 1
    assert f'id="envelope-{call.envelope_id}"' in page


def test_overview_without_anything_says_so():
    page = read(address("overview"))

    assert "لا نداء مفتوح اليوم." in page
    assert "لم يُعهد بأي غلاف إلى خلية بعد." in page


def test_call_page_offers_the_next_step_and_says_what_opens_the_locked_one():
    call = a_call()

    with on(APPLYING):
        public, coordinating = read(call.get_absolute_url()), read(call.get_absolute_url(), Role.COORDINATOR)

    assert address("apply", call.reference) in public
    assert "ممكن بعد آخر يوم لإيداع الطلبات، 31 غشت 2026." in coordinating
    assert "ممكن بعد" not in public


def test_apply_form_files_the_application():
    call = a_call()
    client = client_of(Role.OFFICER_A)
    territory = call.priorities.get().territory
    form = {
        "organisation": actor(Role.OFFICER_A).offices[0].organisation_id,
        "title_ar": "صهاريج",
        "summary_ar": "صهاريج للدواوير",
        "territory": territory.pk,
        "requested": "٤٠٠",
        **KEY,
    }

    with on(APPLYING):
        answer = client.post(address("apply", call.reference), form)

    assert answer.status_code == 302, answer.context["form"].errors
    application = Application.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, application.get_absolute_url())
    assert (application.requested, application.own_contribution, application.beneficiaries) == (
        40_000,
        0,
        None,
    )


def test_apply_form_keeps_what_was_typed_when_the_ceiling_is_passed():
    call = a_call()
    form = {
        "organisation": actor(Role.OFFICER_A).offices[0].organisation_id,
        "title_ar": "صهاريج",
        "summary_ar": "ملخص",
        "territory": call.priorities.get().territory_id,
        "requested": "900",
        **KEY,
    }

    with on(APPLYING):
        answer = client_of(Role.OFFICER_A).post(address("apply", call.reference), form)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "لا يتجاوز الطلب الواحد 800" in page
    assert 'value="900"' in page


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.ANONYMOUS, False),
        (Role.RESIDENT, False),
        (Role.OFFICER_B, False),
        (Role.OFFICER_A, True),
        (Role.CELL_MEMBER, True),
        (Role.COORDINATOR, True),
        (Role.AUDITOR, True),
    ],
)
def test_application_details_are_read_by_those_concerned_only(role, sees):
    application = an_application(details="bank details of the applicant")

    assert ("bank details" in read(application.get_absolute_url(), role)) is sees


@pytest.mark.parametrize(
    ("role", "sees"), [(Role.OFFICER_A, False), (Role.CELL_MEMBER, False), (Role.COORDINATOR, True)]
)
def test_scores_are_hidden_from_reviewers_and_applicants_until_they_are_locked(role, sees):
    application = an_application()
    with on(APPLYING):
        actions.review_application(
            actor=actor(Role.CELL_MEMBER),
            application=application,
            relevance=4,
            reach=4,
            feasibility=4,
            lasting=4,
        )

    page = read(application.get_absolute_url(), role)

    assert ("عضو واحد نقّط" in page) is sees
    assert ("ينقط كل عضو وحده" in page) is not sees


def test_register_ignores_a_year_that_is_none():
    an_award()

    assert "منحة واحدة" in read(address("awards") + "?year=99999999999&call=nothing&page=x")


def test_vote_form_counts_a_ballot_and_shows_it_again():
    call = a_call_in_vote()
    second = call.applications.get(number=2)
    client = client_of(Role.RESIDENT)

    with on(VOTING):
        answer = client.post(address("vote", call.reference), {"approvals": [second.pk], **KEY})
        page = client.get(address("vote", call.reference)).content.decode()

    assert (answer.status_code, Ballot.objects.get().approvals) == (302, [2])
    assert "checked" in page.split(f'value="{second.pk}"')[1].split(">")[0]


def test_vote_after_the_last_day_says_so():
    call = a_call_in_vote()

    with on(COUNTING):
        page = read(address("vote", call.reference), Role.RESIDENT)

    assert "التصويت على هذا النداء غير مفتوح." in page
    assert 'type="checkbox"' not in page


def test_results_page_answers_why_and_what_would_have_changed():
    allocation = an_allocation()

    page = read(address("results", allocation.call.reference))

    assert "لماذا هاتان المبادرتان؟" in page
    assert "ما الذي كان سيغير النتيجة؟" in page
    assert allocation.digest in page
    assert "--rule equal-shares --utility cost --completion add1 --ties cost-votes" in page


def test_results_of_empty_ballots_support_nothing_and_say_so():
    call = a_call_in_vote()
    voted(call, ((), ()))
    with on(COUNTING):
        actions.allocate_call(actor=actor(Role.COORDINATOR), call=call)

    page = read(address("results", call.reference))

    assert "لم يتسن دعم أي مبادرة" in page
    assert "لم تؤيدها أي بطاقة." in page


def test_results_before_the_count_say_when_it_comes():
    call = a_call_in_vote()

    page = read(address("results", call.reference))

    assert "لم تُفرز الأصوات بعد" in page


def test_ballot_file_is_the_one_that_was_sealed():
    allocation = an_allocation()

    answer = client_of().get(address("ballot_file", allocation.call.reference))

    assert answer.content.decode() == allocation.ballot_file
    assert pabulib.read(answer.content).meta["instance"] == allocation.call.reference


def test_ballot_file_does_not_exist_before_the_count():
    call = a_call_in_vote()

    assert client_of().get(address("ballot_file", call.reference)).status_code == 404


def test_award_form_grants_the_money():
    application = a_selected_application()

    answer = client_of(Role.COORDINATOR).post(
        address("award_application", application.pk), {"amount": "350", "deliberation": "2026/17", **KEY}
    )

    award = Award.objects.get()
    assert (answer.status_code, answer["Location"], award.amount) == (302, award.get_absolute_url(), 35_000)


def test_award_page_says_which_rule_blocks_the_instalment():
    the_agreement_rule(amount=300)
    award = an_award()
    a_plan(award, (150, False), (250, True))

    page = read(award.get_absolute_url(), Role.COORDINATOR)

    assert "منحة فوق 300" in page
    assert "Circular 7/2003" in page
    assert "يأتي قبله الشطر 1." in page
    assert address("release_tranche", award.pk, 1) not in page


def test_release_and_payment_forms_move_the_instalment():
    award = an_award()
    a_plan(award, (400, False))
    client = client_of(Role.COORDINATOR)

    released = client.post(address("release_tranche", award.pk, 1), {"idempotency_key": "r" * 32})
    paid = client.post(
        address("pay_tranche", award.pk, 1), {"order_number": "OP 7", "idempotency_key": "p" * 32}
    )

    award.refresh_from_db()
    assert (released.status_code, paid.status_code, award.paid) == (302, 302, award.amount)


def test_register_filters_and_downloads_the_same_rows():
    an_award(350)

    empty = read(address("awards") + "?text=nothing")
    rows = client_of().get(address("awards_csv") + "?text=2026/17")

    table = list(csv.DictReader(io.StringIO(rows.getvalue().decode())))
    assert "لا منحة مطابقة." in empty
    assert [(row["amount"], row["paid"], row["deliberation"], row["beneficiary"]) for row in table] == [
        ("350", "0", "2026/17", "association-a")
    ]


def test_csv_of_no_award_has_only_its_header():
    rows = client_of().get(address("awards_csv")).getvalue().decode().splitlines()

    assert len(rows) == 1


def fill(call: Call, count: int) -> None:
    for application in selected_copies(call, count)[call.applications.filter(award__isnull=False).count() :]:
        actions.award_application(
            actor=actor(Role.COORDINATOR), application=application, amount=100, deliberation="2026/17"
        )


@pytest.mark.parametrize("count", [1, 3])
def test_list_pages_stay_light_whatever_they_list(count, django_assert_max_num_queries):
    call = a_call()
    fill(call, count)
    client = client_of(Role.COORDINATOR)

    for url in (address("overview"), address("calls"), call.get_absolute_url(), address("awards")):
        with django_assert_max_num_queries(STATEMENTS):
            answer = client.get(url)
        assert (answer.status_code, len(answer.content) < BYTES) == (200, True)


def statements(url: str, role: Role, django_assert_max_num_queries) -> int:
    client = client_of(role)
    with django_assert_max_num_queries(STATEMENTS) as captured:
        answer = client.get(url)
    assert (answer.status_code, len(answer.content) < BYTES) == (200, True)
    return len(captured)


def test_register_costs_the_same_for_one_award_and_for_three(django_assert_max_num_queries):
    call = a_call()
    fill(call, 1)
    one = statements(address("awards"), Role.ANONYMOUS, django_assert_max_num_queries)
    first = call.applications.get()
    same = {
        "call": call,
        "organisation": first.organisation,
        "territory": first.territory,
        "state": "awarded",
    }
    same |= {"title": first.title, "summary": first.summary, "requested": 100}
    Application.objects.bulk_create(Application(number=number, **same) for number in (2, 3))
    Award.objects.bulk_create(
        Award(application=application, amount=100, deliberation="2")
        for application in call.applications.filter(number__gt=1)
    )

    assert statements(address("awards"), Role.ANONYMOUS, django_assert_max_num_queries) == one


def test_object_pages_stay_within_their_statements(django_assert_max_num_queries):
    allocation = an_allocation()
    call = allocation.call
    winner = call.applications.get(number=1)
    with on(COUNTING):
        award = actions.award_application(
            actor=actor(Role.COORDINATOR), application=winner, amount=60_000, deliberation="2026/17"
        )
    a_plan(award, (100, False), (200, True), (300, True))

    for url in (
        address("results", call.reference),
        winner.get_absolute_url(),
        award.get_absolute_url(),
        a_priority().get_absolute_url(),
    ):
        statements(url, Role.COORDINATOR, django_assert_max_num_queries)


def test_result_page_costs_the_same_for_two_initiatives_and_for_six(django_assert_max_num_queries):
    few = an_allocation().call
    many = a_call_in_vote((90, 80, 70, 60, 50, 40), envelope=few.envelope)
    with on(VOTING):
        actions.cast_ballot(actor=actor(Role.RESIDENT), call=many, approvals=list(many.applications.all()))
    with on(COUNTING):
        actions.allocate_call(actor=actor(Role.COORDINATOR), call=many)

    counts = {
        statements(address("results", call.reference), Role.ANONYMOUS, django_assert_max_num_queries)
        for call in (few, many)
    }

    assert len(counts) == 1


def test_a_member_with_a_tie_is_told_to_stand_aside_before_scoring():
    application = an_eligible_application()
    member = account_in(Role.CELL_MEMBER)
    Tie.objects.create(
        person=member.person,
        organisation=application.organisation,
        kind="family",
        declared_on=date(2026, 1, 1),
    )

    page = read(address("review_application", application.pk), Role.CELL_MEMBER)

    assert "تنحَّ بدل التنقيط" in page


def test_voters_are_named_nowhere_on_the_public_pages():
    allocation = an_allocation()

    page = read(address("results", allocation.call.reference))

    assert account("voter 1").email not in page
    assert not any(ballot.pseudonym in page for ballot in Ballot.objects.all())
