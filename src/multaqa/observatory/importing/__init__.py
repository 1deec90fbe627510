"""Which rows of a file of figures can be taken in, and what is wrong with the others?

CSV, XLSX and Parquet are read by hand, so that every fault keeps its line and column; what was read is then
held against the schema of its table (`kinds`, `schema`). Nothing here knows the database: what codes exist is
told by the caller, and nothing is written.

    checked = check_file(content, known=known)
    checked.rows, checked.refusals
"""

from multaqa.observatory.importing.checking import Checked, Known, check_file, from_parquet, to_parquet
from multaqa.observatory.importing.kinds import KINDS, Kind, table_schema
from multaqa.observatory.importing.refusals import Refusal

__all__ = [
    "KINDS",
    "Checked",
    "Kind",
    "Known",
    "Refusal",
    "check_file",
    "from_parquet",
    "table_schema",
    "to_parquet",
]
