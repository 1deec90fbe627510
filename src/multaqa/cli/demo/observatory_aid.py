"""Solidarity and associations' reports: what they see and can bring, who lacks what, who gives it."""

from datetime import timedelta
from typing import Any

from multaqa.cli.demo.telling import At, Chapter, Story
from multaqa.directory.actors import MACHINE
from multaqa.kit import clock
from multaqa.observatory import actions as observatory
from multaqa.observatory.actions.aid import Person
from multaqa.observatory.models import Match, Need

# invented on purpose: no such person, and numbers that no operator gives out
_NOBODY = Person("اسم مخترع", "0600000000", "عنوان مخترع")

REPORTS: list[tuple[str, str, str, str, str, int, int, list[str], str]] = [
    # account, association, commune, kind, what it sees, volunteers, vehicles, skills, verdict ("" = waiting)
    ("association", "cistern-association", "12.391.09.01", "water",
     "ينزل مستوى الآبار منذ الربيع، وتنتظر دواوير الصهريج أكثر من أسبوع.",
     34, 5, ["water", "driving", "building"], "accepted"),
    ("fishers", "fishers-association", "12.391.09.03", "sea",
     "يرتفع الموج في ثلاثة مواسم من السنة ويبلغ البيوت القريبة من المفرغ.",
     22, 3, ["rescue", "first_aid"], "accepted"),
    ("herders", "herders-association", "12.391.05.01", "drought",
     "قلّ الكلأ حول الآبار، ويبيع الكسابون من القطيع قبل أوانه.",
     15, 6, ["driving", "water"], "accepted"),
    ("women", "women-association", "12.391.09.01", "income",
     "توقفت وحدتان لتصبير السمك، وبقيت عاملات كثيرات بلا أجر.",
     18, 1, ["cooking", "care", "counsel"], "accepted"),
    ("youth", "youth-association", "12.391.01.01", "heat",
     "يشتد الحر على من يعمل في الأوراش والميناء من الظهر إلى العصر.",
     60, 2, ["first_aid", "teaching", "languages"], "accepted"),
    ("parents", "parents-association", "12.066.03.07", "school",
     "يغيب التلاميذ حين تنقطع الطريق أو يتعطل النقل المدرسي.",
     400, 1, ["teaching"], "returned"),
    ("solar", "solar-association", "12.066.05.03", "sand",
     "يغطي الرمل الألواح والمسلك المؤدي إلى البئر مرتين في الشهر.",
     9, 2, ["building", "water"], ""),
]  # fmt: skip

OFFERS: list[tuple[str, str, str, int, int]] = [
    # account, commune, category, quantity, reach in km
    ("association", "12.391.09.01", "water", 40, 120),
    ("resident3", "12.391.01.01", "transport", 6, 60),
    ("women", "12.391.09.01", "food", 25, 30),
    ("resident8", "12.391.01.01", "school", 12, 300),
    ("youth", "12.391.01.01", "work", 20, 90),
    ("herders", "12.391.05.01", "fodder", 30, 250),
    ("resident15", "12.391.09.03", "care", 4, 0),
    ("resident21", "12.066.05.03", "shelter", 10, 40),
]

NEEDS: list[tuple[str, str, str, int, int, int]] = [
    # account, commune, category, quantity, urgency, days its window lasts
    ("resident1", "12.391.09.01", "water", 12, 3, 60),
    ("resident2", "12.391.05.07", "water", 8, 2, 60),
    ("resident5", "12.391.01.01", "transport", 2, 2, 60),
    ("resident6", "12.391.09.01", "food", 10, 2, 60),
    ("resident7", "12.066.03.07", "school", 9, 1, 90),
    ("resident9", "12.391.09.03", "care", 2, 2, 90),
    ("resident10", "12.066.03.05", "medicine", 3, 3, 60),
    ("resident11", "12.391.05.03", "fodder", 20, 2, 60),
    ("resident12", "12.066.05.03", "counsel", 1, 1, 90),
    # these run out before today
    ("resident13", "12.391.05.05", "water", 6, 3, 8),
    ("resident14", "12.066.03.03", "transport", 1, 3, 8),
    ("resident16", "12.066.01.03", "medicine", 2, 2, 8),
]


def reporting(story: Story) -> Chapter:
    """Associations report; the council accepts most, asks one a question and has one to read."""
    cast = story.cast
    day = yield At(64)
    sent = [
        (verdict, observatory.send_report(
            actor=cast[account], organisation=cast.organisation(organisation), territory=story.place(place),
            seen_on=day - timedelta(days=3), kind=kind, seen=seen, volunteers=volunteers, vehicles=vehicles,
            skills=skills, opening_hours="من الاثنين إلى الجمعة، 9 – 17", is_demo=True,
        ))
        for account, organisation, place, kind, seen, volunteers, vehicles, skills, verdict in REPORTS
    ]  # fmt: skip
    yield At(58)
    for verdict, report in sent:
        if verdict:
            question = "هل 400 متطوع أعضاء في الجمعية أم آباء التلاميذ كلهم؟" if verdict == "returned" else ""
            observatory.review_report(
                actor=cast["council"], report=report, verdict=verdict, question=question
            )


def helping(story: Story) -> Chapter:
    """Offers and needs; one match done, one under way, one waiting for both sides, and needs nobody met."""
    cast = story.cast
    day = yield At(40)
    for account, place, category, quantity, reach_km in OFFERS:
        served = cast[account].organisations("officer")
        observatory.register_offer(
            actor=cast[account],
            reach_km=reach_km,
            organisation=served[0] if served else None,
            **_what(story, place, category, quantity, 120),
        )
    for account, place, category, quantity, urgency, days in NEEDS:
        observatory.register_need(
            actor=cast[account], urgency=urgency, **_what(story, place, category, quantity, days)
        )
    observatory.propose_matches(actor=cast["facilitator"])
    yield At(38)
    matches = _matches("water", "food", "fodder")
    for match in matches:
        observatory.confirm_match(actor=cast["coordinator"], match=match)
    yield At(36)
    for match, (asking, giving) in zip(
        matches[:2], (("resident1", "association"), ("resident6", "women")), strict=True
    ):
        observatory.accept_match(actor=cast[asking], match=match, side="need")
        observatory.accept_match(actor=cast[giving], match=match, side="offer")
    yield At(33)
    done = matches[0]
    observatory.finish_match(actor=cast["association"], match=done, side="offer", happened=True, feedback=4)
    observatory.finish_match(actor=cast["resident1"], match=done, side="need", happened=True, feedback=5)
    yield At(30)
    for need in Need.objects.filter(state=Need.State.OPEN, closes_on__lt=day + timedelta(days=10)):
        observatory.close_need(actor=MACHINE, need=need)
    observatory.count_unmet_needs(actor=MACHINE)


def _what(story: Story, place: str, category: str, quantity: int, days: int) -> dict[str, Any]:
    today = clock.today()
    return {
        "category": category,
        "quantity": quantity,
        "territory": story.place(place),
        "opens_on": today,
        "closes_on": today + timedelta(days=days),
        "consent": True,
        "contact": _NOBODY,
        "is_demo": True,
    }


def _matches(*categories: str) -> list[Match]:
    """The first proposal of each category."""
    found = Match.objects.filter(state=Match.State.PROPOSED).order_by("need__number")
    return [found.filter(need__category=category)[0] for category in categories]
