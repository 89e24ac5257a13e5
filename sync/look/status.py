"""The ledger -> where each sync stands, for a person or a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, select

from sync.config.image import image_of
from sync.config.manifest import Sync
from sync.ledger.ledger import Ledger
from sync.ledger.pauses import is_paused
from warehouse import Warehouse
from warehouse.ddl import table_exists


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncStatus:
    """
    One sync, as the ledger knows it.

    Attributes:
        confirmed: Rows that Segment has confirmed.
        rejected: Rows that were refused and have not changed since.
        remaining: Rows of an unfinished plan that are not settled yet.
        last_outcome: How the last run ended; `running` without an end was killed.
        reasons: The rejections of all plans by reason, the most frequent first.
    """

    sync: str
    call: str
    sends_here: bool
    confirmed: int = 0
    rejected: int = 0
    remaining: int = 0
    is_paused: bool = False
    last_outcome: str = "never run"
    last_run_at: datetime | None = None
    last_calls: int = 0
    reasons: tuple[tuple[str, int], ...] = ()


def read_status(warehouse: Warehouse, sync: Sync) -> SyncStatus:
    """Read where one sync stands."""
    ledger = Ledger(warehouse)
    status = SyncStatus(
        sync=sync.name,
        call=sync.settings.call,
        sends_here=sync.sends_in(warehouse.target),
    )
    if not ledger.exists():
        return status
    with warehouse.engine.connect() as connection:
        return _read(connection, ledger, sync, status)


def orphans(warehouse: Warehouse, syncs: Sequence[Sync]) -> list[str]:
    """
    Syncs that the ledger knows and the project no longer has.

    What they sent stays in Segment, until `relyv sync forget --clear` takes it back.
    """
    ledger = Ledger(warehouse)
    if not ledger.exists():
        return []
    known, rows = {sync.name for sync in syncs}, ledger.tables.syncs
    with warehouse.engine.connect() as connection:
        found = connection.execute(select(rows.c.sync)).scalars().all()
        left = [name for name in found if name not in known]
        schema = MetaData(schema=ledger.tables.schema)
        return sorted(
            name
            for name in left
            if table_exists(connection, Table(f"{name}__sent", schema))
        )


def _read(
    connection: Connection, ledger: Ledger, sync: Sync, status: SyncStatus
) -> SyncStatus:
    tables = ledger.tables.of(sync.name, image_of(sync))
    runs, plans, syncs = (
        ledger.tables.runs,
        ledger.tables.plans,
        ledger.tables.syncs,
    )
    last = connection.execute(
        select(runs)
        .where(runs.c.sync == sync.name)
        .order_by(runs.c.started_at.desc(), runs.c.run_id)
        .limit(1)
    ).first()
    remaining = connection.execute(
        select(plans.c.row_count - syncs.c.delivered_through)
        .select_from(plans.join(syncs, plans.c.sync == syncs.c.sync))
        .where(plans.c.sync == sync.name, plans.c.state == "open")
    ).scalar()
    return SyncStatus(
        sync=status.sync,
        call=status.call,
        sends_here=status.sends_here,
        confirmed=_size(connection, tables.sent),
        rejected=_size(connection, tables.rejected),
        remaining=int(remaining or 0),
        is_paused=is_paused(ledger, sync),
        last_outcome=last.outcome if last else "never run",
        last_run_at=last.started_at if last else None,
        last_calls=int(last.calls or 0) if last else 0,
        reasons=_reasons(connection, ledger, sync.name),
    )


def _reasons(
    connection: Connection, ledger: Ledger, sync: str
) -> tuple[tuple[str, int], ...]:
    rejections = ledger.tables.rejections
    rows = connection.execute(
        select(rejections.c.reason, func.count().label("times"))
        .where(rejections.c.sync == sync)
        .group_by(rejections.c.reason)
        .order_by(func.count().desc(), rejections.c.reason)
    )
    return tuple((row.reason, int(row.times)) for row in rows)


def _size(connection: Connection, target: Any) -> int:
    if not table_exists(connection, target):
        return 0
    return int(
        connection.execute(select(func.count()).select_from(target)).scalar_one()
    )
