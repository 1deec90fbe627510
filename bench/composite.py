"""Composite: how fast are an index and its rank intervals, how do they grow, and do they agree with what is
published?

    OPENBLAS_NUM_THREADS=1 python bench/composite.py [--quick]

Measures processor seconds and peak memory, each point in a process of its own, on synthetic figures with 3 %
of gaps in four dimensions; then, where the shared data is there, the ASEM index and its Sobol indices, and
how many of INFORM's published scores are rebuilt to the printed decimal. Writes bench/results/composite.json.
"""

import argparse
import json
import platform
import resource
import subprocess
import sys
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
DATA = ROOT.parent / "shared" / "data"
OUT = ROOT / "bench" / "results" / "composite.json"
COMMUNES, INDICATORS, DRAWS = 1503, 20, 10_000

from multaqa.engine import composite  # noqa: E402  its imports are part of each point's memory
from multaqa.engine.composite import Choice, Element, Plan, Step  # noqa: E402


def plan(indicators: int, draws: int, rules: tuple[str, ...]) -> Plan:
    leaves = tuple(Element(f"i{n}", 1, f"d{n % 4}", 1.0 + n % 3) for n in range(indicators))
    groups = tuple(Element(f"d{n}", 2, "top") for n in range(4))
    return Plan(
        (*leaves, *groups, Element("top", 3, None)),
        draws=draws,
        normalise=Step("minmax", (1.0, 100.0)),
        aggregate=tuple(Step(rule) for rule in rules),
    )


def figures(units: int, indicators: int) -> np.ndarray:
    chance = np.random.default_rng(7)
    common = chance.standard_normal((units, 1))
    values = 50 + 12 * common + 20 * chance.standard_normal((units, indicators))
    values[chance.random(values.shape) < 0.03] = np.nan
    return values


def point(units: int, indicators: int, draws: int, rules: tuple[str, ...]) -> dict[str, Any]:
    method, values = plan(indicators, draws, rules), figures(units, indicators)
    before = peak()
    began = process_time()
    result = composite.index(values=values, method=method, generator=np.random.default_rng(1))
    seconds = process_time() - began
    spread = result.rank_high - result.rank_low
    return {
        "units": units, "indicators": indicators, "draws": draws, "aggregate": "-".join(rules),
        "seconds": round(seconds, 3), "peak_mib": peak(), "before_mib": before,
        "ranked": int((result.rank > 0).sum()), "mean_rank_interval": round(float(spread.mean()), 1),
    }  # fmt: skip


def peak() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def apart(*arguments: Any) -> dict[str, Any]:
    """A point in a process of its own, so that its peak memory is its own."""
    told = json.dumps(arguments)
    run = subprocess.run(
        [sys.executable, __file__, "--point", told], capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(run.stdout)
    print(f"{found['units']:>6} × {found['indicators']:>3} × {found['draws']:>6} {found['aggregate']:22} "
          f"{found['seconds']:8.2f} s {found['peak_mib']:6} MiB", flush=True)  # fmt: skip
    return found


def curves(quick: bool) -> dict[str, list[dict[str, Any]]]:
    means = ("arithmetic", "geometric")
    few = 1000 if quick else DRAWS
    return {
        "target": [apart(COMMUNES, INDICATORS, few, rules) for rules in
                   (("arithmetic",), means, ("geometric",), ("reversed-geometric",))],
        "units": [apart(units, INDICATORS, few, means) for units in (100, 400, 1503, 6000)],
        "draws": [apart(COMMUNES, INDICATORS, draws, means) for draws in (100, 1000, few, 3 * few)],
        "indicators": [apart(COMMUNES, count, few, means) for count in (8, 20, 40, 80)],
    }  # fmt: skip


def steps() -> list[dict[str, Any]]:
    """The other questions, on as many communes."""
    values = figures(COMMUNES, INDICATORS)
    method = plan(INDICATORS, 0, ("arithmetic", "geometric"))
    result = composite.index(values=values, method=method)
    filled = np.nan_to_num(result.normalised, nan=50.0)
    shares = np.clip(values[:, 0] / 100, 0, 1)
    work = {
        "index without draws": lambda: composite.index(values=values, method=method),
        "check": lambda: composite.check(result, values=values, method=method),
        "explain": lambda: composite.explain(result),
        "remove_one": lambda: composite.remove_one(result),
        "shrink_shares": lambda: composite.shrink_shares(shares, np.arange(COMMUNES) + 5.0),
        "benefit_of_the_doubt, 150 units": lambda: composite.benefit_of_the_doubt(filled[:150]),
    }
    found = []
    for name, do in work.items():
        began = process_time()
        do()
        found.append({"step": name, "seconds": round(process_time() - began, 3)})
        print(f"{name:35} {found[-1]['seconds']:8.3f} s", flush=True)
    return found


def asem() -> dict[str, Any]:
    folder = DATA / "coinr"
    began = process_time()
    elements, table = composite.read(
        (folder / "ASEM_iMeta.csv").read_bytes(), (folder / "ASEM_iData.csv").read_bytes()
    )
    read = process_time() - began
    method = Plan(elements, impute=Step("group-mean", (), "EurAsia_group"), treat=Step("coin"))
    began = process_time()
    result = composite.index(values=table, method=method)
    built = process_time() - began
    chance = np.random.default_rng(3)
    choices = (
        Choice("treat", "treat", tuple(Step("coin", (float(most),)) for most in range(1, 6))),
        Choice("normalise", "normalise", (Step("minmax", (1.0, 100.0)), Step("rank"))),
        Choice("aggregate", "aggregate", ((Step("arithmetic"),), (Step("geometric"),))),
        composite.weight_choice(method, composite.noisy_weights(method, 0.25, 100, chance)),
    )
    began = process_time()
    found = composite.sensitivity(result, choices=choices, samples=1000, generator=chance)
    return {
        "units": len(table.units), "indicators": len(method.indicators), "read": round(read, 4),
        "index": round(built, 4), "sensitivity_runs": found.runs,
        "sensitivity": round(process_time() - began, 3),
        "shares": {row.name: [round(row.first, 3), round(row.total, 3)] for row in found.shares},
    }  # fmt: skip


def inform() -> list[dict[str, Any]]:
    """Published scores rebuilt from the published level below, and all from the components up."""
    from tests.engine import composite_cases as cases

    rows = []
    for year in cases.FILES:
        countries, columns = cases.inform(DATA, year)
        whole = cases.inform_plan(columns)
        up = composite.index(values=cases.inform_table(countries, columns, whole), method=whole)
        for name in cases.INFORM:
            one = cases.inform_plan(columns, name)
            near = composite.index(values=cases.inform_table(countries, columns, one), method=one)
            rows.append({
                "year": year, "level": name, "countries": len(countries),
                "from_level_below": int((near.score == columns[name]).sum()),
                "from_components": int((up.scores[:, whole.place()[name]] == columns[name]).sum()),
            })  # fmt: skip
    return rows


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="a tenth of the draws")
    options.add_argument("--point", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.point:
        units, indicators, draws, rules = json.loads(chosen.point)
        print(json.dumps(point(units, indicators, draws, tuple(rules))))
        return
    published = DATA.is_dir()
    if not published:
        print("the shared data folder is not there: measuring alone")
    result = {
        "machine": platform.machine(), "python": platform.python_version(), "numpy": np.__version__,
        "curves": curves(chosen.quick), "steps": steps(),
        "asem": asem() if published else None, "inform": inform() if published else None,
    }  # fmt: skip
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"written to {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
