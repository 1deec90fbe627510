"""Portfolio: how does the time to choose grow with the number of proposals, and how good is the proof?

    python bench/portfolio.py [--largest 5000]

Processor seconds, median of three, for 6 category caps, 4 territorial floors, a tenth of the proposals in
incompatible pairs and a gap of 1e-4; then the exact optimum, the same with a fifth of the proposals open to
funding in part, the check, one explanation and the cores. Writes bench/results/portfolio.json.
"""

import argparse
import json
import platform
import resource
import statistics
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import scipy

from multaqa.engine.portfolio import Limit, Problem, bound, check, choose, cores, explain, problem

OUT = Path(__file__).parents[1] / "bench" / "results" / "portfolio.json"
SIZES = (220, 1000, 5000)
CATEGORIES, TERRITORIES = 6, 4


def synthetic(size: int, *, partial: bool = False, seed: int = 11) -> Problem:
    """Costs of 10,000 to 2,000,000 dirhams in centimes, worth loosely tied to cost, a third affordable."""
    chance = np.random.default_rng(seed)
    ids = [f"p{number:04}" for number in range(size)]
    costs = (chance.lognormal(11.5, 1, size).clip(1e4, 2e6) // 100 * 10_000).astype(int)
    worths = (costs / 1e4 * chance.lognormal(0, 0.6, size)).astype(int) + 1
    category, territory = chance.integers(0, CATEGORIES, size), chance.integers(0, TERRITORIES, size)
    budget = int(costs.sum() // 3)
    named = np.array(ids)
    return problem(
        projects=ids,
        costs=costs.tolist(),
        worths=worths.tolist(),
        budget=budget,
        caps=[Limit(f"line {c}", tuple(named[category == c]), budget // 5) for c in range(CATEGORIES)],
        floors=[
            Limit(f"territory {t}", tuple(named[territory == t]), budget // 5) for t in range(TERRITORIES)
        ],
        incompatible=[(ids[number], ids[number + 1]) for number in range(0, size // 10, 2)],
        partial=dict.fromkeys(ids[::5], 0.5) if partial else {},
    )


def cpu(times: int, function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[float, Any]:
    """Median processor seconds, and the result."""
    seconds = []
    for _ in range(times):
        began = process_time()
        result = function(*args, **kwargs)
        seconds.append(process_time() - began)
    return round(statistics.median(seconds), 4), result


def measure(size: int) -> dict[str, object]:
    wishes = synthetic(size)
    fast, portfolio = cpu(3, choose, wishes, gap=1e-4)
    exact, best = cpu(1, choose, wishes)
    part, parts = cpu(1, choose, synthetic(size, partial=True), gap=1e-4)
    proving, proved = cpu(3, bound, best)
    checking, faults = cpu(3, check, best)
    losers = [name for name, amount in zip(wishes.projects, best.amounts, strict=True) if not amount]
    explaining, _ = cpu(1, explain, replace(portfolio), losers[:3])
    row: dict[str, object] = {
        "proposals": size,
        "selected": len(portfolio.selected),
        "gap_1e-4": {"seconds": fast, "gap": portfolio.gap, "settled": portfolio.settled},
        "exact": {"seconds": exact, "gap": best.gap, "settled": best.settled},
        "in_part": {"seconds": part, "gap": parts.gap, "settled": parts.settled},
        "bound": {
            "seconds": proving, "by": proved.by, "tried": proved.tried,
            "gap": float(proved.worth / best.worth - 1),
        },
        "check": {"seconds": checking, "faults": len(faults)},
        "explain_one": round(explaining / 3, 4),
    }  # fmt: skip
    if size <= 220:
        seconds, found = cpu(1, cores, portfolio)
        counts = {verdict: sum(core.verdict == verdict for core in found) for verdict in
                  ("always", "sometimes", "never", "undecided")}  # fmt: skip
        row["cores"] = {"seconds": seconds, "tolerance": 0.01, **counts}
    return row


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--largest", type=int, default=SIZES[-1])
    chosen = options.parse_args()
    check(choose(problem(projects=["a"], costs=[1], worths=[1], budget=1)))  # SciPy is imported, not measured
    rows = []
    for size in SIZES:
        if size <= chosen.largest:
            rows.append(measure(size))
            print(json.dumps(rows[-1]))
    result = {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "curve": rows,
    }
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"written to {OUT.name}")


if __name__ == "__main__":
    main()
