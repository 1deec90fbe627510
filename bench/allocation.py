"""Allocation: how fast is a count, and does it agree with pabutools where that is installed?

    python bench/allocation.py [--voters 90000] [--add1-reference]

Measures processor seconds, kernel to kernel, on every `.pb` file of the shared data and on a synthetic
election, and writes bench/results/allocation.json. pabutools (GPL) is a referee for this file only; the
product never imports it.
"""

import argparse
import json
import platform
import resource
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from multaqa.engine import pabulib
from multaqa.engine.allocation import Election, Rule, allocate, audit, check, explain, rule_text

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data" / "pabulib"
OUT = ROOT / "bench" / "results" / "allocation.json"
OWN = {"approval": ("cost", "cardinality"), "choose-1": ("cost", "cardinality"), "cumulative": ("points",),
       "ordinal": ("borda",)}  # fmt: skip


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


def cpu(function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[float, Any]:
    """Median processor seconds of three calls, and the result."""
    seconds = []
    for _ in range(3):
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


def measure(path: Path, reference: "Reference | None", slow: bool) -> dict[str, Any]:
    parse, file = cpu(pabulib.read, path.read_bytes())
    merge, election = cpu(pabulib.election, file)
    if reference:
        reference.load(path)
    counts = []
    for rule in rules(election.kind):
        seconds, outcome = cpu(allocate, election, rule=rule)
        row = {
            "rule": rule.name,
            "utility": rule.utility,
            "completion": rule.completion,
            "seconds": seconds,
            "winners": len(outcome.steps),
            "spent": outcome.spent,
            "increments": outcome.increments,
        }
        if reference and (slow or not rule.completion.startswith("add1")):
            row |= reference.compare(rule, outcome.selected, seconds, election)
        counts.append(row)
        times = f"{row['reference_times']:.0f}x" if "reference_times" in row else ""
        print(f"{path.stem[:40]:40} {rule_text(rule):75} {seconds * 1e3:9.2f} ms {times}", flush=True)
    _, outcome = cpu(allocate, election, rule=Rule(utility=OWN[election.kind][0]))
    return {
        "instance": path.stem,
        "voters": election.voters,
        "projects": len(election.projects),
        "ballot_groups": len(election.weight),
        "marks": int(election.votes().sum()),
        "parse": parse,
        "merge": merge,
        "explain": cpu(explain, outcome)[0],
        "audit": cpu(audit, outcome)[0],
        "check": cpu(check, outcome)[0],
        "counts": counts,
    }


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

    def load(self, path: Path) -> None:
        self.instance, self.profile = self.elections.parse_pabulib(str(path))

    def compare(
        self, rule: Rule, selected: tuple[str, ...], ours: float, election: Election
    ) -> dict[str, object]:
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


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--voters", type=int, default=90_000)
    options.add_argument("--add1-reference", action="store_true", help="also time the reference's Add1")
    chosen = options.parse_args()
    try:
        reference: Reference | None = Reference()
    except ImportError:
        reference = None
        print("pabutools is not installed: measuring alone")
    slow = chosen.add1_reference
    instances = [measure(path, reference, slow) for path in sorted(DATA.glob("*.pb"))]
    with tempfile.TemporaryDirectory() as folder:
        for voters, judge in ((12_000, reference), (chosen.voters, None)):
            large = Path(folder) / f"synthetic_{voters}_x_160.pb"
            large.write_text(synthetic(voters, 160, 3.6), encoding="utf-8")
            instances.append(measure(large, judge, slow=False))
    compared = [row for one in instances for row in one["counts"] if "same" in row]
    result = {
        "machine": platform.machine(), "python": platform.python_version(), "numpy": np.__version__,
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "compared": len(compared), "same": sum(bool(row["same"]) for row in compared), "instances": instances,
    }  # fmt: skip
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"{result['same']} of {result['compared']} comparisons gave the same winners; written to {OUT}")


if __name__ == "__main__":
    main()
