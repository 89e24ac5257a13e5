"""The few definitions that SQLAlchemy cannot say for all three warehouses."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    Table,
    column,
    func,
    inspect,
    select,
    table,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.ddl import ExecutableDDLElement
from sqlalchemy.types import UserDefinedType

# What Snowflake gives a text that says no length.
SNOWFLAKE_TEXT_LENGTH = 16_777_216
_MEASURES = (
    "ordinal_position",
    "numeric_precision",
    "numeric_scale",
    "character_maximum_length",
)


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


def alter_table(
    engine: Engine, target: Table, what: str, column: str, data_type: str = ""
) -> None:
    """Add or drop one column, in a transaction of its own."""
    # DuckDB refuses a transaction that alters a table and writes to it.
    with engine.begin() as connection:
        preparer = connection.dialect.identifier_preparer
        name, quoted = preparer.format_table(target), preparer.quote(column)
        connection.exec_driver_sql(f"alter table {name} {what} {quoted} {data_type}")


def temporary_schema(connection: Connection, schema: str) -> str | None:
    """The schema to name with a temporary table: only Snowflake keeps them in one."""
    return schema if connection.dialect.name == "snowflake" else None


def base_type(data_type: str) -> str:
    """A native type without its measures, in lower case: numeric of NUMERIC(10, 2)."""
    word = data_type.lower().split("(")[0].strip()
    return f"{word}[]" if _is_list(data_type) and not _is_list(word) else word


def is_text(data_type: str) -> bool:
    """Whether a native type is text, of whatever length."""
    words = ("varchar", "character varying", "text")
    return data_type.lower().startswith(words) and not _is_list(data_type)


def _is_list(data_type: str) -> bool:
    return data_type.endswith("]")


def retype_column(
    connection: Connection, target: Table, name: str, data_type: str
) -> None:
    """Give a column another native type, and cast what it holds."""
    if connection.dialect.name == "snowflake":
        _retype_by_replacing(connection, target, name, data_type)
        return
    preparer = connection.dialect.identifier_preparer
    quoted = preparer.quote(name)
    connection.exec_driver_sql(
        f"alter table {preparer.format_table(target)} alter column {quoted} "
        f"set data type {data_type} using cast({quoted} as {data_type})"
    )


def _retype_by_replacing(
    connection: Connection, target: Table, name: str, data_type: str
) -> None:
    # Snowflake changes hardly any type in place, but replaces a table in one step.
    preparer = connection.dialect.identifier_preparer
    columns = ", ".join(
        f"cast({quoted} as {data_type}) as {quoted}" if known == name else quoted
        for known in column_types(connection, target)
        for quoted in [preparer.quote(known)]
    )
    table_name = preparer.format_table(target)
    kind = "transient table" if _is_transient(connection, target) else "table"
    # The names are quoted by the dialect.
    query = f"select {columns} from {table_name}"  # noqa: S608
    connection.exec_driver_sql(
        f"create or replace {kind} {table_name} copy grants as {query}"
    )


def _is_transient(connection: Connection, target: Table) -> bool:
    tables = _information_schema("tables", "is_transient")
    query = select(tables.c.is_transient).where(*_is(connection, tables, target))
    return connection.execute(query).scalar() == "YES"


def index_column(connection: Connection, target: Table, name: str) -> None:
    """Let rows be found by one value, where the warehouse reads all of them else."""
    if connection.dialect.name != "postgresql":
        return
    preparer = connection.dialect.identifier_preparer
    # Hashed: a tree takes no value that is longer than 2,704 bytes.
    connection.exec_driver_sql(
        f"create index on {preparer.format_table(target)} "
        f"using hash ({preparer.quote(name)})"
    )


class Native(UserDefinedType[Any]):
    """A type by its native name, to be cast to."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: Any) -> str:
        """The name, as it stands in SQL."""
        return self.name


def column_types(connection: Connection, target: Table) -> Mapping[str, str]:
    """The columns of a table and their native types, in the warehouse's words."""
    if connection.dialect.name == "snowflake":
        return _snowflake_types(connection, target)
    if connection.dialect.name == "postgresql":
        query = _postgresql_types(target)
    else:
        query = _standard_types(connection, target)
    return {row.column_name: row.data_type for row in connection.execute(query)}


def _standard_types(connection: Connection, target: Table) -> Select[Any]:
    columns = _information_schema("columns", "column_name", "data_type", *_MEASURES)
    return (
        select(columns.c.column_name, columns.c.data_type)
        .where(*_is(connection, columns, target))
        .order_by(columns.c.ordinal_position)
    )


def _snowflake_types(connection: Connection, target: Table) -> Mapping[str, str]:
    # A bare NUMBER would be one without decimals, a bare TEXT one of any length.
    columns = _information_schema("columns", "column_name", "data_type", *_MEASURES)
    query = (
        select(columns)
        .where(*_is(connection, columns, target))
        .order_by(columns.c.ordinal_position)
    )
    normal: Any = connection.dialect.normalize_name
    return {
        str(normal(row.column_name)): _measured(row)
        for row in connection.execute(query)
    }


def _measured(row: Any) -> str:
    if row.data_type == "NUMBER":
        return f"NUMBER({row.numeric_precision},{row.numeric_scale})"
    length = row.character_maximum_length
    if row.data_type == "TEXT" and length and length != SNOWFLAKE_TEXT_LENGTH:
        return f"TEXT({length})"
    return str(row.data_type)


def _information_schema(name: str, *columns: str) -> Any:
    places = ("table_schema", "table_name")
    listed = table(name, *map(column, (*places, *columns)), schema="information_schema")
    return listed.alias("listed")


def _is(connection: Connection, listed: Any, target: Table) -> list[Any]:
    """Whether a row of the information schema is about this table."""
    names = [target.schema, target.name]
    if connection.dialect.name == "snowflake":
        names = [connection.dialect.denormalize_name(str(name)) for name in names]
    return [listed.c.table_schema == names[0], listed.c.table_name == names[1]]


def _postgresql_types(target: Table) -> Select[Any]:
    # Its information schema calls every array ARRAY, and a type of one's own nothing.
    columns = table(
        "pg_attribute",
        column("attrelid"),
        column("attname"),
        column("atttypid"),
        column("atttypmod"),
        column("attnum"),
        column("attisdropped"),
        schema="pg_catalog",
    )
    relation = func.to_regclass(_quoted_name(target))
    return (
        select(
            columns.c.attname.label("column_name"),
            func.format_type(columns.c.atttypid, columns.c.atttypmod).label(
                "data_type"
            ),
        )
        .where(columns.c.attrelid == relation)
        .where(columns.c.attnum > 0, ~columns.c.attisdropped)
        .order_by(columns.c.attnum)
    )


def _quoted_name(target: Table) -> str:
    parts = [part for part in (target.schema, target.name) if part]
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
