"""What several chapters do: open a call, apply, vote, decide."""

from collections.abc import Generator
from datetime import date, timedelta
from typing import Any

from multaqa.cli.demo.telling import At, Story
from multaqa.consultations import actions as consultations
from multaqa.consultations.models import Consultation
from multaqa.funds import actions as funds
from multaqa.funds.models import Allocation, Application, Call, Envelope, Priority
from multaqa.kit.translated import Translated

_T = Translated.of


DIRHAM = 100  # minor units


def vote(story: Story, talk: Consultation, voters: list[Any]) -> None:
    statements = list(talk.statements.order_by("number"))
    lean = [story.chance.uniform(0.25, 0.85) for _ in statements]
    for voter in voters:
        for statement, share in zip(statements, lean, strict=True):
            drawn = story.chance.random()
            if drawn < 0.9:
                consultations.cast_vote(
                    actor=voter,
                    statement=statement,
                    value=1 if drawn < 0.9 * share else -1 if drawn < 0.8 else 0,
                )


def open_call(
    story: Story, envelope: Envelope, priorities: list[Priority], *, days: int, amount: int, ceiling: int, title: Translated,
    closes: int = 15, vote: tuple[int, int] = (20, 30), award: int = 60,
) -> Call:  # fmt: skip
    day = story.today - timedelta(days=days)
    return funds.open_call(
        actor=story.cast["coordinator"],
        envelope=envelope,
        priorities=priorities,
        title=title,
        text=_T(
            "يفتح النداء في وجه جمعيات الجهة. تقرأ الخلية الملفات ثم يصوت السكان، وتحسب النتيجة بقاعدة الحصص المتساوية.",
            "L’appel est ouvert aux associations de la région. La cellule lit les dossiers, puis les habitants votent ; le résultat est calculé par parts égales.",
            "The call is open to the region’s associations. The cell reads the files, then residents vote; the result is counted by Equal Shares.",
        ),
        amount=amount * DIRHAM,
        max_per_application=ceiling * DIRHAM,
        opens_on=day,
        closes_on=day + timedelta(days=closes),
        vote_opens_on=day + timedelta(days=vote[0]),
        vote_closes_on=day + timedelta(days=vote[1]),
        award_due_on=day + timedelta(days=award),
        is_demo=True,
    )


def apply(
    story: Story,
    call: Call,
    account: str,
    organisation: str,
    place: str,
    amount: int,
    title: Translated,
    households: int,
) -> Application:
    return funds.submit_application(
        actor=story.cast[account],
        call=call,
        organisation=story.cast.organisation(organisation),
        title=title,
        summary=_T(
            f"مبادرة تستفيد منها {households} أسرة." if households else "مبادرة مفتوحة في وجه كل السكان.",
            f"Une initiative au service de {households} ménages."
            if households
            else "Une initiative ouverte à tous les habitants.",
            f"An initiative that serves {households} households."
            if households
            else "An initiative open to all residents.",
        ),
        territory=story.place(place),
        requested=amount * DIRHAM,
        own_contribution=amount * DIRHAM // 10,
        beneficiaries=households or None,
    )


def decide(
    story: Story, call: Call, *, days: int, voters: list[Any], likes: dict[int, float]
) -> Generator[At, date, Allocation]:
    """Close, screen, review, vote and count a call, beginning `days` ago."""
    cast = story.cast
    yield At(days + 14)
    call = funds.close_call(actor=cast["coordinator"], call=call)
    applications = list(call.applications.all())
    yield At(days + 11)
    for application in applications:
        funds.screen_application(actor=cast["coordinator"], application=application, eligible=True)
        funds.review_application(
            actor=cast["cell"],
            application=fresh(application),
            relevance=4,
            reach=3,
            feasibility=3,
            lasting=2,
        )
    yield At(days + 9)
    call = funds.open_vote(actor=cast["coordinator"], call=fresh(call))
    for voter in voters:
        liked = [application for application in applications if story.chance.random() < likes[application.pk]]
        funds.cast_ballot(actor=voter, call=call, approvals=liked)
    yield At(days - 3)
    return funds.allocate_call(actor=cast["coordinator"], call=fresh(call))


def fresh(thing: Any) -> Any:
    thing.refresh_from_db()
    return thing
