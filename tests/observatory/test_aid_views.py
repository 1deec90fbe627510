import csv
import io
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import override

from multaqa.config.rounds import tick
from multaqa.directory.actors import MACHINE
from multaqa.kit import clock
from multaqa.ledger.models import Entry
from multaqa.observatory.actions import confirm_match, propose_matches
from multaqa.observatory.models import CapacityReport, Contact, Match, Need, Offer
from multaqa.observatory.tasks.aid import close_windows, erase_due, lapse_reports, propose_due
from tests.factories import Role, account_in, actor, commune, region, verbs_in_ledger
from tests.observatory.aid_factories import (
    GIVER,
    PRIVATE,
    SECRET,
    SMALL,
    a_confirmed_match,
    a_need,
    a_paper_need,
    a_paper_report,
    a_placed_commune,
    a_proposal,
    a_small_commune,
    an_accepted_report,
    an_offer,
    an_open_match,
)

pytestmark = pytest.mark.django_db
KEY = "solidarity-test-key-0001"


def at(name, *args):
    with override("en"):
        return reverse(f"observatory:{name}", args=args)


def text(response):
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()


def sign_in(client, role):
    client.force_login(account_in(role), backend="django.contrib.auth.backends.ModelBackend")


def post(client, name, *args, **data):
    return client.post(at(name, *args), {"idempotency_key": f"{KEY}{name}", **data})


def answers(**overrides):
    today = clock.today()
    return {
        "category": "food",
        "quantity": "٣",
        "territory": commune().pk,
        "opens_on": today.isoformat(),
        "closes_on": (today + timedelta(days=10)).isoformat(),
        "urgency": "3",
        "reach_km": "20",
        "name": SECRET.name,
        "telephone": "٠٦ ١٢ ٣٤ ٥٦ ٧٨",
        "details": SECRET.details,
        "consent": "on",
    } | overrides


@pytest.mark.parametrize("count", [1, 3])
def test_board_costs_the_same_for_one_and_three(client, django_assert_max_num_queries, count):
    for _turn in range(count):
        a_need()
        an_offer()

    with django_assert_max_num_queries(14):
        page = text(client.get(at("aid")))

    assert [at("need", number) in page for number in (1, 2, 3)] == [number <= count for number in (1, 2, 3)]
    assert page.index("Offers") < page.index("Needs, newest first")
    assert len(page.encode()) < 60_000


def test_board_filters_by_category_commune_and_state(client):
    a_need(category="food")
    a_need(category="water", territory=commune("X.1.2"))
    an_offer(category="care")

    page = text(client.get(at("aid"), {"category": "food", "territory": "X.1.1"}))

    assert at("need", 1) in page
    assert at("need", 2) not in page
    assert "No offer matches." in page


def test_board_filters_needs_by_province_and_offers_by_commune(client):
    a_need(territory=a_small_commune())
    a_need(territory=commune("X.1.1"))
    an_offer(territory=a_small_commune())
    an_offer(territory=commune("X.1.1"))
    links = [at("need", 1), at("need", 2), at("offer", 1), at("offer", 2)]

    found = {
        code: [link in text(client.get(at("aid"), {"territory": code})) for link in links]
        for code in ("X.9.1", "X.9", "X.1.1")
    }

    assert found["X.9.1"] == found["X.9"] == [True, False, True, False]
    assert found["X.1.1"] == [False, True, False, True]


def test_commune_of_a_need_is_for_those_who_match_and_the_two_sides(client):
    far = a_placed_commune("X.1.2", latitude=23.9)
    small = a_small_commune()
    a_placed_commune("X.9.1")
    a_need(territory=small)
    an_offer(territory=far)
    an_offer(territory=far, reach_km=1, category="care")
    a_need(Role.OFFICER_A, territory=small, category="care")
    propose_matches(actor=MACHINE)
    match = confirm_match(actor=actor(Role.COORDINATOR), match=Match.objects.get())
    pages = [at("need", 1), at("need", 2), at("match", match.number)]
    lists = [at("aid") + "?all=1", at("needs_csv"), reverse("ledger:browse")]
    lists += [f"/en{entry.path}" for entry in Entry.objects.filter(path__contains="/aid/")]

    def seen(page):
        answer = client.get(page)
        assert answer.status_code == 200
        return text(answer).replace('<option value="X.9.1">' + SMALL, "")

    shown = {page: seen(page) for page in (*pages, *lists)}
    assert [page for page, shown_ in shown.items() if SMALL in shown_ or "X.9.1" in shown_] == []
    assert "Small province" in shown[at("need", 1)]
    assert "No offer of this kind goes so far." in shown[at("need", 2)]
    assert not any(" km away" in page for page in shown.values())
    assert at("offer", 1) not in shown[pages[2]]
    sign_in(client, Role.COORDINATOR)
    assert all(SMALL in seen(page) for page in pages)
    sign_in(client, Role.FACILITATOR)
    assert all(SMALL in seen(page) for page in pages)
    assert "km away and goes" in seen(at("need", 2))
    sign_in(client, Role.RESIDENT)
    assert [SMALL in seen(page) for page in pages] == [True, False, True]
    assert SMALL in seen(at("aid_mine"))
    sign_in(client, Role.OFFICER_B)
    assert [SMALL in seen(page) for page in pages] == [False, False, True]


@pytest.mark.parametrize(("count", "told"), [(4, False), (5, True)])
def test_pages_of_places_give_no_small_number_of_needs(client, count, told):
    for _each in range(count):
        a_need(territory=a_small_commune())

    province, small = (text(client.get(at("territory", code))) for code in ("X.9", "X.9.1"))

    link = f'{at("aid")}?territory=X.9">Open needs'
    assert (link + " <b>" in province) is told
    assert link + " in the province</a>" in small


def test_board_offers_the_coordinator_a_priority_for_a_commune(client):
    for _each in range(5):
        a_need()
    assert "Make it a priority" not in text(client.get(at("aid")))
    sign_in(client, Role.COORDINATOR)

    page = text(client.get(at("aid")))

    assert "territory=X.1.1&amp;title=Unmet%20needs%3A%20Commune%20X.1.1" in page


def test_board_hides_small_counts(client):
    for code in ["X.1.1"] * 2 + ["X.1.2"] * 6 + ["X.1.3"] * 4:
        a_need(territory=commune(code))

    page = text(client.get(at("aid")))
    table = page[page.index("Needs by commune") :]

    assert ("Commune X.1.1" in table, "Commune X.1.2" in table) == (False, True)
    assert ">2</bdi>" not in table


def test_no_page_no_file_and_no_entry_shows_a_contact_to_others(client):
    match = an_open_match()
    a_paper_need(receipt="form-0003")
    entry = Entry.objects.get(verb="observatory.need_registered")
    pages = [
        at("aid"),
        at("need", 1),
        at("need", 2),
        at("offer", 1),
        at("match", match.number),
        at("needs_csv"),
        at("offers_csv"),
        at("receipt"),
        entry.path and f"/en{entry.path}",
        reverse("ledger:browse"),
    ]
    shown = ""
    for role in (Role.ANONYMOUS, Role.COORDINATOR, Role.OFFICER_A):
        if role is not Role.ANONYMOUS:
            sign_in(client, role)
        answers_ = [client.get(page) for page in pages]
        assert [answer.status_code for answer in answers_] == [200] * len(pages)
        shown += "".join(text(answer) for answer in answers_)
    shown += "".join(Entry.objects.values_list("payload", flat=True))

    assert "observatory.need_registered" in shown
    assert [word for word in (*PRIVATE, "FORM-0003") if word in shown] == []


def test_csv_has_what_is_public_and_nothing_else(client):
    a_need()
    an_offer()

    needs, offers = (
        list(csv.DictReader(io.StringIO(text(client.get(at(name))).removeprefix("\ufeff"))))
        for name in ("needs_csv", "offers_csv")
    )

    assert list(needs[0]) == [
        "number", "category", "quantity", "left", "territory", "opens_on", "closes_on", "state",
    ]  # fmt: skip
    assert (needs[0]["category"], offers[0]["reach_km"]) == ("water", "50")


def test_need_new_registers_and_shows_the_receipt_once(client):
    sign_in(client, Role.RESIDENT)

    answer = client.post(at("need_new"), {"idempotency_key": KEY, **answers()}, follow=True)

    need = Need.objects.select_related("contact").get()
    assert need.receipt in text(answer)
    assert need.receipt not in text(client.get(at("slip")))
    assert (need.quantity, need.urgency, need.contact.telephone) == (3, 3, SECRET.telephone)
    assert SECRET.telephone in text(client.get(at("need", need.number)))


def test_need_new_says_what_is_wrong_and_keeps_nothing(client):
    sign_in(client, Role.RESIDENT)

    answer = client.post(at("need_new"), {"idempotency_key": KEY, **answers(telephone="")})

    assert answer.status_code == 422
    assert "A telephone number is needed" in text(answer)
    assert Contact.objects.count() == 0


def test_what_a_stranger_typed_about_a_person_is_not_kept_in_the_session(client):
    answer = client.post(at("need_new"), {"idempotency_key": KEY, **answers()})

    assert answer.status_code == 302
    kept = client.session["kept_forms"][at("need_new")]
    assert kept["category"] == "food"
    assert not {"name", "telephone", "details"} & set(kept)


def test_offer_new_on_behalf_of_an_association_names_it(client):
    account_in(Role.OFFICER_B)
    sign_in(client, Role.OFFICER_B)
    office = account_in(Role.OFFICER_B).person.offices.get()

    client.post(at("offer_new"), {"idempotency_key": KEY, **answers(organisation=office.organisation_id)})

    client.logout()
    page = text(client.get(at("offer", Offer.objects.get().number)))
    assert "Organisation association-b" in page
    assert SECRET.telephone not in page


def test_need_paper_refuses_the_same_form_twice(client):
    sign_in(client, Role.FACILITATOR)
    form = answers(receipt="form-0007", channel="phone")

    first = client.post(at("need_paper"), {"idempotency_key": KEY, **form}, follow=True)
    second = client.post(at("need_paper"), {"idempotency_key": KEY + "2", **form})

    assert "FORM-0007" in text(first)
    assert second.status_code == 422
    assert "already keyed in" in text(second)


def test_receipt_says_how_things_stand_without_a_contact(client):
    a_paper_need(receipt="form-0008")
    an_offer()
    propose_matches(actor=MACHINE)

    found = text(client.post(at("receipt"), {"code": "form-0008"}))
    a_paper_report(receipt="assoc-0001")
    report = text(client.post(at("receipt"), {"code": "assoc-0001"}))
    missing = client.post(at("receipt"), {"code": "form-9999"})

    assert "drinking water" in found
    assert "No match has been confirmed." in found
    assert not any(word in found for word in PRIVATE)
    assert "waiting for review" in report
    assert missing.status_code == 422


def test_receipt_is_asked_for_ten_times_a_minute_at_most(client):
    cache.clear()
    codes = [client.post(at("receipt"), {"code": f"guess-{turn}"}).status_code for turn in range(12)]
    cache.clear()

    assert codes[:10] == [422] * 10
    assert 429 in codes[10:]


def test_a_proposal_is_shown_to_those_who_handle_it_only(client):
    match = a_proposal()
    sign_in(client, Role.RESIDENT)
    assert client.get(at("match", match.number)).status_code == 403
    assert "Nothing has been confirmed yet" in text(client.get(at("need", 1)))
    sign_in(client, Role.COORDINATOR)

    page = text(client.get(at("match", match.number)))
    assert "In the same commune." in page
    assert "Confirm the match" in page
    assert at("match", match.number) in text(client.get(at("matches")))


def test_a_match_goes_all_the_way_through_its_pages(client):
    match = a_proposal()
    sign_in(client, Role.COORDINATOR)
    assert post(client, "match_confirm", match.number).status_code == 302

    sign_in(client, Role.RESIDENT)
    assert at("match", match.number) in text(client.get(at("need", 1)))
    assert post(client, "match_accept", match.number, "need").status_code == 302
    waiting = text(client.get(at("match", match.number)))
    sign_in(client, Role.OFFICER_B)
    client.post(at("match_accept", match.number, "offer"), {"idempotency_key": KEY + "giver"})
    opened = text(client.get(at("match", match.number)))
    sign_in(client, Role.RESIDENT)
    post(client, "match_finish", match.number, "need", happened="1", feedback="5")

    assert GIVER.telephone not in waiting
    assert SECRET.telephone in opened
    match.refresh_from_db()
    assert (match.state, Need.objects.get().state) == ("done", "met")
    done = text(client.get(at("match", match.number)))
    assert GIVER.telephone not in done


def test_match_decline_frees_the_units(client):
    match = a_confirmed_match()
    sign_in(client, Role.OFFICER_B)

    answer = post(client, "match_decline", match.number, "offer")

    assert answer["Location"] == at("offer", 1)
    assert Offer.objects.get().left == 10


@pytest.mark.parametrize("count", [1, 3])
def test_matches_cost_the_same_for_one_and_three(client, django_assert_max_num_queries, count):
    for place in range(count):
        a_need(category=("water", "food", "care")[place])
        an_offer(category=("water", "food", "care")[place])
    propose_matches(actor=MACHINE)
    sign_in(client, Role.FACILITATOR)

    with django_assert_max_num_queries(10):
        page = text(client.get(at("matches")))

    assert [at("match", number) in page for number in (1, 2, 3)] == [number <= count for number in (1, 2, 3)]


def test_mine_lists_ones_own_only(client):
    a_need()
    a_need(Role.OFFICER_A)
    sign_in(client, Role.RESIDENT)

    page = text(client.get(at("aid_mine")))

    assert at("need", 1) in page
    assert at("need", 2) not in page


def test_tick_runs_what_is_due_once(client):
    region()
    a_need()
    an_offer()
    assert tick()["proposals"] == 1
    assert propose_due() == 0
    an_accepted_report()

    with clock.at(clock.now() + timedelta(days=400)):
        today = clock.today()
        first = lapse_reports(today), close_windows(today), propose_due()
        second = lapse_reports(today), close_windows(today), propose_due(), erase_due()
    with clock.at(clock.now() + timedelta(days=440)):
        erased = erase_due()

    assert first == (1, 2, 0)
    assert second == (0, 0, 0, 0)
    assert erased == 2
    assert CapacityReport.objects.get().state == "lapsed"
    assert Match.objects.get().state == "superseded"
    assert verbs_in_ledger().count("observatory.unmet_needs_counted") == 1
