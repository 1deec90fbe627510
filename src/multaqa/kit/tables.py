"""Tables that people take away: CSV for spreadsheets, Parquet for statistics, GeoJSON for maps.

CSV and GeoJSON are sent as they are made, so that their length does not matter; Parquet has its index at its
end and is first kept in a temporary file.

    urlpatterns = [..., *downloads("wells/wells", views.wells, "wells"), ...]

reverses "wells" to wells/wells.csv and, with the ending as last argument, to the other files.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

if TYPE_CHECKING:
    import pyarrow as pa

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PARQUET_ROWS = 50_000
_PIECE = 500  # lines sent at once: one at a time costs more than making them
_IN_MEMORY = 8_000_000


class _Table(StringConverter):
    regex = "csv|parquet"


class _Map(StringConverter):
    regex = "csv|parquet|geojson"


register_converter(_Table, "table")
register_converter(_Map, "map")


def downloads(
    route: str, view: Callable[..., HttpResponseBase], name: str, *, ending: str = "map"
) -> list[URLPattern]:
    """The addresses of a table in each format; the view takes the one asked for as `fmt`.

    ending: `map` where there is a GeoJSON, else `table`.
    """
    return [
        path(f"{route}.csv", view, {"fmt": "csv"}, name=name),
        path(f"{route}.<{ending}:fmt>", view, name=name),
    ]


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """A CSV file of any length, UTF-8 with its mark so that spreadsheets read Arabic."""
    writer = csv.writer(_Echo())
    lines = (writer.writerow([cell(value) for value in row]) for row in _with_head(columns, rows))
    return _streamed(f"{name}.csv", "text/csv; charset=utf-8", lines)


def geojson_file(name: str, features: Iterable[Mapping[str, Any]]) -> StreamingHttpResponse:
    """A FeatureCollection of any length (RFC 7946); see `feature`."""
    return _streamed(f"{name}.geojson", "application/geo+json", _collection(features))


def feature(key: str, geometry: Mapping[str, Any] | None, properties: Mapping[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature; no geometry where none is known."""
    return {"type": "Feature", "id": key, "geometry": geometry, "properties": properties}


def parquet_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """A Parquet file. Numbers, booleans and text keep their type, None is null.

    A column that begins with whole numbers and goes on with fractions has fractions throughout; one that
    mixes numbers and text is text.
    """
    file = _parquet(columns, rows)
    file.seek(0)
    kind = "application/vnd.apache.parquet"
    return FileResponse(file, as_attachment=True, filename=f"{name}.parquet", content_type=kind)


def table_file(
    fmt: str,
    name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    features: Iterable[Mapping[str, Any]] = (),
) -> HttpResponseBase:
    """The file in the format asked for: csv, parquet or geojson."""
    if fmt == "geojson":
        return geojson_file(name, features)
    return (parquet_file if fmt == "parquet" else csv_file)(name, columns, rows)


def cell(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula is told apart by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


class _Echo:
    """The file a csv writer thinks it writes to: gives each line back."""

    def write(self, text: str) -> str:
        return text


def _with_head(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    yield ["\ufeff" + columns[0], *columns[1:]]
    yield from rows


def _streamed(name: str, kind: str, texts: Iterable[str]) -> StreamingHttpResponse:
    pieces = ("".join(piece) for piece in _batches(texts, _PIECE))
    answer = StreamingHttpResponse(pieces, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _collection(features: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    texts = (json.dumps(each, ensure_ascii=False, allow_nan=False) for each in features)
    first = next(texts, "")
    yield '{"type": "FeatureCollection", "features": [\n' + first
    yield from (",\n" + text for text in texts)
    yield "\n]}\n"


def _batches(things: Iterable[Any], size: int) -> Iterator[list[Any]]:
    left = iter(things)
    while batch := list(islice(left, size)):
        yield batch


def _parquet(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    batches = (_arrow(columns, batch) for batch in _batches(rows, _PARQUET_ROWS))
    first = next(batches, pa.table({name: pa.array([], pa.string()) for name in columns}))
    schema, file = first.schema, _temporary()
    writer = pq.ParquetWriter(file, schema)
    for table in chain([first], batches):
        wanted = _wider(schema, table.schema)
        if wanted != schema:
            writer.close()
            file, writer = _again(file, wanted)
            schema = wanted
        writer.write_table(table.cast(schema))
    writer.close()
    return file


def _temporary() -> Any:
    return SpooledTemporaryFile(max_size=_IN_MEMORY)  # the answer closes it


def _arrow(columns: Sequence[str], rows: list[Sequence[Any]]) -> "pa.Table":
    import pyarrow as pa

    return pa.table([_array(values) for values in zip(*rows, strict=True)], names=list(columns))


def _array(values: Sequence[Any]) -> "pa.Array":
    import pyarrow as pa

    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else str(value) for value in values])


def _wider(one: "pa.Schema", other: "pa.Schema") -> "pa.Schema":
    """The narrowest types that hold the columns of both."""
    import pyarrow as pa

    def both(left: "pa.DataType", right: "pa.DataType") -> "pa.DataType":
        if left == right or pa.types.is_null(right):
            return left
        if pa.types.is_null(left):
            return right
        numbers = all(pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in (left, right))
        return pa.float64() if numbers else pa.string()

    return pa.schema(
        [(left.name, both(left.type, right.type)) for left, right in zip(one, other, strict=True)]
    )


def _again(file: IO[bytes], schema: "pa.Schema") -> tuple[IO[bytes], Any]:
    """What a file has so far in a new one with other types, and its writer."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    fresh = _temporary()
    writer = pq.ParquetWriter(fresh, schema)
    file.seek(0)
    for batch in pq.ParquetFile(file).iter_batches(_PARQUET_ROWS):
        writer.write_table(pa.Table.from_batches([batch]).cast(schema))
    file.close()
    return fresh, writer
