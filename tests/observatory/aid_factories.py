"""Reports, needs, offers and matches for the tests of solidarity."""

from datetime import timedelta
from typing import Any

from multaqa.directory.actors import MACHINE
from multaqa.kit import clock
from multaqa.kit.translated import Translated
from multaqa.observatory.actions import (
    accept_match,
    confirm_match,
    key_in_need,
    key_in_report,
    propose_matches,
    register_need,
    register_offer,
    review_report,
    send_report,
)
from multaqa.observatory.actions.aid import Person
from multaqa.observatory.models import CapacityReport, Match, Need, Offer
from multaqa.territories.models import Boundary, Territory
from tests import factories
from tests.factories import Role, actor, organisation

SECRET = Person("مريم السالمي", "0612345678", "الدار الزرقاء قرب البئر")
GIVER = Person("يحيى البحري", "0698765432", "بعد العصر")
PRIVATE = (SECRET.name, SECRET.telephone, SECRET.details, GIVER.name, GIVER.telephone, GIVER.details)


def a_placed_commune(code: str = "X.1.1", latitude: float = 23.7, longitude: float = -15.9) -> Territory:
    """A commune with an outline, so that distances from it are known."""
    place = factories.commune(code)
    Boundary.objects.get_or_create(
        territory=place,
        defaults={
            "geometry": {"type": "Polygon", "coordinates": []},
            "label_longitude": longitude,
            "label_latitude": latitude,
            "source": "test",
        },
    )
    return place


SMALL = "الركن البعيد"


def a_small_commune() -> Territory:
    """A commune of a few people, in a province of its own region."""
    home = factories.region()
    province, _new = Territory.objects.get_or_create(
        code="X.9",
        defaults={
            "title": Translated.of("إقليم صغير", "Petite province", "Small province"),
            "level": "province",
            "parent": home,
        },
    )
    place, _new = Territory.objects.get_or_create(
        code="X.9.1",
        defaults={"title": Translated.of(SMALL, SMALL, SMALL), "level": "commune", "parent": province},
    )
    return place


def report_answers(**overrides: Any) -> dict[str, Any]:
    return {
        "organisation": organisation("association-a"),
        "territory": factories.commune(),
        "seen_on": clock.today(),
        "kind": "flood",
        "seen": "الوادي يقطع الطريق كلما نزل المطر",
        "volunteers": 30,
        "vehicles": 2,
        "skills": ["first_aid"],
    } | overrides


def a_report(role: Role = Role.OFFICER_A, **overrides: Any) -> CapacityReport:
    return send_report(actor=actor(role), **report_answers(**overrides))


def a_paper_report(**overrides: Any) -> CapacityReport:
    return key_in_report(
        actor=actor(Role.FACILITATOR), **report_answers(**{"receipt": "paper-1"} | overrides)
    )


def a_returned_report(**overrides: Any) -> CapacityReport:
    sent = a_report(**overrides)
    return review_report(
        actor=actor(Role.COUNCIL_OFFICER), report=sent, verdict="returned", question="من أين جاء الرقم؟"
    )


def an_accepted_report(role: Role = Role.OFFICER_A, **overrides: Any) -> CapacityReport:
    sent = a_report(role, **overrides)
    return review_report(actor=actor(Role.COUNCIL_OFFICER), report=sent, verdict="accepted")


def _window() -> dict[str, Any]:
    return {"opens_on": clock.today(), "closes_on": clock.today() + timedelta(days=20)}


def a_need(role: Role = Role.RESIDENT, **overrides: Any) -> Need:
    answers = {
        "category": "water",
        "quantity": 4,
        "territory": factories.commune(),
        "urgency": 2,
        "consent": True,
        "contact": SECRET,
        **_window(),
    }
    return register_need(actor=actor(role), **answers | overrides)


def a_paper_need(**overrides: Any) -> Need:
    answers = {
        "receipt": "form-0001",
        "channel": "paper",
        "category": "water",
        "quantity": 4,
        "territory": factories.commune(),
        "urgency": 2,
        "consent": True,
        "contact": SECRET,
        **_window(),
    }
    return key_in_need(actor=actor(Role.FACILITATOR), **answers | overrides)


def an_offer(role: Role = Role.OFFICER_B, **overrides: Any) -> Offer:
    answers = {
        "category": "water",
        "quantity": 10,
        "territory": factories.commune(),
        "reach_km": 50,
        "consent": True,
        "contact": GIVER,
        **_window(),
    }
    if role is Role.OFFICER_B:
        answers["organisation"] = organisation("association-b")
    return register_offer(actor=actor(role), **answers | overrides)


def a_proposal(**overrides: Any) -> Match:
    """A proposal between a resident's need and an offer of association B in the same commune."""
    need = a_need(**overrides)
    an_offer(category=need.category, territory=need.territory)
    propose_matches(actor=MACHINE)
    return Match.objects.get()


def a_confirmed_match(**overrides: Any) -> Match:
    return confirm_match(actor=actor(Role.COORDINATOR), match=a_proposal(**overrides))


def an_open_match(**overrides: Any) -> Match:
    match = a_confirmed_match(**overrides)
    accept_match(actor=actor(Role.RESIDENT), match=match, side="need")
    return accept_match(actor=actor(Role.OFFICER_B), match=match, side="offer")


def later(days):
    return clock.at(clock.now() + timedelta(days=days))


def proposed():
    return [
        (match.need.number, match.offer.number, match.quantity)
        for match in Match.objects.filter(state="proposed").order_by("need__number", "offer__number")
    ]
