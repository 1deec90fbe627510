"""Matching: needs with offers, and files with reviewers, from a hundred to a few thousand.

python bench/matching.py [--json bench/results/matching.json]
CPU time, best of three. `check` proves that every result is an optimum, by prices that owe nothing to the
solver.
"""

import argparse
import json
import platform
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from multaqa.engine.matching import Needs, Offers, assign_reviewers, check, check_reviewers, match

SIZES = [100, 500, 1_000, 2_000, 4_000]
PANELS = [(160, 33), (500, 40), (1_000, 60), (2_000, 100)]
BARS = {"match_2000_seconds": 0.3, "reviewer_twice_on_a_file": 0}


def best_seconds(act, repeat=3):
    seconds = []
    for _turn in range(repeat):
        start = time.process_time()
        act()
        seconds.append(time.process_time() - start)
    return min(seconds)


def sides(size, categories, most):
    generator = np.random.default_rng(size)

    def common():
        return {
            "ids": tuple(f"{place:06d}" for place in range(size)),
            "category": generator.integers(0, categories, size),
            "quantity": generator.integers(1, most + 1, size),
            "opens": generator.integers(0, 50, size),
            "closes": generator.integers(50, 100, size),
            "place": generator.uniform((23, -16), (25, -14), (size, 2)),
            "consent": np.ones(size, bool),
        }

    needs = Needs(
        **common(), urgency=generator.integers(1, 6, size), waiting=generator.integers(0, 400, size)
    )
    return needs, Offers(**common(), reach=generator.integers(50_000, 300_000, size))


def matched(size, categories, most=1):
    needs, offers = sides(size, categories, most)
    result = match(needs=needs, offers=offers)
    start = time.process_time()
    faults = check(result)
    checked = time.process_time() - start
    assert faults == ()
    return {
        "needs": size,
        "offers": size,
        "categories": categories,
        "most_units": most,
        "units_matched": sum(arc.quantity for arc in result.arcs),
        "match_seconds": round(best_seconds(lambda: match(needs=needs, offers=offers)), 3),
        "check_seconds": round(checked, 3),
    }


def panel(files, reviewers):
    generator = np.random.default_rng(files)
    affinity = generator.integers(0, 1_001, (files, reviewers))
    conflict = generator.random((files, reviewers)) < 0.08
    chosen = assign_reviewers(affinity=affinity, conflict=conflict)
    assert check_reviewers(chosen) == ()
    seats = np.argwhere(chosen.seats)
    return {
        "files": files,
        "reviewers": reviewers,
        "seats": len(seats),
        "twice_on_a_file": len(seats) - len({tuple(seat) for seat in seats.tolist()}),
        "worst": chosen.worst,
        "worst_possible": chosen.worst_possible,
        "total": chosen.total,
        "total_possible": chosen.total_possible,
        "assign_seconds": round(
            best_seconds(lambda: assign_reviewers(affinity=affinity, conflict=conflict), repeat=2), 3
        ),
    }


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--json", type=Path, default=Path(__file__).parent / "results/matching.json")
    target = options.parse_args().json
    match(**dict(zip(("needs", "offers"), sides(10, 1, 1), strict=True)))
    report = {
        "bench": "matching",
        "python": platform.python_version(),
        "bars": BARS,
        "rows": [],
        "panels": [],
    }
    for size in SIZES:
        report["rows"].append(matched(size, 6))
        print(report["rows"][-1], flush=True)
    report["one_category"] = [matched(size, 1) for size in (1_000, 2_000)]
    report["quantities"] = [matched(100, 6, 20), matched(300, 6, 20), matched(300, 1, 50)]
    print(report["one_category"], report["quantities"], flush=True)
    for files, reviewers in PANELS:
        report["panels"].append(panel(files, reviewers))
        print(report["panels"][-1], flush=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
