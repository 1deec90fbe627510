"""One factor on observed votes only: vote = mean + b_participant + b_statement + f_participant · f_statement.

Alternating ridge regressions in closed form; each side's intercept and factor are solved together. `b` of a
statement is the agreement that is left once the main divide has been taken out. A second factor, fitted on
what remains, gives the map its height and takes no part in the score.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from multaqa.engine.opinion._ballots import Ballots, first, hidden_votes
from multaqa.engine.opinion._conversation import Columns, Conversation, Floats, Ints

PENALTIES = (3.0, 8.0, 1.0, np.inf)  # of the factor, the usual one first; infinite: no divide
_PENALTY_PARTICIPANT, _PENALTY_STATEMENT = 8.0, 5.0
SAMPLE = 5_000  # ballots on which the penalty is chosen and the first rounds run
_ROUNDS, _MORE_ROUNDS, _REFIT_ROUNDS = 30, 4, 4
_SECOND_ROUNDS, _SECOND_MORE = 15, 5
_HIDDEN, _CLEARLY = 0.1, 0.98
_DENSE_CELLS = 150_000
_SINGLE = 10_000_000  # votes above which single precision holds them


@dataclass(frozen=True, slots=True)
class Model:
    """The fitted figures of the statements, and what is needed to place anyone among them."""

    mean: float
    bias: Floats  # (S,) the bridging score
    factor: Floats  # (S,)
    second: Floats  # (S,) loadings of the second factor
    penalty: float
    noise: float  # mean square of a vote around its prediction, on hidden votes


@dataclass(frozen=True, slots=True)
class Places:
    """Where participants stand."""

    bias: Floats  # (n,) readiness to agree with anything
    factor: Floats  # (n,)
    second: Floats  # (n,)


@dataclass(frozen=True, slots=True)
class Equations:
    """Normal equations of a level and a slope: [[level, cross], [cross, square]] (b, f) = (left, along)."""

    level: Floats
    cross: Floats
    square: Floats
    left: Floats
    along: Floats

    def solve(self, penalty: float) -> tuple[Floats, Floats]:
        """Level and slope; no slope where its penalty is infinite."""
        if not np.isfinite(penalty):
            return self.left / self.level, np.zeros_like(self.level)
        determinant = self.level * self.square - self.cross**2
        return (
            (self.square * self.left - self.cross * self.along) / determinant,
            (self.level * self.along - self.cross * self.left) / determinant,
        )


class _Votes:
    """A conversation's votes and their pattern, both ways, ready for the sums of a round."""

    def __init__(self, conversation: Conversation, weight: Floats, mean: float | None = None) -> None:
        kind = np.float32 if conversation.votes > _SINGLE else np.float64
        self.votes = _held(conversation.matrix(conversation.vote.astype(kind)))
        self.pattern = _held(conversation.matrix(np.ones(conversation.votes, kind)))
        # turned once: a transposition costs more than a small product
        self.votes_turned, self.pattern_turned = self.votes.T, self.pattern.T
        self.cast = conversation.counts().astype(float)
        mass = np.repeat(weight, conversation.counts()) if mean is None else np.ones(1)
        self.mean = float((mass * conversation.vote).sum() / max(mass.sum(), 1e-12)) if mean is None else mean
        self.reweigh(weight)

    def reweigh(self, weight: Floats) -> None:
        self.weight = weight
        self.heard = _product(self.pattern_turned, weight[:, None])[:, 0]


def _held(matrix: Any) -> Any:
    """Dense where it is small: its products then cost less than the bookkeeping of a sparse one."""
    return matrix.toarray() if matrix.shape[0] * matrix.shape[1] <= _DENSE_CELLS else matrix


def _product(matrix: Any, values: Floats) -> Floats:
    found: Floats = (matrix @ values.astype(matrix.dtype, copy=False)).astype(float, copy=False)
    return found


@dataclass(frozen=True, slots=True)
class Trial:
    """Some votes hidden from a model, to learn what the votes bear out."""

    seen: Conversation
    weight: Floats
    row: Columns  # (h,) the hidden votes
    column: Columns
    vote: Floats
    model: Model  # under the penalty that foretold them best
    places: Places


def attempt(counted: Ballots) -> Trial:
    """Hide a tenth of the votes (of 5,000 ballots at most) and fit the rest under each penalty.

    The usual penalty stays unless another foretells the hidden votes clearly better, so that a few more
    ballots do not turn the scores over.
    """
    counted = first(counted, SAMPLE)
    conversation, weight = counted.conversation, counted.weight
    hidden = hidden_votes(counted, _HIDDEN)
    seen = conversation.only(~hidden)
    row, column = conversation.rows()[hidden], conversation.column[hidden]
    truth = conversation.vote[hidden].astype(float)
    votes = _Votes(seen, weight)
    bias, factor = _begin(votes)
    best: tuple[Model, Places] | None = None
    for penalty in PENALTIES:
        bias, factor = _rounds(votes, bias, factor, penalty, _ROUNDS)
        places = Places(*_participants(votes, bias, factor, penalty), np.zeros(len(weight)))
        model = Model(votes.mean, bias, factor, np.zeros_like(bias), penalty, 0.0)
        error = mean_square(truth - predict(model, places, row, column), weight[row])
        if best is None or error < _CLEARLY * best[0].noise:
            best = replace(model, noise=error), places
    assert best is not None
    model = replace(best[0], second=_second_loadings(votes, best[0], None))
    return Trial(seen, weight, row, column, truth, model, place(seen, model))


def fit(conversation: Conversation, weight: Floats, start: Model, rounds: int = _ROUNDS) -> Model:
    """The model of these ballots, from another's statements and under its penalty."""
    votes = _Votes(conversation, weight)
    bias, factor = _rounds(votes, start.bias, start.factor, start.penalty, rounds)
    model = replace(start, mean=votes.mean, bias=bias, factor=factor)
    return replace(model, second=_second_loadings(votes, model, start.second))


def fit_all(counted: Ballots, trial: Trial) -> Model:
    """The model of all ballots; where they are many, most of the way on the sample of the trial."""
    few = first(counted, SAMPLE)
    start = fit(few.conversation, few.weight, trial.model)
    if few is counted:
        return start
    votes = _Votes(counted.conversation, counted.weight)
    bias, factor = _rounds(votes, start.bias, start.factor, start.penalty, _MORE_ROUNDS)
    return replace(start, mean=votes.mean, bias=bias, factor=factor)


def mean_square(gap: Floats, weight: Floats) -> float:
    return float((weight * gap**2).sum() / max(weight.sum(), 1e-12))


def place(conversation: Conversation, model: Model) -> Places:
    """Everyone's place given the statements', one regression a participant."""
    votes = _Votes(conversation, np.ones(len(conversation.participants)), model.mean)
    bias, factor = _participants(votes, model.bias, model.factor, model.penalty)
    if not model.second.any():
        return Places(bias, factor, np.zeros_like(bias))
    return Places(bias, factor, _second_places(votes, model, bias, factor))


def refits(conversation: Conversation, weights: Floats, model: Model) -> Floats:
    """(draws, S) the scores under other weights, each fitted on from the model. weights: (draws, n)."""
    votes = _Votes(conversation, np.ones(len(conversation.participants)), model.mean)
    bias, factor = _rounds(votes, model.bias, model.factor, model.penalty, _REFIT_ROUNDS)
    found = []
    for weight in weights:
        votes.reweigh(weight)
        found.append(_rounds(votes, bias, factor, model.penalty, _REFIT_ROUNDS)[0])
    return np.array(found)


def equations_of_statements(
    conversation: Conversation, weight: Floats, model: Model, places: Places
) -> Equations:
    """(S,) what each statement's figures rest on."""
    votes = _Votes(conversation, weight, model.mean)
    return _of_statements(votes, places.bias, places.factor, model.penalty)


def heard_weight(equations: Equations) -> Floats:
    """(S,) weight of the votes behind each statement's equations."""
    return np.round(equations.level - _PENALTY_STATEMENT, 9)


def equations_of_one(model: Model, column: Ints, vote: Floats) -> Equations:
    """(1,) the same of one participant, from their own votes."""
    bias, factor = model.bias[column], model.factor[column]
    left = vote - model.mean - bias
    figures = (
        len(vote) + _PENALTY_PARTICIPANT, factor.sum(), (factor**2).sum() + _slope_penalty(model.penalty),
        left.sum(), (left * factor).sum(),
    )  # fmt: skip
    return Equations(*(np.array([figure]) for figure in figures))


def place_one(model: Model, column: Ints, vote: Floats) -> Places:
    """(1,) one participant's place: as `place`, at the cost of their own votes."""
    bias, factor = equations_of_one(model, column, vote).solve(model.penalty)
    g = model.second[column]
    remains = vote - model.mean - bias - model.bias[column] - factor * model.factor[column]
    second = (remains * g).sum(keepdims=True) / ((g**2).sum() + _slope_penalty_second(model.penalty))
    return Places(bias, factor, second)


def predict(
    model: Model,
    places: Places,
    row: Ints | Columns,
    column: Ints | Columns,
    *,
    second: bool = False,
) -> Floats:
    """The votes expected at these cells, between -1 and 1; with `second`, along both axes of the map."""
    found = model.mean + places.bias[row] + model.bias[column] + places.factor[row] * model.factor[column]
    if second:
        found = found + places.second[row] * model.second[column]
    return np.clip(found, -1.0, 1.0)


def _begin(votes: _Votes) -> tuple[Floats, Floats]:
    """Mean votes, and loadings along which votes deviate most, by a few rounds of the power method."""
    sums = _product(votes.votes_turned, votes.weight[:, None])[:, 0]
    bias = (sums - votes.mean * votes.heard) / (votes.heard + _PENALTY_STATEMENT)
    loading = 1.0 + 0.1 * np.cos(np.arange(len(bias)) * 1.618)
    for _round in range(8):
        along = np.stack([loading, bias * loading, loading**2], axis=1)
        own = _product(votes.votes, along[:, :1])[:, 0] - _product(votes.pattern, along[:, 1:2])[:, 0]
        own = (own - votes.mean * _product(votes.pattern, along[:, :1])[:, 0]) * votes.weight
        back = np.stack([own], axis=1)
        loading = (
            _product(votes.votes_turned, back)[:, 0]
            - (bias + votes.mean) * _product(votes.pattern_turned, back)[:, 0]
        )
        loading /= max(float(np.sqrt((loading**2).mean())), 1e-12)
    return bias, loading


def _rounds(
    votes: _Votes, bias: Floats, factor: Floats, penalty: float, rounds: int
) -> tuple[Floats, Floats]:
    for _round in range(rounds):
        own_bias, own_factor = _participants(votes, bias, factor, penalty)
        before = bias, factor
        bias, factor = _statements(votes, own_bias, own_factor, penalty)
        if max(np.abs(bias - before[0]).max(), np.abs(factor - before[1]).max()) < 1e-5:
            break
    return bias, factor


def _participants(votes: _Votes, bias: Floats, factor: Floats, penalty: float) -> tuple[Floats, Floats]:
    return _of_participants(votes, bias, factor, penalty).solve(penalty)


def _of_participants(votes: _Votes, bias: Floats, factor: Floats, penalty: float) -> Equations:
    cast = _product(votes.votes, np.stack([np.ones_like(bias), factor], axis=1))
    made = _product(votes.pattern, np.stack([bias, bias * factor, factor, factor**2], axis=1))
    left = cast[:, 0] - votes.mean * votes.cast - made[:, 0]
    along = cast[:, 1] - votes.mean * made[:, 2] - made[:, 1]
    return Equations(
        votes.cast + _PENALTY_PARTICIPANT, made[:, 2], made[:, 3] + _slope_penalty(penalty), left, along
    )


def _statements(votes: _Votes, bias: Floats, factor: Floats, penalty: float) -> tuple[Floats, Floats]:
    return _of_statements(votes, bias, factor, penalty).solve(penalty)


def _of_statements(votes: _Votes, bias: Floats, factor: Floats, penalty: float) -> Equations:
    w = votes.weight
    cast = _product(votes.votes_turned, np.stack([w, w * factor], axis=1))
    made = _product(
        votes.pattern_turned, np.stack([w * bias, w * bias * factor, w * factor, w * factor**2], axis=1)
    )
    left = cast[:, 0] - votes.mean * votes.heard - made[:, 0]
    along = cast[:, 1] - votes.mean * made[:, 2] - made[:, 1]
    return Equations(
        votes.heard + _PENALTY_STATEMENT, made[:, 2], made[:, 3] + _slope_penalty(penalty), left, along
    )


def _slope_penalty(penalty: float) -> float:
    """A finite figure beside the others; `solve` leaves the slope out where the penalty is infinite."""
    return penalty if np.isfinite(penalty) else max(PENALTIES[:-1])


def _slope_penalty_second(penalty: float) -> float:
    return penalty if np.isfinite(penalty) else 3.0


def _second_loadings(votes: _Votes, model: Model, start: Floats | None) -> Floats:
    """Loadings along which votes deviate most from the one-factor model."""
    bias, factor = _participants(votes, model.bias, model.factor, model.penalty)
    remains = _remains(votes, model, bias, factor)
    ridge = _slope_penalty_second(model.penalty)
    turned = remains.T
    begun = start is not None and bool(start.any())
    loading = start if start is not None and begun else np.sin(np.arange(1, len(model.bias) + 1) * 1.618)
    for _round in range(_SECOND_MORE if begun else _SECOND_ROUNDS):
        own = _product(remains, loading[:, None])[:, 0]
        own /= _product(votes.pattern, loading[:, None] ** 2)[:, 0] + ridge
        back = np.stack([votes.weight * own, votes.weight * own**2], axis=1)
        loading = _product(turned, back[:, :1])[:, 0] / (
            _product(votes.pattern_turned, back[:, 1:])[:, 0] + ridge
        )
        size = float(np.sqrt((loading**2).mean()))
        if size < 1e-9:
            return np.zeros_like(loading)
        loading *= max(1.0, float(np.sqrt((model.factor**2).mean())) / size)
    signed: Floats = loading * np.sign(loading[np.argmax(np.abs(loading))])
    return signed


def _second_places(votes: _Votes, model: Model, bias: Floats, factor: Floats) -> Floats:
    """As `_second_loadings` sees people, without holding what remains of each vote."""
    ridge = _slope_penalty_second(model.penalty)
    g = model.second
    cast = _product(votes.votes, g[:, None])[:, 0]
    made = _product(votes.pattern, np.stack([g, model.bias * g, model.factor * g, g**2], axis=1))
    along = cast - (votes.mean + bias) * made[:, 0] - made[:, 1] - factor * made[:, 2]
    found: Floats = along / (made[:, 3] + ridge)
    return found


def _remains(votes: _Votes, model: Model, bias: Floats, factor: Floats) -> Any:
    """What the one-factor model leaves of each vote."""
    if isinstance(votes.votes, np.ndarray):
        made = model.mean + bias[:, None] + model.bias + factor[:, None] * model.factor
        return (votes.votes - made) * votes.pattern
    left = votes.votes.copy()
    column = left.indices
    row = np.repeat(np.arange(len(bias)), np.diff(left.indptr))
    told = model.mean + bias[row] + model.bias[column] + factor[row] * model.factor[column]
    left.data = (left.data - told).astype(left.dtype)
    return left
