"""Who are the voters of a group? Told only where enough of them share what is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from multaqa.engine.allocation._election import Election, Ids


@dataclass(frozen=True, slots=True)
class Trait:
    """`voters` of the group have this value: `share` of the group, against `share_of_all` of the voters."""

    column: str
    value: str
    voters: int
    share: float
    share_of_all: float


def portrait(
    election: Election, members: Ids, columns: Mapping[str, Sequence[str]], *, least: int
) -> tuple[Trait, ...]:
    """For each column (one text a voter, in the order of the ballots) the value that most sets a group apart.

    members: the merged ballots of the group. least: a value is told when so many of the group have it, and
    when those of the group who do not have it are as many, or none, so that no few people are described by
    what is left over. A value no more frequent in the group than among all voters describes nobody.
    """
    inside = np.isin(election.group_of, members)
    size = int(inside.sum())
    found = []
    for name, values in columns.items():
        everyone = Counter(values)
        group = Counter(value for value, taken in zip(values, inside.tolist(), strict=True) if taken)
        traits = [
            Trait(name, value, voters, voters / size, everyone[value] / len(values))
            for value, voters in group.items()
            if value and voters >= least and (voters == size or size - voters >= least)
        ]
        traits = [trait for trait in traits if trait.share > trait.share_of_all]
        if traits:
            found.append(max(traits, key=lambda trait: (trait.share / trait.share_of_all, trait.value)))
    return tuple(found)
