"""The region in a few figures, for the front page."""

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from multaqa.kit import formats
from multaqa.kit.templatetags.kit import isolated
from multaqa.kit.translated import Translated
from multaqa.observatory.models import (
    Indicator,
    Score,
    Value,
)
from multaqa.observatory.queries.places import Shape, shapes
from multaqa.observatory.queries.releases import scores_of
from multaqa.territories.models import Population, RegionPack, Territory
from multaqa.territories.queries import communes, home_pack


@dataclass(frozen=True, slots=True)
class Figure:
    label: Any
    value: Any
    note: Any = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A share of households in town and country, in percent; None where it was not measured."""

    label: Translated
    urban: float | None
    rural: float | None


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the region stands, ready to print on the front page."""

    figures: tuple[Figure, ...] = ()
    gaps: tuple[Gap, ...] = ()
    shapes: tuple[Shape, ...] = ()
    map_note: Any = ""
    map_is_demo: bool = False
    source: Any = ""


GAPS = 5


def region_pulse(pack: RegionPack | None = None) -> Pulse:
    """The region in four figures, town beside country, and the map: five SQL statements."""
    pack = pack or home_pack()
    if pack is None:
        return Pulse()
    root = pack.root
    values = list(
        Value.objects.filter(territory=root, hidden=False).select_related("indicator").order_by("year")
    )
    cells = {(value.indicator.code, value.sex, value.milieu): value for value in values}
    scores = scores_of()
    figures = [
        _people(root),
        _rate(
            cells.get(("running-water", "all", "rural")),
            _("Running water in the countryside"),
            _("of households"),
        ),
        _rate(cells.get(("unemployment", "female", "all")), _("Women's unemployment"), _men(cells)),
        _silent(scores, root),
    ]
    return Pulse(
        figures=tuple(figure for figure in figures if figure),
        gaps=tuple(_gaps(values, cells)),
        shapes=tuple(shapes(scores)),
        map_note=scores[0].release.title if scores else "",
        map_is_demo=bool(scores) and scores[0].release.is_demo,
        source=pack.credit,
    )


def _people(root: Territory) -> Figure | None:
    counted = list(
        Population.objects.filter(territory=root, kind=Population.Kind.LEGAL).order_by("-year")[:2]
    )
    if not counted:
        return None
    note = ""
    if len(counted) > 1:
        change = formats.percent(100 * (counted[0].count / counted[1].count - 1))
        note = _("%(change)s since %(year)s") % {
            "change": isolated(change),
            "year": isolated(str(counted[1].year)),
        }
    label = _("Legal population in %(year)s") % {"year": counted[0].year}
    return Figure(label, isolated(formats.number(counted[0].count)), SafeString(note))


def _rate(value: Value | None, label: str, note: Any) -> Figure | None:
    if value is None or value.value is None:
        return None
    return Figure(label, isolated(formats.percent(value.value)), note)


def _men(cells: dict[tuple[str, str, str], Value]) -> SafeString | str:
    men = cells.get(("unemployment", "male", "all"))
    if men is None or men.value is None:
        return ""
    return SafeString(_("men: %(rate)s") % {"rate": isolated(formats.percent(men.value))})


def _silent(scores: list[Score], root: Territory) -> Figure | None:
    """How many communes nobody measured; a release has already read them all."""
    flags = [score.territory.has_indicators for score in scores]
    flags = flags or list(communes(root).values_list("has_indicators", flat=True))
    if not flags:
        return None
    note = SafeString(
        _("of %(total)s; shown as missing, never as zero") % {"total": isolated(str(len(flags)))}
    )
    return Figure(_("Communes without any indicator"), isolated(str(flags.count(False))), note)


def _gaps(values: list[Value], cells: dict[tuple[str, str, str], Value]) -> list[Gap]:
    indicators = {value.indicator.code: value.indicator for value in values}
    found = []
    for indicator in sorted(indicators.values(), key=lambda item: item.position):
        pair = [cells.get((indicator.code, "all", milieu)) for milieu in ("urban", "rural")]
        if (
            indicator.of_households
            and indicator.unit == Indicator.Unit.PERCENT
            and indicator.weight
            and all(pair)
        ):
            urban, rural = (value.value if value else None for value in pair)
            found.append(Gap(indicator.title, urban, rural))
    return found[:GAPS]
