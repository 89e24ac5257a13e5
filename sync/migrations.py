"""An older ledger -> one of today's shape, before a run reads or writes it.

Each step is harmless to repeat: a process may die between a step and its record.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import func, select, update

from sync.errors import ConfigError
from sync.ledger import Ledger
from sync.tables import SCHEMA_VERSION

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


# By the version that each step leads to.
STEPS: Mapping[int, Step] = {2: _add_pauses}
