"""What an index is computed from: the figures of a day, in the form in which a release freezes them."""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q

from multaqa.observatory.models import Indicator, Value
from multaqa.observatory.protection import LEAST
from multaqa.territories.models import Population, Territory
from multaqa.territories.queries import communes

_COUNT = Indicator.Unit.COUNT
LEAST_COVERED = 0.1  # of the communes shown
ALL = (str(Value.Sex.ALL), str(Value.Milieu.ALL))
PAIRS = {
    "female": ("female", "all"),
    "male": ("male", "all"),
    "urban": ("all", "urban"),
    "rural": ("all", "rural"),
}
MANY = LEAST  # where nobody counted the households, they are not taken for few
Figure = tuple[float, int | None]
Cells = dict[tuple[str, str], Figure]


@dataclass(frozen=True, slots=True)
class Inputs:
    """indicators: those with a figure, and left_out: the weighted ones without any; years: of each indicator.

    snapshot: `territories` (codes) and, in their order, `households` and `populations`; `indicators` (codes)
    and `years`; `figures`, `n` and `errors`, one row a territory and one column an indicator, null where not
    measured or not published; `splits`, {group: {figures, n}} of women, men, town and country.
    """

    indicators: tuple[Indicator, ...]
    left_out: tuple[Indicator, ...]
    years: tuple[int, ...]
    snapshot: dict[str, Any]


def index_inputs(root: Territory) -> Inputs:
    """The latest figures of the weighted indicators for every commune of `root`: five statements at most.

    An indicator that fewer than one commune in ten has is left out: it would compare nobody, and leave all
    others without a score. Communes of fewer than 30 households and hidden figures are not in it.
    """
    places = list(communes(root).values_list("pk", "code", "has_indicators"))
    counted = _populations(root)
    weighted = list(Indicator.objects.filter(weight__gt=0))
    years = _latest_years(weighted, root)
    cells = _cells(years, root)
    households = counted[Population.Kind.HOUSEHOLDS]
    shown = [pk for pk, _code, listed in places if listed and households.get(pk, MANY) >= LEAST]
    usable = {
        (pk, indicator.pk): _usable(cells[pk, indicator.pk], indicator)
        for pk in shown
        for indicator in weighted
        if (pk, indicator.pk) in cells
    }
    measured = Counter(indicator for (_place, indicator), found in usable.items() if ALL in found)
    enough = max(1, LEAST_COVERED * len(shown))
    used = tuple(indicator for indicator in weighted if measured[indicator.pk] >= enough)
    left_out = tuple(indicator for indicator in weighted if measured[indicator.pk] < enough)
    rows = [[usable.get((pk, indicator.pk), {}) for indicator in used] for pk, _code, _listed in places]
    snapshot: dict[str, Any] = {
        "territories": [code for _pk, code, _listed in places],
        "households": [households.get(pk) for pk, _code, _listed in places],
        "populations": {
            kind: [of_kind.get(pk) for pk, _code, _listed in places] for kind, of_kind in counted.items()
        },
        "indicators": [indicator.code for indicator in used],
        "years": [years[indicator.pk] for indicator in used],
        **_figures(rows, used),
    }
    return Inputs(used, left_out, tuple(years[indicator.pk] for indicator in used), snapshot)


def _figures(rows: list[list[Cells]], used: tuple[Indicator, ...]) -> dict[str, Any]:
    return {
        **_grids(rows, ALL),
        "errors": [
            [_error(found.get(ALL), indicator) for found, indicator in zip(row, used, strict=True)]
            for row in rows
        ],
        "splits": {
            group: _grids(rows, key)
            for group, key in PAIRS.items()
            if any(key in found for row in rows for found in row)
        },
    }


def _populations(root: Territory) -> dict[str, dict[int, int]]:
    """Households and residents of the latest census, by kind and territory."""
    kinds = (Population.Kind.HOUSEHOLDS, Population.Kind.MUNICIPAL)
    found: dict[str, dict[int, int]] = {str(kind): {} for kind in kinds}
    counted = Population.objects.filter(kind__in=kinds, territory__in=communes(root).order_by().values("pk"))
    for kind, place, count in counted.order_by("year").values_list("kind", "territory_id", "count"):
        found[kind][place] = count
    return found


def _latest_years(weighted: list[Indicator], root: Territory) -> dict[int, int]:
    """The year of each indicator's figures: one year for all, since a figure of an older census is no figure
    of this one.
    """
    years = {item.pk: item.latest_year for item in weighted if item.latest_year is not None}
    unknown = [item.pk for item in weighted if item.latest_year is None]
    if unknown:
        inside = Value.objects.filter(
            indicator__in=unknown,
            sex="all",
            milieu="all",
            territory__in=communes(root).order_by().values("pk"),
        )
        years |= dict(inside.order_by().values_list("indicator").annotate(latest=Max("year")))
    return years


def _cells(years: dict[int, int], root: Territory) -> dict[tuple[int, int], Cells]:
    """The figures by territory and indicator, of everybody and of the four groups."""
    if not years:
        return {}
    of_year = defaultdict(list)
    for indicator, year in years.items():
        of_year[year].append(indicator)
    wanted = Q()
    for year, indicators in of_year.items():
        wanted |= Q(year=year, indicator__in=indicators)
    values = Value.objects.filter(
        wanted,
        Q(sex="all") | Q(milieu="all"),
        territory__in=communes(root).order_by().values("pk"),
        value__isnull=False,
        hidden=False,
    )
    cells: dict[tuple[int, int], Cells] = defaultdict(dict)
    columns = ("territory_id", "indicator_id", "sex", "milieu", "value", "n")
    for place, indicator, sex, milieu, value, n in values.values_list(*columns):
        cells[place, indicator][sex, milieu] = value, n
    return dict(cells)


def _usable(found: Cells, indicator: Indicator) -> Cells:
    """Counts with a denominator are not split: nobody counted the residents of each group."""
    return {key: figure for key, figure in found.items() if key == ALL or indicator.unit != _COUNT}


def _grids(rows: list[list[Cells]], key: tuple[str, str]) -> dict[str, list[list[float | int | None]]]:
    return {
        "figures": [[found[key][0] if key in found else None for found in row] for row in rows],
        "n": [[found[key][1] if key in found else None for found in row] for row in rows],
    }


def _error(figure: Figure | None, indicator: Indicator) -> float | None:
    """The standard error of a share that rests on n people or households; nothing is known of other units."""
    value, n = figure or (0.0, None)
    if not n or indicator.unit != Indicator.Unit.PERCENT:
        return None
    # what is no share is refused when it is scored
    share = min(1.0, max(0.0, (value / 100 * n + 1) / (n + 2)))
    return round(100 * math.sqrt(share * (1 - share) / n), 6)
