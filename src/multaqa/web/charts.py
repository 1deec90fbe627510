"""Charts as the page prints them: shapes in SVG with percentages, words in HTML beside them.

Rows come from the rooms as objects or mappings; each function says which names it reads. Shapes grow in
reading direction (`flip`); a figure that nobody measured keeps its place, hatched.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from multaqa.kit import formats
from multaqa.kit.money import Money
from multaqa.kit.templatetags.kit import isolated, money
from multaqa.kit.templatetags.kit import tr as translated

PALETTE = ("f1", "f2", "f4", "f3", "f5")
_MARGIN = 4.0  # per cent left free on both sides so that a mark at 0 or 100 is not cut


@dataclass(frozen=True, slots=True)
class Part:
    """A slice of a whole: `value` is Money, a count or a share; `fill` a class of the stylesheet."""

    label: Any
    value: Any
    fill: str = ""


def budget_bar(parts: Iterable[Any], height: int = 38) -> SafeString:
    """A whole cut into parts, and the legend that names each.

    parts: things with `label`, `value` (Money, or a number of anything) and optionally `fill` (f0 for what is
    left over, fs for what is still open). Widths are shares of the sum; an empty whole stays a grey bar.
    """
    slices = [Part(_get(part, "label"), _get(part, "value"), _get(part, "fill") or "") for part in parts]
    whole = sum(_size(part.value) for part in slices) or 1
    colours = iter(PALETTE * (1 + len(slices) // len(PALETTE)))
    drawn, legend, start = [], [], 0.0
    for part in slices:
        fill = part.fill or next(colours)
        width = 100 * _size(part.value) / whole
        if width:
            drawn.append((fill, f"{start:.2f}", f"{max(width - 0.25, 0.1):.2f}", height))
        legend.append((swatch(fill), translated(part.label), _colon(), _shown(part.value)))
        start += width
    return format_html(
        '<svg class="viz flip seg" aria-hidden="true" width="100%" height="{height}">'
        '<rect class="f0" width="100%" height="{height}"/>{rects}</svg><ul class="leg">{legend}</ul>',
        height=height,
        rects=format_html_join("", '<rect class="{}" x="{}%" width="{}%" height="{}"/>', drawn),
        legend=format_html_join("", "<li>{}<span>{}{}{}</span></li>", legend),
    )


def bars(rows: Iterable[Any], decimals: int = 1) -> SafeString:
    """One bar a row, out of 100.

    rows: things with `label` and `value` (0 to 100, None when not measured), optionally `note` and `fill`.
    """
    drawn = format_html_join("", "{}", ((_bar(row, decimals),) for row in rows))
    return format_html('<div class="stack">{}</div>', drawn)


def dumbbell(low: float | None, high: float | None) -> SafeString:
    """Two shares of 100 on one line: `low` is the square (rural), `high` the circle (urban)."""
    if low is None or high is None:
        return hatched(20)
    square, circle = _inside(low), _inside(high)
    first, last = sorted((square, circle))
    return format_html(
        '<svg class="viz flip" aria-hidden="true" width="100%" height="20">'
        '<line class="sth" x1="4%" x2="96%" y1="10" y2="10"/>'
        '<line class="sti" stroke-width="2" x1="{first}%" x2="{last}%" y1="10" y2="10"/>'
        '<circle class="f2" cx="{circle}%" cy="10" r="6"/>'
        '<svg x="{square}%" y="10" overflow="visible">'
        '<rect class="f5" x="-5.5" y="-5.5" width="11" height="11"/></svg></svg>',
        first=f"{first:.1f}",
        last=f"{last:.1f}",
        circle=f"{circle:.1f}",
        square=f"{square:.1f}",
    )


def interval(value: float | None, low: float, high: float, least: float = 0, most: float = 10) -> SafeString:
    """A dot on the range it may lie in, between six marks from `least` to `most`; the words stand beside."""
    if value is None:
        return hatched(22)
    place = [f"{min(max(100 * (x - least) / (most - least), 0), 100):.1f}" for x in (low, high, value)]
    sixths = ((20 * mark, 20 * mark) for mark in range(6))
    marks = format_html_join("", '<line class="sth" x1="{}%" x2="{}%" y1="0" y2="22"/>', sixths)
    return format_html(
        '<svg class="viz flip" aria-hidden="true" width="100%" height="22">{}'
        '<line class="st1 soft" x1="{}%" x2="{}%" y1="11" y2="11"/>'
        '<circle class="f1" cx="{}%" cy="11" r="5.5"/></svg>',
        marks,
        *place,
    )


def histogram(bins: Iterable[Any], height: int = 160) -> SafeString:
    """How often each range occurs, the region's own share darker at the foot; words and table stand beside.

    bins: things with `communes` and `at_home` (whole numbers of the same unit, the second part of the first).
    """
    rows = [(_get(item, "communes"), _get(item, "at_home")) for item in bins]
    tallest = max((count for count, _home in rows), default=0)
    if not tallest:
        return hatched(height)
    width, drawn = 100 / len(rows), []
    for place, (count, home) in enumerate(rows):
        for fill, size in (("f1", count), ("f5", home)):
            if size:
                share = max(100 * size / tallest, 1)
                x, wide = place * width + width * 0.05, width * 0.9
                drawn.append((fill, f"{x:.2f}", f"{100 - share:.2f}", f"{wide:.2f}", f"{share:.2f}"))
    return format_html(
        '<svg class="viz flip" aria-hidden="true" width="100%" height="{height}">{bars}'
        '<line class="sti" x1="0" x2="100%" y1="100%" y2="100%"/></svg>',
        height=height,
        bars=format_html_join("", '<rect class="{}" x="{}%" y="{}%" width="{}%" height="{}%"/>', drawn),
    )


def course(trends: Iterable[Any], height: int = 160) -> SafeString:
    """A few series over the years, each with its own dots and line, and the legend that names them.

    trends: things with `title` and `points` [(year, value or None)], the same years in all; a gap stays one.
    """
    series = [(_get(trend, "title"), list(_get(trend, "points"))) for trend in trends]
    known = [value for _title, points in series for _year, value in points if value is not None]
    years = [year for year, _value in series[0][1]] if series else []
    if not known or len(years) < 2:
        return SafeString("")
    low, high = min(0.0, *known), max(known) or 1.0
    span, step = high - low or 1.0, (100 - 2 * _MARGIN) / (years[-1] - years[0])
    lines, dots, legend = [], [], []
    for (title, points), (stroke, fill) in zip(series, (("st1", "f1"), ("sti", "f2")), strict=False):
        places = [
            (
                f"{_MARGIN + (year - years[0]) * step:.1f}",
                f"{92 - 84 * (value - low) / span:.1f}",
            )
            for year, value in points
            if value is not None
        ]
        lines += [(stroke, *first, *second) for first, second in pairwise(places)]
        dots += [(fill, *place) for place in places]
        legend.append((swatch(fill), translated(title)))
    return format_html(
        '<svg class="viz flip" aria-hidden="true" width="100%" height="{height}">{lines}{dots}</svg>'
        '<ul class="leg">{legend}</ul>',
        height=height,
        lines=format_html_join(
            "", '<line class="{}" stroke-width="2" x1="{}%" y1="{}%" x2="{}%" y2="{}%"/>', lines
        ),
        dots=format_html_join("", '<circle class="{}" cx="{}%" cy="{}%" r="4.5"/>', dots),
        legend=format_html_join("", "<li>{}<span>{}</span></li>", legend),
    )


def swatch(fill: str) -> SafeString:
    """The little rectangle of a legend."""
    drawing = '<svg aria-hidden="true" viewBox="0 0 27 19"><rect class="{}" width="27" height="19"/></svg>'
    return format_html(drawing, fill)


def hatched(height: int) -> SafeString:
    """The place a missing figure keeps."""
    return format_html(
        '<svg class="viz" aria-hidden="true" width="100%" height="{height}">'
        '<rect class="kx" width="100%" height="{height}"/></svg>',
        height=height,
    )


def _bar(row: Any, decimals: int) -> SafeString:
    value, note = _get(row, "value"), _get(row, "note")
    if value is None:
        shape, figure = hatched(12), unmeasured()
    else:
        shape = format_html(
            '<svg class="viz flip" aria-hidden="true" width="100%" height="12">'
            '<rect class="f0" width="100%" height="12" rx="2"/>'
            '<rect class="{}" width="{}%" height="12" rx="2"/></svg>',
            _get(row, "fill") or "f1",
            f"{min(max(float(value), 0), 100):.1f}",
        )
        figure = isolated(formats.percent(value, decimals))
    return format_html(
        '<div class="meter"><span>{}</span><b>{}</b>{}{}</div>',
        translated(_get(row, "label")),
        figure,
        shape,
        format_html("<small>{}</small>", translated(note)) if note else "",
    )


def unmeasured() -> SafeString:
    """The words that stand where a figure is missing."""
    return format_html('<span class="nm">{}</span>', _("not measured"))


def _inside(share: float) -> float:
    return _MARGIN + (100 - 2 * _MARGIN) * min(max(share, 0), 100) / 100


def _size(value: Any) -> float:
    return float(value.minor if isinstance(value, Money) else value)


def _shown(value: Any) -> str:
    return money(value) if isinstance(value, Money) else isolated(formats.number(value))


def _colon() -> str:
    return f"{formats.NBSP}: " if formats.language() == "fr" else ": "


def _get(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)
