import pytest
from django.test import Client

from multaqa.directory.models import Account, Office, Organisation, Tie
from multaqa.kit.translated import Translated
from tests import factories
from tests.directory.factories import a_person, a_tie, an_account, an_office, an_organisation
from tests.factories import Role

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def reader(role):
    client = Client(HTTP_HOST="localhost")
    client.force_login(factories.account_in(role), backend=BACKEND)
    return client


def send(client, url, **data):
    return client.post(url, {"idempotency_key": "k" * 32, **data})


def test_list_filters_by_kind_and_word(client):
    an_organisation("clean-river")
    an_organisation("council-x", kind=Organisation.Kind.COUNCIL)

    page = client.get("/en/organisations/", {"kind": "council", "q": "council"}).content.decode()

    assert "/en/organisations/council-x/" in page
    assert "/en/organisations/clean-river/" not in page
    assert "1 organisation<" in page


def test_list_says_so_when_nothing_matches(client):
    an_organisation()

    page = client.get("/ar/organisations/", {"q": "لا شيء"}).content.decode()

    assert 'class="empty"' in page


def test_list_shows_twenty_a_page(client):
    for number in range(21):
        an_organisation(f"association-{number:02}")

    first = client.get("/en/organisations/").content.decode()
    second = client.get("/en/organisations/", {"page": 2}).content.decode()

    assert first.count('scope="row"') == 20
    assert second.count('scope="row"') == 1


@pytest.mark.parametrize("items", [1, 3])
def test_list_costs_the_same_for_one_and_for_three(client, items, django_assert_max_num_queries):
    parent = an_organisation("parent")
    for number in range(items):
        an_organisation(f"child-{number}", parent=parent)

    with django_assert_max_num_queries(8):
        client.get("/ar/organisations/")


@pytest.mark.parametrize("items", [1, 3])
def test_page_costs_the_same_for_one_and_for_three(items, django_assert_max_num_queries):
    organisation = factories.organisation("association-a")
    for number in range(items):
        person = a_person(f"Person {number}")
        an_office(organisation, person)
        a_tie(person, organisation)
        an_organisation(f"child-{number}", parent=organisation)
    client = reader(Role.OFFICER_A)

    with django_assert_max_num_queries(14):
        page = client.get("/ar/organisations/association-a/")

    assert len(page.content) < 60_000


def test_page_shows_the_tree_the_offices_and_the_ties(client):
    ministry = an_organisation("ministry", kind=Organisation.Kind.MINISTRY)
    sector = an_organisation("sector", kind=Organisation.Kind.SECTOR, parent=ministry)
    an_organisation("body", kind=Organisation.Kind.BODY, parent=sector)
    an_office(
        sector, a_person("Amina"), function=Office.Function.FOCAL_POINT, title=Translated.of(en="Delegate")
    )
    a_tie(a_person("Brahim"), sector)

    page = client.get("/en/organisations/sector/").content.decode()

    for told in (
        "/en/organisations/ministry/",
        "/en/organisations/body/",
        "Amina",
        "Delegate",
        "Brahim",
        "family",
    ):
        assert told in page
    assert "Appoint somebody" not in page


def test_page_escapes_what_people_write(client):
    an_organisation(title=Translated.of("<script>alert(1)</script>"))

    page = client.get("/ar/organisations/clean-river/").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_administrator_registers_an_organisation():
    place = factories.region()

    answer = send(
        reader(Role.ADMINISTRATOR),
        "/en/register/organisation/",
        title_ar="جمعية الواحة",
        kind="association",
        code="oasis",
        territory=place.pk,
        founded_on="٢٠١٩-٠٥-٠٤",
    )

    assert answer.url == "/en/organisations/oasis/"
    assert Organisation.objects.get(code="oasis").founded_on.isoformat() == "2019-05-04"


def test_refused_form_keeps_what_was_typed():
    an_organisation("oasis")

    answer = send(
        reader(Role.ADMINISTRATOR),
        "/en/register/organisation/",
        title_ar="جمعية الواحة",
        kind="association",
        code="oasis",
        territory=factories.region().pk,
    )

    assert answer.status_code == 422
    assert "already has this code" in answer.content.decode()
    assert "جمعية الواحة" in answer.content.decode()


def test_officer_is_offered_only_what_an_association_may_give():
    factories.appoint("somebody of the council", "council", "council_officer")
    newcomer = a_person("Newcomer")
    client = reader(Role.OFFICER_A)

    form = client.get("/en/organisations/association-a/appoint/").context["form"]

    assert [value for value, _ in form.fields["function"].choices] == ["officer"]
    assert newcomer in form.fields["person"].queryset
    assert factories.person("somebody of the council") not in form.fields["person"].queryset


def test_officer_appoints_and_ends_an_office():
    newcomer = a_person("Newcomer")
    client = reader(Role.OFFICER_A)

    send(
        client,
        "/en/organisations/association-a/appoint/",
        person=newcomer.pk,
        function="officer",
        title_en="Treasurer",
        starts_on="2026-01-01",
    )
    office = Office.objects.get(person=newcomer)
    answer = client.post(
        f"/en/offices/{office.pk}/end/", {"idempotency_key": "m" * 32, "ends_on": "01/02/2026"}
    )

    office.refresh_from_db()
    assert answer.url == "/en/organisations/association-a/"
    assert (str(office.title), office.ends_on.isoformat()) == ("Treasurer", "2026-02-01")


def test_officer_cannot_link_an_account_to_a_person():
    an_account()
    client = reader(Role.OFFICER_A)

    page = client.get("/en/register/person/").content.decode()
    send(client, "/en/register/person/", title_en="Amina", account="amina@example.org")

    assert 'name="account"' not in page
    assert Account.objects.get(email="amina@example.org").__dict__.get("person") is None


def test_administrator_links_an_account_by_its_telephone():
    account = an_account(phone="+212612345678")

    send(reader(Role.ADMINISTRATOR), "/en/register/person/", title_en="Amina", account="06 12 34 56 78")

    account.refresh_from_db()
    assert str(account.person.title) == "Amina"


def test_tie_is_declared_and_withdrawn_by_its_person():
    an_organisation()
    client = reader(Role.CELL_MEMBER)

    send(client, "/en/organisations/clean-river/declare-tie/", kind="family")
    tie = Tie.objects.get()
    client.post(f"/en/ties/{tie.pk}/withdraw/", {"idempotency_key": "m" * 32})

    tie.refresh_from_db()
    assert (tie.person, tie.kind) == (factories.person(Role.CELL_MEMBER), "family")
    assert tie.withdrawn_on is not None


def test_desk_officer_notes_a_card_and_must_say_it_was_seen():
    account = an_account()
    client = reader(Role.FACILITATOR)

    unsaid = send(client, "/en/desk/identity/", account="amina@example.org")
    assert (unsaid.status_code, Account.objects.get(pk=account.pk).assurance) == (422, 1)
    said = client.post(
        "/en/desk/identity/", {"idempotency_key": "m" * 32, "account": "amina@example.org", "seen": "on"}
    )

    assert said.status_code == 302
    assert Account.objects.get(pk=account.pk).assurance == 3


def test_desk_officer_learns_when_no_account_signs_in_with_an_address():
    answer = send(reader(Role.FACILITATOR), "/en/desk/identity/", account="nobody@example.org", seen="on")

    assert "No account signs in with this" in answer.content.decode()


def test_language_is_kept_on_the_account_and_in_a_cookie():
    client = reader(Role.RESIDENT)

    answer = send(client, "/ar/me/language/", language="fr")

    assert answer.url == "/fr/me/account/"
    assert client.cookies["django_language"].value == "fr"
    assert factories.account("resident").language == "fr"


def test_account_page_leads_to_every_way_of_signing_in():
    page = reader(Role.OFFICER_A).get("/en/me/account/").content.decode()

    for path in ("email/", "phone/change/", "2fa/", "2fa/webauthn/", "password/set/", "logout/"):
        assert f'href="/en/accounts/{path}"' in page
    assert 'href="/en/organisations/association-a/"' in page


def test_account_page_sends_a_stranger_to_sign_in(client):
    assert client.get("/en/me/account/").url == "/en/accounts/login/?next=/en/me/account/"
