"""A large table of numbered rows -> its rows, a bounded number at a time.

The result is never held whole, by the driver or by us.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam

from warehouse.engine import Warehouse
from warehouse.memory import grown_as_needed

# A chunk has so many values: the wider the rows, the fewer of them. And so many rows
# at most, since one value can be a whole message.
CHUNK_VALUES = 200_000
CHUNK_ROWS = 20_000
Rows = Sequence[tuple[Any, ...]]


def stream(
    warehouse: Warehouse,
    query: Select[Any],
    number: ColumnElement[int],
    *,
    after: int,
    through: int,
    chunk_values: int = CHUNK_VALUES,
) -> Iterator[Rows]:
    """
    Yield the rows of a query in chunks, in the order of their number.

    Only those after one number and up to another. No two rows have the same, and
    nobody changes them meanwhile.
    """
    chunk_rows = max(1, chunk_values // len(query.selected_columns))
    chunk_rows = min(chunk_rows, CHUNK_ROWS)
    if warehouse.kind == "duckdb":
        yield from _by_range(warehouse, query, number, after, through, chunk_rows)
    else:
        rows = query.where(number > after, number <= through).order_by(number)
        yield from _by_cursor(warehouse, rows, chunk_rows)


def _by_range(
    warehouse: Warehouse,
    query: Select[Any],
    number: ColumnElement[int],
    after: int,
    through: int,
    chunk_rows: int,
) -> Iterator[Rows]:
    # DuckDB's cursor holds all of its result, and a sort of it before that. A range of
    # numbers it finds without a search: they lie in the table in their order.
    low: BindParameter[int] = bindparam("low")
    high: BindParameter[int] = bindparam("high")
    part = query.where(number > low, number <= high).order_by(number)
    for before in range(after, through, chunk_rows):
        ends = {"low": before, "high": min(before + chunk_rows, through)}
        rows = grown_as_needed(warehouse, partial(_fetched, warehouse, part, ends))
        if rows:
            yield rows


def _fetched(warehouse: Warehouse, query: Select[Any], ends: Mapping[str, int]) -> Rows:
    with warehouse.engine.connect() as connection:
        cursor: Any = connection.execute(query, ends).cursor
        rows: Rows = cursor.fetchall()
    return rows


def _by_cursor(
    warehouse: Warehouse, query: Select[Any], chunk_rows: int
) -> Iterator[Rows]:
    with warehouse.engine.connect() as connection:
        result = connection.execution_options(stream_results=True).execute(query)
        # As the driver gives them: SQLAlchemy's own rows cost as much again. Whoever
        # fetches is another once all is fetched.
        while rows := result.cursor_strategy.fetchmany(
            result, result.cursor, chunk_rows
        ):
            yield rows
