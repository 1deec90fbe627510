"""`multaqa opinion`: draw the opinion map of a conversation from its votes, and say what people share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, NoReturn

import click
import numpy as np

from multaqa.cli.output import json_option, refuse
from multaqa.cli.words import _, engine_sentence
from multaqa.engine.errors import EngineError
from multaqa.engine.opinion import (
    MODES,
    BaseClusters,
    Conversation,
    Opinion,
    OpinionError,
    Rows,
    Statements,
    check,
    gather,
    given_base_clusters,
    opinion_map,
    ranking,
    read_groups,
    read_statements,
    read_votes,
)

_BLOCK = 1 << 18
_POINTS = 1 << 14
_MOST_PROVEN = 1_000_000  # votes
_SHOWN = 5

Published = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """What was read: the conversation, the texts, and what the platform's own output adds."""

    conversation: Conversation
    text: dict[int, str]
    published: Published


@click.command("opinion")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--mode", type=click.Choice(MODES), default="bridging", show_default=True)
@click.option(
    "--groups", "groups_file", type=click.Path(path_type=Path),
    help="CSV participant,group: take these groups instead of finding them.",
)  # fmt: skip
@click.option(
    "--base-clusters", "base_file", type=click.Path(path_type=Path),
    help="JSON with the platform's base clusters: group these (mode polis).",
)  # fmt: skip
@json_option
def command(
    folder: Path, mode: str, groups_file: Path | None, base_file: Path | None, json_path: str | None
) -> None:
    """Where do the people who voted in FOLDER agree across their differences?

    FOLDER holds votes.csv (participant, statement, vote, modified_s, or as Polis exports them) and
    statements.csv; a vote is 1 agree, 0 pass, -1 disagree.
    """
    if base_file is not None and (mode != "polis" or groups_file is not None):
        raise click.UsageError("--base-clusters goes with --mode polis and without --groups.")
    began = perf_counter()
    published = _json(base_file) if base_file else _beside(folder)
    source = _read(folder, mode, published)
    labels, base, names = None, None, None
    try:
        if groups_file is not None:
            labels, names = _groups(groups_file, source.conversation)
        if base_file is not None:
            base = _base(published, source.conversation)
    except (EngineError, KeyError, TypeError, ValueError) as wrong:
        _refuse(groups_file or base_file, wrong)
    read = perf_counter()
    try:
        opinion = opinion_map(source.conversation, mode=mode, groups=labels, base=base)
    except OpinionError as wrong:
        _refuse(folder / "votes.csv", wrong)
    drawn = perf_counter()
    if json_path is None:
        click.echo(_summary(opinion, source.text))
        return
    result = report(opinion, names)
    result["ignored"] = _ignored(source.conversation, opinion)
    result["faults"] = _faults(opinion)
    result["seconds"] = {
        "parse": round(read - began, 6),
        "map": round(drawn - read, 6),
        "check": round(perf_counter() - drawn, 6),
    }
    _write(result, opinion, names, json_path)


def report(opinion: Opinion, names: list[int] | None = None) -> dict[str, Any]:
    """The result under the keys of the command's contract, but for the points, which are written apart.

    names: the groups' own numbers, where they were given.
    """
    ids = opinion.conversation.statements.tolist()
    voted = opinion.voted()
    used = np.flatnonzero(voted).tolist()
    everyone = opinion.conversation.participants
    return {
        "mode": opinion.mode,
        "participants": len(everyone),
        "statements": int(voted.sum()),
        "votes": opinion.conversation.votes,
        "pca": {
            "center": _keyed(ids, opinion.center, used),
            "components": [_keyed(ids, axis, used) for axis in opinion.components],
            "explained": opinion.explained.tolist(),
        },
        "groups": [
            {
                "id": g if names is None else names[g],
                "members": everyone[opinion.group == g].tolist(),
                "representative": [
                    {
                        "statement": ids[row.statement],
                        "direction": row.direction,
                        "share": row.share,
                        "share_test": row.share_test,
                        "ratio": row.ratio,
                        "ratio_test": row.ratio_test,
                    }
                    for row in opinion.representative[g]
                ],
            }
            for g in range(opinion.groups)
        ],
        "consensus": {
            "agree": [ids[s] for s in opinion.consensus[0]],
            "disagree": [ids[s] for s in opinion.consensus[1]],
        },
        **_of_mode(opinion, ids, used),
    }


def _of_mode(opinion: Opinion, ids: list[int], used: list[int]) -> dict[str, Any]:
    product = _keyed(ids, opinion.group_aware_consensus, used)
    found = opinion.bridging
    if found is None:
        return {
            "group_aware_consensus": product,
            "priorities": _keyed(ids, opinion.priorities, used),
            "bridging": [],
            "stability": {},
        }
    firm = found.stability
    return {
        "group_aware_consensus": _keyed(ids, found.agree_bound, used),
        "group_aware_consensus_product": product,
        "priorities": _keyed(ids, opinion.priorities, list(range(len(ids)))),
        "bridging": [
            {
                "statement": ids[s],
                "score": float(found.score[s]),
                "low": float(found.low[s]),
                "high": float(found.high[s]),
                "factor": float(found.model.factor[s]),
                "agree_bound": _number(found.agree_bound[s]),
                "disagree_bound": _number(found.disagree_bound[s]),
            }
            for s in ranking(opinion)
        ],
        "stability": {
            "groups": opinion.groups,
            "firm": None if firm is None else firm.firm,
            "median": None if firm is None else firm.median,
            "least": None if firm is None else firm.least,
            "resamples": 0 if firm is None else firm.resamples,
            "ballots_in_each": 0 if firm is None else firm.kept,
            "apart": None if firm is None else firm.apart,
        },
        "model": {
            "mean": found.model.mean,
            "penalty": _number(found.model.penalty),
            "ballots": len(found.ballots.weight),
            "least_votes": found.ballots.least,
            "weight_set_aside": found.ballots.set_aside,
        },
        "foretold": {
            "hidden_votes": found.foretold.hidden,
            "rmse": found.foretold.model,
            "rmse_both_axes": found.foretold.plane,
            "rmse_by_groups": {str(k): error for k, error in enumerate(found.foretold.groups, 1)},
        },
    }


def _read(folder: Path, mode: str, published: Published) -> Source:
    votes, listed = folder / "votes.csv", folder / "statements.csv"
    statements = _sure(listed, lambda: read_statements(_text(listed)))
    # who came first matters to the compatible mode alone; else moments only tell repeated votes apart
    rows = _sure(votes, lambda: _votes(votes, moments=mode == "polis"))
    conversation = _gather(rows, statements, published)
    if rows.moment is None and conversation.votes < len(rows.vote):
        rows = _sure(votes, lambda: _votes(votes, moments=True))
        conversation = _gather(rows, statements, published)
    return Source(conversation, statements.text, published)


def _gather(rows: Rows, statements: Statements, published: Published) -> Conversation:
    """With what the platform's own output says of statements, where the export leaves it out."""
    meta, out = statements.meta, statements.moderated_out
    if not statements.meta_known and isinstance(published.get("meta-tids"), list):
        meta = np.array(published["meta-tids"], np.int64)
    if isinstance(published.get("mod-out"), list):
        out = np.array(published["mod-out"], np.int64)
        out = out[~np.isin(out, meta)]
    return gather(
        participant=rows.participant,
        statement=rows.statement,
        vote=rows.vote,
        moment=rows.moment,
        statements=statements.ids,
        moderated_out=out,
        meta=meta,
    )


def _votes(path: Path, *, moments: bool) -> Rows:
    click.echo(f"reading {path.name}", err=True)

    def blocks() -> Iterator[bytes]:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block

    return read_votes(blocks(), moments=moments)


def _groups(path: Path, conversation: Conversation) -> tuple[Any, list[int]]:
    """(n,) positions among the groups named, and their names in order."""
    given = _sure(path, lambda: read_groups(_text(path)))
    found = np.array([given.get(person, -1) for person in conversation.participants.tolist()])
    names = sorted(set(found[found >= 0].tolist()))
    if not names:
        raise OpinionError("groups", "the groups hold none of the participants.")
    return np.where(found >= 0, np.searchsorted(names, found), -1), names


def _base(published: Published, conversation: Conversation) -> BaseClusters:
    given = published.get("base-clusters", published)
    if not isinstance(given, dict) or any(key not in given for key in ("id", "members", "x", "y")):
        raise OpinionError("base_clusters", "there are no base clusters with id, members, x and y.")
    return given_base_clusters(
        conversation, ids=given["id"], members=given["members"], x=given["x"], y=given["y"]
    )


def _beside(folder: Path) -> Published:
    path = folder / "published_math.json"
    return _json(path) if path.is_file() else {}


def _json(path: Path) -> Published:
    try:
        found = json.loads(_text(path))
    except json.JSONDecodeError as wrong:
        refuse(_("{file}: line {line} is not JSON.").format(file=path, line=wrong.lineno))
    if not isinstance(found, dict):
        refuse(_("{file} is not a JSON object.").format(file=path))
    return found


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as missing:
        refuse(_("{file} cannot be read: {reason}.").format(file=path, reason=missing.strerror))
    except UnicodeDecodeError as wrong:
        line = wrong.object[: wrong.start].count(b"\n") + 1
        refuse(_("{file}: line {line} is not UTF-8 text.").format(file=path, line=line))


def _sure(path: Path, read: Any) -> Any:
    try:
        return read()
    except OpinionError as wrong:
        _refuse(path, wrong)
    except OSError as missing:
        refuse(_("{file} cannot be read: {reason}.").format(file=path, reason=missing.strerror))


def _refuse(path: Path | None, wrong: Exception) -> NoReturn:
    said = engine_sentence(wrong) if isinstance(wrong, EngineError) else _("it is not as it should be.")
    refuse(" ".join(f"{path}: {said}".split()))


def _ignored(conversation: Conversation, opinion: Opinion) -> dict[str, int]:
    """What lies beyond the limits of the compatible mode."""
    held = opinion.conversation
    return {
        "participants": len(conversation.participants) - len(held.participants),
        "votes": conversation.votes - held.votes,
    }


def _faults(opinion: Opinion) -> list[dict[str, Any]] | None:
    """The proof, or null where it would cost more than a second."""
    if opinion.conversation.votes > _MOST_PROVEN:
        return None
    return [{"key": fault.key, "values": fault.values} for fault in check(opinion)]


def _keyed(ids: list[int], values: Any, used: list[int]) -> dict[str, float | None]:
    return {str(ids[s]): _number(values[s]) for s in used}


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _write(result: dict[str, Any], opinion: Opinion, names: list[int] | None, path: str) -> None:
    """One key a line, the points in pieces: a million of them must not be held as objects."""
    if path == "-":
        for piece in _pieces(result, opinion, names):
            click.echo(piece, nl=False)
        return
    try:
        with Path(path).open("w", encoding="utf-8") as file:
            file.writelines(_pieces(result, opinion, names))
    except OSError as error:
        refuse(_("{file} cannot be written: {reason}.").format(file=path, reason=error.strerror))


def _pieces(result: dict[str, Any], opinion: Opinion, names: list[int] | None) -> Iterator[str]:
    separator = "{\n"
    for key, value in result.items():
        yield f"{separator}{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
        separator = ",\n"
        if key == "pca":
            yield ',\n"points": ['
            yield from _points(opinion, names or list(range(opinion.groups)))
            yield "]"
    yield "\n}\n"


def _points(opinion: Opinion, names: list[int]) -> Iterator[str]:
    shape = '{"id": %d, "x": %r, "y": %r, "group": %s'
    columns = [opinion.conversation.participants, opinion.points[:, 0], opinion.points[:, 1], opinion.group]
    if opinion.bridging is not None:
        shape += ', "bias": %r, "factor": %r'
        columns += [opinion.bridging.places.bias, opinion.bridging.places.factor]
    row = (shape + "}").__mod__
    for low in range(0, len(opinion.group), _POINTS):
        part = [column[low : low + _POINTS].tolist() for column in columns]
        part[3] = ["null" if group < 0 else names[group] for group in part[3]]
        yield (",\n" if low else "\n") + ",\n".join(map(row, zip(*part, strict=True)))


def _summary(opinion: Opinion, text: dict[int, str]) -> str:
    ids = opinion.conversation.statements
    lines = [
        _("{participants} participants, {statements} statements, {votes} votes").format(
            participants=len(opinion.conversation.participants),
            statements=int(opinion.voted().sum()),
            votes=opinion.conversation.votes,
        )
    ]
    if opinion.groups == 1:
        lines.append(_("The votes bear out one group only."))
    for g in range(opinion.groups if opinion.groups > 1 else 0):
        members = int((opinion.group == g).sum())
        lines += ["", _("Group {number}: {members} people").format(number=g + 1, members=members)]
        for row in opinion.representative[g]:
            sign = "+" if row.direction == "agree" else "-"
            lines.append(f"  {sign} {row.share:4.0%}  {_title(ids[row.statement], text)}")
    found = opinion.bridging
    if found is not None:
        if found.stability is not None and opinion.groups > 1:
            sentence = (
                _("Firm groups: they come back when people stay away ({median}, at worst {least}).")
                if found.stability.firm
                else _("Fragile groups: they shift when people stay away ({median}, at worst {least}).")
            )
            firm = found.stability
            lines += ["", sentence.format(median=f"{firm.median:.2f}", least=f"{firm.least:.2f}")]
        lines += ["", _("What bridges the divide:")]
        lines += [
            f"  {found.score[s]:+.2f} [{found.low[s]:+.2f}, {found.high[s]:+.2f}]  {_title(ids[s], text)}"
            for s in ranking(opinion)[:_SHOWN]
        ]
    for title, side in zip((_("All agree:"), _("All disagree:")), opinion.consensus, strict=True):
        lines += ["", title, *(f"  {_title(ids[s], text)}" for s in side)] if side else []
    return "\n".join(lines)


def _title(statement: Any, text: dict[int, str]) -> str:
    return f"{int(statement)}: {' '.join(text.get(int(statement), '').split())[:90]}"
