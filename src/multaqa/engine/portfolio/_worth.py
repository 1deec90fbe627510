"""What each project is worth to the voters, and how much each ballot weighs where turnout or need differ.

Weighted shares against unequal turnout: equalshares.net, "city districts". Weights are rounded to
thousandths, so that they can be printed and everybody can add them up again.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from multaqa.engine.allocation import UTILITIES, Election
from multaqa.engine.portfolio._problem import PortfolioError

WEIGHT_UNIT = 1000


def turnout_weights(
    electorate: Mapping[str, int],
    ballots: Mapping[str, int],
    *,
    floor: float = 0.5,
    cap: float = 2.0,
) -> dict[str, Fraction]:
    """Weight of one ballot in each territory, so that territories count by their electorate, not by turnout.

    Weight 1 is the average turnout; floor and cap keep a handful of ballots from speaking for thousands.
    Territories without ballots get no weight. Raises PortfolioError on a territory without electorate.
    """
    voting = {name: count for name, count in ballots.items() if count}
    for name in voting:
        if electorate.get(name, 0) <= 0:
            raise PortfolioError(
                "no_electorate", "The electorate of {territory} is not stated.", territory=name
            )
    average = Fraction(sum(electorate[name] for name in voting), max(1, sum(voting.values())))
    return _bounded(
        {name: Fraction(electorate[name], count) / average for name, count in voting.items()}, floor, cap
    )


def need_weights(
    need: Mapping[str, float | None],
    ballots: Mapping[str, int],
    *,
    floor: float = 0.5,
    cap: float = 2.0,
) -> dict[str, Fraction]:
    """Weight of one ballot in each territory, in proportion to its need; 1 is the need of the average ballot.

    Raises PortfolioError where the need of a territory with ballots was not measured: nobody's weight is
    guessed.
    """
    voting = {name: count for name, count in ballots.items() if count}
    known: dict[str, Fraction] = {}
    for name in voting:
        value = need.get(name)
        if value is None or not 0 <= value < float("inf"):
            raise PortfolioError(
                "need_not_measured",
                "The need of {territory} is not measured: its ballots cannot be weighted.",
                territory=name,
            )
        known[name] = Fraction(repr(float(value)))
    total = sum((known[name] * count for name, count in voting.items()), Fraction(0))
    if voting and not total:
        raise PortfolioError("no_need", "No territory has any need: there is nothing to weight by.")
    average = total / max(1, sum(voting.values()))
    return _bounded({name: value / average for name, value in known.items()}, floor, cap)


def _bounded(weights: Mapping[str, Fraction], floor: float, cap: float) -> dict[str, Fraction]:
    if not 0 < floor <= cap:
        raise PortfolioError(
            "bad_weights",
            "The floor {floor} and the cap {cap} of the weights are not above 0 and in this order.",
            floor=floor,
            cap=cap,
        )
    low, high = Fraction(repr(float(floor))), Fraction(repr(float(cap)))
    return {
        name: Fraction(round(min(max(weight, low), high) * WEIGHT_UNIT), WEIGHT_UNIT)
        for name, weight in weights.items()
    }


def worths(
    election: Election,
    *,
    utility: str,
    territories: Sequence[str] | None = None,
    weights: Mapping[str, Fraction] | None = None,
) -> tuple[int, ...]:
    """Total worth of each project to all voters, a whole number; in thousandths where ballots are weighted.

    utility: as in `allocation` (cost, cardinality, points, borda). territories: that of each voter, in the
    order of the ballots. Raises PortfolioError on a voter whose territory has no weight.
    """
    if utility not in UTILITIES:
        raise PortfolioError(
            "unknown_utility",
            "The utility {value} is not one of {known}.",
            value=utility,
            known=", ".join(UTILITIES),
        )
    if utility == "borda" and election.kind != "ordinal":
        raise PortfolioError(
            "borda_needs_ranking", "Borda points need ordinal ballots; these are {kind}.", kind=election.kind
        )
    voters = election.weight if weights is None else _weight_of_groups(election, territories or (), weights)
    each = voters[election.group].astype(np.int64)
    if utility in ("points", "borda") and election.points is not None:
        each = each * election.points
    ends = np.concatenate(([0], np.cumsum(each))).tolist()
    places = election.start.tolist()
    totals = [ends[last] - ends[first] for first, last in itertools.pairwise(places)]
    scale = election.costs.tolist() if utility == "cost" else [1] * len(totals)
    return tuple(total * value for total, value in zip(totals, scale, strict=True))


def _weight_of_groups(
    election: Election, territories: Sequence[str], weights: Mapping[str, Fraction]
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Sum of the weights, in thousandths, of the voters behind each merged ballot."""
    if len(territories) != election.voters:
        raise PortfolioError(
            "territories_do_not_match",
            "{stated} territories are stated for {voters} voters.",
            stated=len(territories),
            voters=election.voters,
        )
    whole = {name: int(weight * WEIGHT_UNIT) for name, weight in weights.items()}
    for voter, name in enumerate(territories):
        if name not in whole and election.group_of[voter] >= 0:
            raise PortfolioError(
                "no_weight",
                "Ballot {ballot} is from {territory}, which has no weight.",
                ballot=voter + 1,
                territory=name or "(empty)",
            )
    each = np.array([whole.get(name, 0) for name in territories], np.int64)
    found = np.zeros(len(election.weight), np.int64)
    cast = election.group_of >= 0
    np.add.at(found, election.group_of[cast], each[cast])
    return found
