"""Recommendations as the room's own actions make them."""

from datetime import date, timedelta
from typing import Any

from multaqa.kit import clock
from multaqa.kit.translated import Translated
from multaqa.recommendations.actions import adopt_recommendation, answer_recommendation
from multaqa.recommendations.models import Answer, Recommendation
from tests.factories import Role, actor, organisation, region


def moment(day: date) -> Any:
    """A block that lives on this day at noon."""
    return clock.at(clock.now().replace(year=day.year, month=day.month, day=day.day, hour=12))


def a_recommendation(**overrides: Any) -> Recommendation:
    """Adopted today by the joint cell, addressed to the council, due in thirty days."""
    asked = {
        "actor": actor(Role.CELL_MEMBER),
        "title": Translated.of("ماء قريب", "De l’eau proche", "Water nearby"),
        "text": Translated.of("خزان في كل دوار", "Un réservoir par douar", "A tank in every hamlet"),
        "addressee": organisation("council"),
        "proposer": organisation("cell"),
        "territory": region(),
        "due_on": clock.today() + timedelta(days=30),
        **overrides,
    }
    return adopt_recommendation(**asked)


def an_overdue_recommendation(days: int = 41, **overrides: Any) -> Recommendation:
    """One whose deadline passed so many days ago."""
    due = clock.today() - timedelta(days=days)
    with moment(due - timedelta(days=60)):
        return a_recommendation(due_on=due, **overrides)


def an_answer(recommendation: Recommendation | None = None, **overrides: Any) -> Answer:
    """The council accepts."""
    given = {
        "actor": actor(Role.COUNCIL_OFFICER),
        "recommendation": recommendation or a_recommendation(),
        "verdict": Answer.Verdict.ACCEPTED,
        "text": Translated.of("نعم", "Oui", "Yes"),
        **overrides,
    }
    return answer_recommendation(**given)
