"""Warehouse: how do time and memory grow with the households, and what does import cost?

python bench/warehouse.py [--json bench/results/warehouse.json] [--folder DIR] [--most 20]
Invented households of 1,503 communes (tests/observatory/warehouse_cases.py), 12 indicators by commune × sex ×
milieu with provinces and regions. Each figure is the best of three runs in a process of its own; CPU time
stands beside wall time, because a shared machine says little about the latter.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

os.environ |= {"DJANGO_SETTINGS_MODULE": "multaqa.config.settings", "MULTAQA_SECRET_KEY": "bench"}
os.environ.setdefault("MULTAQA_HOME", tempfile.gettempdir())
import django

django.setup()

from multaqa.observatory import warehouse  # noqa: E402  Django first
from tests.observatory.warehouse_cases import COLUMNS, DESCRIPTION, communes, write  # noqa: E402

MILLIONS = [1, 5, 20]
BARS = {"wall_seconds_20_million": 20.0, "peak_rss_mb": 2048}
NOW = "2026-11-25T00:00:00Z"
CODES, GROUPS = communes(1503)


def build(root, millions):
    """A dataset of parts of a million households, imported like any other."""
    if (root / "households").exists():
        return
    dataset = warehouse.create(name="households", columns=COLUMNS, at=root, **DESCRIPTION)
    for part in range(millions):
        file = write(root / "part.parquet", 1_000_000, codes=CODES, seed=part)
        warehouse.add(dataset, file, imported_at=NOW, communes=CODES)
        file.unlink()


def measured(act):
    """What an act takes here: seconds on the wall and of CPU, and the process's peak of memory."""
    start, before = time.perf_counter(), time.process_time()
    found = act()
    return {
        **found,
        "wall_seconds": round(time.perf_counter() - start, 2),
        "cpu_seconds": round(time.process_time() - before, 2),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def indicators(root, millions):
    dataset = warehouse.open_dataset("households", at=root)
    dataset = replace(dataset, parts=dataset.parts[:millions])
    table = warehouse.run(dataset, warehouse.HOUSEHOLDS, engine="duckdb", groups=GROUPS, threads=2)
    return {"rows": dataset.rows, "indicators": len(warehouse.HOUSEHOLDS), "cells": len(table)}


def imported(root, millions):
    """A CSV file of so many million households into a dataset of its own."""
    import duckdb

    file = root / "households.csv"
    parts = [str(file) for file in warehouse.open_dataset("households", at=root).files[:millions]]
    duckdb.read_parquet(parts).write_csv(str(file))
    with tempfile.TemporaryDirectory(dir=root) as folder:
        dataset = warehouse.create(name="csv", columns=COLUMNS, at=Path(folder), **DESCRIPTION)
        start, before = time.perf_counter(), time.process_time()
        added = warehouse.add(dataset, file, imported_at=NOW, communes=CODES)
        return {
            "rows": added.rows,
            "file_mb": file.stat().st_size // 2**20,
            "import_wall_seconds": round(time.perf_counter() - start, 2),
            "import_cpu_seconds": round(time.process_time() - before, 2),
        }


ACTS = {"indicators": indicators, "imported": imported}


def apart(name, root, millions, times=3):
    """The best of some runs, each in a fresh process."""
    command = [sys.executable, __file__, "--act", name, "--folder", str(root), "--most", str(millions)]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    runs = [
        json.loads(
            subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
        )
        for _turn in range(times)
    ]
    best = min(runs, key=lambda run: run["wall_seconds"])
    best["cpu_seconds"] = min(run["cpu_seconds"] for run in runs)
    best["peak_rss_mb"] = max(run["peak_rss_mb"] for run in runs)
    print(name, best, flush=True)
    return best


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--json", type=Path, default=Path(__file__).parent / "results/warehouse.json")
    options.add_argument("--folder", type=Path)
    options.add_argument("--most", type=int, default=MILLIONS[-1])
    options.add_argument("--act", choices=ACTS)
    chosen = options.parse_args()
    if chosen.act:
        print(json.dumps(measured(lambda: ACTS[chosen.act](chosen.folder, chosen.most))))
        return
    with tempfile.TemporaryDirectory() as temporary:
        root = chosen.folder or Path(temporary)
        build(root, chosen.most)
        report = {"bench": "warehouse", "python": platform.python_version(), "bars": BARS}
        report["rows"] = [apart("indicators", root, size) for size in MILLIONS if size <= chosen.most]
        report["imports"] = [apart("imported", root, size, times=1) for size in (1, 4)]
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
