"""A sync that stands still by a person's wish, wherever it is scheduled."""

from sqlalchemy import delete, insert, select

from sync.config.manifest import Sync
from sync.errors import ConfigError, SyncPaused
from sync.ledger.installation import read_installation
from sync.ledger.ledger import Ledger
from sync.ledger.migrations import migrate
from warehouse.clock import utc_now
from warehouse.ddl import table_exists


def pause(ledger: Ledger, sync: Sync) -> None:
    """
    Let no run of the sync send anything until `resume`.

    Raises:
        ConfigError: No sync has ever run here.
    """
    if read_installation(ledger) is None:
        raise ConfigError(
            f"{sync.name}: no sync has run here yet, so there is nothing to pause. "
            f"Take the target out of `targets` in {sync.file} instead."
        )
    migrate(ledger)
    pauses = ledger.tables.pauses
    with ledger.warehouse.engine.begin() as connection:
        connection.execute(delete(pauses).where(pauses.c.sync == sync.name))
        connection.execute(insert(pauses).values(sync=sync.name, paused_at=utc_now()))


def resume(ledger: Ledger, sync: Sync) -> None:
    """Let it run again. An unfinished plan goes on where it stood."""
    if is_paused(ledger, sync):
        pauses = ledger.tables.pauses
        with ledger.warehouse.engine.begin() as connection:
            connection.execute(delete(pauses).where(pauses.c.sync == sync.name))


def is_paused(ledger: Ledger, sync: Sync) -> bool:
    """Whether somebody has paused it."""
    pauses = ledger.tables.pauses
    with ledger.warehouse.engine.connect() as connection:
        if not table_exists(connection, pauses):
            return False
        row = connection.execute(select(pauses).where(pauses.c.sync == sync.name))
        return row.first() is not None


def require_running(ledger: Ledger, sync: Sync) -> None:
    """
    Stop a run of a paused sync.

    Raises:
        SyncPaused: Somebody has paused it.
    """
    if is_paused(ledger, sync):
        raise SyncPaused(
            f"{sync.name} is paused. Nothing was sent. `relyv sync resume {sync.name}` "
            "lets it go on; what has changed by then is sent then."
        )
