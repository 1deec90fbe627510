"""Allocation: how fast is a count, how does that grow, and does it agree with pabutools where installed?

    python bench/allocation.py [--largest 1000000] [--add1-reference]

Measures processor seconds on every `.pb` file of the shared data, on synthetic elections up to a million
voters and 500 projects (each in a process of its own, for its memory), and on one election in ever smaller
units of currency; writes bench/results/allocation.json and the curve docs/guide/methods/allocation.svg.
pabutools (GPL) is a referee for this file only; the product never imports it.
"""

import argparse
import json
import math
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from multaqa.engine import pabulib
from multaqa.engine.allocation import (
    Election,
    Rule,
    allocate,
    audit,
    check,
    explain,
    least_changes,
    rule_text,
)

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data" / "pabulib"
OUT = ROOT / "bench" / "results" / "allocation.json"
CURVE = ROOT / "docs" / "guide" / "methods" / "allocation.svg"
OWN = {"approval": ("cost", "cardinality"), "choose-1": ("cost", "cardinality"), "cumulative": ("points",),
       "ordinal": ("borda",)}  # fmt: skip
SIZES = ((1_000, 160), (3_000, 160), (10_000, 160), (30_000, 160), (90_000, 160), (300_000, 300),
         (1_000_000, 500))  # fmt: skip


def synthetic(voters: int, projects: int, marks: float, seed: int = 7) -> str:
    """A large city: a few popular projects, many small ones, 3.6 marks a ballot, a third of the wishes
    affordable.
    """
    chance = np.random.default_rng(seed)
    popularity = chance.pareto(1.2, projects) + 0.2
    lengths = 1 + chance.poisson(marks - 1, voters)
    drawn = chance.choice(projects, size=int(lengths.sum()), p=popularity / popularity.sum())
    ballots = np.split(drawn + 1, np.cumsum(lengths)[:-1])
    costs = (chance.lognormal(11, 1, projects) // 100 * 100 + 100).astype(int)
    lines = ["META", "key;value", f"budget;{int(costs.sum() * 0.3)}", "vote_type;approval", "PROJECTS",
             "project_id;cost", *(f"{number};{cost}" for number, cost in enumerate(costs.tolist(), 1)),
             "VOTES", "voter_id;vote"]  # fmt: skip
    lines += [f"{voter};{','.join(map(str, sorted(set(b.tolist()))))}" for voter, b in enumerate(ballots)]
    return "\n".join(lines) + "\n"


def cpu(function: Callable[..., Any], *args: Any, times: int = 3, **kwargs: Any) -> tuple[float, Any]:
    """Median processor seconds of some calls, and the result."""
    seconds = []
    for _ in range(times):
        began = process_time()
        result = function(*args, **kwargs)
        seconds.append(process_time() - began)
    return statistics.median(seconds), result


def rules(kind: str) -> list[Rule]:
    found = []
    for utility in OWN[kind]:
        found += [Rule("equal-shares", utility, completion) for completion in ("none", "greedy", "add1")]
        found += [
            Rule("equal-shares", utility, "add1-overshoot"),
            Rule("greedy", utility),
            Rule("welfare", utility),
        ]
    return found + ([Rule("phragmen")] if kind in ("approval", "choose-1") else [])


def peak_mib() -> int:
    """Most memory of this process so far."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return round(int(status["VmHWM"].split()[0]) / 1024)


def resident_mib() -> int:
    """Memory of the process now, after what loading took was given back."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * resource.getpagesize() / 2**20)


def measure(path: Path, reference: "Reference | None", slow: bool) -> dict[str, Any]:
    """One file, every rule, beside the referee."""
    parse, file = cpu(pabulib.read, path.read_bytes())
    merge, election = cpu(pabulib.election, file)
    row: dict[str, Any] = {
        "instance": path.stem, "voters": election.voters, "projects": len(election.projects),
        "ballot_groups": len(election.weight), "marks": int(election.votes().sum()), "parse": parse,
        "merge": merge, "counts": [],
    }  # fmt: skip
    if reference:
        row["reference_parse"] = reference.load(path)
    for rule in rules(election.kind):
        seconds, outcome = cpu(allocate, election, rule=rule)
        count = {
            "rule": rule.name, "utility": rule.utility, "completion": rule.completion, "seconds": seconds,
            "winners": len(outcome.steps), "spent": outcome.spent, "increments": outcome.increments,
        }  # fmt: skip
        if reference and (slow or not rule.completion.startswith("add1")):
            count |= reference.compare(rule, outcome.selected, seconds, election)
            whole = row["reference_parse"] + count["reference_seconds"]
            count["end_to_end_times"] = round(whole / (parse + merge + seconds), 1)
        row["counts"].append(count)
        times = f"{count['reference_times']:.0f}x" if "reference_times" in count else ""
        print(f"{path.stem[:40]:40} {rule_text(rule):75} {seconds * 1e3:9.2f} ms {times}", flush=True)
    _, outcome = cpu(allocate, election, rule=Rule(utility=OWN[election.kind][0]))
    return row | {"audit": cpu(audit, outcome)[0], "check": cpu(check, outcome)[0]}


def grown(voters: int, projects: int) -> dict[str, Any]:
    """One synthetic election, alone in this process."""
    source = synthetic(voters, projects, 3.6 if projects < 500 else 8.6).encode()
    times = 3 if voters <= 100_000 else 1
    parse, file = cpu(pabulib.read, source, times=times)
    merge, election = cpu(pabulib.election, file, times=times)
    del file, source
    row: dict[str, Any] = {
        "voters": voters, "projects": projects, "ballot_groups": len(election.weight),
        "marks": int(election.votes().sum()), "parse": parse, "merge": merge, "peak_mib": peak_mib(),
    }  # fmt: skip
    for name, rule in {
        "equal-shares": Rule(), "cardinality": Rule(utility="cardinality"), "greedy": Rule("greedy"),
        "phragmen": Rule("phragmen"),
    }.items():  # fmt: skip
        row[name], outcome = cpu(allocate, election, rule=rule, times=times)
    row["resident_mib"] = resident_mib()
    row["equal-shares"], outcome = cpu(allocate, election, rule=Rule(), times=times)
    row["audit"] = cpu(audit, outcome, times=times)[0]
    row["reasons"] = cpu(explain, outcome, times=1)[0]
    if voters <= 100_000:
        row["least changes"] = cpu(lambda: list(least_changes(outcome)), times=1)[0]
        row["add1"] = cpu(allocate, election, rule=Rule(completion="add1"), times=1)[0]
    return row


def smaller_units(voters: int = 1_000, projects: int = 40) -> list[dict[str, Any]]:
    """The same election in ever smaller units of currency: the steps multiply, the work should not."""
    election = pabulib.election(pabulib.read(synthetic(voters, projects, 3.6)))
    rows = []
    for factor in (1, 10, 100, 1000):
        same = replace(election, costs=election.costs * factor, budget=election.budget * factor)
        seconds, outcome = cpu(allocate, same, rule=Rule(completion="add1"), times=1)
        rows.append({"units": factor, "seconds": seconds, "increments": outcome.increments})
    return rows


class Reference:
    """pabutools with exact numbers and ties by id, as far as it has the rule."""

    def __init__(self) -> None:
        import pabutools.election as elections
        import pabutools.rules as counting
        from pabutools.tiebreaking import lexico_tie_breaking

        self.elections, self.counting, self.ties = elections, counting, lexico_tie_breaking
        self.satisfaction = {
            "cost": elections.Cost_Sat, "cardinality": elections.Cardinality_Sat,
            "points": elections.Additive_Cardinal_Sat, "borda": elections.Additive_Borda_Sat,
        }  # fmt: skip

    def load(self, path: Path) -> float:
        began = process_time()
        self.instance, self.profile = self.elections.parse_pabulib(str(path))
        return process_time() - began

    def compare(
        self, rule: Rule, selected: tuple[str, ...], ours: float, election: Election
    ) -> dict[str, Any]:
        began = process_time()
        theirs = sorted(project.name for project in self._count(rule, election.voters))
        seconds = process_time() - began
        same = theirs == sorted(selected)
        if rule.name == "welfare" and not same:
            # several selections may be optimal: compare what they reach
            same = _total(election, rule, theirs) == _total(election, rule, list(selected))
        return {"reference_seconds": seconds, "reference_times": round(seconds / ours, 1), "same": same}

    def _count(self, rule: Rule, voters: int) -> list[object]:
        common = {"sat_class": self.satisfaction[rule.utility], "tie_breaking": self.ties}
        shares, greedy = self.counting.method_of_equal_shares, self.counting.greedy_utilitarian_welfare
        if rule.name == "greedy":
            return greedy(self.instance, self.profile, **common)
        if rule.name == "welfare":
            best = self.counting.max_additive_utilitarian_welfare
            return best(self.instance, self.profile, sat_class=common["sat_class"])
        if rule.name == "phragmen":
            return self.counting.sequential_phragmen(self.instance, self.profile, tie_breaking=self.ties)
        if rule.completion == "greedy":
            both = self.counting.completion_by_rule_combination
            return both(self.instance, self.profile, [shares, greedy], [common, common])
        if rule.completion == "add1-overshoot":
            raised = self.counting.exhaustion_by_budget_increase
            return raised(
                self.instance, self.profile, shares, common, exhaustive_stop=False, budget_step=voters
            )
        step = {"voter_budget_increment": 1} if rule.completion == "add1" else {}
        return shares(self.instance, self.profile, **common, **step)


def _total(election: Election, rule: Rule, selected: list[str]) -> int:
    place = election.index()
    chosen = [place[name] for name in selected]
    worth = election.votes() if rule.utility in ("cost", "cardinality") else election.score()
    return int((worth[chosen] * (election.costs[chosen] if rule.utility == "cost" else 1)).sum())


def curve(rows: list[dict[str, Any]]) -> str:
    """Processor seconds by voters, both axes in powers of ten."""
    lines = {"parse": "#5b6b73", "equal-shares": "#0f766e", "phragmen": "#b45309", "add1": "#be123c",
             "least changes": "#4338ca"}  # fmt: skip
    left, right, top, bottom, low, high = 70, 560, 20, 320, -4, 2

    def text(at: tuple[float, float], said: str, **style: str) -> str:
        given = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())
        return f'<text x="{at[0]:.1f}" y="{at[1]:.1f}"{given}>{said}</text>'

    def x(voters: float) -> float:
        return left + (math.log10(voters) - 3) / 3 * (right - left)

    def y(seconds: float) -> float:
        return bottom - (math.log10(max(seconds, 1e-4)) - low) / (high - low) * (bottom - top)

    parts = [('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 370" font-family="sans-serif" '
             'font-size="12" role="img" aria-label="Processor seconds by number of voters">'),
             '<rect width="720" height="370" fill="#fff"/>']  # fmt: skip
    for power in range(low, high + 1):
        parts.append(f'<path d="M{left} {y(10**power):.1f}H{right}" stroke="#ddd"/>')
        parts.append(text((left - 8, y(10**power) + 4), f"{10.0**power:g} s", text_anchor="end"))
    for power in range(3, 7):
        parts.append(text((x(10**power), bottom + 20), f"{10**power:,}", text_anchor="middle"))
    parts.append(text(((left + right) / 2, bottom + 40), "voters", text_anchor="middle"))
    for name, colour in lines.items():
        points = [(x(row["voters"]), y(row[name])) for row in rows if name in row]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in points]
        nudge = 16 if name == "equal-shares" else 4  # its line ends where phragmen's does
        parts.append(text((points[-1][0] + 8, points[-1][1] + nudge), name, fill=colour))
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--largest", type=int, default=1_000_000, help="most voters of a synthetic election")
    options.add_argument("--add1-reference", action="store_true", help="also time the reference's Add1")
    options.add_argument("--one", nargs=2, type=int, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.one:
        print(json.dumps(grown(*chosen.one)))
        return
    try:
        reference: Reference | None = Reference()
    except ImportError:
        reference = None
        print("pabutools is not installed: measuring alone")
    instances = [measure(path, reference, chosen.add1_reference) for path in sorted(DATA.glob("*.pb"))]
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "synthetic_12000_x_160.pb"
        large.write_text(synthetic(12_000, 160, 3.6), encoding="utf-8")
        instances.append(measure(large, reference, slow=False))
    growth = []
    for voters, projects in SIZES:
        if voters <= chosen.largest:
            command = [sys.executable, __file__, "--one", str(voters), str(projects)]
            growth.append(json.loads(subprocess.run(command, capture_output=True, check=True).stdout))
            print(growth[-1], flush=True)
    compared = [row for one in instances for row in one["counts"] if "same" in row]
    result = {
        "machine": platform.machine(), "python": platform.python_version(), "numpy": np.__version__,
        "compared": len(compared), "same": sum(bool(row["same"]) for row in compared),
        "instances": instances, "growth": growth, "smaller units": smaller_units(),
    }  # fmt: skip
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    CURVE.write_text(curve(growth), encoding="utf-8")
    print(f"{result['same']} of {result['compared']} comparisons gave the same winners; written to {OUT}")


if __name__ == "__main__":
    main()
