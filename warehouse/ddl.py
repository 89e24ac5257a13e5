"""The few definitions that SQLAlchemy cannot say for all three warehouses."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, Table, column, inspect, select, table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.ddl import ExecutableDDLElement


class CreateTableAs(ExecutableDDLElement):
    """An empty table with the columns, and so the native types, of a query."""

    inherit_cache = False

    def __init__(self, target: Table, query: Select[Any]) -> None:
        self.target = target
        self.query = query


@compiles(CreateTableAs)
def _create_table_as(element: CreateTableAs, compiler: Any, **_: Any) -> str:
    name = compiler.preparer.format_table(element.target)
    query = compiler.sql_compiler.process(element.query, literal_binds=True)
    return f"create table {name} as {query}"


@compiles(CreateTableAs, "snowflake")
def _create_transient_table_as(element: CreateTableAs, compiler: Any, **_: Any) -> str:
    name = compiler.preparer.format_table(element.target)
    query = compiler.sql_compiler.process(element.query, literal_binds=True)
    return f"create transient table {name} as {query}"


def table_exists(connection: Connection, target: Table) -> bool:
    """Whether the table is there now; nothing is remembered from an earlier look."""
    return inspect(connection).has_table(target.name, schema=target.schema)


def column_types(connection: Connection, target: Table) -> Mapping[str, str]:
    """The columns of a table and their native types, in the warehouse's words."""
    columns = table(
        "columns",
        column("table_schema"),
        column("table_name"),
        column("column_name"),
        column("data_type"),
        column("ordinal_position"),
        schema="information_schema",
    )
    rows = connection.execute(
        select(columns.c.column_name, columns.c.data_type)
        .where(columns.c.table_schema == target.schema)
        .where(columns.c.table_name == target.name)
        .order_by(columns.c.ordinal_position)
    )
    return {row.column_name: row.data_type for row in rows}
