"""Exact purses, for the rounds that floating point cannot decide and for the certificate.

Voters with equal purses share one state, so a round touches a few hundred fractions, not every ballot.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from multaqa.engine.allocation._election import Ids, Ints
from multaqa.engine.allocation._utility import Marks


class Purses:
    """Purses after some winners were paid, as fractions. `caps` lists the exact cap of each winner so far."""

    def __init__(self, marks: Marks, endowment: Fraction) -> None:
        self.marks = marks
        self.values = [Fraction(0), endowment]
        self.state = np.ones(len(marks.weights), np.int64)
        self.winners: list[int] = []
        self.caps: list[Fraction] = []
        self.payers: list[int] = []  # voters who paid something

    def follow(self, winners: list[int]) -> Purses:
        """Pay the winners not paid yet."""
        for project in winners[len(self.winners) :]:
            cap = self.cap(project)
            assert cap is not None, "a winner was not affordable"
            self.pay(project, cap)
        return self

    def held(self, project: int) -> Fraction:
        """What the supporters of a project still have, together."""
        return sum((value * voters for value, _, voters in self.purses(project)), Fraction(0))

    def cap(self, project: int) -> Fraction | None:
        """Price of one unit of utility at which the supporters pay the cost; None when they cannot."""
        cost = int(self.marks.costs[project])
        purses = self.purses(project)
        left, paying = Fraction(cost), sum(worth * voters for _, worth, voters in purses)
        if cost == 0 and paying:
            return Fraction(0)
        for value, worth, voters in sorted(purses, key=lambda purse: purse[0] / purse[1]):
            if left * worth <= value * paying:
                return left / paying
            left -= value * voters
            paying -= worth * voters
        return None

    def pay(self, project: int, cap: Fraction) -> None:
        members, states, worths, inverse = self._classes(project)
        fresh = np.zeros(len(states), np.int64)
        for place, (state, worth) in enumerate(zip(states, worths, strict=True)):
            rest = self.values[state] - cap * worth
            if rest > 0:
                fresh[place] = len(self.values)
                self.values.append(rest)
        self.payers.append(int(self.marks.weights[members][self.state[members] > 0].sum()))
        self.state[members] = fresh[inverse]
        self.winners.append(project)
        self.caps.append(cap)

    def purses(self, project: int) -> list[tuple[Fraction, int, int]]:
        """(purse, worth of the project, voters) for each class of its supporters with money left."""
        members, states, worths, inverse = self._classes(project)
        voters = np.zeros(len(states), np.int64)
        np.add.at(voters, inverse, self.marks.weights[members])
        return [
            (self.values[state], worth, count)
            for state, worth, count in zip(states, worths, voters.tolist(), strict=True)
            if state
        ]

    def _classes(self, project: int) -> tuple[Ids, list[int], list[int], Ints]:
        members = self.marks.members[project]
        if not self.marks.worths:
            states, inverse = np.unique(self.state[members], return_inverse=True)
            return members, states.tolist(), [int(self.marks.scale[project])] * len(states), inverse
        points = self.marks.worths[project].astype(np.int64)
        base = int(points.max(initial=0)) + 1
        keys, inverse = np.unique(self.state[members] * base + points, return_inverse=True)
        return members, (keys // base).tolist(), (keys % base).tolist(), inverse
