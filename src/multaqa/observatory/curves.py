"""A series as a drawing: what was read, what was expected, the bound, and the alerts it raised."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from multaqa.observatory.queries.watching import Row

WIDTH, HEIGHT = 600, 160
_EDGE = 8  # free on all sides, so that a mark at the end is not cut
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Mark:
    """An alert on the line; `kind`: open, confirmed, false_alarm or unknown."""

    x: float
    y: float
    kind: str
    current: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """Paths of the drawing, its gaps as (left, width), and the ends of both axes."""

    values: str
    expected: str
    bound: str
    dots: tuple[tuple[float, float], ...]
    gaps: tuple[tuple[float, float], ...]
    marks: tuple[Mark, ...]
    least: float
    most: float
    first: date
    last: date

    @property
    def kinds(self) -> list[str]:
        return sorted({mark.kind for mark in self.marks})


def around(rows: Sequence[Row], day: date | None = None, *, shown: int = SHOWN, after: int = 8) -> list[Row]:
    """The rows to draw: the latest, or those that lead up to a day and a few more."""
    if day is None:
        return list(rows[-shown:])
    place = next((place for place, row in enumerate(rows) if row.day >= day), len(rows))
    end = min(len(rows), place + after + 1)
    return list(rows[max(0, end - shown) : end])


def curve(rows: Sequence[Row], told: Mapping[date, str], current: date | None = None) -> Curve | None:
    """The drawing of a series, or None where nothing was measured. told: the alerts' days and kinds."""
    figures = [
        figure for row in rows for figure in (row.value, row.expected, row.bound) if figure is not None
    ]
    if len(rows) < 2 or not figures:
        return None
    least, most = min(0.0, *figures), max(0.0, *figures)
    most = most if most > least else least + 1
    days = [row.day.toordinal() for row in rows]
    step = min(later - earlier for earlier, later in pairwise(days))

    def x(row: Row) -> float:
        return _EDGE + (WIDTH - 2 * _EDGE) * (row.day.toordinal() - days[0]) / (days[-1] - days[0])

    def y(figure: float) -> float:
        return HEIGHT - _EDGE - (HEIGHT - 2 * _EDGE) * (figure - least) / (most - least)

    half = (WIDTH - 2 * _EDGE) * step / (days[-1] - days[0]) / 2
    return Curve(
        values=_path((x(row), None if row.value is None else y(row.value)) for row in rows),
        expected=_path((x(row), None if row.expected is None else y(row.expected)) for row in rows),
        bound=_path((x(row), None if row.bound is None else y(row.bound)) for row in rows),
        dots=tuple((round(x(row), 1), round(y(row.value), 1)) for row in rows if row.value is not None),
        gaps=tuple((round(x(row) - half, 1), round(2 * half, 1)) for row in rows if row.value is None),
        marks=tuple(
            Mark(round(x(row), 1), round(y(row.value), 1), told[row.day], row.day == current)
            for row in rows
            if row.day in told and row.value is not None
        ),
        least=least,
        most=most,
        first=rows[0].day,
        last=rows[-1].day,
    )


def _path(points: Iterable[tuple[float, float | None]]) -> str:
    """The path through the points, broken where one is missing."""
    drawn, pen = [], "M"
    for x, y in points:
        if y is None:
            pen = "M"
            continue
        drawn.append(f"{pen}{x:.1f} {y:.1f}")
        pen = "L"
    return "".join(drawn)
