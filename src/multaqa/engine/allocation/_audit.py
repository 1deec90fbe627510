"""Is anybody short-changed? The EJR+ audit of any outcome, and the payments that prove an Equal Shares
outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from multaqa.engine.allocation._election import Election, Ids, Ints
from multaqa.engine.allocation._exact import Purses
from multaqa.engine.allocation._rule import Outcome, Rule
from multaqa.engine.allocation._utility import Marks, marks_of


@dataclass(frozen=True, slots=True)
class Violation:
    """A group whose share pays for a project they all support, and who got less than the share all the same.

    voters of them hold `share` = voters × budget / all voters; none approves winners worth more than
    `represented`. members: the merged ballots of the group, to be described by district or age above a
    disclosure threshold.
    """

    project: str
    cost: int
    voters: int
    share: Fraction
    represented: int
    members: Ids


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a stranger needs to check an Equal Shares outcome: the purse, and each winner's exact cap.

    A supporter of winner t paid min(purse left, caps[t] × worth of the project to them). paid_by: how many
    paid.
    """

    rule: str
    ballots: str  # SHA-256 of what was counted
    endowment: Fraction | None
    winners: tuple[str, ...]
    caps: tuple[Fraction, ...]
    paid_by: tuple[int, ...]
    next_overshoots: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken guarantee, as a message key with values."""

    key: str
    values: dict[str, object]


def audit(outcome: Outcome) -> tuple[Violation, ...]:
    """Breaches of EJR+ up to any project, by cost (Brill & Peters 2023): for each losing project the largest
    group.

    A losing p is breached iff k of its supporters, each with approved winners worth at most c, have
    c + cost(p) < k × budget / n. Ballots with points or ranks count as approvals of all they mark.
    """
    election = outcome.election
    approved = np.zeros(len(election.weight), np.int64)
    won = [step.project for step in outcome.steps]
    for project in won:
        approved[election.supporters(project)] += election.costs[project]
    found = []
    for project in range(len(election.projects)):
        if project in won or not election.eligible[project]:
            continue
        breach = _breach(election, project, approved)
        if breach is not None:
            found.append(breach)
    return tuple(found)


def _breach(election: Election, project: int, approved: Ints) -> Violation | None:
    members = election.supporters(project)
    order = np.argsort(approved[members], kind="stable")
    worth = approved[members][order]
    voters = np.cumsum(election.weight[members][order])
    cost = int(election.costs[project])
    share = voters.astype(np.float64) * (election.budget / max(election.voters, 1))
    for k in np.flatnonzero(worth + cost <= share * (1 + 1e-9))[::-1].tolist():
        if (int(worth[k]) + cost) * election.voters < int(voters[k]) * election.budget:
            return Violation(
                election.projects[project],
                cost,
                int(voters[k]),
                Fraction(int(voters[k]) * election.budget, election.voters),
                int(worth[k]),
                members[order][: k + 1],
            )
    return None


def certificate(outcome: Outcome) -> Certificate:
    """Exact caps and payments of the winners bought by shares; for other rules only what was counted, and
    how.
    """
    purses = _replay(outcome)
    return Certificate(
        rule=rule_text(outcome.rule),
        ballots=outcome.election.digest(),
        endowment=outcome.endowment,
        winners=outcome.selected,
        caps=tuple(purses.caps) if purses else (),
        paid_by=tuple(purses.payers) if purses else (),
        next_overshoots=outcome.next_overshoots,
    )


def rule_text(rule: Rule) -> str:
    """Every parameter that can change the winners, on one line."""
    parts = [rule.name, f"utility={rule.utility}", f"completion={rule.completion}", f"ties={rule.ties}"]
    if rule.whole_start:
        parts.append("start=whole")
    if rule.comparison != "none":
        parts.append(f"comparison={rule.comparison}")
    if rule.threshold is not None:
        parts.append(f"threshold={rule.threshold}")
    if rule.exclusive:
        parts.append("exclusive=" + "|".join(">".join(names) for names in rule.exclusive))
    return " ".join(parts)


def check(outcome: Outcome) -> tuple[Fault, ...]:
    """Broken guarantees of an outcome, recomputed from the ballots alone; an empty tuple is the proof.

    Every rule: winners are distinct, eligible and within the budget. Equal Shares, exactly: payments add up
    to each cost, nobody pays beyond purse or cap, no rival had a smaller cap at that step, nothing affordable
    is left. Equal Shares by cost: no breach of EJR+ up to any project.
    """
    election = outcome.election
    faults: list[Fault] = []
    won = [step.project for step in outcome.steps]
    if len(set(won)) != len(won):
        faults.append(Fault("repeated_winner", {}))
    if outcome.spent > election.budget:
        faults.append(Fault("over_budget", {"spent": outcome.spent, "budget": election.budget}))
    faults += [
        Fault("withdrawn_winner", {"project": election.projects[p]}) for p in won if not election.eligible[p]
    ]
    if outcome.rule.name == "equal-shares" and outcome.endowment is not None:
        faults += _payment_faults(outcome)
        if outcome.rule.utility == "cost":
            faults += [
                Fault("ejr_plus", {"project": breach.project, "voters": breach.voters})
                for breach in audit(outcome)
            ]
    return tuple(faults)


def _marks(outcome: Outcome) -> Marks:
    return marks_of(outcome.election, outcome.rule)


def _replay(outcome: Outcome) -> Purses | None:
    if outcome.rule.name != "equal-shares" or outcome.endowment is None:
        return None
    return Purses(_marks(outcome), outcome.endowment).follow(
        [s.project for s in outcome.steps if s.by == "shares"]
    )


def _payment_faults(outcome: Outcome) -> list[Fault]:
    assert outcome.endowment is not None
    marks = _marks(outcome)
    names = outcome.election.projects
    purses = Purses(marks, outcome.endowment)
    rivals = [p for p in range(len(names)) if marks.total[p] and marks.scale[p]]
    floor: dict[int, Fraction] = {}
    faults: list[Fault] = []
    for turn, step in enumerate((s for s in outcome.steps if s.by == "shares"), 1):
        cap = purses.cap(step.project)
        if cap is None:
            return [*faults, Fault("not_affordable", {"project": names[step.project], "round": turn})]
        paid = sum(min(value, cap * worth) * voters for value, worth, voters in purses.purses(step.project))
        if paid != outcome.election.costs[step.project]:
            faults.append(Fault("payments", {"project": names[step.project], "paid": paid}))
        rivals.remove(step.project)
        for rival in list(rivals):
            if floor.get(rival, Fraction(0)) > cap:
                continue  # caps never fall, so an earlier one is enough
            other = purses.cap(rival)
            if other is None:
                rivals.remove(rival)
                continue
            floor[rival] = other
            if other < cap or (other == cap and marks.rank[rival] < marks.rank[step.project]):
                faults.append(Fault("smaller_cap", {"project": names[rival], "round": turn}))
        purses.pay(step.project, cap)
    faults += [Fault("still_affordable", {"project": names[p]}) for p in rivals if purses.cap(p) is not None]
    return faults
