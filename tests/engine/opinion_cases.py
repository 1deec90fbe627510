"""Conversations for the opinion kernel: published ones, invented ones, and a slow oracle of the platform."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from multaqa.engine.opinion import Conversation, gather, given_base_clusters, read_statements, read_votes

COMPLETE = ("scoop-hivemind.taxes", "scoop-hivemind.biodiversity")
ALL = (*COMPLETE, "vtaiwan.uberx")


@dataclass(frozen=True)
class Published:
    """A conversation and what the platform itself published of it (its sign turned to 1 = agree)."""

    conversation: Conversation
    math: dict
    groups: np.ndarray  # (n,) -1 none

    def base(self):
        given = self.math["base-clusters"]
        parts = {key: given[key] for key in ("members", "x", "y")}
        return given_base_clusters(self.conversation, ids=given["id"], **parts)

    def positions(self, statements) -> list[int]:
        return np.searchsorted(self.conversation.statements, list(statements)).tolist()


def published(shared_data: Path, name: str) -> Published:
    folder = shared_data / "polis" / name
    path = folder / "published_math.json"
    math = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    rows = read_votes([(folder / "votes.csv").read_bytes()], moments=True)
    listed = read_statements((folder / "statements.csv").read_text(encoding="utf-8"))
    conversation = gather(
        participant=rows.participant,
        statement=rows.statement,
        vote=rows.vote,
        moment=rows.moment,
        statements=listed.ids,
        moderated_out=listed.moderated_out,
        meta=np.array(math.get("meta-tids", []), np.int64),
    )
    with (folder / "published_groups.csv").open(encoding="utf-8") as file:
        of = {int(row["participant"]): int(row["group"]) for row in csv.DictReader(file)}
    groups = np.array([of.get(person, -1) for person in conversation.participants.tolist()])
    return Published(conversation, math, groups)


def triplets(conversation: Conversation):
    """participant, statement, vote as `gather` takes them."""
    people = conversation.participants[conversation.rows()]
    return people, conversation.statements[conversation.column], conversation.vote


def regathered(conversation: Conversation, people, statements, votes) -> Conversation:
    """The same statements with other votes."""
    return gather(
        participant=people,
        statement=statements,
        vote=votes,
        statements=conversation.statements,
        moderated_out=conversation.statements[conversation.moderated_out],
        meta=conversation.statements[conversation.meta],
    )


def camps(sizes=(120, 80), statements=40, *, divide=1.0, seed=3, share=0.6) -> Conversation:
    """Groups that disagree on the first half of the statements and agree on the second."""
    chance = np.random.default_rng(seed)
    side = np.repeat(np.linspace(1, -1, len(sizes)) if len(sizes) > 1 else [0.0], sizes)
    slope = np.where(np.arange(statements) < statements // 2, chance.choice([-1, 1], statements), 0) * divide
    level = np.where(np.arange(statements) < statements // 2, 0.0, 0.7)
    wish = level + side[:, None] * slope + chance.normal(0, 0.5, (len(side), statements))
    row, column = np.nonzero(chance.random(wish.shape) < share)
    vote = np.where(wish > 0.3, 1, np.where(wish < -0.3, -1, 0))[row, column]
    return gather(participant=row, statement=column, vote=vote)


def dense_plane(conversation: Conversation):
    """Components and points as the platform has them: a dense matrix, missing votes filled with means."""
    table = np.full((len(conversation.participants), len(conversation.statements)), np.nan)
    table[conversation.rows(), conversation.column] = conversation.vote
    table = table[:, ~np.isnan(table).all(axis=0)]
    voted = np.bincount(conversation.column, minlength=len(conversation.statements)) > 0
    table[:, conversation.hidden[voted]] = 0
    mean = np.nanmean(table, axis=0)
    cast = (~np.isnan(table)).sum(axis=1)
    centred = np.where(np.isnan(table), 0, table - mean)
    components = np.linalg.svd(centred, full_matrices=False)[2][:2]
    return components, centred @ components.T * np.sqrt(table.shape[1] / np.maximum(1, cast))[:, None]


@st.composite
def conversations(draw, most_people=12, most_statements=8):
    """Any small conversation, sparse or not."""
    people, statements = draw(st.integers(1, most_people)), draw(st.integers(1, most_statements))
    cells = draw(
        st.dictionaries(
            st.tuples(st.integers(1, people), st.integers(1, statements)),
            st.sampled_from([-1, 0, 1]),
            min_size=1,
            max_size=people * statements,
        )
    )
    hidden = draw(st.sets(st.integers(1, statements), max_size=1))
    return gather(
        participant=[person for person, _ in cells],
        statement=[statement for _, statement in cells],
        vote=list(cells.values()),
        moderated_out=sorted(hidden),
    )
