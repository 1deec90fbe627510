"""How firm is each winner? It is firm if it wins under every neighbouring reading of the rule and of the
ballots.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from multaqa.engine.allocation._allocate import allocate
from multaqa.engine.allocation._election import Election
from multaqa.engine.allocation._rule import Outcome, Rule


@dataclass(frozen=True, slots=True)
class Firmness:
    """survives: share of the variants in which the winner still wins. lost_in: names of the others."""

    project: str
    survives: float
    lost_in: tuple[str, ...]

    @property
    def firm(self) -> bool:
        return not self.lost_in


def robustness(
    outcome: Outcome, *, generator: np.random.Generator, resamples: int = 10
) -> tuple[Firmness, ...]:
    """Each winner counted again under the neighbouring rules, stop rules, start and tie orders, and with one
    ballot in a hundred left out or counted twice, `resamples` times each.
    """
    won: dict[str, set[str]] = {}
    for name, election, rule in _variants(outcome, generator, resamples):
        won[name] = set(allocate(election, rule=rule).selected)
    rows = []
    for project in outcome.selected:
        lost = tuple(name for name, selected in won.items() if project not in selected)
        rows.append(Firmness(project, 1 - len(lost) / max(len(won), 1), lost))
    return tuple(rows)


def _variants(
    outcome: Outcome,
    generator: np.random.Generator,
    resamples: int,
) -> Iterator[tuple[str, Election, Rule]]:
    election, rule = outcome.election, outcome.rule
    for ties in ("lexicographic", "cost-votes", "lot:first", "lot:second"):
        if ties != rule.ties:
            yield f"ties {ties}", election, replace(rule, ties=ties)
    if rule.utility in ("cost", "cardinality"):
        other = "cardinality" if rule.utility == "cost" else "cost"
        yield f"utility {other}", election, replace(rule, utility=other)
    if rule.name == "equal-shares":
        yield "whole start", election, replace(rule, whole_start=not rule.whole_start)
        for completion in ("add1", "add1-overshoot"):
            if rule.completion in ("add1", "add1-overshoot") and completion != rule.completion:
                yield f"completion {completion}", election, replace(rule, completion=completion)
        yield "rule greedy", election, Rule("greedy", rule.utility, ties=rule.ties)
    else:
        yield "rule equal-shares", election, replace(rule, name="equal-shares", completion="add1")
    for number in range(1, resamples + 1):
        for factor, sign in (("fewer", -1), ("more", 1)):
            yield f"{factor} ballots {number}", _resampled(election, generator, sign), rule


def _resampled(election: Election, generator: np.random.Generator, sign: int) -> Election:
    """One ballot in a hundred left out (-1) or counted twice (1)."""
    empty = election.voters - int(election.weight.sum())
    drawn = (
        generator.multivariate_hypergeometric(
            np.append(election.weight, empty), max(1, election.voters // 100), method="marginals"
        )
        if election.voters
        else np.zeros(len(election.weight) + 1, np.int64)
    )
    return replace(
        election, weight=election.weight + sign * drawn[:-1], voters=election.voters + sign * int(drawn.sum())
    )
