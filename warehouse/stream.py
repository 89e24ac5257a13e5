"""A large result -> rows, a bounded number at a time.

The result is never held whole, by the driver or by us.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select

from warehouse.engine import Warehouse

CHUNK_ROWS = 5_000


def stream(
    warehouse: Warehouse, query: Select[Any], *, chunk_rows: int = CHUNK_ROWS
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Yield chunks of rows on a connection of their own, in the query's order."""
    if warehouse.kind == "duckdb":
        yield from _duckdb(warehouse, query, chunk_rows)
    else:
        yield from _server(warehouse, query, chunk_rows)


def _duckdb(
    warehouse: Warehouse, query: Select[Any], chunk_rows: int
) -> Iterator[Sequence[tuple[Any, ...]]]:
    # DuckDB's own cursor materialises what it fetches; its Arrow reader streams.
    text = str(query.compile(warehouse.engine, compile_kwargs={"literal_binds": True}))
    with warehouse.engine.connect() as connection:
        cursor: Any = connection.connection.cursor()
        cursor.execute(text)
        for batch in cursor.to_arrow_reader(chunk_rows):
            yield list(zip(*map(_values, batch.columns), strict=True))


def _values(column: Any) -> Sequence[Any]:
    # Half of a first plan is nulls: what was there before, of which there was nothing.
    if column.null_count == len(column):
        return [None] * len(column)
    values: Sequence[Any] = column.to_pylist()
    return values


def _server(
    warehouse: Warehouse, query: Select[Any], chunk_rows: int
) -> Iterator[Sequence[tuple[Any, ...]]]:
    with warehouse.engine.connect() as connection:
        result = connection.execution_options(
            stream_results=True, yield_per=chunk_rows
        ).execute(query)
        for chunk in result.partitions():
            yield [tuple(row) for row in chunk]
