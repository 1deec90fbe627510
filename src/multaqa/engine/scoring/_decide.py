"""The funding line: who is above it for sure, who below, and how the ones between are told apart."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from multaqa.engine.scoring._model import ScoringError
from multaqa.engine.scoring._rank import Proposal, Ranking

Key = Literal["sure", "drawn", "by_rank", "not_drawn", "below_in_band", "did_not_fit", "below"]


@dataclass(frozen=True, slots=True)
class Lottery:
    """seed: secret until the draw; committed: its hash, published before the scores were known."""

    seed: str
    committed: str


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one proposal and why; ticket: its lottery number, empty outside the band."""

    id: str
    funded: bool
    key: Key
    ticket: str


@dataclass(frozen=True, slots=True)
class Decision:
    """line: the expected rank between the last that fits and the next; band: ids whose interval contains it.

    Fates stand in the order in which money was given; left: places or money not given.
    """

    ranking: Ranking
    costs: tuple[int, ...]
    budget: int
    line: float
    band: tuple[str, ...]
    lottery: Lottery | None
    fates: tuple[Fate, ...]
    left: int

    @property
    def funded(self) -> tuple[str, ...]:
        return tuple(fate.id for fate in self.fates if fate.funded)


def commitment(seed: str) -> str:
    """The hash to publish before scoring: SHA-256 of the seed, in hexadecimal.

    The seed must be long and random (32 hexadecimal figures or more), or its hash can be guessed.
    """
    return hashlib.sha256(seed.encode()).hexdigest()


def ticket(seed: str, proposal: str) -> str:
    """A proposal's lottery number: SHA-256 of the seed, a line feed and its id; the lowest is drawn first."""
    return hashlib.sha256(f"{seed}\n{proposal}".encode()).hexdigest()


def decide(
    ranking: Ranking,
    *,
    places: int | None = None,
    budget: int | None = None,
    costs: Mapping[str, int] | None = None,
    lottery: Lottery | None = None,
) -> Decision:
    """Who is funded, with `places` of equal size or a `budget` and what each proposal costs (minor units).

    Proposals wholly above the line are funded, those wholly below are not. The band between follows the
    expected rank, or the lottery where one is given; one that does not fit is passed over. Raises
    ScoringError when the seed is not the one committed to, or a cost is missing.
    """
    if lottery is not None and commitment(lottery.seed) != lottery.committed:
        raise ScoringError("seed", "The seed is not the one whose hash was published.")
    whole, price = _prices(ranking, places, budget, costs)
    order = sorted(ranking.proposals, key=lambda row: (row.expected_rank, -row.worth, row.id))
    line = _line(order, price, whole)
    sure = [row for row in order if row.high < line]
    band = [row for row in order if row.low <= line <= row.high]
    tickets = {row.id: ticket(lottery.seed, row.id) for row in band} if lottery else {}
    if tickets:
        band.sort(key=lambda row: tickets[row.id])
    left = whole
    fates = []
    for row in sure + band:
        fits = price[row.id] <= left
        left -= price[row.id] if fits else 0
        key = _key(row in sure, fits, bool(tickets), exhausted=left == 0)
        fates.append(Fate(row.id, fits, key, tickets.get(row.id, "")))
    fates += [Fate(row.id, False, "below", "") for row in order if row.low > line]
    return Decision(
        ranking=ranking,
        costs=tuple(price[row.id] for row in ranking.proposals),
        budget=whole,
        line=line,
        band=tuple(sorted(row.id for row in band)),
        lottery=lottery,
        fates=tuple(fates),
        left=left,
    )


def _key(sure: bool, fits: bool, drawn: bool, exhausted: bool) -> Key:
    if sure:
        return "sure"
    if fits:
        return "drawn" if drawn else "by_rank"
    if exhausted:
        return "not_drawn" if drawn else "below_in_band"
    return "did_not_fit"


def _line(order: list[Proposal], price: Mapping[str, int], whole: int) -> float:
    """Halfway between the last expected rank that fits, counted from the top, and the next."""
    spent = 0
    for place, row in enumerate(order):
        spent += price[row.id]
        if spent > whole:
            above = order[place - 1].expected_rank if place else row.expected_rank
            return (above + row.expected_rank) / 2
    return float("inf")


def _prices(
    ranking: Ranking, places: int | None, budget: int | None, costs: Mapping[str, int] | None
) -> tuple[int, dict[str, int]]:
    names = [row.id for row in ranking.proposals]
    if (places is None) == (budget is None):
        raise ScoringError("limit", "Either places or a budget limits the decision.")
    if places is not None:
        if places < 0:
            raise ScoringError("limit", "Either places or a budget limits the decision.")
        return places, dict.fromkeys(names, 1)
    missing = [name for name in names if (costs or {}).get(name, 0) <= 0]
    if missing or costs is None or budget is None:
        raise ScoringError("cost", "The cost of {proposal} is missing.", proposal=(missing or names)[0])
    return budget, {name: int(costs[name]) for name in names}
