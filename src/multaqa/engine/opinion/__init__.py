"""Opinion: where do people agree across their differences?

Two methods. `polis`: the algorithm of the Polis platform as published, to the digit, for comparison and
migration. `bridging` (default): one factor fitted on the votes that were cast, the agreement left once the
main divide is taken out as each statement's score, with its interval; groups by seeded restarts; what is
least certain is shown first. Sources: Small, Bjorkegren, Erkkilä, Shaw & Megill 2021 (Polis); Wojcik et al.
2022 (bridging); Efron 1979 (bootstrap); Hubert & Arabie 1985 (adjusted Rand index).

Guarantee of `bridging`: the same ballots give the same map, to the last bit, whatever the order of the file
and whoever cast them; copies of a long ballot count once; everyone is in the group nearest to them; `check`
proves scores, groups, counts and chances from the votes of that map.

>>> votes = [(1, 10, 1), (1, 11, -1), (2, 10, 1), (2, 11, 1), (3, 10, 1), (3, 11, -1)]
>>> participant, statement, vote = zip(*votes)
>>> conversation = gather(participant=participant, statement=statement, vote=vote)
>>> opinion = opinion_map(conversation)
>>> [int(conversation.statements[s]) for s in ranking(opinion)], check(opinion)
([10, 11], ())
"""

from multaqa.engine.opinion._conversation import (
    Conversation,
    OpinionError,
    eligible,
    gather,
)
from multaqa.engine.opinion._explain import Fault, Reason, check, explain, ranking
from multaqa.engine.opinion._factor import Model, Places, predict
from multaqa.engine.opinion._groups import Foretold, Stability, adjusted_rand
from multaqa.engine.opinion._live import Seat, Standing, add_vote, next_statement, seat, standing
from multaqa.engine.opinion._opinion import MODES, Bridging, Opinion, opinion_map
from multaqa.engine.opinion._polis_groups import BaseClusters, given_base_clusters
from multaqa.engine.opinion._polis_lists import Representative, Tally
from multaqa.engine.opinion._reading import Rows, Statements, read_groups, read_statements, read_votes
from multaqa.engine.opinion._routing import Draw, exposure_weights
from multaqa.engine.opinion._weights import assurance_weights, post_stratify

__all__ = [
    "MODES",
    "BaseClusters",
    "Bridging",
    "Conversation",
    "Draw",
    "Fault",
    "Foretold",
    "Model",
    "Opinion",
    "OpinionError",
    "Places",
    "Reason",
    "Representative",
    "Rows",
    "Seat",
    "Stability",
    "Standing",
    "Statements",
    "Tally",
    "add_vote",
    "adjusted_rand",
    "assurance_weights",
    "check",
    "eligible",
    "explain",
    "exposure_weights",
    "gather",
    "given_base_clusters",
    "next_statement",
    "opinion_map",
    "post_stratify",
    "predict",
    "ranking",
    "read_groups",
    "read_statements",
    "read_votes",
    "seat",
    "standing",
]
