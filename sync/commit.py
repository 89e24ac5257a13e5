"""A plan that is settled -> the new confirmed rows, in one transaction, without DDL."""

from typing import Any

from sqlalchemy import ColumnElement, delete, exists, insert, literal, select, update

from sync.diff import same_key
from sync.ledger import Lease, Ledger
from sync.plan import FrozenPlan
from sync.tables import SyncTables, new


def commit(ledger: Ledger, lease: Lease, plan: FrozenPlan, tables: SyncTables) -> None:
    """
    Close a plan: what was accepted is confirmed, what was rejected is remembered.

    Rejected rows leave the confirmed image untouched, so that the next call about them
    carries this change and the next one.

    Raises:
        LeaseLost: Another run has taken over; nothing is written.
    """
    pending, sent, rejected = tables.pending, tables.sent, tables.rejected
    keys = [column.name for column in tables.image.keys]
    values = [column.name for column in tables.image.values]
    was_rejected = _was_rejected(ledger, plan, pending)
    shown = [pending.c[name] for name in (*keys, *(new(value) for value in values))]

    with ledger.warehouse.engine.begin() as connection:
        ledger.fenced(connection, lease, delivered_through=plan.rows)
        connection.execute(delete(rejected).where(_touched(tables, rejected)))
        connection.execute(
            insert(rejected).from_select(
                ["change", *keys, *values],
                select(pending.c.change, *shown).where(was_rejected),
            )
        )
        connection.execute(delete(sent).where(_touched(tables, sent, ~was_rejected)))
        connection.execute(
            insert(sent).from_select(
                [*keys, *values],
                select(*shown)
                .where(pending.c.change.in_(("adopted", "added", "changed")))
                .where(~was_rejected),
            )
        )
        connection.execute(delete(pending))
        plans = ledger.tables.plans
        connection.execute(
            update(plans)
            .where(plans.c.sync == plan.sync, plans.c.plan == plan.number)
            .values(state="closed", delivered_through=plan.rows)
        )


def _was_rejected(
    ledger: Ledger, plan: FrozenPlan, pending: Any
) -> ColumnElement[bool]:
    rejections = ledger.tables.rejections
    return exists(
        select(literal(1))
        .select_from(rejections)
        .where(rejections.c.sync == plan.sync)
        .where(rejections.c.plan == plan.number)
        .where(rejections.c.position == pending.c.position)
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
