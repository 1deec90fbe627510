"""Merkle log: how append, proof and audit costs grow from a thousand to a million entries.

python bench/merkle.py [--json bench/results/merkle.json]
CPU time, entries of 200 bytes, best of three; the audit reads its files from memory.
"""

import argparse
import json
import platform
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from multaqa.engine.merkle import (
    Checkpoint,
    Tree,
    bundle_files,
    check,
    sign_checkpoint,
    tile_files,
    verifier_key,
)

SIZES = [1_000, 10_000, 100_000, 1_000_000]
SEED, ORIGIN = bytes(32), "example.org/bench"
BARS = {"append_per_second": 400_000, "inclusion_microseconds": 20, "check_entries_per_second": 100_000}


def best_seconds(act, repeat=3):
    seconds = []
    for _ in range(repeat):
        start = time.process_time()
        act()
        seconds.append(time.process_time() - start)
    return min(seconds)


def grown(entries):
    tree = Tree()
    tree.append_many(entries)
    return tree


def measure(size, chance):
    entries = [chance.randbytes(200) for _ in range(size)]
    tree = grown(entries)
    checkpoint = Checkpoint(ORIGIN, size, tree.root())
    files = {
        "checkpoint": sign_checkpoint(checkpoint, seed=SEED),
        **dict(tile_files(tree)),
        **dict(bundle_files(entries.__getitem__, 0, size)),
    }
    places = [chance.randrange(size) for _ in range(5_000)]
    vkey = verifier_key(ORIGIN, seed=SEED)
    assert check(files.get, vkey).fault is None
    return {
        "size": size,
        "append_per_second": round(size / best_seconds(lambda: grown(entries))),
        "inclusion_microseconds": round(
            best_seconds(lambda: [tree.inclusion_proof(place) for place in places]) / len(places) * 1e6, 2
        ),
        "consistency_microseconds": round(
            best_seconds(lambda: [tree.consistency_proof(place + 1) for place in places]) / len(places) * 1e6,
            2,
        ),
        "check_entries_per_second": round(size / best_seconds(lambda: check(files.get, vkey))),
        "resume_milliseconds": round(best_seconds(lambda: Tree.resume(files.get, checkpoint)) * 1e3, 3),
    }


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--json", type=Path, default=Path(__file__).parent / "results/merkle.json")
    target = options.parse_args().json
    chance = random.Random(6962)
    rows = []
    for size in SIZES:
        rows.append(measure(size, chance))
        print("  ".join(f"{name} {value:,}" for name, value in rows[-1].items()))
    target.parent.mkdir(parents=True, exist_ok=True)
    report = {
        "bench": "merkle",
        "python": platform.python_version(),
        "entry_bytes": 200,
        "bars": BARS,
        "rows": rows,
    }
    target.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
