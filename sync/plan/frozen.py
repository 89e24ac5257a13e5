"""A plan as it stands in the ledger: written once, read by whoever goes on with it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select

from sync.config.image import Image, thawed
from sync.config.manifest import Sync
from sync.config.settings import SyncSettings
from sync.diff.again import Again
from sync.ledger.ledger import Lease, Ledger
from sync.ledger.tables import FORGOTTEN, SyncTables
from sync.plan.checks import Counts
from warehouse.clock import utc_now

HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenPlan:
    """
    A plan as the ledger holds it: nothing in it changes until it is settled.

    `epoch` is the ledger's when it was frozen; an older plan does not say.
    `clears`: its sync is no exposure any more, and all it has told is taken back.
    """

    sync: str
    number: int
    epoch: str | None = None
    settings: SyncSettings
    image: Image
    planned_at: datetime
    counts: Counts
    rows: int
    new_ids: bool = False
    clears: bool = False


def read_open_plan(ledger: Ledger, sync: str) -> FrozenPlan | None:
    """The plan that is frozen and not settled yet, if there is one."""
    row = ledger.open_plan(sync)
    return None if row is None else _plan_of(row)


def read_last_plan(
    ledger: Ledger, sync: str, *, but: Collection[str] = ()
) -> FrozenPlan | None:
    """The last plan that was not forgotten, and in none of these states."""
    if not ledger.exists():
        return None
    plans = ledger.tables.plans
    query = (
        select(plans)
        .where(plans.c.sync == sync, plans.c.state.not_in((FORGOTTEN, *but)))
        .order_by(plans.c.plan.desc())
        .limit(1)
    )
    with ledger.warehouse.engine.connect() as connection:
        row = connection.execute(query).first()
    return None if row is None else _plan_of(row)


def other_source(ledger: Ledger, sync: Sync) -> str | None:
    """Why an exposure that names another source than before cannot just go on."""
    last = read_last_plan(ledger, sync.name, but=[HELD])
    if last is None or last.settings.source == sync.settings.source:
        return None
    return (
        f"{sync.name} has told the Segment source '{last.settings.source}', and its "
        f"exposure now names '{sync.settings.source}', which knows nothing of it. "
        f"`relyv sync resync {sync.name}` tells the new source everything; what the "
        "old one has stays there."
    )


def keep_plan(
    connection: Connection,
    ledger: Ledger,
    sync: Sync,
    lease: Lease,
    tables: SyncTables,
    counts: Counts,
    rows: int,
    state: str,
    again: Again | None = None,
    *,
    clears: bool = False,
) -> None:
    """Keep a plan, with the settings and the image that it is frozen with."""
    settings = again.settings_for(sync.settings) if again else sync.settings
    epoch = select(ledger.tables.ledger.c.epoch).limit(1)
    config = {
        "epoch": connection.execute(epoch).scalar(),
        "settings": settings.model_dump(),
        "image": tables.image.frozen(),
        "new_ids": again.new_ids if again else False,
        "clears": clears,
    }
    connection.execute(
        insert(ledger.tables.plans).values(
            sync=sync.name,
            plan=lease.last_plan + 1,
            state=state,
            delivered_through=0,
            row_count=rows,
            added=counts.added,
            changed=counts.changed,
            removed=counts.removed,
            config=orjson.dumps(config).decode(),
            planned_at=utc_now(),
            fence=lease.fence,
        )
    )


def _plan_of(row: Any) -> FrozenPlan:
    config = orjson.loads(row.config)
    return FrozenPlan(
        sync=row.sync,
        number=row.plan,
        epoch=config.get("epoch"),
        settings=SyncSettings.model_validate(config["settings"]),
        image=thawed(config["image"]),
        planned_at=row.planned_at,
        counts=Counts(added=row.added, changed=row.changed, removed=row.removed),
        rows=row.row_count,
        new_ids=config.get("new_ids", False),
        clears=config.get("clears", False),
    )
