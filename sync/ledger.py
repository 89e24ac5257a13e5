"""The ledger: what Segment has confirmed, what is on its way, and who may write it.

This module alone writes to `<schema>_ledger`. Every write names the fence of its
lease, so a worker that stalled and was replaced can change nothing any more.
"""

import os
import socket
import uuid
from collections.abc import Mapping, Sequence
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
from sqlalchemy.schema import CreateSchema

from sync.destination import Destination
from sync.errors import DestinationChanged, LeaseLost, LedgerLost, SyncBusy
from sync.tables import SCHEMA_VERSION, LedgerTables, births
from warehouse import Warehouse
from warehouse.clock import utc_now
from warehouse.ddl import table_exists

# A worker renews its lease at every checkpoint and every few seconds in between.
LEASE_SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Whose messages these are. Both parts go into every messageId."""

    installation: str
    epoch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to write one sync's ledger, as long as nobody takes it over."""

    sync: str
    fence: int
    last_plan: int
    delivered_through: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A pending row that was not accepted, and why; never its contents."""

    position: int
    change: str
    message_id: str
    reason: str
    detail: str


class Ledger:
    """The ledger of one warehouse target."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.tables = LedgerTables(warehouse.schema)

    def exists(self) -> bool:
        """Whether any sync has ever kept anything here."""
        with self.warehouse.engine.connect() as connection:
            return table_exists(connection, self.tables.ledger)

    def read(self) -> Installation | None:
        """The installation and epoch, if there is a ledger."""
        if not self.exists():
            return None
        ledger = self.tables.ledger
        with self.warehouse.engine.connect() as connection:
            row = connection.execute(
                select(ledger.c.installation, ledger.c.epoch)
                .order_by(ledger.c.created_at)
                .limit(1)
            ).first()
        return Installation(installation=row[0], epoch=row[1]) if row else None

    def open(
        self, destination: Destination, *, start_afresh: bool = False
    ) -> Installation:
        """
        Create the ledger, or check that it is this destination's.

        Args:
            destination: Where the calls go.
            start_afresh: Go on although the ledger was lost: all rows are new again.

        Raises:
            LedgerLost: There was a ledger, and it is gone.
            DestinationChanged: It is bound to another key or region.
        """
        installation = self.read()
        if installation is None:
            installation = self._create(start_afresh)
        self._bind(installation, destination)
        self._record_birth(installation)
        return installation

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
                connection.execute(
                    insert(self.tables.rejections),
                    [
                        {
                            "sync": lease.sync,
                            "plan": plan,
                            "position": rejection.position,
                            "change": rejection.change,
                            "message_id": rejection.message_id,
                            "reason": rejection.reason,
                            "detail": rejection.detail[:1000],
                            "rejected_at": self._now(connection),
                        }
                        for rejection in rejections
                    ],
                )

    def start_run(self, sync: str, plan: int) -> str:
        """Record that a run has begun; what never ends was killed."""
        run_id = str(uuid.uuid4())
        with self.warehouse.engine.begin() as connection:
            connection.execute(
                insert(self.tables.runs).values(
                    run_id=run_id,
                    sync=sync,
                    plan=plan,
                    outcome="running",
                    started_at=utc_now(),
                )
            )
        return run_id

    def end_run(self, run_id: str, outcome: str, counts: Mapping[str, int]) -> None:
        """Record how a run ended."""
        runs = self.tables.runs
        with self.warehouse.engine.begin() as connection:
            connection.execute(
                update(runs)
                .where(runs.c.run_id == run_id)
                .values(outcome=outcome, ended_at=utc_now(), **counts)
            )

    def next_plan(self, sync: str) -> int:
        """The number that the sync's next plan will bear."""
        if not self.exists():
            return 1
        syncs = self.tables.syncs
        query = select(syncs.c.last_plan).where(syncs.c.sync == sync)
        with self.warehouse.engine.connect() as connection:
            return int(connection.execute(query).scalar() or 0) + 1

    def now(self) -> datetime:
        """The warehouse's clock, in naive UTC."""
        with self.warehouse.engine.connect() as connection:
            return self._now(connection)

    def _now(self, connection: Connection) -> datetime:
        now: datetime = connection.execute(select(utc_now())).scalar_one()
        return now

    def _create(self, start_afresh: bool) -> Installation:
        birth = births(self.warehouse.schema)
        with self.warehouse.engine.begin() as connection:
            connection.execute(CreateSchema(str(birth.schema), if_not_exists=True))
            connection.execute(CreateSchema(self.tables.schema, if_not_exists=True))
            birth.create(connection, checkfirst=True)
            self.tables.metadata.create_all(connection)
            earlier = connection.execute(
                select(birth.c.installation).order_by(birth.c.born_at).limit(1)
            ).scalar()
        if earlier and not start_afresh:
            raise LedgerLost(
                f"The ledger in {self.tables.schema} is gone or empty, and there was "
                "one: what Segment already has is unknown. Restore the schema, or run "
                "`relyv sync run --start-afresh` to send every row again."
            )
        return Installation(
            installation=earlier or str(uuid.uuid4()), epoch=str(uuid.uuid4())
        )

    def _record_birth(self, installation: Installation) -> None:
        # After the ledger's first row, never before: a run that is killed in between
        # must not look like a ledger that was lost.
        birth = births(self.warehouse.schema)
        known = exists(
            select(literal(1))
            .select_from(birth)
            .where(birth.c.epoch == installation.epoch)
        )
        row = select(
            literal(installation.installation), literal(installation.epoch), utc_now()
        ).where(~known)
        with self.warehouse.engine.begin() as connection:
            connection.execute(
                insert(birth).from_select(["installation", "epoch", "born_at"], row)
            )

    def _bind(self, installation: Installation, destination: Destination) -> None:
        ledger = self.tables.ledger
        with self.warehouse.engine.begin() as connection:
            row = connection.execute(
                select(ledger.c.region, ledger.c.key_fingerprint).where(
                    ledger.c.source == destination.source
                )
            ).first()
            if row is None:
                connection.execute(
                    insert(ledger).values(
                        installation=installation.installation,
                        epoch=installation.epoch,
                        source=destination.source,
                        region=destination.region,
                        key_fingerprint=destination.key_fingerprint,
                        schema_version=SCHEMA_VERSION,
                        created_at=utc_now(),
                    )
                )
                return
        if tuple(row) != (destination.region, destination.key_fingerprint):
            raise DestinationChanged(
                f"The ledger is bound to the {row.region} source with key fingerprint "
                f"{row.key_fingerprint}; the environment now names a "
                f"{destination.region} source with {destination.key_fingerprint}. What "
                "the ledger calls confirmed is confirmed there only. Put the old key "
                "back, or use another dbt target for the other workspace."
            )

    def _holder_is_gone(self) -> Any:
        """On DuckDB the file is the lock: who opened it before us is no more."""
        syncs = self.tables.syncs
        if self.warehouse.kind != "duckdb":
            return literal(1) == literal(0)
        return syncs.c.leased_by.not_like(f"{_PROCESS}:%")


def delete_rejections_above(
    connection: Connection, tables: LedgerTables, sync: str, plan: int, position: int
) -> None:
    """A resumed plan judges again what lies above the watermark."""
    rejections = tables.rejections
    connection.execute(
        delete(rejections)
        .where(rejections.c.sync == sync, rejections.c.plan == plan)
        .where(rejections.c.position > position)
    )


def _insert_if_absent(syncs: Any, sync: str) -> Any:
    absent = ~exists(select(literal(1)).select_from(syncs).where(syncs.c.sync == sync))
    row = select(literal(sync), literal(0), literal(0), literal(0)).where(absent)
    return insert(syncs).from_select(
        ["sync", "fence", "last_plan", "delivered_through"], row
    )


_PROCESS = f"{socket.gethostname()}:{os.getpid()}"
_HOLDER = f"{_PROCESS}:{uuid.uuid4().hex[:8]}"
