"""The ledger: what Segment has confirmed, what is on its way, and who may write it.

Every write of a run names the fence of its lease, so a worker that stalled and was
replaced can change nothing any more.
"""

import os
import socket
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    delete,
    exists,
    insert,
    literal,
    or_,
    select,
    update,
)

from sync.errors import LeaseLost, SyncBusy
from sync.ledger.rejections import Rejection, record_rejections
from sync.ledger.tables import LedgerTables, SyncTables
from warehouse import Warehouse
from warehouse.clock import utc_now
from warehouse.ddl import table_exists

# A worker renews its lease at every checkpoint and every few seconds in between.
LEASE_SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to write one sync's ledger, as long as nobody takes it over."""

    sync: str
    fence: int
    last_plan: int
    delivered_through: int


class Ledger:
    """The ledger of one warehouse target."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.tables = LedgerTables(warehouse.schema)

    def exists(self) -> bool:
        """Whether any sync has ever kept anything here."""
        with self.warehouse.engine.connect() as connection:
            return table_exists(connection, self.tables.ledger)

    def acquire(self, sync: str) -> Lease:
        """
        Take the sync's lease.

        Raises:
            SyncBusy: Another run holds it.
        """
        syncs = self.tables.syncs
        taken = (
            update(syncs)
            .where(syncs.c.sync == sync)
            .where(
                or_(
                    syncs.c.leased_until.is_(None),
                    syncs.c.leased_until < utc_now(),
                    self._holder_is_gone(),
                )
            )
            .values(
                fence=syncs.c.fence + 1,
                leased_by=_HOLDER,
                leased_until=utc_now(LEASE_SECONDS),
            )
        )
        with self.warehouse.engine.begin() as connection:
            connection.execute(_insert_if_absent(syncs, sync))
            count = connection.execute(taken).rowcount
            row = connection.execute(select(syncs).where(syncs.c.sync == sync)).one()
        if count == 0:
            raise SyncBusy(
                f"{sync}: another run holds this sync ({row.leased_by}). It works now, "
                f"or its lease ends within {LEASE_SECONDS} seconds."
            )
        return Lease(
            sync=sync,
            fence=row.fence,
            last_plan=row.last_plan,
            delivered_through=row.delivered_through,
        )

    def release(self, lease: Lease) -> None:
        """Give the lease back. A lease that was lost is left to its new holder."""
        syncs = self.tables.syncs
        with self.warehouse.engine.begin() as connection:
            connection.execute(
                update(syncs)
                .where(syncs.c.sync == lease.sync, syncs.c.fence == lease.fence)
                .values(leased_until=None)
            )

    def fenced(self, connection: Connection, lease: Lease, **values: int) -> None:
        """
        Renew the lease, set values of the sync's row, and hold the row until commit.

        Raises:
            LeaseLost: Another run has taken over; the caller's transaction must end.
        """
        syncs = self.tables.syncs
        renewed = connection.execute(
            update(syncs)
            .where(syncs.c.sync == lease.sync, syncs.c.fence == lease.fence)
            .values(leased_until=utc_now(LEASE_SECONDS), **values)
        )
        if renewed.rowcount == 0:
            raise LeaseLost(
                f"{lease.sync}: another run took over while this one stood still. "
                "Nothing was written since; that run finishes the work."
            )

    def open_plan(self, sync: str) -> Any | None:
        """The row of the plan that is frozen and not yet settled, if there is one."""
        plans = self.tables.plans
        with self.warehouse.engine.connect() as connection:
            return connection.execute(
                select(plans).where(plans.c.sync == sync, plans.c.state == "open")
            ).first()

    def checkpoint(
        self, lease: Lease, plan: int, through: int, rejections: Sequence[Rejection]
    ) -> None:
        """Record, at once, how far the plan is settled and what was rejected."""
        with self.warehouse.engine.begin() as connection:
            self.fenced(connection, lease, delivered_through=through)
            if rejections:
                record_rejections(connection, self.tables, lease.sync, plan, rejections)

    def forget_rejected(self, lease: Lease, tables: SyncTables) -> None:
        """Let the next plan take up again what was rejected, changed or not."""
        with self.warehouse.engine.begin() as connection:
            self.fenced(connection, lease)
            connection.execute(delete(tables.rejected))

    def next_plan(self, sync: str) -> int:
        """The number that the sync's next plan will bear."""
        if not self.exists():
            return 1
        syncs = self.tables.syncs
        query = select(syncs.c.last_plan).where(syncs.c.sync == sync)
        with self.warehouse.engine.connect() as connection:
            return int(connection.execute(query).scalar() or 0) + 1

    def delivered_through(self, sync: str) -> int:
        """The position up to which the sync's open plan is settled."""
        syncs = self.tables.syncs
        query = select(syncs.c.delivered_through).where(syncs.c.sync == sync)
        with self.warehouse.engine.connect() as connection:
            return int(connection.execute(query).scalar() or 0)

    def now(self) -> datetime:
        """The warehouse's clock, in naive UTC."""
        with self.warehouse.engine.connect() as connection:
            now: datetime = connection.execute(select(utc_now())).scalar_one()
        return now

    def _holder_is_gone(self) -> Any:
        """On DuckDB the file is the lock: who opened it before us is no more."""
        syncs = self.tables.syncs
        if self.warehouse.kind != "duckdb":
            return literal(1) == literal(0)
        return syncs.c.leased_by.not_like(f"{_PROCESS}:%")


def _insert_if_absent(syncs: Any, sync: str) -> Any:
    absent = ~exists(select(literal(1)).select_from(syncs).where(syncs.c.sync == sync))
    row = select(literal(sync), literal(0), literal(0), literal(0)).where(absent)
    return insert(syncs).from_select(
        ["sync", "fence", "last_plan", "delivered_through"], row
    )


_PROCESS = f"{socket.gethostname()}:{os.getpid()}"
_HOLDER = f"{_PROCESS}:{uuid.uuid4().hex[:8]}"
