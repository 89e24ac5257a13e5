"""A plan that is settled -> the new confirmed rows, in one transaction, without DDL."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    exists,
    insert,
    literal,
    select,
    update,
)

from sync.doubt import doubts, ensure_doubts, forget_doubts, record_doubts
from sync.frozen import FrozenPlan
from sync.ledger import Lease, Ledger, delete_rejections_above
from sync.subject import same_key
from sync.tables import CHANGE, CUT_SHORT, DETAIL, REASON, SyncTables, new


def commit(ledger: Ledger, lease: Lease, plan: FrozenPlan, tables: SyncTables) -> None:
    """
    Close a plan: what was accepted is confirmed, what was rejected is remembered.

    Rejected rows leave the confirmed image untouched, so that the next call about them
    carries this change and the next one.

    Raises:
        LeaseLost: Another run has taken over; nothing is written.
    """
    with ledger.warehouse.engine.begin() as connection:
        ledger.fenced(connection, lease, delivered_through=plan.rows)
        _confirm(connection, ledger, plan, tables, through=plan.rows)
        _close(connection, ledger, plan, tables, "closed", through=plan.rows)


def close_early(ledger: Ledger, lease: Lease, plan: FrozenPlan) -> int:
    """
    Close a plan that is not to be finished. Returns how many of its rows are in doubt.

    What is settled is kept. Of the others Segment may know or not: the next plan tells
    of them whole, or clears them.

    Raises:
        LeaseLost: Another run has taken over; nothing is written.
    """
    tables, settled = ledger.tables.of(plan.sync, plan.image), lease.delivered_through
    engine = ledger.warehouse.engine
    if not plan.settings.is_insert_only:
        ensure_doubts(engine, tables)
    with engine.begin() as connection:
        ledger.fenced(connection, lease)
        delete_rejections_above(
            connection, ledger.tables, plan.sync, plan.number, settled
        )
        _confirm(connection, ledger, plan, tables, through=settled)
        if not plan.settings.is_insert_only:
            record_doubts(connection, plan.settings, tables, settled)
        _close(connection, ledger, plan, tables, CUT_SHORT, through=settled)
    return plan.rows - settled


def _confirm(
    connection: Connection,
    ledger: Ledger,
    plan: FrozenPlan,
    tables: SyncTables,
    *,
    through: int,
) -> None:
    pending, sent, rejected = tables.pending, tables.sent, tables.rejected
    keys = [column.name for column in tables.image.keys]
    values = [column.name for column in tables.image.values]
    was_rejected = _was_rejected(ledger, plan, pending)
    shown = [pending.c[name] for name in (*keys, *(new(value) for value in values))]
    settled = [] if through == plan.rows else [pending.c.position <= through]

    connection.execute(delete(rejected).where(_touched(tables, rejected, *settled)))
    reasons, judged = _judged(ledger, plan, pending)
    connection.execute(
        insert(rejected).from_select(
            [CHANGE, REASON, DETAIL, *keys, *values],
            select(pending.c.change, reasons.c.reason, reasons.c.detail, *shown)
            .select_from(pending.join(reasons, judged))
            .where(*settled),
        )
    )
    accepted = [~was_rejected, *settled]
    connection.execute(delete(sent).where(_touched(tables, sent, *accepted)))
    connection.execute(
        insert(sent).from_select(
            [*keys, *values],
            select(*shown)
            .where(pending.c.change.in_(("adopted", "added", "changed")))
            .where(*accepted),
        )
    )
    if doubts(connection, tables) is not None:
        forget_doubts(connection, plan.settings, tables, and_(*accepted))


def _close(
    connection: Connection,
    ledger: Ledger,
    plan: FrozenPlan,
    tables: SyncTables,
    state: str,
    *,
    through: int,
) -> None:
    connection.execute(delete(tables.pending))
    plans = ledger.tables.plans
    connection.execute(
        update(plans)
        .where(plans.c.sync == plan.sync, plans.c.plan == plan.number)
        .values(state=state, delivered_through=through)
    )


def _was_rejected(
    ledger: Ledger, plan: FrozenPlan, pending: Any
) -> ColumnElement[bool]:
    reasons, judged = _judged(ledger, plan, pending)
    return exists(select(literal(1)).select_from(reasons).where(judged))


def _judged(
    ledger: Ledger, plan: FrozenPlan, pending: Any
) -> tuple[Table, ColumnElement[bool]]:
    """The rejections, and which one is of which pending row."""
    rejections = ledger.tables.rejections
    return rejections, and_(
        rejections.c.sync == plan.sync,
        rejections.c.plan == plan.number,
        rejections.c.position == pending.c.position,
    )


def _touched(
    tables: SyncTables, rows: Any, *conditions: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Whether the plan holds a change of this row's key that meets the conditions."""
    return exists(
        select(literal(1))
        .select_from(tables.pending)
        .where(same_key(tables.image, tables.pending, rows))
        .where(*conditions)
    )
