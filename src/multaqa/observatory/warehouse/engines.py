"""The two engines that carry out the same expression: DuckDB in this process, or Spark."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from multaqa.kit.policy import Refused
from multaqa.observatory.warehouse.store import Dataset

MEMORY = "1200MB"  # what DuckDB keeps before it spills to disk
ENGINES = ("duckdb", "spark")
# without an appender Spark takes the file for none at all
_SILENCE = """appender.none.type = Null
appender.none.name = none
rootLogger.level = off
rootLogger.appenderRef.none.ref = none
"""


def chosen() -> str:
    from django.conf import settings

    return str(settings.WAREHOUSE_ENGINE)


@contextmanager
def opened(dataset: Dataset, engine: str, threads: int | None = None) -> Iterator[tuple[Any, Any]]:
    """A connection of the engine and the rows of the dataset on it. Raises Refused for an unknown engine."""
    if engine not in ENGINES:
        raise Refused(_("The warehouse runs on duckdb or spark, not on “%(engine)s”."), engine=engine)
    if not dataset.parts:
        raise Refused(_("The dataset “%(name)s” has no rows yet."), name=dataset.name)
    files = [str(file) for file in dataset.files]
    if engine == "duckdb":
        with duckdb(dataset.folder.parent, threads) as connection:
            yield connection, connection.read_parquet(files)
    else:
        with spark(threads) as connection:
            connection._session.read.parquet(*files).createOrReplaceTempView("rows")
            yield connection, connection.table("rows")


@contextmanager
def duckdb(root: Path, threads: int | None = None) -> Iterator[Any]:
    """DuckDB within its memory, spilling into the warehouse's own folder; it never asks the network."""
    import ibis

    spill = root / ".spill"
    spill.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=spill) as folder:
        connection = ibis.duckdb.connect(
            memory_limit=MEMORY,
            threads=threads or os.cpu_count() or 1,
            temp_directory=folder,
            autoinstall_known_extensions=False,
        )
        try:
            yield connection
        finally:
            connection.disconnect()


@contextmanager
def spark(threads: int | None = None) -> Iterator[Any]:
    """A Spark session of its own on this machine, silent, whose files vanish with it."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise Refused(_("Spark is not installed: install multaqa with its extra “spark”.")) from None
    import ibis

    with tempfile.TemporaryDirectory() as folder:
        quiet = Path(folder) / "log4j2.properties"
        quiet.write_text(_SILENCE, encoding="ascii")
        settings = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.extraJavaOptions": (
                f"-Dlog4j2.configurationFile=file:{quiet} -Djava.io.tmpdir={folder}"
            ),
            "spark.local.dir": folder,
            "spark.sql.warehouse.dir": str(Path(folder) / "tables"),
            "spark.sql.shuffle.partitions": "8",
        }
        builder = SparkSession.builder.master(f"local[{threads or os.cpu_count() or 1}]").appName("multaqa")
        for name, value in settings.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        try:
            yield ibis.pyspark.connect(session)
        finally:
            session.stop()
