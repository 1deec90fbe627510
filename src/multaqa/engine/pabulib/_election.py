"""From a file to the election it describes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from multaqa.engine.allocation import Election, gather
from multaqa.engine.pabulib._cells import Cells, split, unword, word, words
from multaqa.engine.pabulib._format import NUMBER, Pabulib, PabulibError, withdrawn
from multaqa.engine.pabulib._read import places

Ints = NDArray[np.int64]


def election(file: Pabulib) -> Election:
    """The election of a file: ballots de-duplicated and merged, withdrawn projects set aside.

    Raises PabulibError on a vote for an unknown project or points that do not match the vote.
    """
    owner, project, points, unit, ballot_of = _plain_marks(file) or _marks(file)
    threshold = file.meta.get("min_project_score_threshold", "")
    least = Decimal(threshold.replace(",", ".")) * unit if NUMBER.fullmatch(threshold) else None
    return gather(
        projects=file.ids,
        costs=file.costs,
        budget=file.budget,
        kind=file.kind,
        owner=owner,
        project=project,
        points=points,
        ballot_of=ballot_of,
        unit=file.unit,
        points_unit=unit,
        withdrawn=withdrawn(file),
        exclusive=_exclusive(file),
        threshold=None if least is None else int(least.to_integral_value("ROUND_CEILING")),
    )


Marks = tuple[Ints, Ints, Ints, int, Ints]  # ballot, project and points of each mark, points unit, ballot_of


def _plain_marks(file: Pabulib) -> Marks | None:
    """The marks of ballots in cells, all at once; None where one of them needs a closer look."""
    table = file.votes
    if not isinstance(table, Cells):
        return None
    owner, begin, end = split(table, "vote")
    project = _numbered(words(table, begin, end), [word(name) for name in file.ids])
    if project is None:
        return None
    points, unit = np.ones(len(owner), np.int64), 1
    if file.kind == "cumulative":
        giver, begin, end = split(table, "points")
        given = words(table, begin, end)
        if given is None or not np.array_equal(giver, owner):
            return None
        kinds, place = np.unique(given, return_inverse=True)
        texts = [unword(number) for number in kinds.tolist()]
        unit = _points_unit(texts)
        worth = np.array([_points(text, unit) for text in texts], np.int64)
        if (worth < 0).any():
            return None
        points = worth[place]
    return owner, project, points, unit, np.arange(len(file.vote_lines))


def _numbered(found: NDArray[np.uint64] | None, known: Sequence[int | None]) -> Ints | None:
    """Place of each word in a list; None where one is not in it."""
    if found is None or None in known or not known:
        return None
    list_of = np.array(known, np.uint64)
    order = np.argsort(list_of)
    ordered = list_of[order]
    place = np.minimum(np.searchsorted(ordered, found), len(order) - 1)
    return order[place] if np.array_equal(ordered[place], found) else None


def _points_unit(texts: Iterable[str]) -> int:
    found = (NUMBER.fullmatch(text.strip()) for text in texts if "." in text)
    return int(10 ** max((places(Decimal(number[0])) for number in found if number), default=0))


def _marks(file: Pabulib) -> Marks:
    """The same, ballot by ballot."""
    votes = file.votes["vote"]
    texts = list(zip(votes, file.votes["points"] if file.kind == "cumulative" else votes, strict=True))
    unit = 1
    if file.kind == "cumulative":
        unit = _points_unit({cell for _, given in texts for cell in given.split(",")})
    distinct = dict.fromkeys(texts)
    for number, text in enumerate(distinct):
        distinct[text] = number
    ballot_of = np.fromiter((distinct[text] for text in texts), np.int64, len(texts))
    ballots = list(distinct)
    place = {name: number for number, name in enumerate(file.ids)}
    lengths = np.fromiter((text.count(",") + 1 if text else 0 for text, _ in ballots), np.int64, len(ballots))
    owner = np.repeat(np.arange(len(ballots)), lengths)
    names = ",".join(text for text, _ in ballots if text).split(",") if len(owner) else []
    try:
        project = np.fromiter((place[name] for name in names), np.int64, len(names))
    except KeyError:
        # an unknown id, or spaces and stray commas: look at the cells one by one
        project = np.fromiter((place.get(name.strip(), -1) for name in names), np.int64, len(names))
        for mark in np.flatnonzero(project < 0).tolist():
            if names[mark].strip():
                raise PabulibError(
                    "unknown_project",
                    "the ballot marks project {project}, which is not in PROJECTS.",
                    line=_line(file, int(owner[mark]), ballot_of),
                    project=names[mark].strip(),
                ) from None
    points = np.ones(len(names), np.int64)
    if file.kind == "cumulative":
        points = _given(file, ballots, lengths, owner, unit, ballot_of)
    named = project >= 0
    return owner[named], project[named], points[named], unit, ballot_of


def _given(
    file: Pabulib, ballots: list[tuple[str, str]], lengths: Ints, owner: Ints, unit: int, ballot_of: Ints
) -> Ints:
    """Points of each mark."""
    for number, (text, given) in enumerate(ballots):
        if text and given.count(",") + 1 != lengths[number]:
            raise PabulibError(
                "points_mismatch",
                "{votes} projects but {points} points on the ballot.",
                line=_line(file, number, ballot_of),
                votes=int(lengths[number]),
                points=given.count(",") + 1,
            )
    cells = ",".join(given for text, given in ballots if text).split(",") if len(owner) else []
    worth = {cell: _points(cell, unit) for cell in set(cells)}
    points = np.fromiter((worth[cell] for cell in cells), np.int64, len(cells))
    if (points < 0).any():
        mark = int(np.argmax(points < 0))
        raise PabulibError(
            "not_points",
            "the points {value} are not a number.",
            line=_line(file, int(owner[mark]), ballot_of),
            value=cells[mark].strip() or "(empty)",
        )
    return points


def _line(file: Pabulib, ballot: int, ballot_of: Ints) -> int:
    voter = int(np.argmax(ballot_of == ballot))
    return int(file.vote_lines[voter]) if len(file.vote_lines) else voter + 1


def _points(cell: str, unit: int) -> int:
    tidy = cell.strip()
    return int(Decimal(tidy) * unit) if re.fullmatch(r"\d+(\.\d+)?", tidy) else -1


def _exclusive(file: Pabulib) -> list[list[str]]:
    """Sets of conflicting projects, from an optional column `exclusive_group`; the order of rows is the
    precedence.
    """
    sets: dict[str, list[str]] = {}
    for name, label in zip(file.ids, file.projects.get("exclusive_group", ()), strict=False):
        if label.strip():
            sets.setdefault(label.strip(), []).append(name)
    return [members for members in sets.values() if len(members) > 1]
