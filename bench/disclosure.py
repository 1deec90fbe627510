"""Disclosure: does the attack ever win, and how do publishing and attacking grow with the table?

python bench/disclosure.py [--json bench/results/disclosure.json] [--tables 1000]
Random 1-, 2- and 3-way tables with totals are published and attacked by `check`, which sees the published
table only; half have a hierarchy, rounding, hidden zeros or a known grand total. The plain half also meets
an integer program a cell that shares no code with the engine. Growth: communes × 2 × 3. CPU time.
"""

import argparse
import json
import platform
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from multaqa.engine.disclosure import COMPLEMENTARY, PRIMARY, Cube, Policy, axis, check, publish
from tests.engine.disclosure_cases import attack_by_leaves

SIZES = [50, 150, 500, 1503]
BARS = {"tables_broken": 0}


def random_table(generator):
    """A cube, its counts, a policy and what is known from elsewhere."""
    ways = int(generator.integers(1, 4))
    sizes = [int(size) for size in generator.integers(2, 7 if ways < 3 else 5, ways)]
    plain = bool(generator.random() < 0.5)
    axes = []
    for place, size in enumerate(sizes):
        labels = [f"{place}.{leaf}" for leaf in range(size)]
        cut = size // 2
        groups = (
            {"first": labels[:cut], "rest": labels[cut:]} if not plain and place == 0 and size > 3 else None
        )
        axes.append(axis(f"axis {place}", labels, groups=groups))
    cube = Cube(tuple(axes))
    counts = np.floor(np.exp(generator.normal(3, 1.3, sizes))).astype(int) * (generator.random(sizes) > 0.1)
    known = np.zeros(cube.shape, bool)
    policy = Policy()
    if not plain:
        policy = Policy(
            base=int(generator.choice([1, 5])), zeros="shown" if generator.random() < 0.5 else "hidden"
        )
        known.flat[-1] = generator.random() < 0.5 and counts.sum() >= 2 * policy.k
    return cube, counts, policy, known, plain


def attacked(number):
    generator = np.random.default_rng(10)
    broken = broken_by_leaves = cells = hidden = covered = exact_attacks = 0
    start = time.process_time()
    for _turn in range(number):
        cube, counts, policy, known, plain = random_table(generator)
        published = publish(counts, cube=cube, policy=policy, known=known)
        broken += bool(check(published))
        cells += published.state.size
        hidden += int((published.state == PRIMARY).sum())
        covered += int((published.state == COMPLEMENTARY).sum())
        if plain:
            ends = attack_by_leaves(published).values()
            exact_attacks += len(ends)
            broken_by_leaves += any(
                high is not None and (high < policy.k or high - low < policy.k - 1) for low, high in ends
            )
    return {
        "tables": number,
        "tables_broken": broken,
        "cells_attacked_independently": exact_attacks,
        "tables_broken_independently": broken_by_leaves,
        "cells": cells,
        "hidden_small": hidden,
        "hidden_as_cover": covered,
        "seconds": round(time.process_time() - start, 1),
    }


def communes_axis(communes, nested):
    """Communes alone, or in provinces of eighteen and regions of seven provinces."""
    labels = [f"commune {place}" for place in range(communes)]
    if not nested:
        return axis("commune", labels)
    provinces = {f"province {at}": labels[at : at + 18] for at in range(0, communes, 18)}
    names = list(provinces)
    regions = {f"region {at}": names[at : at + 7] for at in range(0, len(names), 7)}
    return axis("commune", labels, groups={**provinces, **regions})


def national(communes, nested, policy=None):
    """Communes × 2 × 3 with a third category that is rare: about one cell in three is small."""
    generator = np.random.default_rng(1)
    people = np.exp(generator.normal(7.5, 1.6, communes)) * 0.15
    shares = generator.dirichlet([8, 4, 0.6], communes)[:, None, :]
    sexes = generator.dirichlet([40, 40], communes)[:, :, None]
    counts = generator.poisson(people[:, None, None] * shares * sexes)
    cube = Cube((communes_axis(communes, nested), axis("sex", "fm"), axis("kind", "abc")))
    start = time.process_time()
    published = publish(counts, cube=cube, policy=policy)
    published_at = time.process_time()
    assert check(published) == ()
    return {
        "communes": communes,
        "provinces_and_regions": nested,
        "cells": published.state.size,
        "hidden_small": int((published.state == PRIMARY).sum()),
        "hidden_as_cover": int((published.state == COMPLEMENTARY).sum()),
        "publish_seconds": round(published_at - start, 2),
        "check_seconds": round(time.process_time() - published_at, 2),
    }


def money(communes):
    """Sums of two kinds by commune, in provinces and regions: one in seven is hidden by rule."""
    generator = np.random.default_rng(3)
    payers = generator.poisson(20, (communes, 2))
    amounts = generator.integers(10_000, 5_000_000, (communes, 2)) * 100
    top = (amounts * generator.uniform(0.2, 1, (communes, 2))).astype(int)
    cube = Cube((communes_axis(communes, nested=True), axis("kind", "ab")))
    start = time.process_time()
    published = publish(payers, cube=cube, amounts=amounts, top=top)
    published_at = time.process_time()
    assert check(published) == ()
    return {
        "communes": communes,
        "sums_hidden_by_rule": int((published.amount_state == PRIMARY).sum()),
        "sums_hidden_as_cover": int((published.amount_state == COMPLEMENTARY).sum()),
        "publish_seconds": round(published_at - start, 2),
        "check_seconds": round(time.process_time() - published_at, 2),
    }


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--json", type=Path, default=Path(__file__).parent / "results/disclosure.json")
    options.add_argument("--tables", type=int, default=1_000)
    chosen = options.parse_args()
    check(publish([20, 3], cube=Cube((axis("warm", "ab"),))))
    report = {"bench": "disclosure", "python": platform.python_version(), "bars": BARS, "rows": []}
    for nested in (False, True):
        for size in SIZES:
            report["rows"].append(national(size, nested))
            print(report["rows"][-1], flush=True)
    report["rounded_to_5"] = national(SIZES[-1], True, Policy(base=5))
    report["money"] = money(SIZES[-1])
    print(report["rounded_to_5"], report["money"], flush=True)
    report["attack"] = attacked(chosen.tables)
    print(report["attack"])
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
