"""Reports as Parquet, where pyarrow is installed (requirements-parquet.txt)."""

import importlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from queries_app.reports import copying
from queries_app.reports.answers import Meta
from queries_app.reports.columns import Column
from queries_app.reports.table import Sheet, Table
from queries_app.responses import Response, encode

ROWS_AT_ONCE = 20_000  # a row group of the file

Rows = Sequence[Sequence[Any]]


def is_there() -> bool:
    try:
        importlib.import_module("pyarrow")
    except ImportError:
        return False
    return True


class Outlet(io.RawIOBase):
    """A file that is taken away as it is written."""

    def __init__(self) -> None:
        self._kept: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size

    def write(self, data: Any) -> int:
        self._kept.append(bytes(data))
        self._size += len(data)
        return len(data)

    def taken(self) -> bytes:
        kept, self._kept = self._kept, []
        return b"".join(kept)


def parquet_table(link: copying.Link, table: Table) -> Iterator[bytes]:
    rows = copying.batches(link, table, size=ROWS_AT_ONCE)
    yield from written(
        table.columns, rows, lambda: copying.total(link, table), table.meta
    )


def parquet_sheet(sheet: Sheet) -> Iterator[bytes]:
    rows = [[each.of(row) for each in sheet.columns] for row in sheet.rows]
    yield from written(sheet.columns, [rows], lambda: sheet.total, sheet.meta)


def written(
    columns: Sequence[Column],
    batches: Iterable[Rows],
    total: Callable[[], Response | None],
    meta: Meta,
) -> Iterator[bytes]:
    """Rows alone are rows; total and meta are the file's own metadata, as JSON."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {
        "text": pa.string(),
        "whole": pa.int64(),
        "decimal": pa.decimal128(28, 4),  # holds money and rates
        "truth": pa.bool_(),
    }
    schema = pa.schema([(each.name, kinds[each.kind]) for each in columns])
    outlet = Outlet()
    with pq.ParquetWriter(outlet, schema) as writer:
        for rows in batches:
            values = zip(*rows, strict=True) if rows else ([] for _ in columns)
            arrays = [
                pa.array(map(made(column), found), kind)
                for column, found, kind in zip(
                    columns, values, schema.types, strict=True
                )
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            yield outlet.taken()
        told = {"total": encode(total()), "meta": encode(meta)}
        writer.add_key_value_metadata(told)
    yield outlet.taken()


def made(column: Column) -> Callable[[Any], Any]:
    """A count may be a sum, and a figure a count."""
    kind = {"whole": int, "decimal": Decimal}.get(column.kind)
    return lambda value: value if value is None or kind is None else kind(value)
