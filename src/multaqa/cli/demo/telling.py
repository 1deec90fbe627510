"""How the story is told: chapters that wait for their days, played in the order of time."""

import contextlib
import heapq
import random
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.utils import timezone

from multaqa.cli.demo.cast import Cast
from multaqa.kit import clock
from multaqa.territories.models import Territory


@dataclass
class Story:
    """What the chapters hand to one another."""

    length: ClassVar[int] = 760  # days from the first event to the day of building

    today: date = field(default_factory=clock.today)
    chance: random.Random = field(default_factory=lambda: random.Random(20_261_123))  # noqa: S311  no secret
    cast: Cast = field(default_factory=Cast)
    things: dict[str, Any] = field(default_factory=dict)

    def place(self, code: str) -> Territory:
        return Territory.objects.get(code=code)

    def __getitem__(self, name: str) -> Any:
        return self.things[name]


@dataclass(frozen=True)
class At:
    """A moment of the story: so many days before it is built."""

    days_ago: int
    hour: int = 11
    minute: int = 0


Chapter = Generator[At, date, None]


def tell(story: Story, chapters: Iterable[Callable[[Story], Chapter]]) -> Iterator[tuple[str, int]]:
    """Play all chapters at once in the order of their days, so that the ledger's order is the order of time.

    Gives, before each event, the chapter it belongs to and how many days ago it happens.
    """
    waiting: list[tuple[datetime, int, str, Chapter, At]] = []

    def wait(order: int, name: str, chapter: Chapter, moment: At) -> None:
        day = story.today - timedelta(days=moment.days_ago)
        at = timezone.make_aware(datetime.combine(day, time(moment.hour, moment.minute)))
        heapq.heappush(waiting, (at, order, name, chapter, moment))

    for order, begin in enumerate(chapters):
        chapter = begin(story)
        wait(order, begin.__name__.replace("_", " "), chapter, next(chapter))
    while waiting:
        at, order, name, chapter, moment = heapq.heappop(waiting)
        yield name, moment.days_ago
        with clock.at(at), contextlib.suppress(StopIteration):
            wait(order, name, chapter, chapter.send(at.date()))
