from datetime import UTC, date, datetime

import pytest

from multaqa.directory import queries
from multaqa.directory.actors import STRANGER, actor_of
from multaqa.directory.models import Account, Organisation
from multaqa.kit import clock
from tests.directory.factories import a_person, a_tie, an_account, an_office, an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday():
    with clock.at(datetime(2026, 11, 23, 9, tzinfo=UTC)):
        yield


def test_organisations_are_found_by_kind_and_by_a_word_in_any_language():
    river = an_organisation("clean-river")
    council = an_organisation("council-x", kind=Organisation.Kind.COUNCIL)

    assert list(queries.organisations()) == [river, council]
    assert list(queries.organisations(Organisation.Kind.COUNCIL)) == [council]
    assert list(queries.organisations(text="جمعية clean")) == [river]
    assert list(queries.organisations(text="ASSOCIATION COUNCIL")) == [council]
    assert list(queries.organisations(text="nothing")) == []


def test_organisations_cost_one_statement_with_what_the_list_shows(django_assert_num_queries):
    parent = an_organisation("a")
    for code in ("b", "c", "d"):
        an_organisation(code, parent=parent)

    with django_assert_num_queries(1):
        shown = [(str(o.title), str(o.territory), str(o.parent)) for o in queries.organisations()]

    assert len(shown) == 4


def test_offices_are_of_today_or_of_the_past():
    organisation = an_organisation()
    present = an_office(organisation, ends_on=date(2026, 11, 23))
    past = an_office(organisation, ends_on=date(2026, 11, 22))
    an_office(organisation, starts_on=date(2026, 11, 24))

    assert list(queries.offices_today(organisation)) == [present]
    assert list(queries.offices_past(organisation)) == [past]


def test_conflicts_are_offices_of_today_and_standing_ties(django_assert_num_queries):
    organisation, account = an_organisation(), an_account()
    person = a_person(account=account)
    office = an_office(organisation, person)
    tie = a_tie(person, organisation)
    an_office(an_organisation("other"), person)
    actor = actor_of(account)

    with django_assert_num_queries(1):
        found = queries.conflicts(actor, organisation)

    assert found == [office, tie]


def test_conflicts_of_somebody_far_away_are_none():
    organisation = an_organisation()
    a_tie(a_person("Brahim", account=an_account()), organisation)
    stranger = Account.objects.create(email="far@example.org")

    assert queries.conflicts(actor_of(stranger), organisation) == []
    assert queries.conflicts(STRANGER, organisation) == []


def test_account_reached_at_finds_by_either_address_and_no_inactive_one():
    account = an_account(phone="+212612345678")
    an_account(email="gone@example.org", is_active=False)

    assert queries.account_reached_at(email="AMINA@example.org") == account
    assert queries.account_reached_at(phone="+212612345678") == account
    assert queries.account_reached_at(email="gone@example.org") is None
    assert queries.account_reached_at() is None
