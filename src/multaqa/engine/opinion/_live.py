"""Between two maps: what one more vote changes, at the cost of that person's own votes.

The voter is placed anew and counted in their new group, and the statement's score is solved again with their
vote. What their move does to the scores of other statements waits for the next full map.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from multaqa.engine.opinion._conversation import AGREE, DISAGREE, Floats, Ints, OpinionError
from multaqa.engine.opinion._factor import Equations, Model, equations_of_one, place_one
from multaqa.engine.opinion._groups import points_of
from multaqa.engine.opinion._kmeans import nearest
from multaqa.engine.opinion._opinion import Bridging, Opinion
from multaqa.engine.opinion._polis_lists import Tally
from multaqa.engine.opinion._routing import FLOOR, Draw, chances, draw, information

Ballot = Mapping[int, int]  # statement id -> vote


@dataclass(frozen=True, slots=True)
class Standing:
    """What is kept between maps: counts by group, the model, and what each score rests on."""

    statements: Ints
    shown: Floats  # (S,) 1 where the statement takes part in the map
    model: Model
    equations: Equations
    tally: Tally
    centers: Floats
    least: int


@dataclass(frozen=True, slots=True)
class Seat:
    """Where one participant stands: point on the map, and group or -1."""

    x: float
    y: float
    group: int


def standing(opinion: Opinion) -> Standing:
    """What to keep of a map. Raises OpinionError for one whose groups were given, or of the other mode."""
    found = _bridging(opinion)
    conversation = opinion.conversation
    if not len(found.group_centers):
        raise OpinionError("groups", "nobody can be placed in groups that were given.")
    return Standing(
        conversation.statements, (~conversation.hidden).astype(float), found.model, found.equations,
        opinion.tally, found.group_centers, found.ballots.least,
    )  # fmt: skip


def seat(now: Standing, ballot: Ballot) -> Seat:
    """Where someone with these votes stands."""
    column, vote = _known(now, ballot)
    places = place_one(now.model, column, vote)
    point = points_of(now.model, places)
    group = int(nearest(point, now.centers)[0]) if len(vote) >= now.least else -1
    return Seat(float(point[0, 0]), float(point[0, 1]), group)


def add_vote(now: Standing, *, ballot: Ballot, statement: int, vote: int) -> tuple[Standing, Seat]:
    """The standing after one vote (the first on a statement, or a changed one) and where the voter now is.

    ballot: the voter's votes before it. Raises OpinionError for an unknown statement or vote.
    """
    if vote not in (-1, 0, 1):
        raise OpinionError("vote", "a vote is 1, 0 or -1.")
    _position(now, statement)
    before, after = dict(ballot), {**ballot, statement: vote}
    old, new = seat(now, before), seat(now, after)
    counts = Tally(now.tally.agree.copy(), now.tally.disagree.copy(), now.tally.total.copy())
    for votes, group, step in ((before, old.group, -1), (after, new.group, 1)):
        if group >= 0:
            column, cast = _known(now, votes)
            counts.agree[group, column] += step * (cast == AGREE)
            counts.disagree[group, column] += step * (cast == DISAGREE)
            counts.total[group, column] += step
    return _rescored(replace(now, tally=counts), before, after, statement), new


def next_statement(
    opinion: Opinion, ballot: Ballot, generator: np.random.Generator, *, floor: float = FLOOR
) -> Draw:
    """A statement this person has not answered, drawn by what their vote is expected to teach.

    Keep the probability of the draw with the vote. Raises OpinionError where nothing is left.
    """
    found = _bridging(opinion)
    conversation = opinion.conversation
    answered = np.isin(conversation.statements, list(ballot))
    known = [s for s in ballot if s in set(conversation.statements[~conversation.hidden].tolist())]
    column = np.searchsorted(conversation.statements, known).astype(np.int64)
    mine = equations_of_one(found.model, column, np.array([ballot[s] for s in known], float))
    own = float(mine.solve(found.model.penalty)[1][0])
    gained = information(found.equations, found.model.factor, own=own, mine=mine)
    gained = np.where(conversation.hidden, 0, gained)
    return draw(chances(gained, ~answered & ~conversation.moderated_out, floor), generator)


def _bridging(opinion: Opinion) -> Bridging:
    if opinion.bridging is None:
        raise OpinionError("mode", "this needs a map of the bridging mode.")
    return opinion.bridging


def _position(now: Standing, statement: int) -> int:
    found = int(np.searchsorted(now.statements, statement))
    if found == len(now.statements) or now.statements[found] != statement:
        raise OpinionError("statement", "there is no statement {statement}.", statement=statement)
    return found


def _known(now: Standing, ballot: Ballot) -> tuple[Ints, Floats]:
    """Positions and votes, of the statements that take part in the map."""
    pairs = [(_position(now, statement), vote) for statement, vote in ballot.items()]
    pairs = sorted(pair for pair in pairs if now.shown[pair[0]])
    return np.array([p for p, _v in pairs], np.int64), np.array([v for _p, v in pairs], float)


def _rescored(now: Standing, before: Ballot, after: Ballot, statement: int) -> Standing:
    """The statement's equations without the voter's former share and with their new one."""
    place = _position(now, statement)
    if not now.shown[place]:
        return now
    sums = np.stack([getattr(now.equations, name) for name in Equations.__slots__])
    for ballot, step in ((before, -1.0), (after, 1.0)):
        column, vote = _known(now, ballot)
        if statement in ballot and len(vote) >= now.least:
            own = place_one(now.model, column, vote)
            bias, factor = float(own.bias[0]), float(own.factor[0])
            left = ballot[statement] - now.model.mean - bias
            sums[:, place] += step * np.array([1.0, factor, factor**2, left, left * factor])
    equations = Equations(*sums)
    score, slope = equations.solve(now.model.penalty)
    model = replace(
        now.model,
        bias=_with(now.model.bias, place, score[place]),
        factor=_with(now.model.factor, place, slope[place]),
    )
    return replace(now, equations=equations, model=model)


def _with(values: Floats, place: int, value: float) -> Floats:
    changed = values.copy()
    changed[place] = value
    return changed
