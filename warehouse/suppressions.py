"""Who must not be written about: the table that landing fills and sync obeys."""

from sqlalchemy import Column, DateTime, Engine, MetaData, String, Table
from sqlalchemy.schema import CreateSchema


def suppressions(schema: str) -> Table:
    """One row per person who asked to be forgotten, by the identifier they gave."""
    return Table(
        "suppressions",
        MetaData(),
        Column("subject_type", String, nullable=False),
        Column("subject_id", String, nullable=False),
        Column("since", DateTime),
        Column("source", String),
        schema=schema,
    )


def ensure_suppressions(engine: Engine, schema: str) -> None:
    """Create the list where there is none yet: nobody is on it."""
    with engine.begin() as connection:
        connection.execute(CreateSchema(schema, if_not_exists=True))
        suppressions(schema).create(connection, checkfirst=True)
