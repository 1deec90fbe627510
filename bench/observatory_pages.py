"""How heavy is a commune's page with a whole nation's figures behind it?

1,503 communes × 10 years × a growing number of indicators in a database of its own; for the pages of a
commune, of an indicator and of all communes: SQL statements, size, processor time. Writes
bench/results/observatory_pages.json.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

YEARS = range(2017, 2027)
SIZES = (10, 30, 100)
RESULTS = Path(__file__).parent / "results" / "observatory_pages.json"
MOST_SQL, MOST_KILOBYTES, MOST_MILLISECONDS = 12, 60, 40


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"MULTAQA_HOME": home, "DJANGO_SETTINGS_MODULE": "multaqa.config.settings"}
        begin(Path(home))
        rows = []
        for size in SIZES:
            loaded = load(size)
            for name, path in pages().items():
                rows.append({"indicators": size, "values": loaded, "page": name, **measure(path)})
                print(rows[-1], file=sys.stderr)
    bars = {"sql": MOST_SQL, "kilobytes": MOST_KILOBYTES, "milliseconds": MOST_MILLISECONDS}
    RESULTS.write_text(json.dumps({"bars_of_the_commune": bars, "rows": rows}, indent=1) + "\n")


def begin(home: Path) -> None:
    """The real region, its country and a national release in an empty database."""
    from multaqa.config import template

    fresh = template.unpack(home / "multaqa.sqlite3")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from multaqa.directory.actors import MACHINE
    from multaqa.kit.translated import Translated
    from multaqa.observatory.actions import load_comparison, load_indicators
    from multaqa.observatory.releasing import release_index
    from multaqa.territories.actions import load_country, load_pack
    from multaqa.territories.queries import home_pack

    settings.ALLOWED_HOSTS = ["*"]
    if not fresh:
        call_command("migrate", verbosity=0, skip_checks=True)
    load_pack(actor=MACHINE, source="dakhla")
    load_indicators(actor=MACHINE, pack="dakhla")
    load_country(actor=MACHINE, source="dakhla")
    load_comparison(actor=MACHINE)
    for root in (home_pack().root, home_pack().country):
        release_index(actor=MACHINE, title=Translated.of("مؤشر"), root=root, draws=100)


def load(size: int) -> int:
    """So many invented indicators over every commune, the region and ten years; the values there are."""
    from django.db import connection, transaction

    from multaqa.kit.translated import Translated
    from multaqa.observatory.models import Indicator, Value
    from multaqa.territories.models import Territory

    generator = np.random.default_rng(size)
    places = list(Territory.objects.values_list("pk", flat=True))
    with transaction.atomic():
        for number in range(Indicator.objects.count(), size):
            indicator = Indicator.objects.create(
                code=f"invented-{number}", title=Translated.of(f"مؤشر {number}", f"Indicateur {number}"),
                dimension="coping", direction=1, unit="percent", low=0, high=100, weight=1, position=number,
                source=Translated.of("مصدر"), licence="CC BY 4.0", latest_year=YEARS[-1],
            )  # fmt: skip
            figures = generator.uniform(0, 100, (len(YEARS), len(places))).round(1)
            with connection.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO observatory_value"
                    " (indicator_id, territory_id, year, sex, milieu, value, n, hidden)"
                    " VALUES (%s, %s, %s, 'all', 'all', %s, 1000, %s)",
                    [
                        (indicator.pk, place, year, figures[row, column], False)
                        for row, year in enumerate(YEARS)
                        for column, place in enumerate(places)
                    ],
                )
    return Value.objects.count()


def pages() -> dict[str, str]:
    return {
        "commune": "/ar/observatory/12.391.09.01/",
        "commune elsewhere": "/ar/observatory/09.001.01.01/",
        "commune, last page of figures": "/fr/observatory/12.391.09.01/?page=99",
        "indicator": "/ar/observatory/indicators/illiteracy/",
        "all communes": "/ar/observatory/communes/",
        "all communes by a figure": "/ar/observatory/communes/?indicator=illiteracy&sort=-figure",
    }


def measure(path: str) -> dict[str, float]:
    from django.core.signals import request_started
    from django.db import connection, reset_queries
    from django.test import Client

    client = Client()
    client.get(path)
    request_started.disconnect(reset_queries)
    connection.force_debug_cursor = True
    before = len(connection.queries_log)
    answer = client.get(path)
    sql = len(connection.queries_log) - before
    connection.force_debug_cursor = False
    repeats = 20
    start = time.process_time()
    for _repeat in range(repeats):
        client.get(path)
    spent = (time.process_time() - start) / repeats
    return {
        "status": answer.status_code,
        "sql": sql,
        "kilobytes": round(len(answer.content) / 1000, 1),
        "milliseconds": round(1000 * spent, 1),
    }


if __name__ == "__main__":
    main()
