"""Many rows at once -> a table, by the road that each warehouse has for it.

The rows are an Arrow table whose columns bear the names of the target's columns;
columns that it leaves out stay null.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pyarrow as pa
from pyarrow import csv, parquet
from sqlalchemy import Connection, Dialect, Table, column, insert, select, table

from warehouse.errors import RelyvError

# Rows that are text at one time, on their way to PostgreSQL: a few megabytes.
COPY_ROWS = 5_000


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
    driver = _driver(connection)
    incoming = table(_VIEW, *(column(name) for name in rows.column_names))
    driver.register(_VIEW, rows)
    try:
        connection.execute(
            insert(target).from_select(rows.column_names, select(*incoming.c))
        )
    finally:
        driver.unregister(_VIEW)


def _postgresql(connection: Connection, target: Table, rows: pa.Table) -> None:
    from psycopg import sql  # an extra, which DuckDB does not need

    place = (target.schema, target.name) if target.schema else (target.name,)
    statement = sql.SQL("copy {} ({}) from stdin (format csv, encoding 'utf8')").format(
        sql.Identifier(*place),
        sql.SQL(", ").join(map(sql.Identifier, rows.column_names)),
    )
    with _driver(connection).cursor() as cursor, cursor.copy(statement) as copy:
        for batch in rows.to_batches(max_chunksize=COPY_ROWS):
            copy.write(_as_csv(batch))


def _snowflake(connection: Connection, target: Table, rows: pa.Table) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, f"{uuid4().hex}.parquet")
        parquet.write_table(rows, path)
        for statement in staged_copy(connection.dialect, target, path):
            connection.exec_driver_sql(statement)


def staged_copy(dialect: Dialect, target: Table, path: Path) -> tuple[str, str]:
    """
    Say how Snowflake takes a Parquet file into a table: put it on a stage, copy it.

    Every table has a stage of its own. To create one would be DDL, which commits what
    the transaction has done so far.
    """
    preparer = dialect.identifier_preparer
    name = preparer.quote(target.name)
    own = f'"%{target.name}"' if name.startswith('"') else f"%{name}"
    place = f"{preparer.quote_schema(target.schema)}." if target.schema else ""
    put = (
        f"put 'file://{path}' @{place}{own} "
        "auto_compress = false source_compression = none overwrite = true"
    )
    copy = (
        f"copy into {place}{name} from @{place}{own}/{path.name} "
        "file_format = (type = parquet use_logical_type = true) "
        "match_by_column_name = case_insensitive purge = true"
    )
    return put, copy


def _as_csv(batch: pa.RecordBatch) -> memoryview:
    """Every value in quotes, which tells the empty text from the null."""
    text = pa.BufferOutputStream()
    options = csv.WriteOptions(include_header=False, quoting_style="all_valid")
    csv.write_csv(batch, text, options)
    return memoryview(text.getvalue())


def _driver(connection: Connection) -> Any:
    driver = connection.connection.driver_connection
    assert driver is not None  # the connection is open
    return driver


_VIEW = "relyv_incoming_rows"
_LOADERS: dict[str, Callable[[Connection, Table, pa.Table], None]] = {
    "duckdb": _duckdb,
    "postgresql": _postgresql,
    "snowflake": _snowflake,
}
