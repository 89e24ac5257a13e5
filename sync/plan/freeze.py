"""The change set, frozen in the warehouse before the first byte leaves.

A fixed number of statements, whatever the number of rows; none of the rows is read
into Python here.
"""

from sqlalchemy import (
    Connection,
    Subquery,
    Table,
    delete,
    func,
    insert,
    literal,
    select,
)

from sync.config.manifest import Sync
from sync.diff.again import Again
from sync.diff.agreement import rows_agreed_on
from sync.diff.changes import change_set, held_back
from sync.diff.doubt import doubts
from sync.diff.model_images import model_rows
from sync.diff.silence import forget_suppressed, forget_withheld
from sync.diff.subject import is_filed_by_key
from sync.diff.trial import Trial
from sync.ledger.ledger import Lease, Ledger
from sync.ledger.tables import BASELINE, FORGOTTEN, SyncTables
from sync.plan.bill import over_budget
from sync.plan.checks import Counts, check_model, count_changes, tripped
from sync.plan.frozen import HELD, keep_plan
from warehouse.memory import least_memory
from warehouse.suppressions import suppressions


def freeze(
    ledger: Ledger,
    sync: Sync,
    lease: Lease,
    tables: SyncTables,
    *,
    accept_guard: bool = False,
    again: Again | None = None,
    trial: Trial | None = None,
) -> int:
    """
    Work out what has changed, and keep it as the sync's next plan.

    Returns how many changes wait for their people (`dormant: hold`).

    Raises:
        GuardTripped: The model has a null or repeated key, or two rows for one id; or
            the plan looks like an accident, and nothing is kept but its counts.
    """
    suppressed = suppressions(ledger.warehouse.step_schema("privacy"))
    model = model_rows(sync, tables.image, suppressed)
    number = lease.last_plan + 1
    with ledger.warehouse.engine.connect() as connection, connection.begin() as work:
        ledger.fenced(connection, lease, last_plan=number, delivered_through=0)
        connection.execute(delete(tables.pending))
        is_baseline = not again and wants_baseline(connection, ledger, sync)
        doubt = doubts(connection, tables)
        agreed = None
        if not (again or is_baseline) and doubt is None:
            with least_memory(ledger.warehouse):
                agreed = rows_agreed_on(connection, tables.image, model, tables.sent)
        if agreed is not None:
            size = confirmed = agreed
        else:
            size = check_model(connection, sync, tables.image, model)
            forget_suppressed(connection, sync.settings, tables, suppressed, doubt)
            forget_withheld(connection, sync, tables, doubt)
            confirmed = _size(connection, tables.sent)
            if is_baseline:
                _take_baseline(connection, tables, model)
            else:
                _keep_changes(connection, sync, tables, model, again, trial, doubt)
        counts, rows = count_changes(connection, tables.pending)
        problem = tripped(sync.settings.guard, counts, confirmed=confirmed, size=size)
        problem = problem or over_budget(connection, ledger, counts)
        waiting = 0 if agreed else _waiting(connection, sync, tables, model)
        has_grown = accept_guard and _has_grown(connection, ledger, lease, counts)
        is_held = problem is not None and (has_grown or not accept_guard)
        if is_held or (is_baseline and not size):
            work.rollback()
        else:
            state = _state(rows, is_baseline=is_baseline)
            keep_plan(
                connection, ledger, sync, lease, tables, counts, rows, state, again
            )
    if problem is not None and is_held:
        with ledger.warehouse.engine.begin() as connection:
            ledger.fenced(connection, lease, last_plan=number)
            keep_plan(connection, ledger, sync, lease, tables, counts, rows, HELD)
        grown = "It has grown since it was held. " if has_grown else ""
        raise type(problem)(
            f"{sync.name}: {problem} {grown}Nothing was sent. {_way_on(sync, again)}"
        )
    return waiting


def _keep_changes(
    connection: Connection,
    sync: Sync,
    tables: SyncTables,
    model: Subquery,
    again: Again | None,
    trial: Trial | None,
    doubt: Table | None,
) -> None:
    changes = change_set(
        sync.settings,
        tables.image,
        model,
        tables.sent,
        tables.rejected,
        again,
        doubt,
        by_key=is_filed_by_key(connection, sync.settings, tables.image, tables.sent),
    )
    if trial is not None:
        changes = trial.of(changes, tables.image)
    names = [column.name for column in changes.selected_columns]
    connection.execute(insert(tables.pending).from_select(names, changes))


def _waiting(
    connection: Connection, sync: Sync, tables: SyncTables, model: Subquery
) -> int:
    if sync.settings.dormant == "send":
        return 0
    held = held_back(sync.settings, tables.image, model, tables.sent)
    return int(connection.execute(held).scalar_one())


def _way_on(sync: Sync, again: Again | None) -> str:
    if again:
        return "If it is meant, the same command with `--accept-guard`."
    return (
        f"Look with `relyv sync plan {sync.name}`; if it is meant, `relyv sync run "
        f"{sync.name} --accept-guard`."
    )


def _has_grown(
    connection: Connection, ledger: Ledger, lease: Lease, counts: Counts
) -> bool:
    """Whether it is more than what was held last, which is what a person accepted."""
    plans = ledger.tables.plans
    held = connection.execute(
        select(plans.c.added, plans.c.changed, plans.c.removed).where(
            plans.c.sync == lease.sync,
            plans.c.plan == lease.last_plan,
            plans.c.state == HELD,
        )
    ).first()
    if held is None:
        return False
    now = (counts.added, counts.changed, counts.removed)
    return any(count > before for count, before in zip(now, held, strict=True))


def wants_baseline(connection: Connection, ledger: Ledger, sync: Sync) -> bool:
    """`initial: skip`, and nothing was sent and no baseline taken before."""
    if sync.settings.initial == "send":
        return False
    plans = ledger.tables.plans
    earlier = (
        select(literal(1))
        .select_from(plans)
        .where(plans.c.sync == sync.name, plans.c.state.not_in((HELD, FORGOTTEN)))
        .limit(1)
    )
    return connection.execute(earlier).first() is None


def _state(rows: int, *, is_baseline: bool) -> str:
    if is_baseline:
        return BASELINE
    return "open" if rows else "closed"


def _take_baseline(connection: Connection, tables: SyncTables, model: Subquery) -> None:
    """`initial: skip`: the first result set is taken as known."""
    names = [column.name for column in tables.image.columns]
    connection.execute(
        insert(tables.sent).from_select(names, select(*(model.c[n] for n in names)))
    )


def _size(connection: Connection, target: Table) -> int:
    return int(
        connection.execute(select(func.count()).select_from(target)).scalar_one()
    )
