"""Model and ledger -> whether they hold the same rows: a sum of each, without a join.

Most runs find nothing new. On DuckDB that is seen in one pass over either side, in
little memory; only where the sums differ does changes.py compare column by column.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, cast, func, select

from sync.config.image import LAST_ACTIVITY, Image, ImageColumn
from sync.payload.words import is_plain
from warehouse.ddl import base_type

# DuckDB hashes their halves and mixes the two: minus one comes to the same as zero.
_OF_128_BITS = frozenset({"decimal", "hugeint", "numeric", "uuid"})


def rows_agreed_on(
    connection: Connection, image: Image, model: Any, sent: Any
) -> int | None:
    """
    How many rows there are if both sides hold the same ones; else None.

    None, too, if the ledger is empty, or where a sum cannot tell: a null list has the
    hash of an empty one. Elsewhere than on DuckDB the comparison costs this process
    nothing.
    """
    # When somebody was last seen is asked, and never told.
    columns = [column for column in image.columns if column.name != LAST_ACTIVITY]
    is_told_by_sum = all(is_plain(column.data_type) for column in columns)
    if connection.dialect.name != "duckdb" or not is_told_by_sum:
        return None
    confirmed = connection.execute(_summed(columns, sent)).one()
    rows = int(confirmed[0])
    if not rows or connection.execute(_summed(columns, model)).one() != confirmed:
        return None
    return rows


def _summed(columns: Sequence[ImageColumn], rows: Any) -> Select[Any]:
    # Hashed once more, since the hash of many columns is a sum of theirs, nearly: two
    # rows that swap a value would often come to the same.
    row = func.hash(func.hash(*(_hashed(rows.c[c.name], c.data_type) for c in columns)))
    return select(func.count(), func.sum(row)).select_from(rows)


def _hashed(value: ColumnElement[Any], data_type: str) -> ColumnElement[Any]:
    return cast(value, String) if base_type(data_type) in _OF_128_BITS else value
