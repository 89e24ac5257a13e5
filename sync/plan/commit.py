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
    true,
    update,
)

from sync.diff.doubt import doubts, ensure_doubts, forget_doubts, record_doubts
from sync.diff.subject import same_key
from sync.ledger.ledger import Lease, Ledger
from sync.ledger.rejections import delete_rejections_above
from sync.ledger.tables import CHANGE, CUT_SHORT, DETAIL, REASON, SyncTables, new
from sync.plan.frozen import FrozenPlan


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
    pending, sent = tables.pending, tables.sent
    names = [column.name for column in tables.image.columns]
    settled = [] if through == plan.rows else [pending.c.position <= through]
    accepted = settled

    rejected = _touched(tables, tables.rejected, *settled)
    connection.execute(delete(tables.rejected).where(rejected))
    if _has_rejections(connection, ledger, plan):
        _remember_rejected(connection, ledger, plan, tables, settled)
        reasons, judged = _judged(ledger, plan, pending)
        was_rejected = exists(select(literal(1)).select_from(reasons).where(judged))
        accepted = [~was_rejected, *settled]
    connection.execute(delete(sent).where(_touched(tables, sent, *accepted)))
    connection.execute(
        insert(sent).from_select(
            names,
            select(*_new_image(tables))
            .where(pending.c.change.in_(("adopted", "added", "changed")))
            .where(*accepted),
        )
    )
    if doubts(connection, tables) is not None:
        forget_doubts(connection, plan.settings, tables, and_(true(), *accepted))


def _remember_rejected(
    connection: Connection,
    ledger: Ledger,
    plan: FrozenPlan,
    tables: SyncTables,
    settled: list[ColumnElement[bool]],
) -> None:
    names = [column.name for column in tables.image.columns]
    reasons, judged = _judged(ledger, plan, tables.pending)
    beside = [tables.pending.c.change, reasons.c.reason, reasons.c.detail]
    connection.execute(
        insert(tables.rejected).from_select(
            [CHANGE, REASON, DETAIL, *names],
            select(*beside, *_new_image(tables))
            .select_from(tables.pending.join(reasons, judged))
            .where(*settled),
        )
    )


def _new_image(tables: SyncTables) -> list[ColumnElement[Any]]:
    keys = [tables.pending.c[column.name] for column in tables.image.keys]
    return [*keys, *(tables.pending.c[new(c.name)] for c in tables.image.values)]


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


def _has_rejections(connection: Connection, ledger: Ledger, plan: FrozenPlan) -> bool:
    """Mostly there are none, and to join all rows with nothing takes its memory."""
    rejections = ledger.tables.rejections
    one = select(literal(1)).where(
        rejections.c.sync == plan.sync, rejections.c.plan == plan.number
    )
    return connection.execute(one.limit(1)).first() is not None


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
