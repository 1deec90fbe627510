"""What is counted and how: the rule with its small print, and the outcome with all that a reader may ask of
it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from multaqa.engine.allocation._election import AllocationError, Election

RULES = (
    "equal-shares",
    "greedy",
    "greedy-no-skip",
    "greedy-threshold",
    "greedy-exclusive",
    "phragmen",
    "welfare",
)
UTILITIES = ("cost", "cardinality", "points", "borda")
COMPLETIONS = ("none", "greedy", "add1", "add1-overshoot")
COMPARISONS = ("none", "satisfaction", "exclusion")
TIES = ("lexicographic", "cost-votes", "lot")


@dataclass(frozen=True, slots=True)
class Rule:
    """A counting rule with every parameter that can change the winners.

    ties: `lexicographic`, `cost-votes`, `cost-votes:SEED` (what cost and votes leave tied is drawn by lot) or
    `lot:SEED`. whole_start: purses start at the whole part of budget / voters in units of currency. threshold
    and exclusive replace those of the election when given. comparison: greedy by votes takes the place of
    equal shares if strictly more voters approve more of its winners (`satisfaction`), or approve any
    (`exclusion`).
    """

    name: str = "equal-shares"
    utility: str = "cost"
    completion: str = "none"
    ties: str = "lexicographic"
    whole_start: bool = False
    threshold: int | None = None
    exclusive: tuple[tuple[str, ...], ...] | None = None
    comparison: str = "none"

    def __post_init__(self) -> None:
        for option, value, known in (
            ("rule", self.name, RULES),
            ("utility", self.utility, UTILITIES),
            ("completion", self.completion, COMPLETIONS),
            ("comparison", self.comparison, COMPARISONS),
            ("ties", self.ties.partition(":")[0], TIES),
        ):
            if value not in known:
                raise AllocationError(
                    "unknown_option",
                    "{option} {value} is not one of {known}.",
                    option=option,
                    value=value,
                    known=", ".join(known),
                )
        kind, colon, seed = self.ties.partition(":")
        seeded = {"lot": bool(seed), "cost-votes": bool(seed) or not colon}
        if not seeded.get(kind, not colon):
            raise AllocationError("lot_needs_seed", "Ties by lot are written lot:SEED or cost-votes:SEED.")
        if self.name != "equal-shares" and self.completion.startswith("add1"):
            raise AllocationError(
                "completion_needs_equal_shares",
                "Completion {completion} belongs to equal-shares, not to {rule}.",
                completion=self.completion,
                rule=self.name,
            )
        if self.name != "equal-shares" and (self.comparison != "none" or self.whole_start):
            raise AllocationError(
                "small_print_of_equal_shares",
                "A whole start and a comparison with greedy belong to equal-shares, not to {rule}.",
                rule=self.name,
            )


@dataclass(frozen=True, slots=True)
class Step:
    """One winner of the count, in selection order.

    price: what one unit of utility costs its supporters (equal-shares), or their common load (phragmen).
    by: `shares`, `greedy`, `phragmen`, `welfare`, `completion`, or `comparison` where greedy took the place
    of equal shares.
    """

    project: int
    by: str
    price: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The winners, and what is needed to explain and to check them."""

    election: Election
    rule: Rule
    steps: tuple[Step, ...]
    endowment: Fraction | None = None  # purse of each voter at the final run, minor units
    increments: int = 0  # units of currency added to budget / voters
    next_overshoots: bool = (
        False  # the count ended because one more unit would have cost more than the budget
    )
    order: tuple[int, ...] = ()  # greedy: projects in the order they were considered
    stopped_at: int | None = None  # the project at which greedy-no-skip or phragmen ended

    @property
    def selected(self) -> tuple[str, ...]:
        """Ids of the winners in selection order."""
        return tuple(self.election.projects[step.project] for step in self.steps)

    @property
    def spent(self) -> int:
        """Minor units."""
        return total_cost(self.election, (step.project for step in self.steps))


def total_cost(election: Election, projects: Iterable[int]) -> int:
    return sum(int(election.costs[project]) for project in projects)


def own_utility(election: Election) -> str:
    """The utility that the ballots of an election themselves state: points, ranks, or plain approvals by
    cost.
    """
    return {"cumulative": "points", "ordinal": "borda"}.get(election.kind, "cost")
