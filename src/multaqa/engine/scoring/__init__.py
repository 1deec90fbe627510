"""Scoring: what does a panel really think of each proposal, and where is it not sure?

A score is the proposal's worth, plus how generous its reviewer is, plus chance; all are estimated together
(Henderson's mixed model, REML). Proposals are ranked by expected rank with an interval (Heyard, Ott, Salanti
and Egger 2022, on the Swiss National Science Foundation). Guarantee: raw means stay beside; reviewers who
share no proposal with the others are refused, not guessed; a lottery touches only proposals whose interval
contains the funding line, with a seed whose hash was published before, and anybody can draw it again.

>>> import numpy as np
>>> marks = reviews_of([("well", "Amal", 9), ("park", "Amal", 8), ("well", "Brahim", 7),
...                     ("school", "Brahim", 6), ("park", "Chama", 4), ("school", "Chama", 5)])
>>> ranking = rank(marks, generator=np.random.default_rng(1))
>>> for row in ranking.proposals:
...     print(row.id, row.raw_mean, round(row.expected_rank, 2))
park 6.0 2.88
school 5.5 2.03
well 8.0 1.09
>>> decide(ranking, places=1).funded
('well',)
"""

from multaqa.engine.scoring._decide import (
    Decision,
    Fate,
    Lottery,
    commitment,
    decide,
    ticket,
)
from multaqa.engine.scoring._explain import Reason, Violation, check, check_decision, explain
from multaqa.engine.scoring._model import Effects, Reviews, ScoringError, groups, reviews_of
from multaqa.engine.scoring._rank import Proposal, Ranking, rank

__all__ = [
    "Decision",
    "Effects",
    "Fate",
    "Lottery",
    "Proposal",
    "Ranking",
    "Reason",
    "Reviews",
    "ScoringError",
    "Violation",
    "check",
    "check_decision",
    "commitment",
    "decide",
    "explain",
    "groups",
    "rank",
    "reviews_of",
    "ticket",
]
