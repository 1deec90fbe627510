"""Early warning in the story: requests for water tankers, week by week, and who answered the alerts."""

import random
from datetime import timedelta

from multaqa.cli.demo.telling import At, Chapter, Story
from multaqa.directory.actors import Function
from multaqa.kit import clock
from multaqa.kit.translated import Translated
from multaqa.observatory import actions as observatory
from multaqa.observatory.models import Alert, AlertRule, Dimension, Indicator, Post, Reading
from multaqa.observatory.tasks.alerts import escalate_unanswered, watch_series

_T = Translated.of
WEEKS = 62
SEED = 9
# weeks before the day of building: a number keyed in twice, a well run dry, and two that wait for an answer
EVENTS = {35: 24, 20: 27, 19: 34, 18: 31, 2: 29, 0: 33}


def watching(story: Story) -> Chapter:
    cast = story.cast
    yield At(425)
    requests = _series(story)
    place = story.place("12.391.09.01")
    commune = Post(cast.organisation("el-argoub-council"), Function.COUNCIL_OFFICER)
    service = Post(cast.organisation("water-service"), Function.FOCAL_POINT)
    region = Post(cast.organisation("regional-council"), Function.COUNCIL_OFFICER)
    yield At(320)
    unusual = observatory.set_rule(
        actor=cast["council"],
        indicator=requests,
        territory=place,
        method=AlertRule.Method.C2,
        told=commune,
        told_next=region,
        silence_days=28,
        is_demo=True,
    )
    many = observatory.set_rule(
        actor=cast["coordinator"],
        indicator=requests,
        territory=place,
        method=AlertRule.Method.ABOVE,
        bound=30,
        told=service,
        told_next=region,
        answer_days=5,
        silence_days=28,
        is_demo=True,
    )
    day = yield At(246)
    watch_series(day)
    yield At(244)
    observatory.resolve_alert(
        actor=cast["argoub"],
        alert=_latest(unusual),
        outcome=Alert.Outcome.FALSE_ALARM,
        note="سُجلت طلبات دوار واحد مرتين، وصُحح سجل الطلبات.",
    )
    day = yield At(141)
    watch_series(day)
    yield At(140)
    observatory.acknowledge_alert(actor=cast["argoub"], alert=_latest(unusual))
    day = yield At(134)
    watch_series(day)
    yield At(133)
    observatory.acknowledge_alert(actor=cast["water"], alert=_latest(many))
    yield At(126)
    for player, rule in (("argoub", unusual), ("water", many)):
        observatory.resolve_alert(
            actor=cast[player],
            alert=_latest(rule),
            outcome=Alert.Outcome.CONFIRMED,
            note="جفت بئر الدوار، فأُرسل صهريج إضافي كل أسبوع إلى أن أُصلحت المضخة.",
        )
    day = yield At(15)
    watch_series(day)
    day = yield At(11)
    escalate_unanswered(day)
    day = yield At(1)
    watch_series(day)


def _series(story: Story) -> Indicator:
    requests = Indicator.objects.create(
        code="tanker-requests",
        title=_T(
            "طلبات صهاريج الماء في الأسبوع",
            "Demandes de camions-citernes par semaine",
            "Requests for water tankers a week",
        ),
        dimension=Dimension.HAZARD,
        direction=Indicator.Direction.MORE_IS_WORSE,
        unit=Indicator.Unit.COUNT,
        low=0,
        high=100,
        weight=0,
        source=_T(
            "سلسلة مختلقة للعرض",
            "Série inventée pour la démonstration",
            "Series invented for the demonstration",
        ),
        licence="EUPL-1.2",
        note=_T(
            "عدد الطلبات التي تتلقاها الجماعة",
            "Demandes reçues par la commune",
            "Requests that the commune receives",
        ),
        is_demo=True,
        position=900,
    )
    chance = random.Random(SEED)  # noqa: S311  its own, so that the rest of the story does not change
    usual = [round(10 + chance.uniform(-4, 4)) for _week in range(WEEKS)]
    Reading.objects.bulk_create(
        Reading(
            indicator=requests,
            territory=story.place("12.391.09.01"),
            day=story.today - timedelta(days=7 * week + 2),
            value=None if week == 14 else EVENTS.get(week, usual[week]),
        )
        for week in reversed(range(WEEKS))
    )
    return requests


def _latest(rule: AlertRule) -> Alert:
    return Alert.objects.filter(rule=rule, raised_at__lte=clock.now()).latest("day")
