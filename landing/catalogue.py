"""The raw tables as the warehouse has them now, and how they grow.

Read once per run, then kept in step with what the run itself adds.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Column, Connection, MetaData, Table, inspect
from sqlalchemy.schema import CreateColumn, CreateSchema

from landing.columns import SQL_TYPES, Kind, kind_of
from landing.raw_tables import RawTable, RawTables
from warehouse.ddl import index_column, retype_column

# PostgreSQL takes 1,600 columns; a table that wide has ids for names.
MAX_COLUMNS = 1_000
# The same for events that carry an id in their name.
MAX_TABLES = 2_000


class Catalogue:
    """What tables and columns there are."""

    def __init__(self, connection: Connection, schemas: Sequence[str]) -> None:
        self._columns: dict[tuple[str, str], dict[str, Kind]] = {}
        for schema in dict.fromkeys(schemas):
            connection.execute(CreateSchema(schema, if_not_exists=True))
            for (_, name), columns in (
                inspect(connection).get_multi_columns(schema=schema).items()
            ):
                self._columns[schema, name] = {
                    column["name"]: kind_of(column["type"]) for column in columns
                }

    def columns(self, table: RawTable) -> Mapping[str, Kind]:
        """The columns of a table; the fixed ones while it is not there."""
        return self._columns.get((table.schema, table.name), table.columns)

    def has_room_for(self, table: RawTable) -> bool:
        """Whether the table is there, or may still be added to its schema."""
        if (table.schema, table.name) in self._columns:
            return True
        beside = sum(schema == table.schema for schema, _ in self._columns)
        return beside < MAX_TABLES

    def create(self, connection: Connection, tables: RawTables) -> None:
        """Create what is missing of the tables that always exist."""
        for table in tables.fixed:
            is_new = (table.schema, table.name) not in self._columns
            self.grow(connection, table, {})
            if is_new:
                index_column(connection, as_sql(table, table.columns), table.key[-1])

    def grow(
        self, connection: Connection, table: RawTable, added: Mapping[str, Kind]
    ) -> None:
        """Create the table, or add the columns that it lacks."""
        place = (table.schema, table.name)
        present = self._columns.get(place)
        wanted = {**table.columns, **added}
        if present is None:
            as_sql(table, wanted).create(connection)
            self._columns[place] = dict(wanted)
            return
        for name in wanted.keys() - present.keys():
            column = Column(name, SQL_TYPES[wanted[name]])
            definition = CreateColumn(column).compile(dialect=connection.dialect)
            _alter(connection, table, f"add column {definition}")
        present.update({name: wanted[name] for name in wanted if name not in present})

    def widen(self, connection: Connection, table: RawTable, name: str) -> None:
        """Make a column of integers one of doubles: it has met a fraction."""
        double = SQL_TYPES[Kind.DOUBLE].compile(dialect=connection.dialect)
        retype_column(connection, as_sql(table, {}), name, double)
        self._columns[table.schema, table.name][name] = Kind.DOUBLE


def as_sql(table: RawTable, columns: Mapping[str, Kind]) -> Table:
    """Say a table in SQLAlchemy's terms."""
    return Table(
        table.name,
        MetaData(),
        *(Column(name, SQL_TYPES[kind]) for name, kind in columns.items()),
        schema=table.schema,
    )


def _alter(connection: Connection, table: RawTable, change: str) -> None:
    name = connection.dialect.identifier_preparer.format_table(as_sql(table, {}))
    connection.exec_driver_sql(f"alter table {name} {change}")
