"""The map of one conversation: the public verb and what it returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.opinion import _lists
from multaqa.engine.opinion._ballots import Ballots, ballots
from multaqa.engine.opinion._conversation import (
    Conversation,
    Floats,
    Ints,
    Mask,
    OpinionError,
    eligible,
)
from multaqa.engine.opinion._factor import (
    Equations,
    Model,
    Places,
    attempt,
    equations_of_statements,
    fit_all,
    heard_weight,
    place,
)
from multaqa.engine.opinion._groups import (
    Foretold,
    Stability,
    cluster,
    number_of_groups,
    points_of,
    stability,
)
from multaqa.engine.opinion._kmeans import nearest
from multaqa.engine.opinion._polis_groups import BaseClusters, base_clusters, groups_of
from multaqa.engine.opinion._polis_lists import (
    Representative,
    Tally,
    consensus,
    group_aware_consensus,
    priorities,
    representative,
    tally,
    zeroed,
)
from multaqa.engine.opinion._polis_map import plane, within_caps
from multaqa.engine.opinion._routing import chances, information
from multaqa.engine.opinion._score import intervals, lower_bounds

MODES = ("bridging", "polis")


@dataclass(frozen=True, slots=True)
class Bridging:
    """What only the default mode knows."""

    ballots: Ballots
    model: Model
    places: Places  # (n,) of all participants
    score: Floats  # (S,) the statement's own level; NaN without votes
    low: Floats
    high: Floats
    heard: Floats  # (S,) weight of the votes that count
    agree_bound: Floats  # (S,) share that agrees in the least willing group, 95 % sure; NaN: too few votes
    disagree_bound: Floats
    group_centers: Floats  # (k, 2); empty where the groups were given
    stability: Stability | None  # None where the groups were given
    foretold: Foretold
    equations: Equations  # (S,) what each score rests on
    weights: Floats | None  # (n,) as given


@dataclass(frozen=True, slots=True)
class Opinion:
    """Where people stand, in which groups, and what they share. Arrays follow the conversation's order."""

    mode: str
    conversation: Conversation
    center: Floats  # (S,) mean vote (polis), expected vote of a person in the middle (bridging)
    components: Floats  # (2, S)
    explained: Floats  # (2,) share of the variance (polis), share of the squared error removed (bridging)
    points: Floats  # (n, 2)
    group: Ints  # (n,) -1: in none
    groups: int
    base: BaseClusters | None
    tally: Tally  # (k, S) the raw votes of grouped participants
    representative: tuple[tuple[Representative, ...], ...]
    consensus: tuple[tuple[int, ...], tuple[int, ...]]  # agree, disagree: positions of statements
    group_aware_consensus: Floats  # (S,) the platform's product
    priorities: Floats  # (S,) weight of each draw (polis), its chance for a newcomer (bridging)
    bridging: Bridging | None

    def voted(self) -> Mask:
        """(S,) statements with votes."""
        return np.bincount(self.conversation.column, minlength=len(self.conversation.statements)) > 0


def opinion_map(
    conversation: Conversation,
    *,
    mode: str = "bridging",
    groups: Ints | None = None,
    base: BaseClusters | None = None,
    weights: Floats | None = None,
) -> Opinion:
    """Where do people agree across their differences?

    groups: (n,) the group of each participant, -1 for none, instead of those found; base: published base
    clusters to group (polis only); weights: (n,) participants' weights (bridging only). Raises OpinionError
    where the input does not fit or no statement is shown.
    """
    if mode not in MODES:
        raise OpinionError("mode", "the mode is bridging or polis.")
    if groups is not None and (len(groups) != len(conversation.participants) or groups.max() < 0):
        raise OpinionError("groups", "the groups hold none of the participants.")
    if mode == "polis":
        if weights is not None:
            raise OpinionError("weights", "the compatible mode knows no weights.")
        return _polis(conversation, groups, base)
    if weights is not None and (len(weights) != len(conversation.participants) or not weights.min() >= 0):
        raise OpinionError("weights", "every participant needs a weight of 0 or more.")
    return _bridging(conversation, groups, weights)


def _polis(conversation: Conversation, groups: Ints | None, base: BaseClusters | None) -> Opinion:
    held = within_caps(conversation)
    if len(held.participants) < len(conversation.participants):
        kept = np.searchsorted(conversation.participants, held.participants)
        groups = None if groups is None else groups[kept]
    drawn = plane(held)
    if groups is None:
        base = base_clusters(held, drawn.points, eligible(held)) if base is None else base
        found = groups_of(base)
        groups = np.where(base.of >= 0, found[base.of], -1)
    k = int(groups.max()) + 1
    everyone = tally(held, np.zeros(len(groups), np.int64), 1)
    voted = everyone.total[0] > 0
    counts = tally(held, groups, k)
    members = np.bincount(groups[groups >= 0], minlength=k)
    blank = zeroed(everyone, np.array([len(groups)]), voted, held.hidden)
    return Opinion(
        mode="polis",
        conversation=held,
        center=drawn.center,
        components=drawn.components,
        explained=drawn.variance,
        points=drawn.points,
        group=groups,
        groups=k,
        base=base,
        tally=counts,
        representative=representative(zeroed(counts, members, voted, held.hidden), held.hidden),
        consensus=consensus(blank),
        group_aware_consensus=group_aware_consensus(counts),
        priorities=priorities(counts, drawn.extremity, held.meta),
        bridging=None,
    )


def _bridging(conversation: Conversation, groups: Ints | None, weights: Floats | None) -> Opinion:
    hidden = conversation.hidden
    shown = conversation.only(~hidden[conversation.column]) if hidden.any() else conversation
    if not shown.votes:
        raise OpinionError("nothing_shown", "no vote is on a statement that is shown.")
    counted = ballots(shown, weights)
    if not counted.weight.sum() > 0:
        raise OpinionError("weights", "nobody whose ballot counts has a weight above 0.")
    trial = attempt(counted)
    model = fit_all(counted, trial)
    own = place(counted.conversation, model)
    places = _places(shown, counted, model, own)
    points = points_of(model, places)
    k, foretold = number_of_groups(trial)
    centers, firm = np.empty((0, 2)), None
    own_points = points_of(model, own)
    if groups is None:
        centers = cluster(own_points, counted.weight, k)
        firm = stability(counted, model, own_points, centers)
        groups = np.where(counted.counted, nearest(points, centers), -1)
        ballot_group = nearest(own_points, centers)
    else:
        ballot_group = np.zeros(len(counted.weight), np.int64)
        ballot_group[counted.of] = groups[counted.counted]
    k = int(groups.max()) + 1
    bounds = lower_bounds(counted, ballot_group, k)
    low, high = intervals(counted, model)
    counts = tally(shown, groups, k)
    equations = equations_of_statements(counted.conversation, counted.weight, model, own)
    heard = heard_weight(equations)
    unknown = heard <= 0
    gained = information(equations, model.factor, own=0.0, mine=None)
    return Opinion(
        mode="bridging",
        conversation=conversation,
        center=model.mean + model.bias,
        components=np.stack([model.factor, model.second]),
        explained=_explained(foretold),
        points=points,
        group=groups,
        groups=k,
        base=None,
        tally=counts,
        representative=_lists.representative(counts, hidden),
        consensus=_lists.consensus(*bounds),
        group_aware_consensus=group_aware_consensus(counts),
        priorities=chances(np.where(hidden, 0, gained), ~conversation.moderated_out),
        bridging=Bridging(
            counted,
            model,
            places,
            np.where(unknown, np.nan, model.bias),
            np.where(unknown, np.nan, low),
            np.where(unknown, np.nan, high),
            heard,
            *bounds,
            centers,
            firm,
            foretold,
            equations,
            weights,
        ),
    )


def _places(shown: Conversation, counted: Ballots, model: Model, own: Places) -> Places:
    """Everyone's place: one regression a distinct ballot, and one for each ballot too short to count."""
    found = [np.empty(len(shown.participants)) for _ in range(3)]
    short = np.flatnonzero(~counted.counted)
    others = place(shown.part(short), model)
    for values, of_ballot, of_short in zip(
        found,
        (own.bias, own.factor, own.second),
        (others.bias, others.factor, others.second),
        strict=True,
    ):
        values[counted.counted] = of_ballot[counted.of]
        values[short] = of_short
    return Places(*found)


def _explained(foretold: Foretold) -> Floats:
    """Share of the squared error on hidden votes that each axis removes, over each statement's mean."""
    alone = max(foretold.groups[0] ** 2, 1e-12)
    first, both = 1 - foretold.model**2 / alone, 1 - foretold.plane**2 / alone
    return np.array([max(0.0, first), max(0.0, both - max(0.0, first))])
