"""The map of the region: GeoJSON shapes projected to one drawing, classes as fills, words beside it.

A map never turns with the reading direction. Places too small to fill get a disc beside them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, radians
from typing import Any, Protocol

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from multaqa.web.charts import swatch

WIDTH = 500
_EDGE = 30
_SMALLEST = 900.0  # square units of the drawing below which a place gets its disc
_DISC = 10
_WORD = 100  # room for a name beside its disc
_REACH = 40  # how far from its place a disc stands
_DARK = {"k4", "k5"}
_LIGHT = {"k1", "k2", "k3"}
FILLS = {
    "k1": pgettext_lazy("risk", "Very low"),
    "k2": pgettext_lazy("risk", "Low"),
    "k3": pgettext_lazy("risk", "Medium"),
    "k4": pgettext_lazy("risk", "High"),
    "k5": pgettext_lazy("risk", "Very high"),
    "kx": pgettext_lazy("risk", "Not measured"),
    "ks": pgettext_lazy("risk", "Too few households: not published"),
}
Point = tuple[float, float]


class Shape(Protocol):
    """What a room gives for each place.

    geometry: GeoJSON Polygon or MultiPolygon in longitude and latitude. fill: a key of `FILLS`. words: the
    value as read aloud. selected: optional, draws an ink outline.
    """

    name: Any
    geometry: dict[str, Any]
    label_longitude: float
    label_latitude: float
    fill: str
    words: Any


@dataclass(frozen=True, slots=True)
class Projection:
    """Longitude and latitude to units of the drawing: equirectangular, true at the middle latitude."""

    west: float
    north: float
    stretch: float
    scale: float
    height: float

    def __call__(self, longitude: float, latitude: float) -> Point:
        x = _EDGE + (longitude - self.west) * self.stretch * self.scale
        return round(x, 1), round(_EDGE + (self.north - latitude) * self.scale, 1)


def choropleth(shapes: Sequence[Shape], title: Any = "") -> SafeString:
    """The map as one image: a titled path and a name for each place, a disc beside the too small."""
    drawn = [shape for shape in shapes if shape.geometry]
    if not drawn:
        return SafeString("")
    project = projection(shape.geometry for shape in drawn)
    outlines = [_outline(shape, project) for shape in sorted(drawn, key=_is_selected)]
    labels = [_label(shape, project) for shape in drawn]
    return format_html(
        '<svg class="viz map" role="img" aria-label="{}" viewBox="0 0 {} {}">{}{}</svg>',
        title or _("Map of the region; the values are in the table"),
        WIDTH,
        f"{project.height:.0f}",
        format_html_join("", "{}", ((outline,) for outline in outlines)),
        format_html_join("", "{}", ((label,) for label in labels)),
    )


def legend() -> SafeString:
    """The five classes, then the two ways of having no figure."""
    items = ((swatch(fill), words) for fill, words in FILLS.items())
    return format_html('<ul class="leg">{}</ul>', format_html_join("", "<li>{}{}</li>", items))


def projection(geometries: Any) -> Projection:
    """The projection that fits all geometries into the drawing's width."""
    points = [point for geometry in geometries for ring in rings(geometry) for point in ring]
    west, east = min(x for x, _y in points), max(x for x, _y in points)
    south, north = min(y for _x, y in points), max(y for _x, y in points)
    stretch = cos(radians((south + north) / 2))
    scale = (WIDTH - 2 * _EDGE) / max((east - west) * stretch, 1e-9)
    return Projection(west, north, stretch, scale, (north - south) * scale + 2 * _EDGE)


def rings(geometry: dict[str, Any]) -> Iterator[list[Point]]:
    """Every ring of a Polygon or MultiPolygon."""
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for polygon in polygons:
        for ring in polygon:
            yield [(point[0], point[1]) for point in ring]


def path(geometry: dict[str, Any], project: Projection) -> str:
    """The `d` of an SVG path, points that fall together left out."""
    pieces = []
    for ring in rings(geometry):
        points = [project(*point) for point in ring]
        kept = [points[0], *(b for a, b in pairwise(points) if a != b)]
        pieces.append("M" + "L".join(f"{x:g} {y:g}" for x, y in kept) + "Z")
    return "".join(pieces)


def area(geometry: dict[str, Any], project: Projection) -> float:
    """Square units of the drawing that a geometry covers (shoelace formula)."""
    total = 0.0
    for ring in rings(geometry):
        points = [project(*point) for point in ring]
        total += sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(points)) / 2
    return abs(total)


def _outline(shape: Shape, project: Projection) -> SafeString:
    return format_html(
        '<path class="{}{}" d="{}"><title>{}: {}</title></path>',
        shape.fill,
        " sel" if _is_selected(shape) else "",
        path(shape.geometry, project),
        shape.name,
        shape.words,
    )


def _label(shape: Shape, project: Projection) -> SafeString:
    x, y = project(shape.label_longitude, shape.label_latitude)
    if area(shape.geometry, project) < _SMALLEST:
        return _disc(shape, (x, y), project)
    tone = "d" if shape.fill in _DARK else "lt" if shape.fill in _LIGHT else ""
    strong = " b" if _is_selected(shape) else ""
    classes = (tone + strong).strip()
    return format_html(
        '<text class="{}" x="{}" y="{}">{}</text>', classes, f"{x:g}", f"{y + 4:g}", shape.name
    )


def _disc(shape: Shape, place: Point, project: Projection) -> SafeString:
    """A disc away from the region's middle, joined to its place by a thin line."""
    middle = (WIDTH / 2, project.height / 2)
    away = (place[0] - middle[0], place[1] - middle[1])
    length = hypot(*away) or 1
    x = min(max(place[0] + _REACH * away[0] / length, 2 * _DISC), WIDTH - 2 * _DISC)
    y = min(max(place[1] + _REACH * away[1] / length, 3 * _DISC), project.height - _DISC)
    return format_html(
        '<path class="ld" d="M{from_x} {from_y}L{x} {y}"/>'
        '<circle class="{fill}" cx="{x}" cy="{y}" r="{disc}"/>'
        '<text x="{word_x}" y="{word_y}">{name}</text>',
        from_x=place[0],
        from_y=place[1],
        x=round(x),
        y=round(y),
        disc=_DISC,
        fill=shape.fill,
        word_x=round(min(max(x, _WORD / 2), WIDTH - _WORD / 2)),
        word_y=round(y) - 2 * _DISC + 4,
        name=shape.name,
    )


def _is_selected(shape: Shape) -> bool:
    return bool(getattr(shape, "selected", False))
