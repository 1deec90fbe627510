"""Scoring: how much nearer to the truth is a panel once severity is taken out, and at what cost?

python bench/scoring.py [--json bench/results/scoring.json]
Simulated panels: worth N(0, 1), generosity N(0, 0.8²), chance N(0, 0.7²), three reviewers each by chance.
CPU time of one ranking with 4,000 draws; agreement is Spearman's with the true worths, mean of five panels.
"""

import argparse
import json
import platform
import sys
import time
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from multaqa.engine.scoring import check, decide, rank, reviews_of
from tests.engine.scoring_cases import simulated

SIZES = [(20, 6), (40, 10), (160, 33), (500, 40), (1_000, 60), (2_000, 100)]
PANELS = 5


def measured(proposals, reviewers):
    seconds, raw, corrected, band, inside, wrong = [], [], [], [], [], 0
    for seed in range(PANELS):
        worth, rows = simulated(proposals, reviewers, 3, seed=seed, generosity=0.8)
        reviews = reviews_of(rows)
        start = time.process_time()
        ranking = rank(reviews, generator=np.random.default_rng(seed), step=0.1)
        seconds.append(time.process_time() - start)
        truth = [worth[one.id] for one in ranking.proposals]
        raw.append(spearmanr([one.raw_mean for one in ranking.proposals], truth).statistic)
        corrected.append(spearmanr([-one.expected_rank for one in ranking.proposals], truth).statistic)
        band.append(len(decide(ranking, places=proposals // 4).band) / proposals)
        places = np.argsort(np.argsort([-value for value in truth])) + 1
        inside += [one.low <= place <= one.high for one, place in zip(ranking.proposals, places, strict=True)]
        wrong += len(check(ranking))
    return {
        "proposals": proposals,
        "reviewers": reviewers,
        "seconds": round(min(seconds), 3),
        "agreement_raw": round(float(np.mean(raw)), 3),
        "agreement_corrected": round(float(np.mean(corrected)), 3),
        "share_in_band": round(float(np.mean(band)), 3),
        "true_rank_inside_50_percent_interval": round(float(np.mean(inside)), 3),
        "violations": wrong,
    }


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--json", type=Path, default=Path(__file__).parent / "results/scoring.json")
    target = options.parse_args().json
    rows = []
    for proposals, reviewers in SIZES:
        rows.append(measured(proposals, reviewers))
        print(rows[-1], flush=True)
    report = {"bench": "scoring", "python": platform.python_version(), "panels": PANELS, "rows": rows}
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
