"""The same expressions on Spark: only where Java and the extra «spark» are installed."""

import shutil

import numpy as np
import pytest
from pyarrow import parquet

from multaqa.observatory.warehouse import HOUSEHOLDS, add, create, run
from tests.observatory.warehouse_cases import COLUMNS, DESCRIPTION, communes, households

pytestmark = [
    pytest.mark.slow,
    # pyspark itself asks for what Python or pandas will drop, and leaves its sockets to the collector
    pytest.mark.filterwarnings("default"),
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java, which is not installed"),
]


def test_spark_and_duckdb_agree_on_every_indicator_of_two_hundred_thousand_households(tmp_path):
    pytest.importorskip("pyspark", reason="install multaqa with its extra “spark” to compare the engines")
    codes, groups = communes(200)
    dataset = create(name="households", columns=COLUMNS, at=tmp_path, **DESCRIPTION)
    for seed in (1, 2):
        parquet.write_table(households(100_000, codes=codes, seed=seed), tmp_path / "part.parquet")
        dataset = add(dataset, tmp_path / "part.parquet", imported_at="2026-11-25", communes=codes).dataset

    here = run(dataset, HOUSEHOLDS, engine="duckdb", groups=groups)
    there = run(dataset, HOUSEHOLDS, engine="spark", groups=groups, threads=2)

    keys = ["commune", "sex", "milieu", "indicator", "n"]
    assert there[keys].equals(here[keys])
    assert here["value"].notna().sum() > 10_000
    np.testing.assert_allclose(there["value"], here["value"], rtol=1e-9, atol=1e-9, equal_nan=True)
