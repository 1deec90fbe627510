"""Consultations as the room's own actions make them."""

from datetime import timedelta
from typing import Any

from multaqa.consultations.actions import (
    cast_vote,
    close_consultation,
    enter_paper_points,
    enter_paper_votes,
    open_consultation,
    spread_points,
)
from multaqa.consultations.models import Consultation, Participation, Statement, Vote
from multaqa.directory.actors import Actor, actor_of
from multaqa.kit import clock
from multaqa.kit.translated import Translated
from tests.factories import Role, account, actor, organisation, region

SEEDS = [
    Translated.of("الماء أولا", "L’eau d’abord", "Water first"),
    Translated.of("النقل المدرسي أولا", "Le transport scolaire d’abord", "School transport first"),
    Translated.of("مداومة طبية كل أسبوع", "Une permanence médicale par semaine", "A weekly clinic"),
]

OPTIONS = [
    ("hazard", Translated.of("الخطر", "L’aléa", "Hazard")),
    ("vulnerability", Translated.of("الهشاشة", "La vulnérabilité", "Vulnerability")),
    ("coping", Translated.of("القدرة على المواجهة", "La capacité de réponse", "Coping capacity")),
]


def a_consultation(days: int = 10, **overrides: Any) -> Consultation:
    """Opened today by the council with three statements, for so many days more."""
    asked = {
        "actor": actor(Role.COUNCIL_OFFICER),
        "title": Translated.of("الحماية الاجتماعية", "Protection sociale", "Social protection"),
        "question": Translated.of("ما الأهم؟", "Que faire d’abord ?", "What matters most?"),
        "territory": region(),
        "organiser": organisation("council"),
        "opens_on": clock.today(),
        "closes_on": clock.today() + timedelta(days=days),
        "statements": SEEDS,
        **overrides,
    }
    return open_consultation(**asked)


def a_statement(number: int = 1, consultation: Consultation | None = None) -> Statement:
    return (consultation or a_consultation()).statements.get(number=number)


def voter(name: str) -> Actor:
    return actor_of(account(f"voter-{name}"))


def a_vote(statement: Statement | None = None, name: str = "1", value: int = 1) -> Vote:
    return cast_vote(actor=voter(name), statement=statement or a_statement(), value=value)


def votes(statement: Statement, *values: int) -> None:
    """One vote by each of as many people."""
    for place, value in enumerate(values):
        a_vote(statement, name=str(place), value=value)


def a_paper_form(consultation: Consultation, receipt: str = "FORM-1", **answers: int) -> Participation:
    """`a_paper_form(consultation, s1=1, s2=-1)`."""
    keyed = {int(name[1:]): value for name, value in answers.items()} or {1: 1}
    return enter_paper_votes(
        actor=actor(Role.FACILITATOR), consultation=consultation, receipt=receipt, votes=keyed
    )


def a_closed_consultation(*values: int, **overrides: Any) -> Consultation:
    """Closed today, its first statement answered so."""
    consultation = a_consultation(days=0, **overrides)
    votes(consultation.statements.get(number=1), *values)
    return close_consultation(actor=actor(Role.COUNCIL_OFFICER), consultation=consultation)


def a_points_consultation(days: int = 10, **overrides: Any) -> Consultation:
    """Opened today by the council with three options to spread points over."""
    return a_consultation(days, **{"statements": (), "kind": "points", "options": OPTIONS, **overrides})


def a_spread(consultation: Consultation, *points: int, name: str = "1") -> Participation:
    """`a_spread(consultation, 50, 30, 20)`: so many points for each option in its order."""
    given = dict(zip((key for key, _text in OPTIONS), points, strict=True))
    return spread_points(actor=voter(name), consultation=consultation, points=given)


def a_paper_spread(consultation: Consultation, *points: int, receipt: str = "FORM-1") -> Participation:
    given = dict(zip((key for key, _text in OPTIONS), points, strict=True))
    return enter_paper_points(
        actor=actor(Role.FACILITATOR), consultation=consultation, receipt=receipt, points=given
    )


def a_closed_points_consultation(*spreads: tuple[int, ...], **overrides: Any) -> Consultation:
    """Closed today, each of these spread by another person."""
    consultation = a_points_consultation(days=0, **overrides)
    for place, points in enumerate(spreads):
        a_spread(consultation, *points, name=str(place))
    return close_consultation(actor=actor(Role.COUNCIL_OFFICER), consultation=consultation)
