"""Opinion maps: how fast are they, how well do they foretell, and does a crowd of clones move them?

    python bench/opinion.py [--largest 100000] [--only speed|quality]

Measures processor seconds and peak memory, each size in a process of its own, and quality on the real
conversations of the shared data; writes bench/results/opinion.json. red-dwarf (MPL-2.0) is a referee where
that package is installed; the product never imports it.
"""

import argparse
import contextlib
import io
import json
import multiprocessing
import os
import platform
import resource
import statistics
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from multaqa.engine.opinion import (
    MODES,
    Conversation,
    adjusted_rand,
    gather,
    opinion_map,
    predict,
    ranking,
    read_statements,
    read_votes,
)

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data" / "polis"
OUT = ROOT / "bench" / "results" / "opinion.json"
SIZES = (
    (1_000, 200, 50_000), (3_000, 400, 150_000), (10_000, 500, 580_000), (30_000, 800, 2_000_000),
    (100_000, 2_000, 5_000_000), (1_000_000, 2_000, 49_000_000),
)  # fmt: skip
REFEREE_UP_TO = 10_000
CLONES = 0.05


# one thread on both sides: waiting threads would count as work
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def synthetic(people: int, statements: int, votes: int, seed: int = 7) -> tuple[np.ndarray, ...]:
    """Three camps on one divide; a few statements seen by nearly all, many by few, as real ones are."""
    chance = np.random.default_rng(seed)
    weight = chance.pareto(2, statements) + 0.3
    camp = chance.choice([-0.9, 0.0, 0.9], people, p=[0.4, 0.25, 0.35]) + chance.normal(0, 0.35, people)
    slope, level = chance.normal(0, 0.6, statements), chance.normal(0.2, 0.6, statements)
    mean = votes * 1.12 / people  # some draws fall on a statement already drawn
    parts = []
    for low in range(0, people, 20_000):
        rows = np.arange(low, min(people, low + 20_000))
        drawn = np.clip(chance.lognormal(np.log(mean) - 0.3, 0.78, len(rows)), 1, statements).astype(int)
        row = np.repeat(rows, drawn)
        column = chance.choice(statements, len(row), p=weight / weight.sum())
        key = np.unique(row * statements + column)
        row, column = (key // statements).astype(np.int32), (key % statements).astype(np.int32)
        wish = level[column] + slope[column] * camp[row] + chance.normal(0, 0.7, len(row))
        parts.append((row, column, np.where(wish > 0.33, 1, np.where(wish < -0.33, -1, 0)).astype(np.int8)))
    return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def real(folder: Path) -> Conversation:
    math = folder / "published_math.json"
    rows = read_votes([(folder / "votes.csv").read_bytes()], moments=True)
    listed = read_statements((folder / "statements.csv").read_text(encoding="utf-8"))
    return gather(
        participant=rows.participant,
        statement=rows.statement,
        vote=rows.vote,
        moment=rows.moment,
        statements=listed.ids,
        moderated_out=listed.moderated_out,
        meta=np.array(json.loads(math.read_text())["meta-tids"] if math.exists() else [], np.int64),
    )


def cpu(function: Callable[[], Any], times: int) -> float:
    seconds = []
    for _ in range(times):
        began = process_time()
        function()
        seconds.append(process_time() - began)
    return statistics.median(seconds)


def ours(votes: tuple[np.ndarray, ...], mode: str, hidden: tuple[list[int], list[int]]) -> dict[str, Any]:
    """From the votes as cast to the finished map, and the most memory this process ever held."""
    import scipy.sparse
    import scipy.spatial
    import scipy.special  # noqa: F401  imports are not part of a map

    began = process_time()
    person, statement, vote = votes
    out, meta = hidden
    conversation = gather(participant=person, statement=statement, vote=vote, moderated_out=out, meta=meta)
    gathered = process_time() - began
    small = len(vote) < 1_000_000
    seconds = cpu(lambda: opinion_map(conversation, mode=mode), 5 if small else 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": round(gathered + seconds, 4), "peak_mib": round(peak)}


def referee(votes: tuple[np.ndarray, ...], hidden: tuple[list[int], list[int]]) -> dict[str, Any]:
    """The same work by red-dwarf: matrix, components, groups, representative statements, consensus."""
    from reddwarf.implementations.polis import run_pipeline

    rows = [
        {"participant_id": p, "statement_id": s, "vote": v}
        for p, s, v in zip(*(part.tolist() for part in votes), strict=True)
    ]
    out, meta = hidden

    def run() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            run_pipeline(votes=rows, mod_out_statement_ids=out, meta_statement_ids=meta, random_state=1)

    seconds = cpu(run, 3 if len(rows) < 100_000 else 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": round(seconds, 4), "peak_mib": round(peak)}


def apart(function: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """In a fresh process, so that its peak memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found: dict[str, Any] = pool.apply(function, arguments)
    return found


def speed(name: str, votes: tuple[np.ndarray, ...], hidden: tuple[list[int], list[int]]) -> dict[str, Any]:
    person, statement, vote = votes
    people = len(np.unique(person))
    row: dict[str, Any] = {
        "name": name, "participants": people, "statements": len(np.unique(statement)), "votes": len(vote),
    }  # fmt: skip
    row |= {mode: apart(ours, votes, mode, hidden) for mode in MODES}
    if find_spec("reddwarf") and people <= REFEREE_UP_TO:
        row["red_dwarf"] = apart(referee, votes, hidden)
        row["times_faster"] = round(row["red_dwarf"]["seconds"] / row["polis"]["seconds"], 1)
    print(json.dumps(row), flush=True)
    return row


def foretelling(conversation: Conversation, repeats: int = 5) -> dict[str, float]:
    """Root mean squared error on a tenth of the votes, hidden in turn."""
    errors: dict[str, list[float]] = {}
    for seed in range(repeats):
        hidden = np.random.default_rng(seed).random(conversation.votes) < 0.1
        hidden &= ~conversation.hidden[conversation.column]
        seen = conversation.only(~hidden)
        row, column = conversation.rows()[hidden], conversation.column[hidden]
        truth = conversation.vote[hidden]
        polis, bridging = (opinion_map(seen, mode=mode) for mode in ("polis", "bridging"))
        found = {
            "statement_mean": group_means(seen, np.full(len(polis.group), -1))[-1, column],
            "polis_groups": group_means(seen, polis.group)[polis.group[row], column],
            "bridging_groups": group_means(seen, bridging.group)[bridging.group[row], column],
            "bridging_model": predict(bridging.bridging.model, bridging.bridging.places, row, column),
        }
        for name, told in found.items():
            errors.setdefault(name, []).append(float(np.sqrt(np.mean((truth - told) ** 2))))
    return {name: round(statistics.mean(values), 4) for name, values in errors.items()}


def group_means(seen: Conversation, group: np.ndarray) -> np.ndarray:
    """(k + 1, S) mean votes; the last row is everyone's, and that of groups who said nothing."""
    size = len(seen.statements)
    heard = np.bincount(seen.column, minlength=size)
    everyone = np.bincount(seen.column, seen.vote, size) / np.maximum(1, heard)
    means = []
    for g in range(group.max() + 1):
        inside = group[seen.rows()] == g
        own = np.bincount(seen.column[inside], minlength=size)
        sums = np.bincount(seen.column[inside], seen.vote[inside], size)
        means.append(np.where(own > 0, sums / np.maximum(1, own), everyone))
    return np.array([*means, everyone])


def regathered(conversation: Conversation, people: Any, statements: Any, votes: Any) -> Conversation:
    ids = conversation.statements
    return gather(
        participant=people,
        statement=statements,
        vote=votes,
        statements=ids,
        moderated_out=ids[conversation.moderated_out],
        meta=ids[conversation.meta],
    )


def clones(conversation: Conversation, noise: float, draws: int = 10) -> dict[str, Any]:
    """Statements that enter the top ten when copies of one voter, a share of votes redrawn, join as 5 %."""
    chance = np.random.default_rng(11)
    people = conversation.participants[conversation.rows()]
    statements, votes = conversation.statements[conversation.column], conversation.vote
    number = round(CLONES * len(conversation.participants))
    before = set(ranking(opinion_map(conversation))[:10])
    entered = []
    for _ in range(draws):
        one = int(chance.choice(np.flatnonzero(conversation.counts() >= 20)))
        own = slice(conversation.start[one], conversation.start[one + 1])
        copies = np.tile(votes[own], number)
        other = chance.random(len(copies)) < noise
        copies[other] = chance.integers(-1, 2, other.sum())
        crowd = regathered(
            conversation,
            np.concatenate([people, np.repeat(10**6 + np.arange(number), own.stop - own.start)]),
            np.concatenate([statements, np.tile(statements[own], number)]),
            np.concatenate([votes, copies]),
        )
        entered.append(len(set(ranking(opinion_map(crowd))[:10]) - before))
    return {"noise": noise, "most": max(entered), "mean": statistics.mean(entered)}


def orders(conversation: Conversation, draws: int = 5) -> dict[str, float]:
    """Least adjusted Rand index between the groups found in the file's order and in others."""
    people = conversation.participants[conversation.rows()]
    statements, votes = conversation.statements[conversation.column], conversation.vote
    least = {}
    for mode in MODES:
        first = opinion_map(conversation, mode=mode).group
        found = []
        for seed in range(draws):
            order = np.random.default_rng(seed).permutation(len(votes))
            again = regathered(conversation, people[order], statements[order], votes[order])
            found.append(adjusted_rand(first + 1, opinion_map(again, mode=mode).group + 1))
        least[mode] = round(min(found), 4)
    return least


def quality(name: str, conversation: Conversation) -> dict[str, Any]:
    opinion = opinion_map(conversation)
    stability = opinion.bridging.stability
    row = {
        "name": name,
        "groups": opinion.groups,
        "firm": stability.firm,
        "stability_median": round(stability.median, 3),
        "stability_least": round(stability.least, 3),
        "rmse": foretelling(conversation),
        "rmse_without_meta": foretelling(replace(conversation, meta=np.zeros_like(conversation.meta))),
        "least_rand_over_orders": orders(conversation),
        "clones_in_top_ten": [clones(conversation, noise) for noise in (0.0, 0.02, 0.1)],
    }
    print(json.dumps(row), flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--largest", type=int, default=100_000, help="Participants of the largest synthetic.")
    parser.add_argument("--only", choices=["speed", "quality"])
    arguments = parser.parse_args()
    if not find_spec("reddwarf"):
        print("red-dwarf is not installed: measuring alone")
    folders = sorted(path for path in DATA.iterdir() if path.is_dir()) if DATA.is_dir() else []
    result: dict[str, Any] = json.loads(OUT.read_text(encoding="utf-8")) if OUT.exists() else {}
    result["python"], result["numpy"] = platform.python_version(), np.__version__
    if arguments.only != "quality":
        result["real"] = []
        for folder in folders:
            conversation = real(folder)
            ids = conversation.statements
            votes = (
                conversation.participants[conversation.rows()], ids[conversation.column], conversation.vote,
            )  # fmt: skip
            hidden = (ids[conversation.moderated_out].tolist(), ids[conversation.meta].tolist())
            result["real"].append(speed(folder.name, votes, hidden))
        result["growth"] = [
            speed(f"synthetic {people}", synthetic(people, statements, votes), ([], []))
            for people, statements, votes in SIZES
            if people <= arguments.largest
        ]
    if arguments.only != "speed":
        result["quality"] = [quality(folder.name, real(folder)) for folder in folders]
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"written to {OUT}")


if __name__ == "__main__":
    main()
