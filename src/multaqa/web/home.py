"""The front page: what leads, what is open, how the region stands, who answered, what was written last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from multaqa.kit import clock
from multaqa.ledger import queries as ledger
from multaqa.ledger.models import Entry
from multaqa.recommendations import queries as recommendations
from multaqa.recommendations.models import Recommendation, Standing
from multaqa.web.charts import Part

_OPEN_SHOWN = 5
_STORIES = 3
_LATE_SHOWN = 3
_ENTRIES_SHOWN = 5
_STANDING_FILLS = {
    Standing.DONE: "f1",
    Standing.ACCEPTED: "f4",
    Standing.PARTLY: "f3",
    Standing.REFUSED: "f2",
    Standing.WITHIN: "fs",
    Standing.UNANSWERED: "f5",
}


@dataclass(frozen=True, slots=True)
class Story:
    """An article as the front page announces it; `item` is what its thread is computed from."""

    title: Any
    url: str
    kick: str
    lede: Any
    by: str = ""
    minutes: int = 0
    on: date | None = None
    item: Any = None
    is_demo: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """Something a reader may still take part in, and until when."""

    title: Any
    url: str
    kind: Any
    closes_on: date
    is_demo: bool = False

    @property
    def days(self) -> int:
        return (self.closes_on - clock.today()).days

    @property
    def tone(self) -> str:
        """coral in the last three days, amber in the last week, then none."""
        return "coral" if self.days <= 3 else "amber" if self.days <= 7 else ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the region: `value` and `note` are ready to print."""

    label: Any
    value: Any
    note: Any = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A share of households in town and country, in percent; None where it was not measured."""

    label: Any
    urban: float | None
    rural: float | None


@dataclass(frozen=True, slots=True)
class Pulse:
    figures: Sequence[Figure] = ()
    gaps: Sequence[Gap] = ()
    shapes: Sequence[Any] = ()
    map_note: Any = ""
    map_is_demo: bool = False
    source: Any = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """Who answered recommendations: the parts of the bar, and the longest silent."""

    total: int = 0
    unanswered: int = 0
    parts: Sequence[Part] = ()
    late: Sequence[Recommendation] = ()
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class FrontPage:
    lead: Story | None = None
    openings: Sequence[Opening] = ()
    pulse: Pulse = field(default_factory=Pulse)
    answers: Answers = field(default_factory=Answers)
    entries: Sequence[Entry] = ()
    stories: Sequence[Story] = ()
    threads: Mapping[str, ledger.Thread] = field(default_factory=dict)


def front_page() -> FrontPage:
    """Everything the front page shows, in at most fifteen SQL statements with those of the shell."""
    answered = answers()
    return FrontPage(
        answers=answered,
        entries=ledger.latest(_ENTRIES_SHOWN),
        threads=ledger.threads(answered.late),
    )


def answers() -> Answers:
    """The tracker in short: three SQL statements."""
    counted = recommendations.figures()
    late = recommendations.most_overdue(_LATE_SHOWN)
    return Answers(
        total=counted.total,
        unanswered=counted.unanswered,
        parts=[
            Part(each.standing.label, each.count, _STANDING_FILLS[each.standing]) for each in counted.shares
        ],
        late=late,
        is_demo=any(item.is_demo for item in late),
    )
