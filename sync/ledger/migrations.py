"""An older ledger -> one of today's shape, before a run reads or writes it.

Each step is harmless to repeat: a process may die between a step and its record.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import MetaData, Table, delete, func, select, update

from sync.config.image import BESIDE
from sync.errors import ConfigError
from sync.ledger.ledger import Ledger
from sync.ledger.tables import CHANGE, SCHEMA_VERSION
from warehouse.ddl import alter_table, column_types

Step = Callable[[Ledger], None]


def migrate(ledger: Ledger) -> None:
    """
    Bring an existing ledger up to date.

    Raises:
        ConfigError: A newer relyv-segment wrote it.
    """
    rows = ledger.tables.ledger
    with ledger.warehouse.engine.connect() as connection:
        found = connection.execute(select(func.min(rows.c.schema_version))).scalar()
    version = SCHEMA_VERSION if found is None else int(found)
    if version > SCHEMA_VERSION:
        raise ConfigError(
            f"The ledger has the layout {version}, and this relyv-segment knows "
            f"layouts up to {SCHEMA_VERSION}. Install the version that wrote it, or a "
            "newer one. Nothing was sent."
        )
    for step in range(version + 1, SCHEMA_VERSION + 1):
        STEPS[step](ledger)
        with ledger.warehouse.engine.begin() as connection:
            connection.execute(update(rows).values(schema_version=step))


def _add_pauses(ledger: Ledger) -> None:
    with ledger.warehouse.engine.begin() as connection:
        ledger.tables.pauses.create(connection, checkfirst=True)


def _add_reasons(ledger: Ledger) -> None:
    """
    Let an open plan be committed; the next plan gives the table its own shape.

    Refused images of before have no reason, so they are tried once more.
    """
    engine, tables = ledger.warehouse.engine, ledger.tables
    with engine.connect() as connection:
        names = connection.execute(select(tables.syncs.c.sync)).scalars().all()
    for name in names:
        rejected = Table(f"{name}__rejected", MetaData(schema=tables.schema))
        with engine.connect() as connection:
            columns = column_types(connection, rejected)
        if "change" not in columns or CHANGE in columns:
            continue
        with engine.begin() as connection:
            connection.execute(delete(rejected))
        for added in BESIDE:
            alter_table(engine, rejected, "add column", added, "varchar(1000)")
        alter_table(engine, rejected, "drop column", "change")


def _add_visits(ledger: Ledger) -> None:
    engine, rows = ledger.warehouse.engine, ledger.tables.ledger
    with engine.connect() as connection:
        if rows.c.visit.name in column_types(connection, rows):
            return
    alter_table(engine, rows, "add column", rows.c.visit.name, "varchar(36)")


# By the version that each step leads to.
STEPS: Mapping[int, Step] = {2: _add_pauses, 3: _add_reasons, 4: _add_visits}
