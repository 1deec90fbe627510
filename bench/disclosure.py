"""Disclosure: does the attack ever win, and how do publishing and attacking grow with the table?

python bench/disclosure.py [--json bench/results/disclosure.json] [--tables 1000]
Random 1-, 2- and 3-way tables with totals are published and attacked by `check`, which sees the published
table only; half have a hierarchy, rounding, hidden zeros or a known grand total. The plain half also meets
an integer program a cell that shares no code with the engine. Growth: communes × 2 × 3. CPU time.
Rates: communes × sexes × town and country with few, some and many small places; and random small tables
against a linear program over all their cells.
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

from multaqa.engine.disclosure import (
    COMPLEMENTARY,
    PRIMARY,
    Cube,
    Policy,
    axis,
    check,
    check_rates,
    publish,
    publish_rates,
)
from tests.engine.disclosure_cases import attack_by_leaves
from tests.engine.disclosure_rate_cases import MILIEUX, SEXES, attack_on_all, rates_of, summed

SIZES = [50, 150, 500, 1503]
SMALL_PLACES = [0, 2, 90, 300]
BARS = {"tables_broken": 0, "rate_tables_broken": 0}


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


def national_rates(small_places, communes=1503):
    """A rate of people by commune, sex and milieu; so many communes are camps of a few dozen men."""
    generator = np.random.default_rng(1)
    people = np.maximum(np.exp(generator.normal(9, 1, communes)), 700)
    camps = generator.choice(communes, small_places, replace=False)
    people[camps] = generator.integers(15, 200, small_places)
    women = np.where(people < 200, generator.uniform(0.1, 0.3, communes), 0.5)
    town = (np.arange(communes) % 5 == 0)[:, None] == [True, False]
    counts = np.floor(people[:, None] * np.stack([1 - women, women], axis=1))[:, :, None] * town[:, None, :]
    some = np.round(counts * generator.beta(4, 8, (communes, 1, 1)))
    cube = Cube((communes_axis(communes, nested=True), SEXES, MILIEUX))
    whole = summed(counts, cube)
    start = time.process_time()
    published = publish_rates(rates_of(summed(some, cube), whole), whole, cube=cube)
    published_at = time.process_time()
    assert check_rates(published) == ()
    return {
        "cells": published.hidden.size,
        "small": int(((whole > 0) & (whole < published.least)).sum()),
        "hidden": int(published.hidden.sum()),
        "publish_seconds": round(published_at - start, 2),
        "check_seconds": round(time.process_time() - published_at, 2),
    }


def attacked_rates(number):
    generator = np.random.default_rng(11)
    broken = broken_on_all = cells = hidden = 0
    start = time.process_time()
    for turn in range(number):
        names = [f"place {at}" for at in range(int(generator.integers(3, 7)))]
        places = axis("place", names, groups={"north": names[:2], "south": names[2:]})
        cube = Cube((places, SEXES, MILIEUX) if turn % 2 else (places, SEXES))
        counts = np.floor(np.exp(generator.normal(4.5, 2, cube.leaf_shape)))
        some = generator.binomial(counts.astype(int), generator.random(cube.leaf_shape))
        whole = summed(counts, cube)
        rates = publish_rates(
            rates_of(summed(some, cube), whole), whole, cube=cube, whole=bool(generator.random() < 0.5)
        )
        broken += bool(check_rates(rates))
        ends = attack_on_all(rates)
        cells, hidden = cells + len(ends), hidden + int(rates.hidden.sum())
        broken_on_all += any(
            (np.floor(high + 1e-4) - np.ceil(low - 1e-4) if rates.whole else high - low + 1e-4)
            < whole.ravel()[cell] / 2
            for cell, (low, high) in ends.items()
        )
    return {
        "tables": number,
        "rate_tables_broken": broken,
        "rate_tables_broken_independently": broken_on_all,
        "small_rates_attacked": cells,
        "hidden": hidden,
        "seconds": round(time.process_time() - start, 1),
    }


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--json", type=Path, default=Path(__file__).parent / "results/disclosure.json")
    options.add_argument("--tables", type=int, default=1_000)
    options.add_argument("--rates", action="store_true", help="only the rates, the rest as it stands")
    chosen = options.parse_args()
    check(publish([20, 3], cube=Cube((axis("warm", "ab"),))))
    check_rates(publish_rates([10, 10, 10], [50, 20, 70], cube=Cube((axis("warm", "ab"),))))
    report = {"bench": "disclosure", "python": platform.python_version(), "bars": BARS, "rows": []}
    if chosen.rates:
        report = json.loads(chosen.json.read_text(encoding="utf-8")) | {"bars": BARS}
    else:
        counted(report, chosen.tables)
    report["rates"] = [national_rates(places) for places in SMALL_PLACES]
    report["rates_attack"] = attacked_rates(max(chosen.tables // 4, 1))
    print(*report["rates"], report["rates_attack"], sep="\n")
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def counted(report, tables):
    for nested in (False, True):
        for size in SIZES:
            report["rows"].append(national(size, nested))
            print(report["rows"][-1], flush=True)
    report["rounded_to_5"] = national(SIZES[-1], True, Policy(base=5))
    report["money"] = money(SIZES[-1])
    print(report["rounded_to_5"], report["money"], flush=True)
    report["attack"] = attacked(tables)
    print(report["attack"])


if __name__ == "__main__":
    main()
