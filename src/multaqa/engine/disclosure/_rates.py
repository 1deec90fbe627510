"""Rates with the number of people behind them: which ones give nobody away, roundings reckoned with?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from multaqa.engine.disclosure._check import Violation
from multaqa.engine.disclosure._cube import Bools, Cube, DisclosureError, Ints
from multaqa.engine.disclosure._prove import Floats
from multaqa.engine.disclosure._rate_attack import Attack
from multaqa.engine.disclosure._rate_lines import System, known_range, needed, system_of

_ROUNDS = 20
_REGION = 2  # generations above a place


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates that may be seen, all arrays over the nodes of the cube; a hidden value is NaN.

    counts: what the rates rest on, public, NaN where unknown. few: nodes hidden whatever they rest on.
    """

    cube: Cube
    values: Floats
    counts: Floats
    hidden: Bools
    few: Bools
    least: int
    span: tuple[float, float]
    decimals: int
    whole: bool


def publish_rates(
    values: ArrayLike,
    counts: ArrayLike,
    *,
    cube: Cube,
    least: int = 30,
    span: tuple[float, float] = (0.0, 100.0),
    decimals: int = 1,
    whole: bool = True,
    few: ArrayLike | None = None,
) -> Rates:
    """The rates with every one hidden that rests on fewer than `least`, and what would give it back.

    values: over all nodes of the cube rounded to `decimals` by the source, NaN: not measured.
    counts: the people each rests on, 0 where nobody, NaN where unknown. span: ends of the unit, a value
    outside counts as its end. whole: the rate counts people out of people; False for averages such as
    kilometres. few: nodes to hide for another reason. Guarantee: whoever combines all rates shown and all
    counts cannot narrow the numerator of a rate hidden for its own sake to less than half of its count (for
    whole numerators: to fewer than half as many steps, and never to one value). Hiding more always gets
    there, for then every rate could be the same anywhere in the span. Raises DisclosureError for shapes,
    negative counts or an empty span.
    """
    figures, people, kept = _given(values, counts, few, cube, span)
    measured = ~np.isnan(figures)
    primary = measured & (kept | ((people > 0) & (people < least)))
    hidden = primary
    if primary.any():
        hidden = measured & _covered(figures, people, primary, cube, least, span, decimals, whole)
    return Rates(
        cube,
        np.where(hidden, np.nan, figures).reshape(cube.shape),
        people.reshape(cube.shape),
        hidden.reshape(cube.shape),
        kept.reshape(cube.shape),
        least,
        span,
        decimals,
        whole,
    )


def check_rates(rates: Rates) -> tuple[Violation, ...]:
    """Attack what is published, which needs no secret; an empty tuple proves that nothing small shows.

    low and high of a violation are the range left for the rate, in its unit.
    """
    cube, hidden, people = rates.cube, rates.hidden.ravel(), rates.counts.ravel()
    values, (start, end) = rates.values.ravel(), rates.span
    small = (people > 0) & (people < rates.least) | rates.few.ravel()
    found = [
        Violation(cube.labels(int(node)), "shown_below_least", float(values[node]), float(values[node]))
        for node in np.flatnonzero(small & ~np.isnan(values))
    ]
    if not hidden.any():
        return tuple(found)
    system = system_of(cube, people, hidden | ~np.isnan(values), rates.least)
    low, high = known_range(
        system, values, ~hidden, span=rates.span, decimals=rates.decimals, whole=rates.whole
    )
    attack = Attack(system, low, high, _guarded(system, hidden & small), whole=rates.whole)
    attack.widen()
    first = np.unique(system.figure, return_index=True)[1]
    for figure in np.flatnonzero(attack.unmet()):
        ends = np.array([attack.seen_low[figure], attack.seen_high[figure]]) / system.people[figure]
        lowest, highest = (start + ends * (end - start)).tolist()
        found.append(Violation(cube.labels(int(first[figure])), "rate_too_tight", lowest, highest))
    return tuple(found)


def _given(
    values: ArrayLike, counts: ArrayLike, few: ArrayLike | None, cube: Cube, span: tuple[float, float]
) -> tuple[Floats, Floats, Bools]:
    figures, people = np.asarray(values, np.float64), np.asarray(counts, np.float64)
    kept = np.zeros(cube.shape, np.bool_) if few is None else np.asarray(few, np.bool_)
    if not figures.shape == people.shape == kept.shape == cube.shape:
        raise DisclosureError(
            "rate_shape",
            "Rates, counts and what is hidden have the shape of all nodes of the cube, {nodes}.",
            nodes=cube.shape,
        )
    if (people < 0).any():
        raise DisclosureError("negative", "Counts and amounts are never below zero.")
    if not span[0] < span[1]:
        raise DisclosureError("span", "The unit of a rate reaches from a lower to a higher value.")
    return figures.ravel(), people.ravel(), kept.ravel()


def _covered(
    values: Floats,
    people: Floats,
    primary: Bools,
    cube: Cube,
    least: int,
    span: tuple[float, float],
    decimals: int,
    whole: bool,
) -> Bools:
    """Nodes to hide, by figure: all nodes that show the same one go together."""
    system = system_of(cube, people, ~np.isnan(values), least)
    guarded = _guarded(system, primary)
    hidden = np.zeros(len(system.people), np.bool_)
    hidden[system.figure[primary]] = True
    for _round in range(_ROUNDS):
        before = hidden.sum()
        shown = ~hidden[system.figure]
        low, high = known_range(system, values, shown, span=span, decimals=decimals, whole=whole)
        hidden |= _cover_lines(system, low, high, guarded, needed(system.people, whole=whole), whole)
        attack = Attack(system, low, high, guarded, whole=whole)
        attack.widen(deepest=1)
        for figure in np.flatnonzero(attack.unmet()):
            hidden |= _cover_loop(attack, int(figure))
        # how much a contradiction is forgiven depends on what is shown
        if not attack.forgiven or hidden.sum() == before:
            return hidden[system.figure]
    hidden[:] = True
    return hidden[system.figure]


def _guarded(system: System, primary: Bools) -> Bools:
    guarded = np.zeros(len(system.people), np.bool_)
    guarded[system.figure[primary]] = True
    return guarded & (system.people > 0)


def _cover_lines(
    system: System, low: Floats, high: Floats, guarded: Bools, need: Floats, whole: bool
) -> Bools:
    """Hide the cheapest figure that is enough in each single sum that gives one away; low and high follow."""
    rows, columns = system.matrix.tocsr(), system.matrix
    ceiling = np.nan_to_num(system.people, nan=np.inf)
    opened = np.zeros(len(low), np.bool_)
    for figure in np.flatnonzero(guarded):
        for row in columns.indices[columns.indptr[figure] : columns.indptr[figure + 1]]:
            inside = slice(rows.indptr[row], rows.indptr[row + 1])
            members, signs = rows.indices[inside], rows.data[inside]
            own = float(signs[members == figure][0])
            others, signs = members[members != figure], signs[members != figure]
            while (lacking := _lacking(system, row, figure, own, others, signs, low, high, need, whole)) > 0:
                spare = others[(low[others] > 0) | (high[others] < ceiling[others])]
                if not len(spare):
                    break
                enough = spare[ceiling[spare] >= lacking]
                pick = (
                    enough[np.argmin(system.cost[enough])]
                    if len(enough)
                    else spare[np.argmax(ceiling[spare])]
                )
                opened[pick], low[pick], high[pick] = True, 0.0, ceiling[pick]
    return opened


def _lacking(
    system: System,
    row: Any,
    figure: Any,
    own: float,
    others: Ints,
    signs: Floats,
    low: Floats,
    high: Floats,
    need: Floats,
    whole: bool,
) -> float:
    """How far the range that this sum alone leaves is from the one that is needed."""
    least = np.where(signs > 0, low[others], -high[others]).sum()
    most = np.where(signs > 0, high[others], -low[others]).sum()
    ends = sorted([(system.low[row] - most) / own, (system.high[row] - least) / own])
    lower, upper = max(ends[0], 0.0), min(ends[1], float(system.people[figure]))
    if whole:
        lower, upper = np.ceil(lower - 1e-5), np.floor(upper + 1e-5)
    return float(need[figure] - 1e-5 - (upper - lower))


def _cover_loop(attack: Attack, figure: int) -> Bools:
    """Make both ends that this figure needs possible, in its region or, failing that, anywhere."""
    opened = np.zeros(len(attack.base), np.bool_)
    if not attack.unmet()[figure]:
        return opened
    for goal in attack.aim(figure):
        for generation in (_REGION, None):
            picks = attack.cheapest(figure, goal, attack.free(figure, generation))
            if picks is not None:
                opened[picks] = True
                break
        else:  # a solver that finds nothing proves nothing
            attack.hide(np.arange(len(opened)))
            opened[:] = True
            return opened
    return opened
