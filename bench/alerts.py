"""Alerts: events found, weeks of false alarm and time of each method, on made-up weekly series.

python bench/alerts.py [--json bench/results/alerts.json]
Negative-binomial counts with season and trend, 12 events injected into the last 209 weeks of each of three
series; CPU time. The growth curve repeats one series until it is as long as asked.
"""

import argparse
import json
import platform
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from multaqa.engine.alerts import METHODS, Rule, series_from, watch

WEEKS, SCORED, EVENTS = 52 * 5 + 3 + 209, 209, 12
LEVELS = {"rare": 3, "usual": 15, "frequent": 80}
LENGTHS = [500, 1_000, 2_000, 4_000]


def made_up(level, chance):
    """A series and, for each event, its weeks."""
    week = np.arange(WEEKS)
    mean = level * np.exp(0.4 * np.sin(2 * np.pi * week / 52.18) + 0.0005 * week)
    counts = chance.negative_binomial(mean / 0.4, 1 / 1.4).astype(float)
    starts = WEEKS - SCORED + np.linspace(4, SCORED - 8, EVENTS).astype(int)
    events = [range(start, start + 3) for start in starts]
    for event in events:
        for step in event:
            counts[step] += chance.poisson(3 * np.sqrt(1.4 * mean[step]) + 2)
    days = np.datetime64("2016-01-04") + 7 * week
    return series_from(days, counts), events


def score(series, events, method):
    start = time.process_time()
    found = watch(series, Rule(method))
    seconds = time.process_time() - start
    scored = np.zeros(WEEKS, dtype=bool)
    scored[-SCORED:] = True
    within = np.zeros(WEEKS, dtype=bool)
    for event in events:
        within[list(event)] = True
    false = found.alarm & scored & ~within
    return {
        "found": sum(bool(found.alarm[list(event)].any()) for event in events),
        "of": len(events),
        "false_alarm_share": round(float(false.sum() / (scored & ~within).sum()), 4),
        "seconds": round(seconds, 4),
    }


def grown(series, length, method):
    values = np.resize(series.values, length)
    long = series_from(np.datetime64("1950-01-02") + 7 * np.arange(length), values)
    start = time.process_time()
    watch(long, Rule(method))
    return round(time.process_time() - start, 4)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--json", type=Path, default=Path(__file__).parent / "results/alerts.json")
    target = options.parse_args().json
    chance = np.random.default_rng(12)
    made = {name: made_up(level, chance) for name, level in LEVELS.items()}
    watch(made["usual"][0], Rule("farrington"))  # the first call imports SciPy
    result = {
        "python": platform.python_version(),
        "weeks_scored": SCORED,
        "methods": {
            method: {name: score(*case, method) for name, case in made.items()} for method in METHODS
        },
        "seconds_by_length": {
            method: {length: grown(made["usual"][0], length, method) for length in LENGTHS}
            for method in ("c2", "farrington")
        },
    }
    target.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
