"""Which figures may not be shown, so that nothing small can be worked out from what is.

A rate on fewer than 30 people or households is hidden, and with it as few of its neighbours (the other sex,
town or country, a commune of the same province) as leave it open once the roundings are reckoned with. Each
table of an indicator and a year is one cube: places in their provinces and regions, by sex, by milieu.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from multaqa.engine import disclosure
from multaqa.observatory.models import Indicator, Value
from multaqa.territories.models import Population, Territory

LEAST = 30
_BATCH = 500
_MOST_DECIMALS = 6
Cell = tuple[int, str, str]  # territory, sex, milieu
Figure = tuple[float | None, int | None]  # value, n
_ALL = "all"
_SEXES = (str(Value.Sex.MALE), str(Value.Sex.FEMALE))
_MILIEUX = (str(Value.Milieu.URBAN), str(Value.Milieu.RURAL))


def protect(tables: Iterable[tuple[int, int]]) -> None:
    """Mark what must stay hidden in each table of (indicator, year). Counts of things are no rates: shown."""
    tables = list(tables)
    rates = {
        indicator.pk: indicator
        for indicator in Indicator.objects.filter(pk__in={row[0] for row in tables})
        if indicator.unit != Indicator.Unit.COUNT
    }
    if not rates:
        return
    few = few_households()
    tree = {row[0]: row[1:] for row in Territory.objects.values_list("pk", "parent", "milieu")}
    for indicator, year in tables:
        if indicator in rates:
            _mark(rates[indicator], year, few, tree)


def few_households() -> dict[int, int]:
    """The communes whose latest census found fewer than 30 households, and how many: no rate is shown."""
    counted = Population.objects.filter(
        kind=Population.Kind.HOUSEHOLDS, territory__level=Territory.Level.COMMUNE
    ).order_by("year")
    latest = dict(counted.values_list("territory", "count"))
    return {place: count for place, count in latest.items() if count < LEAST}


def _mark(indicator: Indicator, year: int, few: dict[int, int], tree: dict[int, Any]) -> None:
    table = Value.objects.filter(indicator=indicator, year=year)
    cells: dict[Cell, Figure] = {}
    rows: list[tuple[int, Cell, bool]] = []
    for key, place, sex, milieu, value, n, was in table.values_list(
        "pk", "territory", "sex", "milieu", "value", "n", "hidden"
    ):
        cells[place, sex, milieu] = value, n
        rows.append((key, (place, sex, milieu), was))
    hidden: set[Cell] = set()
    if any(
        value is not None and (place in few or (n is not None and 0 < n < LEAST))
        for (place, _sex, _milieu), (value, n) in cells.items()
    ):
        hidden = _hidden_cells(indicator, cells, few, tree)
    for state in (True, False):
        keys = [key for key, cell, was in rows if (cell in hidden) is state and was is not state]
        for start in range(0, len(keys), _BATCH):
            Value.objects.filter(pk__in=keys[start : start + _BATCH]).update(hidden=state)


def _hidden_cells(
    indicator: Indicator, cells: dict[Cell, Figure], few: dict[int, int], tree: dict[int, Any]
) -> set[Cell]:
    """The cells of a table that may not be shown, by the engine."""
    cube, nodes = _cube(cells, tree)
    values, counts = np.full(cube.shape, np.nan), np.full(cube.shape, np.nan)
    for cell, (value, n) in (cells | _of_one_milieu(cells, tree)).items():
        if cell in nodes:
            values[nodes[cell]] = np.nan if value is None else value
            counts[nodes[cell]] = np.nan if n is None else n
    in_few = np.array([label.isdigit() and int(label) in few for label in cube.axes[0].labels])
    span, whole = _span(indicator, values)
    rates = disclosure.publish_rates(
        values,
        counts,
        cube=cube,
        least=LEAST,
        span=span,
        decimals=_decimals(values),
        whole=whole,
        few=np.broadcast_to(in_few.reshape(-1, *[1] * (len(cube.axes) - 1)), cube.shape),
    )
    return {cell for cell in cells if rates.hidden[nodes[cell]]}


def _cube(cells: dict[Cell, Figure], tree: dict[int, Any]) -> tuple[disclosure.Cube, dict[Cell, Any]]:
    """Every place of the table and what lies above it; and where each cell stands in the cube."""
    axes = [_places({place for place, _sex, _milieu in cells}, tree)]
    by_sex = any(sex != _ALL for _place, sex, _milieu in cells)
    by_milieu = any(milieu != _ALL for _place, _sex, milieu in cells)
    axes += [disclosure.axis("sex", _SEXES, total=_ALL)] if by_sex else []
    axes += [disclosure.axis("milieu", _MILIEUX, total=_ALL)] if by_milieu else []
    rows = {int(label): at for at, label in enumerate(axes[0].labels) if label.isdigit()}
    nodes = {
        (place, sex, milieu): (row, *[sexes] * by_sex, *[milieux] * by_milieu)
        for place, row in rows.items()
        for sexes, sex in enumerate((*_SEXES, _ALL) if by_sex else (_ALL,))
        for milieux, milieu in enumerate((*_MILIEUX, _ALL) if by_milieu else (_ALL,))
    }
    return disclosure.Cube(tuple(axes)), nodes


def _places(measured: set[int], tree: dict[int, Any]) -> disclosure.Axis:
    known = set(measured)
    for place in measured:
        while (above := tree[place][0]) is not None and above not in known:
            known.add(above)
            place = above
    parts: dict[int, list[int]] = {}
    for place in sorted(known):
        if tree[place][0] is not None:
            parts.setdefault(tree[place][0], []).append(place)
    tops = [place for place in known if tree[place][0] is None]
    # a whole that has everything inside is the cube's own total
    total = tops[0] if len(tops) == 1 and tops[0] in parts else None
    groups = sorted(parts.keys() - {total}, key=lambda place: (-_depth(place, tree), place))
    return disclosure.axis(
        "place",
        [str(place) for place in sorted(known - parts.keys())],
        groups={str(place): [str(part) for part in parts[place]] for place in groups},
        total="total" if total is None else str(total),
    )


def _depth(place: int, tree: dict[int, Any]) -> int:
    above = tree[place][0]
    return 0 if above is None else 1 + _depth(above, tree)


def _of_one_milieu(cells: dict[Cell, Figure], tree: dict[int, Any]) -> dict[Cell, Figure]:
    """A place that is all town or all country, and not split by its source: its figure stands there."""
    found: dict[Cell, Figure] = {}
    for (place, sex, milieu), figure in cells.items():
        home = tree[place][1]
        if milieu != _ALL or home not in _MILIEUX:
            continue
        if all(cells.get((place, sex, part), (None, None)) == (None, None) for part in _MILIEUX):
            found |= {(place, sex, part): figure if part == home else (None, 0) for part in _MILIEUX}
    return found


def _span(indicator: Indicator, values: Any) -> tuple[tuple[float, float], bool]:
    """Ends of the unit, wide enough for all figures; and whether rates are whole people out of people."""
    low = float(np.fmin(indicator.low, np.nanmin(values)))
    high = float(np.fmax(indicator.high, np.nanmax(values)))
    if indicator.unit != Indicator.Unit.PERCENT:
        return (low, high), False
    span = min(low, 0.0), max(high, 100.0)
    return span, span == (0.0, 100.0)


def _decimals(values: Any) -> int:
    """As many as the source gives, and at least one: figures may happen to be round."""
    figures = values[~np.isnan(values)]
    for decimals in range(1, _MOST_DECIMALS):
        if np.allclose(figures, np.round(figures, decimals), rtol=0, atol=1e-9):
            return decimals
    return _MOST_DECIMALS
