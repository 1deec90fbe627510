"""The front page: what leads, what is open, how the region stands, who answered, what was written last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from multaqa.consultations import queries as consultations
from multaqa.funds import queries as funds
from multaqa.funds.models import Call
from multaqa.kit import clock
from multaqa.kit.money import Money
from multaqa.ledger import queries as ledger
from multaqa.ledger.models import Entry, reference
from multaqa.newsroom import queries as newsroom
from multaqa.newsroom.models import Article
from multaqa.observatory.queries import Pulse, region_pulse
from multaqa.recommendations import queries as recommendations
from multaqa.recommendations.models import Recommendation, Standing
from multaqa.territories.models import RegionPack
from multaqa.web.charts import Part

_OPEN_SHOWN = 5
_LATE_SHOWN = 3
_ENTRIES_SHOWN = 5
_LIVE_SHOWN = 2
_URGENT_DAYS, _SOON_DAYS = 3, 7
_STANDING_FILLS = {
    Standing.DONE: "f1",
    Standing.ACCEPTED: "f4",
    Standing.PARTLY: "f3",
    Standing.REFUSED: "f2",
    Standing.WITHIN: "fs",
    Standing.UNANSWERED: "f5",
}


@dataclass(frozen=True, slots=True)
class Opening:
    """Something a reader may still take part in, and its last day."""

    title: Any
    url: str
    kind: str
    closes_on: date
    is_demo: bool

    @property
    def days(self) -> int:
        return (self.closes_on - clock.today()).days

    @property
    def tone(self) -> str:
        """The chip's class: the last three days stand out, the last week warns."""
        return "coral" if self.days <= _URGENT_DAYS else "amber" if self.days <= _SOON_DAYS else ""


@dataclass(frozen=True, slots=True)
class Answers:
    """Who answered recommendations: the parts of the bar, and the longest silent."""

    total: int
    unanswered: int
    parts: Sequence[Part]
    late: Sequence[Recommendation]

    @property
    def is_demo(self) -> bool:
        return any(item.is_demo for item in self.late)


@dataclass(frozen=True, slots=True)
class FrontPage:
    pack: RegionPack | None
    lead: Article | None
    lead_thread: ledger.Thread | None
    lead_shares: Sequence[Part]
    stories: Sequence[Article]
    openings: Sequence[Opening]
    answers: Answers
    entries: Sequence[Entry]
    threads: Mapping[str, ledger.Thread]

    @property
    def version(self) -> str:
        """Changes with every entry of the ledger: what was printed for an older one is printed anew."""
        return f"{self.entries[0].pk if self.entries else 0}-{clock.today()}"

    @property
    def live(self) -> list[Entry]:
        """What happened within a day, for the strip under the masthead; no strip on a quiet day."""
        since = clock.now() - timedelta(days=1)
        return [entry for entry in self.entries if entry.recorded_at > since][:_LIVE_SHOWN]

    @property
    def openings_are_demo(self) -> bool:
        """One mark over the list says what each line would repeat."""
        return bool(self.openings) and all(one.is_demo for one in self.openings)

    def pulse(self) -> Pulse:
        """Read only when no copy of this version is kept: three SQL statements, four without a release."""
        return region_pulse(self.pack)


def front_page(pack: RegionPack | None) -> FrontPage:
    """Everything the front page shows: eight SQL statements, one more for the shares of a call that the
    lead reports, three or four more for the pulse when it is not kept.
    """
    news = newsroom.front_page()
    answered = answers()
    articles = [news.lead, *news.stories] if news.lead else list(news.stories)
    threads = ledger.threads([*articles, *answered.late])
    thread = threads[reference(news.lead)] if news.lead else None
    return FrontPage(
        pack=pack,
        lead=news.lead,
        lead_thread=thread if thread and thread.began else None,
        lead_shares=shares(news.lead),
        stories=news.stories,
        openings=openings(clock.today()),
        answers=answered,
        entries=ledger.latest(_ENTRIES_SHOWN),
        threads=threads,
    )


def shares(article: Article | None) -> list[Part]:
    """How the money of the call an article reports was shared out, largest first: one SQL at most."""
    call = next((key for key in (article.about if article else []) if key.startswith("funds.call:")), "")
    awards = list(funds.awards_of(int(call.partition(":")[2]))) if call else []
    if not awards:
        return []
    left = awards[0].application.call.amount - sum(award.amount for award in awards)
    parts = [Part(award.title, award.money) for award in awards]
    return [*parts, Part(_("not allocated"), Money(left, awards[0].currency), "f0")] if left else parts


def openings(today: date) -> list[Opening]:
    """Consultations, calls and votes open on this day, the soonest to close first: two SQL statements."""
    asked = [
        Opening(
            one.title, one.get_absolute_url(), pgettext("open", "Consultation"), one.closes_on, one.is_demo
        )
        for one in consultations.open_consultations(today)[:_OPEN_SHOWN]
    ]
    called = [_call(one) for one in funds.open_calls(today)[:_OPEN_SHOWN]]
    return sorted([*asked, *called], key=lambda one: one.closes_on)[:_OPEN_SHOWN]


def answers() -> Answers:
    """The tracker in short: two SQL statements."""
    counted = recommendations.counts()
    return Answers(
        total=counted.total,
        unanswered=counted.unanswered,
        parts=[Part(one.standing.label, one.count, _STANDING_FILLS[one.standing]) for one in counted.shares],
        late=recommendations.most_overdue(_LATE_SHOWN),
    )


def _call(call: Call) -> Opening:
    votes = call.state == Call.State.VOTING
    kind = pgettext("open", "Vote on initiatives") if votes else pgettext("open", "Call for initiatives")
    last_day = call.vote_closes_on if votes else call.closes_on
    return Opening(call.title, call.get_absolute_url(), kind, last_day, call.is_demo)
