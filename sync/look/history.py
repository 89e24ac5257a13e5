"""The ledger -> the last runs of one sync, and what the month has cost so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from sync.config.manifest import Sync
from sync.diff.billing import BillingSettings
from sync.ledger.ledger import Ledger
from sync.plan.bill import calls_this_month
from warehouse import Warehouse

# A run with one of these outcomes came to its end: all was sent that could be.
COMPLETE = ("done", "rejections")


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """One run that has ended, or was killed."""

    started_at: datetime
    ended_at: datetime | None
    outcome: str
    calls: int
    added: int
    changed: int
    removed: int
    rejected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """
    The calls of all syncs of a target since the billing month began.

    Attributes:
        calls: So many.
        budget: What they may be; None: nobody said.
        allowance: What the plan with Segment includes; None: nobody said.
    """

    calls: int = 0
    budget: int | None = None
    allowance: int | None = None


def read_history(warehouse: Warehouse, sync: Sync, limit: int = 20) -> list[PastRun]:
    """The last runs, the newest first."""
    ledger = Ledger(warehouse)
    if not ledger.exists():
        return []
    runs = ledger.tables.runs
    columns = (
        *(runs.c.started_at, runs.c.ended_at, runs.c.outcome, runs.c.calls),
        *(runs.c.added, runs.c.changed, runs.c.removed, runs.c.rejected),
    )
    query = (
        select(*columns)
        .where(runs.c.sync == sync.name, runs.c.outcome != "running")
        .order_by(runs.c.started_at.desc(), runs.c.run_id)
        .limit(limit)
    )
    with warehouse.engine.connect() as connection:
        return [_past(row) for row in connection.execute(query)]


def read_month(warehouse: Warehouse) -> Month:
    """What this billing month has cost so far, beside what it may."""
    settings, ledger = BillingSettings(), Ledger(warehouse)  # type: ignore[call-arg]
    calls = 0
    if ledger.exists():
        with warehouse.engine.connect() as connection:
            calls = calls_this_month(connection, ledger)
    return Month(
        calls=calls,
        budget=settings.calls_budget,
        allowance=settings.calls_allowance,
    )


def last_complete(warehouse: Warehouse, sync: Sync) -> datetime | None:
    """When the newest complete run ended, in naive UTC, however many failed since."""
    ledger = Ledger(warehouse)
    if not ledger.exists():
        return None
    runs = ledger.tables.runs
    query = select(func.max(runs.c.ended_at)).where(
        runs.c.sync == sync.name, runs.c.outcome.in_(COMPLETE)
    )
    with warehouse.engine.connect() as connection:
        found: datetime | None = connection.execute(query).scalar()
    return found


def _past(row: Sequence[object]) -> PastRun:
    started_at, ended_at, outcome, *counts = row
    calls, added, changed, removed, rejected = (int(n or 0) for n in counts)  # type: ignore[call-overload]
    return PastRun(
        started_at=started_at,  # type: ignore[arg-type]
        ended_at=ended_at,  # type: ignore[arg-type]
        outcome=str(outcome),
        calls=calls,
        added=added,
        changed=changed,
        removed=removed,
        rejected=rejected,
    )
