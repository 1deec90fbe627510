"""From a text to what an index keeps, from two words to whether a reader takes them for one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from multaqa.engine.arabic._normalise import normalise
from multaqa.engine.arabic._stem import analyse, stem, stem_of_normalised
from multaqa.engine.arabic._words import STOP

# marks and elongation stay inside a word until it is normalised
_TOKENS = re.compile(
    r"[^\W_]+(?:[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f]+[^\W_]*)*"
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done to a word: a message key and its values."""

    key: str  # normalised, prefix, ending, plural
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """How well a list of families is told apart, in pairs of words."""

    same: int
    joined: int
    across: int
    false_joins: int
    apart: tuple[tuple[str, str], ...]  # of one family, not joined
    mixed: tuple[tuple[str, str], ...]  # of two families, joined

    @property
    def recall(self) -> float:
        return self.joined / self.same if self.same else 1.0

    @property
    def false_share(self) -> float:
        return self.false_joins / self.across if self.across else 0.0


def words(text: str) -> list[str]:
    """The words of a text as they stand, marks included."""
    return _TOKENS.findall(text)


def terms(text: str) -> list[str]:
    """What an index keeps of a text, in its order: stems, without function words."""
    return [stem_of_normalised(word) for word in _TOKENS.findall(normalise(text)) if word not in STOP]


def explain(word: str) -> tuple[Step, ...]:
    """Which rules led from the word to its stem."""
    analysis, plain = analyse(word), normalise(word)
    steps = [Step("normalised", {"from": word, "to": plain})] if plain != word else []
    if analysis.prefix:
        steps.append(Step("prefix", {"taken": analysis.prefix}))
    steps += [Step("ending", {"taken": ending}) for ending in analysis.endings]
    if analysis.plural:
        steps.append(Step("plural", {"from": analysis.plural, "to": analysis.stem, "by": analysis.pattern}))
    return tuple(steps)


def check(families: Sequence[Sequence[str]]) -> Report:
    """Are the words of each family joined, and those of different families kept apart?"""
    stems = [(family, word, stem(word)) for family, row in enumerate(families) for word in row]
    same = joined = across = 0
    apart, mixed = [], []
    for (family, word, first), (other, another, second) in combinations(stems, 2):
        if family == other:
            same += 1
            joined += first == second
            if first != second:
                apart.append((word, another))
        else:
            across += 1
            if first == second:
                mixed.append((word, another))
    return Report(same, joined, across, len(mixed), tuple(apart), tuple(mixed))
