"""What would other rules have made of the same ballots? One election counted by several rules, side by side.

Nothing is read from a database and nothing is written: a file in, a frozen comparison out. Money is in minor
units of the file, `unit` of them to one unit of its currency.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from multaqa.engine import pabulib
from multaqa.engine.allocation import (
    AllocationError,
    Election,
    Outcome,
    Rule,
    allocate,
    audit,
    explain,
    own_utility,
    rule_text,
)
from multaqa.funds.counting import plain

MOST_BALLOTS = 200_000
MOST_PROJECTS = 500
# marks × units of currency in a purse: beyond it, raising purses one unit at a time outlasts a page
MOST_STEPS = 500_000_000
RULES: dict[str, Rule] = {
    "shares": Rule(),
    "shares-greedy": Rule(completion="greedy"),
    "shares-add1": Rule(completion="add1"),
    "shares-overshoot": Rule(completion="add1-overshoot"),
    "greedy": Rule(name="greedy"),
    "greedy-no-skip": Rule(name="greedy-no-skip"),
    "greedy-threshold": Rule(name="greedy-threshold"),
    "greedy-exclusive": Rule(name="greedy-exclusive"),
    "phragmen": Rule(name="phragmen"),
    "welfare": Rule(name="welfare"),
}
USUAL = ("shares-greedy", "shares-add1", "greedy", "phragmen")
OWN = "ballots"  # the utility that the ballots themselves carry
_DEAR = ("shares-add1", "shares-overshoot", "welfare")  # counted last, so that patience runs out on them
_TOLD = ("lacked", "left", "held", "position", "score", "threshold", "by", "stopped_by")


class SimulationError(AllocationError):
    """The file cannot be simulated as asked: `key` is `too_many_ballots`, `too_many_projects`, `no_ballots`,
    `no_points`, `no_ranking`, `no_threshold` or `budget_too_fine`.
    """


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted and how. utility: OWN, or one of the engine's. threshold: votes or whole points."""

    rules: tuple[str, ...] = USUAL
    utility: str = OWN
    ties: str = "cost-votes"
    budget_hundredths: int | None = None
    threshold: int | None = None


@dataclass(frozen=True, slots=True)
class Project:
    id: str
    name: str
    cost: int
    votes: int
    categories: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """What one rule made of the ballots.

    won: ids in the order in which they won. reached: voters who approve a winner. mean_won: winners the mean
    voter approves; mean_share: percent of the money spent that went to what the mean voter approves. short:
    losing projects whose supporters are left short of EJR+. recorded: winners recorded in the file that win
    here too. why: for each loser, the engine's key and the values its sentence needs.
    """

    choice: str
    rule: str
    spent: int
    won: tuple[str, ...]
    reached: int
    mean_won: float
    mean_share: float
    short: int
    recorded: int | None
    why: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """left_out: rules not counted, each with `too_long`, `out_of_patience` or `too_hard`."""

    source: str
    digest: str
    kind: str
    currency: str
    unit: int
    voters: int
    budget: int
    file_budget: int
    asked: Asked
    projects: tuple[Project, ...]
    recorded: tuple[str, ...] | None
    columns: tuple[Column, ...]
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, dict[str, Any]], ...]


def compare(
    source: str, data: bytes, asked: Asked, *, enough: Callable[[], bool] = lambda: False
) -> Comparison:
    """The same ballots under each rule asked for.

    enough: asked before each rule but the first; once it answers True, the rest is left out. Raises
    PabulibError for a malformed file, SimulationError for one that is too large or cannot be counted so.
    """
    file, election = opened(data)
    election = replace(election, budget=_budget(asked, election))
    names = file.projects.get("name", file.ids)
    votes = election.votes().tolist()
    categories, places = pabulib.column(file.projects, "category"), _places(file)
    recorded = pabulib.winners(file)
    columns, left_out = _count(election, asked, enough, recorded)
    return Comparison(
        source=source,
        digest=hashlib.sha256(data).hexdigest(),
        kind=file.kind,
        currency=file.meta.get("currency", "")[:12],
        unit=file.unit,
        voters=election.voters,
        budget=election.budget,
        file_budget=file.budget,
        asked=asked,
        projects=tuple(
            Project(
                id=name,
                name=" ".join(names[place].split())[:300],
                cost=file.costs[place],
                votes=votes[place],
                categories=_tags(categories[place]) if categories else (),
                place=places[place].strip() if places else "",
            )
            for place, name in enumerate(file.ids)
        ),
        recorded=None if recorded is None else tuple(recorded),
        columns=columns,
        left_out=left_out,
        notes=tuple((note.key, plain(note.values)) for note in file.notes),
    )


def opened(data: bytes) -> tuple[pabulib.Pabulib, Election]:
    """The file and its election, refused before the long work when it has too many rows."""
    if data.count(b"\n") > 2 * MOST_BALLOTS:
        raise _too_many("too_many_ballots", MOST_BALLOTS)
    file = pabulib.read(data)
    if len(file.ids) > MOST_PROJECTS:
        raise _too_many("too_many_projects", MOST_PROJECTS)
    if len(file.votes["vote"]) > MOST_BALLOTS:
        raise _too_many("too_many_ballots", MOST_BALLOTS)
    if not file.votes["vote"]:
        raise SimulationError("no_ballots", "")
    return file, pabulib.election(file)


def wins(comparison: Comparison) -> dict[str, int]:
    """Under how many of the counted rules each project wins."""
    return {
        project.id: sum(project.id in column.won for column in comparison.columns)
        for project in comparison.projects
    }


def stance(won: int, rules: int) -> str:
    """`always`, `sometimes` or `never`."""
    return "never" if not won else "always" if won == rules else "sometimes"


def ordered(comparison: Comparison) -> list[tuple[Project, str]]:
    """The projects with their stance: those on which the rules differ first, the best supported first."""
    counted, rules = wins(comparison), len(comparison.columns)
    rows = [(project, stance(counted[project.id], rules)) for project in comparison.projects]
    rank = ("sometimes", "always", "never")
    return sorted(rows, key=lambda row: (rank.index(row[1]), -row[0].votes, row[0].cost))


def split(comparison: Comparison, by: Callable[[Project], Sequence[str]]) -> dict[str, list[int]]:
    """Money spent under each label by each rule, largest first; a project with several counts in each."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * len(comparison.columns))
    for project in comparison.projects:
        for label in by(project):
            for place, column in enumerate(comparison.columns):
                sums[label][place] += project.cost * (project.id in column.won)
    return dict(sorted(sums.items(), key=lambda row: (-sum(row[1]), row[0])))


def packed(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON keeps it, to be shown again without its file."""
    return asdict(comparison)


def unpacked(kept: dict[str, Any]) -> Comparison:
    """The comparison that was packed."""
    columns = (
        {**row, "won": tuple(row["won"]), "why": {name: tuple(why) for name, why in row["why"].items()}}
        for row in kept["columns"]
    )
    given = {
        "asked": Asked(**{**kept["asked"], "rules": tuple(kept["asked"]["rules"])}),
        "projects": tuple(
            Project(**{**row, "categories": tuple(row["categories"])}) for row in kept["projects"]
        ),
        "recorded": None if kept["recorded"] is None else tuple(kept["recorded"]),
        "columns": tuple(Column(**row) for row in columns),
        "left_out": tuple((choice, reason) for choice, reason in kept["left_out"]),
        "notes": tuple((key, values) for key, values in kept["notes"]),
    }
    return Comparison(**{**kept, **given})


def _count(
    election: Election, asked: Asked, enough: Callable[[], bool], recorded: list[str] | None
) -> tuple[tuple[Column, ...], tuple[tuple[str, str], ...]]:
    utility = _utility(asked, election)
    found: dict[str, Column] = {}
    left_out: dict[str, str] = {}
    purse = election.budget // (election.voters * election.unit)
    for choice in sorted(asked.rules, key=lambda choice: _DEAR.index(choice) if choice in _DEAR else -1):
        rule = replace(RULES[choice], utility=utility, ties=asked.ties)
        if rule.completion.startswith("add1") and purse * len(election.group) > MOST_STEPS:
            left_out[choice] = "too_long"
        elif found and enough():
            left_out[choice] = "out_of_patience"
        else:
            try:
                outcome = allocate(election, rule=_with_threshold(rule, asked, election))
            except AllocationError as wrong:
                if wrong.key != "welfare_too_hard":
                    raise
                left_out[choice] = "too_hard"
            else:
                found[choice] = _column(choice, outcome, recorded)
    return (
        tuple(found[choice] for choice in asked.rules if choice in found),
        tuple((choice, left_out[choice]) for choice in asked.rules if choice in left_out),
    )


def _column(choice: str, outcome: Outcome, recorded: list[str] | None) -> Column:
    election = outcome.election
    won = [step.project for step in outcome.steps]
    touched = np.zeros(len(election.weight), bool)
    for project in won:
        touched[election.supporters(project)] = True
    votes = election.votes()[won]
    voters, money = election.voters, votes * election.costs[won]
    selected = outcome.selected
    return Column(
        choice=choice,
        rule=rule_text(outcome.rule),
        spent=outcome.spent,
        won=selected,
        reached=int(election.weight[touched].sum()),
        mean_won=round(float(votes.sum()) / voters, 4),
        mean_share=round(100 * float(money.sum()) / (voters * outcome.spent), 4) if outcome.spent else 0.0,
        short=len(audit(outcome)),
        recorded=None if recorded is None else len(set(recorded).intersection(selected)),
        why=_why(outcome),
    )


def _why(outcome: Outcome) -> dict[str, tuple[str, dict[str, Any]]]:
    if outcome.rule.name == "welfare":
        return _not_worth(outcome)
    found = {}
    for row in explain(outcome):
        values = {name: row.values[name] for name in _TOLD if name in row.values}
        absorbed = row.values.get("absorbed_by")
        if isinstance(absorbed, list):
            values["absorbed_by"] = absorbed[:1]
        found[row.project] = (row.key, plain(values))
    return found


def _not_worth(outcome: Outcome) -> dict[str, tuple[str, dict[str, Any]]]:
    """The engine proves what each loser would cost by one more optimum for each: too long for a page."""
    election = outcome.election
    won = set(outcome.selected)
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for place, name in enumerate(election.projects):
        cost = int(election.costs[place])
        if name in won:
            continue
        if not election.eligible[place]:
            found[name] = ("withdrawn", {})
        elif cost > election.budget:
            found[name] = ("dearer_than_budget", {"lacked": cost - election.budget})
        else:
            found[name] = ("worth_less", {})
    return found


def _utility(asked: Asked, election: Election) -> str:
    if asked.utility == "points" and election.kind != "cumulative":
        raise SimulationError("no_points", "")
    if asked.utility == "borda" and election.kind != "ordinal":
        raise SimulationError("no_ranking", "")
    return own_utility(election) if asked.utility == OWN else asked.utility


def _with_threshold(rule: Rule, asked: Asked, election: Election) -> Rule:
    if rule.name != "greedy-threshold":
        return rule
    if asked.threshold is None and election.threshold is None:
        raise SimulationError("no_threshold", "")
    return replace(
        rule, threshold=None if asked.threshold is None else asked.threshold * election.points_unit
    )


def _budget(asked: Asked, election: Election) -> int:
    if asked.budget_hundredths is None:
        return election.budget
    whole, rest = divmod(asked.budget_hundredths * election.unit, 100)
    if rest:
        raise SimulationError("budget_too_fine", "")
    return whole


def _places(file: pabulib.Pabulib) -> tuple[str, ...]:
    found = (pabulib.column(file.projects, name) for name in ("neighborhood", "subunit"))
    return next((texts for texts in found if texts), ())


def _tags(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag.strip() for tag in text.split(",") if tag.strip()))


def _too_many(key: str, most: int) -> SimulationError:
    return SimulationError(key, "", most=most)
