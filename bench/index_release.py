"""Releases of the index: how long from the order in the office to the release, and what it takes.

python bench/index_release.py [--json bench/results/index_release.json] [--units 150 500 1503]
A synthetic national database in a temporary folder, seeded: as many communes, 20 indicators of 40 in the
index, three years each. Wall time, with the worker that `multaqa serve` runs in a process of its own.
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
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))
INDICATORS, IN_INDEX, YEARS, DRAWS, PER_REGION = 40, 20, range(2022, 2025), 10_000, 125
BATCH = 50_000


def prepare(home):
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "multaqa.config.settings", "MULTAQA_HOME": home,
        "MULTAQA_SECRET_KEY": "bench", "OPENBLAS_NUM_THREADS": "1",
    }  # fmt: skip
    import django

    from multaqa.config import template

    file = Path(home) / "multaqa.sqlite3"
    django.setup()
    if not template.unpack(file):
        template.build(file)


def build(units, seed):
    """A country of so many communes with figures of several years; every other indicator by sex."""
    import numpy as np

    from multaqa.kit.translated import Translated
    from multaqa.observatory.models import Indicator, Value
    from multaqa.territories.models import Population, RegionPack, Territory

    rng = np.random.default_rng(seed)
    root = Territory.objects.create(code="B", title=Translated.of("بلد"), level="country")
    home = None
    places = []
    for number in range(units):
        if number % PER_REGION == 0:
            code = f"B.{number // PER_REGION:02}"
            region = Territory.objects.create(
                code=code, title=Translated.of(code), level="region", parent=root
            )
            home = home or region
        places.append(
            Territory(
                code=f"{region.code}.{number:04}", title=Translated.of(f"جماعة {number}"), level="commune",
                parent=region, milieu="urban" if number % 6 == 0 else "rural",
            )
        )  # fmt: skip
    places = Territory.objects.bulk_create(places)
    households = np.maximum(10, rng.lognormal(7, 1.2, units)).astype(int)
    Population.objects.bulk_create(
        Population(territory=place, year=2024, kind=kind, count=int(count * times), source="bench")
        for place, count in zip(places, households, strict=True)
        for kind, times in (("households", 1), ("municipal", 4.2))
    )
    dimensions = ("hazard", "vulnerability", "coping")
    indicators = Indicator.objects.bulk_create(
        Indicator(
            code=f"i{number:03}", title=Translated.of(f"مؤشر {number}"), dimension=dimensions[number % 3],
            direction=1 if number % 2 else -1, unit="percent", low=0, high=100, latest_year=YEARS[-1],
            weight=number < IN_INDEX, source=Translated.of("x"), licence="CC0",
        )
        for number in range(INDICATORS)
    )  # fmt: skip
    RegionPack.objects.create(
        key="bench", title=root.title, root=home, country=root, currency="MAD", time_zone="Africa/Casablanca"
    )
    rows = []
    for indicator in indicators:
        centre = rng.uniform(10, 90)
        for year in YEARS:
            for place, count in zip(places, households, strict=True):
                share = round(min(100.0, max(0.0, rng.normal(centre, 12))), 1)
                known = rng.random() > 0.04
                rows.append(
                    Value(indicator=indicator, territory=place, year=year, value=share if known else None,
                          n=int(count * 4))
                )  # fmt: skip
        if indicator.weight and indicator.pk % 2:
            for place, count in zip(places, households, strict=True):
                for sex in ("female", "male"):
                    rows.append(
                        Value(indicator=indicator, territory=place, year=YEARS[-1], sex=sex,
                              value=round(rng.uniform(5, 95), 1), n=int(count * 2))
                    )  # fmt: skip
        if len(rows) >= BATCH:
            Value.objects.bulk_create(rows, batch_size=5_000)
            rows = []
    Value.objects.bulk_create(rows, batch_size=5_000)
    return root, Value.objects.count()


def worker():
    """The process that `multaqa serve` starts beside the web server."""
    tick = ["tick", "--every", "60", "--parent", str(os.getpid())]
    return subprocess.Popen([sys.executable, "-c", f"from multaqa.cli import main; main({tick!r})"])


def release(root):
    """Seconds from the order to the release, as the office sees them, with the progress seen on the way."""
    from multaqa.directory.actors import MACHINE
    from multaqa.kit.translated import Translated
    from multaqa.observatory.models import IndexRelease
    from multaqa.observatory.tasks.releases import order_and_compute

    began, used = time.perf_counter(), time.process_time()
    ordered = order_and_compute(actor=MACHINE, title=Translated.of("x"), root=root, draws=DRAWS)
    frozen, order_cpu = time.perf_counter(), time.process_time() - used
    seen, first = [], None
    while True:
        state, percent, attempts = IndexRelease.objects.values_list("state", "progress", "attempts").get(
            pk=ordered.pk
        )
        if attempts and first is None:
            first = time.perf_counter()
        if not seen or seen[-1] != percent:
            seen.append(percent)
        if state != "computing":
            break
        time.sleep(0.1)
    ended = time.perf_counter()
    assert (state, seen) == ("ready", sorted(seen))
    return ordered, {
        "order_cpu": round(order_cpu, 2), "order": round(frozen - began, 2), "wait": round(first - frozen, 2),
        "compute_and_finish": round(ended - first, 2), "order_to_release": round(ended - began, 2),
        "progress_steps": len(seen),
    }  # fmt: skip


def again(number):
    """`multaqa index --snapshot`: is the result the same to the byte?"""
    from multaqa.observatory.models import IndexRelease
    from multaqa.observatory.queries import document

    file = Path(os.environ["MULTAQA_HOME"]) / "snapshot.json"
    found = document(IndexRelease.objects.get(number=number))
    file.write_text(json.dumps(found, ensure_ascii=False))
    began = time.perf_counter()
    program = f"from multaqa.cli import main; main(['index', '--snapshot', {str(file)!r}])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    return {
        "exit": done.returncode, "same": found["result_hash"] in done.stdout,
        "seconds": round(time.perf_counter() - began, 2),
        "file_megabytes": round(file.stat().st_size / 1e6, 2),
        "peak_megabytes": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3),
    }  # fmt: skip


def measure(units):
    """In a process of its own, so that each size has its own peak."""
    with tempfile.TemporaryDirectory() as home:
        prepare(home)
        began = time.perf_counter()
        root, values = build(units, seed=units)
        built = time.perf_counter() - began
        process = worker()
        time.sleep(6)  # it is long up when somebody orders a release
        try:
            ordered, seconds = release(root)
            time.sleep(2)  # until the worker has counted what its round used
        finally:
            process.terminate()
            process.wait()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {
            "units": units, "values": values, "indicators": IN_INDEX, "draws": DRAWS,
            "build_seconds": round(built, 1), "seconds": seconds,
            "worker_peak_megabytes": round(used.ru_maxrss / 1e3),
            "worker_cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
            "again": again(ordered.number),
        }  # fmt: skip


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--json", type=Path)
    asked.add_argument("--units", type=int, nargs="+", default=[150, 500, 1503])
    asked.add_argument("--one", type=int)
    given = asked.parse_args()
    if given.one:
        print(json.dumps(measure(given.one)))
        return
    rows = []
    for units in given.units:
        done = subprocess.run(
            [sys.executable, __file__, "--one", str(units)], stdout=subprocess.PIPE, text=True, check=True
        )
        rows.append(json.loads(done.stdout.splitlines()[-1]))
        print(rows[-1], file=sys.stderr)
    found = {
        "python": platform.python_version(), "machine": platform.machine(), "processors": os.cpu_count(),
        "growth": rows,
    }  # fmt: skip
    text = json.dumps(found, indent=1) + "\n"
    given.json.write_text(text) if given.json else print(text)


if __name__ == "__main__":
    main()
