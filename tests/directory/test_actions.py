from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override

from multaqa.directory.actions import (
    amend_organisation,
    appoint,
    declare_tie,
    end_office,
    raise_assurance,
    register_organisation,
    register_person,
    withdraw_tie,
)
from multaqa.directory.actors import MACHINE, Function, actor_of
from multaqa.directory.models import Account, Assurance, Office, Organisation, Person, Tie
from multaqa.kit import clock
from multaqa.kit.policy import Forbidden, Refused
from multaqa.kit.translated import Translated
from multaqa.ledger.models import Entry, PrivateData
from tests import factories
from tests.directory.factories import a_person, a_tie, an_account, an_office, an_organisation
from tests.factories import Role, verbs_in_ledger

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
NAME = Translated.of("جمعية الواحة", "Association de l’oasis", "Oasis association")


@pytest.fixture(autouse=True)
def _monday():
    with clock.at(MONDAY), override("en"):
        yield


def last_entry() -> Entry:
    return Entry.objects.latest("pk")


# organisations


def test_register_organisation_enters_it_below_its_parent():
    parent = an_organisation("ministry", kind=Organisation.Kind.MINISTRY)

    made = register_organisation(
        actor=factories.actor(Role.ADMINISTRATOR),
        code="oasis",
        title=NAME,
        kind=Organisation.Kind.ASSOCIATION,
        territory=factories.region(),
        parent=parent,
        founded_on=date(2019, 5, 4),
    )

    assert list(parent.children.all()) == [made]
    assert last_entry().verb == "directory.organisation_registered"
    assert last_entry().facts == {
        "code": "oasis",
        "founded_on": "2019-05-04",
        "kind": "association",
        "parent": "ministry",
        "territory": "X.1",
        "title": dict(NAME),
    }


def test_register_organisation_refuses_a_code_that_is_taken():
    an_organisation("oasis")

    with pytest.raises(Refused, match="already has this code") as refusal:
        an_organisation("oasis")

    assert refusal.value.field == "code"
    assert verbs_in_ledger() == ["directory.organisation_registered"]


def test_register_organisation_refuses_a_foundation_to_come():
    with pytest.raises(Refused, match="must not lie in the future"):
        an_organisation("oasis", founded_on=date(2026, 11, 24))


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.OFFICER_A, Role.COORDINATOR, Role.EDITOR])
def test_register_organisation_is_for_administrators(role):
    with pytest.raises(Forbidden):
        register_organisation(
            actor=factories.actor(role),
            code="oasis",
            title=NAME,
            kind=Organisation.Kind.ASSOCIATION,
            territory=factories.region(),
        )


def amend(actor, organisation, **changes):
    present = {name: getattr(organisation, name) for name in ("title", "territory", "parent", "founded_on")}
    return amend_organisation(actor=actor, organisation=organisation, **{**present, **changes})


def test_amend_organisation_records_what_was_and_what_is():
    officer = factories.actor(Role.OFFICER_A)
    mine = factories.organisation("association-a")

    amended = amend(officer, mine, title=NAME)

    assert amended.title == NAME
    facts = last_entry().facts
    assert (facts["before"]["title"]["en"], facts["after"]["title"]["en"]) == (
        "Organisation association-a",
        "Oasis association",
    )


def test_amend_organisation_lets_no_officer_move_it_in_the_tree():
    officer = factories.actor(Role.OFFICER_A)

    with pytest.raises(Forbidden):
        amend(officer, factories.organisation("association-a"), parent=factories.organisation("council"))


def test_amend_organisation_refuses_a_circle():
    top = an_organisation("top")
    middle = an_organisation("middle", parent=top)
    leaf = an_organisation("leaf", parent=middle)

    with pytest.raises(Refused, match="cannot stand below itself"):
        amend(MACHINE, top, parent=leaf)

    assert Organisation.objects.get(code="top").parent is None


def test_amend_organisation_is_not_for_another_association():
    with pytest.raises(Forbidden):
        amend(factories.actor(Role.OFFICER_B), factories.organisation("association-a"), title=NAME)


# people


def test_register_person_keeps_the_name_out_of_the_public_record():
    person = register_person(actor=factories.actor(Role.OFFICER_A), title=Translated.of("أمينة", "Amina"))

    assert str(Person.objects.get(pk=person.pk).title) == "أمينة"
    assert last_entry().verb == "directory.person_registered"
    assert "Amina" not in last_entry().payload
    assert "أمينة" not in last_entry().payload
    assert PrivateData.objects.get(entry=last_entry()).data == {"name": {"ar": "أمينة", "fr": "Amina"}}


def test_register_person_links_an_account_for_an_administrator_only():
    account = an_account()

    with pytest.raises(Forbidden):
        register_person(actor=factories.actor(Role.OFFICER_A), title=NAME, account=account)
    person = register_person(actor=factories.actor(Role.ADMINISTRATOR), title=NAME, account=account)

    assert account.person == person


def test_register_person_refuses_an_account_that_has_its_person():
    account = an_account()
    a_person(account=account)

    with pytest.raises(Refused, match="already belongs"):
        a_person(account=account)


def test_register_person_is_not_for_residents():
    with pytest.raises(Forbidden):
        register_person(actor=factories.actor(Role.RESIDENT), title=NAME)


# offices


def test_appoint_gives_the_function_from_its_first_day():
    account = an_account()
    council = an_organisation("council-x", kind=Organisation.Kind.COUNCIL)

    office = appoint(
        actor=factories.actor(Role.ADMINISTRATOR),
        person=a_person("Amina", account=account),
        organisation=council,
        function=Function.AUDITOR,
        starts_on=date(2026, 11, 24),
        ends_on=date(2026, 12, 24),
    )

    assert not actor_of(account).holds(Function.AUDITOR)
    with clock.at(MONDAY + timedelta(days=1)):
        assert actor_of(account).holds(Function.AUDITOR, council)
    with clock.at(MONDAY + timedelta(days=32)):
        assert not actor_of(account).holds(Function.AUDITOR)
    assert last_entry().facts == {
        "ends_on": "2026-12-24",
        "function": "auditor",
        "organisation": "council-x",
        "starts_on": "2026-11-24",
    }
    assert last_entry().title["en"] == "auditor · Association council-x"
    assert "Amina" not in last_entry().payload
    assert office.get_absolute_url() == council.get_absolute_url()


def test_appoint_lets_an_association_name_its_own_officers():
    officer = factories.actor(Role.OFFICER_A)

    office = appoint(
        actor=officer,
        person=a_person(),
        organisation=factories.organisation("association-a"),
        function=Function.OFFICER,
        starts_on=date(2026, 11, 1),
        title=Translated.of("أمين المال", "trésorier"),
    )

    with override("ar"):
        assert str(office) == "أمين المال · منظمة association-a"


@pytest.mark.parametrize("function", [Function.ADMINISTRATOR, Function.CELL_MEMBER, Function.FACILITATOR])
def test_appoint_lets_no_association_hand_out_public_power(function):
    with pytest.raises(Forbidden):
        appoint(
            actor=factories.actor(Role.OFFICER_A),
            person=a_person(),
            organisation=factories.organisation("association-a"),
            function=function,
            starts_on=date(2026, 11, 1),
        )

    assert Office.objects.filter(function=function).count() == 0


def test_appoint_is_not_for_officers_of_another_association():
    with pytest.raises(Forbidden):
        appoint(
            actor=factories.actor(Role.OFFICER_B),
            person=a_person(),
            organisation=factories.organisation("association-a"),
            function=Function.OFFICER,
            starts_on=date(2026, 11, 1),
        )


def test_appoint_refuses_the_same_office_on_the_same_days():
    office = an_office(an_organisation(), ends_on=date(2026, 12, 31))

    with pytest.raises(Refused, match="already holds this office"):
        an_office(office.organisation, office.person, starts_on=date(2026, 12, 31))
    later = an_office(office.organisation, office.person, starts_on=date(2027, 1, 1))

    assert later.ends_on is None


def test_appoint_refuses_reversed_days():
    with pytest.raises(Refused, match="must not come before"):
        an_office(an_organisation(), starts_on=date(2026, 2, 1), ends_on=date(2026, 1, 1))


def test_end_office_takes_the_power_away_after_its_last_day():
    account = an_account()
    office = an_office(an_organisation(), a_person(account=account))

    end_office(actor=factories.actor(Role.ADMINISTRATOR), office=office, ends_on=date(2026, 11, 23))

    assert actor_of(account).holds(Function.OFFICER)
    with clock.at(MONDAY + timedelta(days=1)):
        assert not actor_of(account).holds(Function.OFFICER)
    assert last_entry().facts["ends_on"] == "2026-11-23"


def test_end_office_lets_the_holder_resign():
    account = an_account()
    office = an_office(
        an_organisation("c", kind=Organisation.Kind.CELL), a_person(account=account), function="cell_member"
    )

    end_office(actor=actor_of(account), office=office, ends_on=date(2026, 11, 30))

    assert verbs_in_ledger()[-1] == "directory.office_ended"


def test_end_office_refuses_an_end_before_the_beginning_and_a_second_end():
    office = an_office(an_organisation())

    with pytest.raises(Refused, match="must not come before"):
        end_office(actor=MACHINE, office=office, ends_on=date(2019, 12, 31))
    end_office(actor=MACHINE, office=office, ends_on=date(2026, 6, 1))
    with pytest.raises(Refused, match="already ends by then"):
        end_office(actor=MACHINE, office=office, ends_on=date(2026, 7, 1))


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.OFFICER_B, Role.COORDINATOR])
def test_end_office_is_not_for_outsiders(role):
    office = an_office(factories.organisation("association-a"))

    with pytest.raises(Forbidden):
        end_office(actor=factories.actor(role), office=office, ends_on=date(2026, 11, 23))


# ties


def test_declare_tie_is_said_by_oneself_and_names_nobody_in_the_record():
    account = an_account()
    person, organisation = a_person("Amina", account=account), an_organisation()

    tie = declare_tie(actor=actor_of(account), person=person, organisation=organisation, kind=Tie.Kind.MONEY)

    assert tie.declared_on == date(2026, 11, 23)
    assert last_entry().facts == {"organisation": "clean-river"}
    assert "money" not in last_entry().payload
    assert PrivateData.objects.get(entry=last_entry()).data["kind"] == "money"


def test_declare_tie_refuses_the_same_tie_twice():
    tie = a_tie(a_person(), an_organisation())

    with pytest.raises(Refused, match="declared already"):
        a_tie(tie.person, tie.organisation)

    assert verbs_in_ledger().count("directory.tie_declared") == 1


def test_declare_tie_is_not_for_others_to_say():
    with pytest.raises(Forbidden):
        declare_tie(
            actor=factories.actor(Role.OFFICER_A),
            person=a_person(),
            organisation=an_organisation(),
            kind=Tie.Kind.FAMILY,
        )


def test_withdraw_tie_keeps_the_declaration_and_allows_a_new_one():
    account = an_account()
    tie = a_tie(a_person(account=account), an_organisation())

    withdrawn = withdraw_tie(actor=actor_of(account), tie=tie)
    again = a_tie(tie.person, tie.organisation)

    assert withdrawn.withdrawn_on == date(2026, 11, 23)
    assert set(Tie.objects.all()) == {tie, again}
    with pytest.raises(Refused, match="withdrawn already"):
        withdraw_tie(actor=actor_of(account), tie=tie)


def test_withdraw_tie_is_not_for_others():
    tie = a_tie(a_person(), an_organisation())

    with pytest.raises(Forbidden):
        withdraw_tie(actor=factories.actor(Role.COORDINATOR), tie=tie)


# assurance


def test_raise_assurance_notes_the_card_without_its_number_or_the_address():
    account = an_account()

    raise_assurance(actor=factories.actor(Role.FACILITATOR), account=account)

    assert Account.objects.get(pk=account.pk).assurance == Assurance.SEEN
    assert last_entry().facts == {"before": 1, "after": 3}
    assert "amina@example.org" not in last_entry().payload
    assert last_entry().title["fr"] == "Compte"


def test_raise_assurance_refuses_a_second_look():
    account = an_account(assurance=Assurance.SEEN)

    with pytest.raises(Refused, match="checked already"):
        raise_assurance(actor=factories.actor(Role.FACILITATOR), account=account)


def test_raise_assurance_refuses_the_officers_own_account():
    officer = factories.actor(Role.FACILITATOR)

    with pytest.raises(Refused, match="Another officer"):
        raise_assurance(actor=officer, account=officer.account)


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.OFFICER_A, Role.ADMINISTRATOR])
def test_raise_assurance_is_for_desk_officers(role):
    with pytest.raises(Forbidden):
        raise_assurance(actor=factories.actor(role), account=an_account())


def test_machine_may_build_everything():
    organisation = an_organisation()
    account = an_account()
    person = a_person(account=account)
    end_office(actor=MACHINE, office=an_office(organisation, person), ends_on=date(2026, 11, 23))
    withdraw_tie(actor=MACHINE, tie=a_tie(person, organisation))
    raise_assurance(actor=MACHINE, account=account)

    assert verbs_in_ledger() == [
        "directory.organisation_registered",
        "directory.person_registered",
        "directory.office_taken",
        "directory.office_ended",
        "directory.tie_declared",
        "directory.tie_withdrawn",
        "directory.assurance_raised",
    ]
