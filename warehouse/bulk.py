"""Many rows at once -> a table, by the road that each warehouse has for it.

The rows are an Arrow table whose columns bear the names of the target's columns;
columns that it leaves out stay null.
"""

from collections.abc import Callable

import pyarrow as pa
from sqlalchemy import Connection, Table, column, insert, select, table

from warehouse.errors import RelyvError


class BulkLoadUnsupported(RelyvError):
    """This kind of warehouse has no bulk path yet: a retry cannot help."""


def load(connection: Connection, target: Table, rows: pa.Table) -> None:
    """
    Append the rows to the table, inside the connection's transaction.

    Raises:
        BulkLoadUnsupported: No bulk path is built for this kind of warehouse.
    """
    kind = connection.dialect.name
    if kind not in _LOADERS:
        raise BulkLoadUnsupported(
            f"Rows cannot be loaded in bulk into a {kind} target: only "
            f"{', '.join(_LOADERS)} can today. Choose such a target in profiles.yml."
        )
    if rows.num_rows:
        _LOADERS[kind](connection, target, rows)


def _duckdb(connection: Connection, target: Table, rows: pa.Table) -> None:
    # DuckDB reads Arrow memory in place: no copy, no file, no text in between.
    driver = connection.connection.driver_connection
    assert driver is not None
    incoming = table(_VIEW, *(column(name) for name in rows.column_names))
    driver.register(_VIEW, rows)
    try:
        connection.execute(
            insert(target).from_select(rows.column_names, select(*incoming.c))
        )
    finally:
        driver.unregister(_VIEW)


_VIEW = "relyv_incoming_rows"
_LOADERS: dict[str, Callable[[Connection, Table, pa.Table], None]] = {"duckdb": _duckdb}
