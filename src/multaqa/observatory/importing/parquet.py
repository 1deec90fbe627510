"""Parquet: what its footer promises is weighed before anything is unpacked."""

import io
from typing import Any

from multaqa.observatory.importing.kinds import Kind
from multaqa.observatory.importing.refusals import FileRefused, shown
from multaqa.observatory.importing.table import (
    LONGEST,
    MOST_COLUMNS,
    MOST_LETTERS,
    MOST_ROWS,
    Header,
    Table,
    stripped,
)

MOST_UNPACKED = 400_000_000
_BATCH = 20_000


def read_parquet(content: bytes, kind: Kind | None) -> Table:
    """The rows of a Parquet file; the header counts as line 1. Raises FileRefused for what is none."""
    try:
        return _read(content, kind)
    except FileRefused:
        raise
    except MemoryError:
        raise FileRefused("too_much") from None
    except Exception:  # what a damaged file makes Arrow raise is not one family
        raise FileRefused("parquet") from None


def _read(content: bytes, kind: Kind | None) -> Table:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    import pyarrow.types as of

    plain = pq.ParquetFile(io.BytesIO(content))
    footer = plain.metadata
    if footer.num_rows > MOST_ROWS:
        raise FileRefused("too_many_rows", limit=MOST_ROWS)
    if footer.num_columns > MOST_COLUMNS:
        raise FileRefused("too_many_columns", column=str(MOST_COLUMNS + 1), limit=MOST_COLUMNS)
    if sum(footer.row_group(group).total_byte_size for group in range(footer.num_row_groups)) > MOST_UNPACKED:
        raise FileRefused("too_much")
    schema = plain.schema_arrow
    header = Header(1, list(schema.names), kind)
    for name in header.place:
        one = schema.types[header.place[name]]
        if of.is_nested(one) or not _is_cell(one):
            raise FileRefused("nested", column=name, name=name, kind=shown(str(one)))
    if footer.num_rows == 0:
        raise FileRefused("no_row", column=header.name_of(0))
    asked = [schema.names[place] for place in header.place.values()]
    texts = [field.name for field in schema if of.is_string(field.type) or of.is_binary(field.type)]
    # a text that stands once and is pointed at half a million times must not be written out
    file = pq.ParquetFile(io.BytesIO(content), read_dictionary=texts)
    blocks: dict[str, list[Any]] = {name: [] for name in header.place}
    letters = rows = 0
    for batch in file.iter_batches(batch_size=_BATCH, columns=asked):
        for name, written in zip(header.place, asked, strict=True):
            column = _texts(batch.column(written), name, rows)
            letters += column.nbytes
            if letters > 2 * MOST_LETTERS:
                raise FileRefused("too_much")
            blocks[name].append(column)
        rows += batch.num_rows
        if rows > footer.num_rows:
            raise FileRefused("parquet")
    if rows != footer.num_rows:
        raise FileRefused("parquet")
    columns = {name: stripped(pa.chunked_array(block).combine_chunks()) for name, block in blocks.items()}
    return Table(header.kind, columns, np.arange(2, rows + 2, dtype=np.int64), [], 0)


def _is_cell(one: Any) -> bool:
    import pyarrow.types as of

    kinds = (
        of.is_integer, of.is_floating, of.is_decimal, of.is_boolean, of.is_date, of.is_timestamp, of.is_null,
        of.is_string, of.is_large_string, of.is_string_view, of.is_binary, of.is_large_binary,
    )  # fmt: skip
    inner = one.value_type if of.is_dictionary(one) else one
    return any(is_kind(inner) for is_kind in kinds)


def _texts(column: Any, name: str, before: int) -> Any:
    """The cells as text; nothing for null and for not-a-number, which pandas writes where it means null."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as of

    if of.is_dictionary(column.type):
        _short(column.dictionary, column.indices, name, before)
        column = column.dictionary_decode()
    elif not of.is_null(column.type):
        _short(column, None, name, before)
    if of.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    elif of.is_boolean(column.type):
        column = pc.if_else(column, "yes", "no")
    elif of.is_timestamp(column.type) and column.type.tz:
        column = pc.local_timestamp(column)
    return pc.fill_null(pc.cast(column, pa.string()), "")


def _short(values: Any, indices: Any, name: str, before: int) -> None:
    """No text of the column is too long. Raises FileRefused with the line of the first that is."""
    import pyarrow.compute as pc
    import pyarrow.types as of

    if not (of.is_string(values.type) or of.is_binary(values.type) or of.is_large_string(values.type)):
        return
    long = pc.greater(pc.binary_length(values), 4 * LONGEST)
    if not pc.any(long).as_py():
        return
    place = pc.index(long, True) if indices is None else pc.index(indices, pc.index(long, True))
    raise FileRefused("too_long", line=before + max(place.as_py(), 0) + 2, column=name, limit=LONGEST)
