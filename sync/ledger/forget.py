"""A sync whose exposure was removed -> no memory of it, but for its messageIds."""

from collections.abc import Collection

from sqlalchemy import MetaData, Table, delete, insert

from sync.errors import ConfigError
from sync.ledger.ledger import Ledger
from sync.ledger.tables import FORGOTTEN
from warehouse.clock import utc_now

# What was confirmed goes last: while it is there, the sync is still named.
PARTS = ("pending", "rejected", "doubt", "sent")


def forget(ledger: Ledger, name: str, known: Collection[str]) -> None:
    """
    Drop what the ledger keeps of a removed sync's rows and plans.

    The number of its last plan stays: should an exposure of this name come back, its
    messageIds are new ones. What was sent stays in Segment.

    Args:
        ledger: The target's.
        name: The sync.
        known: The syncs of the project.

    Raises:
        ConfigError: The exposure is there, or there is nothing to forget.
        SyncBusy: A run of it is under way.
    """
    if name in known:
        raise ConfigError(
            f"{name} is an exposure of this project. Only a removed one is forgotten: "
            "else the next run would take every row for new."
        )
    if not ledger.next_plan(name) > 1:
        raise ConfigError(f"The ledger knows no sync '{name}'.")
    lease = ledger.acquire(name)
    tables = ledger.tables
    try:
        with ledger.warehouse.engine.begin() as connection:
            ledger.fenced(connection, lease, delivered_through=0)
            for rows in (tables.plans, tables.rejections, tables.pauses):
                connection.execute(delete(rows).where(rows.c.sync == name))
            connection.execute(
                insert(tables.plans).values(
                    sync=name,
                    plan=lease.last_plan,
                    state=FORGOTTEN,
                    delivered_through=0,
                    row_count=0,
                    added=0,
                    changed=0,
                    removed=0,
                    config="{}",
                    planned_at=utc_now(),
                    fence=lease.fence,
                )
            )
        for part in PARTS:
            rows = Table(f"{name}__{part}", MetaData(schema=tables.schema))
            with ledger.warehouse.engine.begin() as connection:
                rows.drop(connection, checkfirst=True)
    finally:
        ledger.release(lease)
