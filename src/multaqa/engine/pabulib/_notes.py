"""What is odd about a file without stopping the count."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multaqa.engine.pabulib._cells import Cells, marks_per_cell, words
from multaqa.engine.pabulib._format import Note, Pabulib, withdrawn


def notes_on(file: Pabulib) -> Iterator[Note]:
    for key, found in (("num_projects", len(file.ids)), ("num_votes", len(file.vote_lines))):
        stated = file.meta.get(key, "")
        if stated and stated != str(found):
            yield Note("count_differs", {"name": key, "stated": stated, "found": found})
    for name in withdrawn(file):
        yield Note("withdrawn", {"project": name})
    for name, cost in zip(file.ids, file.costs, strict=True):
        if cost <= file.unit and cost in (0, file.unit):
            yield Note("free_project", {"project": name, "cost": cost})
    repeated = _repeated(file, "voter_id")
    if repeated:
        yield Note("repeated_voter", {"ballots": repeated})
    yield from _limit_notes(file)
    for key in ("experimental", "fully_funded"):
        if file.meta.get(key) == "1":
            yield Note(key, {})
    if file.meta.get("comment"):
        yield Note("comment", {"text": file.meta["comment"]})


def _limit_notes(file: Pabulib) -> Iterator[Note]:
    """Ballots longer or shorter than META allows, the longest never more than there are projects."""
    lengths = marks_per_cell(file.votes, "vote")
    for key, bound in (("max_length", -1), ("min_length", 1)):
        stated = file.meta.get(key, "")
        if stated.isdigit():
            limit = min(int(stated), len(file.ids))
            broken = int((lengths * bound < limit * bound).sum())
            if broken:
                yield Note("limit_broken", {"name": key, "limit": limit, "ballots": broken})


def _repeated(file: Pabulib, name: str) -> int:
    """Rows of a column that an earlier row already has."""
    if name not in file.votes:
        return 0
    if isinstance(file.votes, Cells):
        found = words(file.votes, *file.votes.spans(name))
        if found is not None:
            return len(found) - len(np.unique(found))
    column = file.votes[name]
    return len(column) - len(set(column))
