"""A sync's tables -> the shape that its exposure asks for, without losing the ledger.

The only place where a sync runs DDL, and only while no plan is open. Each step is
harmless to repeat, since Snowflake and a killed process know no DDL transactions.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    Select,
    delete,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError

from sync.config.manifest import Sync
from sync.diff.doubt import follow_shape
from sync.diff.model_images import images
from sync.diff.subject import same_key
from sync.errors import ColumnRetyped, ConfigError, LedgerLost
from sync.ledger.ledger import Lease, Ledger
from sync.ledger.tables import CHANGE, DETAIL, FORGOTTEN, REASON, SyncTables, new, old
from sync.plan.shape import Shape, has_shape, inspect_shape
from warehouse.ddl import CreateTableAs, alter_table, retype_column


def prepare(
    ledger: Ledger, sync: Sync, lease: Lease, *, accept_guard: bool = False
) -> SyncTables:
    """
    Create the sync's tables, or bring them to the shape that the exposure asks for.

    A field that is new starts as null; one that changed its type starts over; one that
    is gone is kept as long as Segment has it, so that it is cleared there.

    Raises:
        LedgerLost: The confirmed rows are missing, and there were plans.
        ColumnRetyped: A field has another type; nothing is changed until accepted.
    """
    engine = ledger.warehouse.engine
    with engine.connect() as connection:
        shape = inspect_shape(connection, ledger, sync)
    if shape.retyped and not accept_guard:
        raise _retyped(sync, shape)
    tables = ledger.tables.of(sync.name, shape.image)
    if shape.has_ledger:
        _recast(engine, tables, sync, shape)
    if not shape.has_ledger:
        _create_sent(ledger, tables, sync, lease)
    elif not sync.settings.keeps_traits:
        _reshape(engine, tables, shape)
        _adopt(engine, tables, sync, shape.missing)
    else:
        _forget_incomparable(engine, tables, sync, shape.retyped)
        _reshape(engine, tables, shape)
    follow_shape(engine, tables)
    _ensure_work_tables(engine, sync, tables)
    return tables


def _retyped(sync: Sync, shape: Shape) -> ColumnRetyped:
    named = ", ".join(f"`{name}` ({shape.missing[name]})" for name in shape.retyped)
    return ColumnRetyped(
        f"{sync.name}: {named} had another type when Segment was last told, and its "
        "destinations may refuse the new one. Nothing was sent. Look with `relyv sync "
        f"plan {sync.name}`; if it is meant, `relyv sync run {sync.name} "
        "--accept-guard`."
    )


def _create_sent(ledger: Ledger, tables: SyncTables, sync: Sync, lease: Lease) -> None:
    if lease.last_plan > 0 and not _was_forgotten(ledger, lease):
        raise LedgerLost(
            f"{sync.name}: {tables.sent.fullname} is missing, and there were "
            f"{lease.last_plan} plans. Restore it from a backup."
        )
    empty = _no_rows(images(sync.model, tables.image))
    with ledger.warehouse.engine.begin() as connection:
        connection.execute(CreateTableAs(tables.sent, empty))


def _was_forgotten(ledger: Ledger, lease: Lease) -> bool:
    """Whether a person had the ledger forget the sync after its last plan."""
    plans = ledger.tables.plans
    forgotten = select(literal(1)).where(
        plans.c.sync == lease.sync,
        plans.c.plan == lease.last_plan,
        plans.c.state == FORGOTTEN,
    )
    with ledger.warehouse.engine.connect() as connection:
        return connection.execute(forgotten).first() is not None


def _reshape(engine: Engine, tables: SyncTables, shape: Shape) -> None:
    for name in (*shape.retyped, *shape.unwanted):
        alter_table(engine, tables.sent, "drop column", name)
    for name, data_type in shape.missing.items():
        alter_table(engine, tables.sent, "add column", name, data_type)


def _recast(engine: Engine, tables: SyncTables, sync: Sync, shape: Shape) -> None:
    """A key or an id that was lost with its old type could not be cleared any more."""
    for name, data_type in shape.recast.items():
        try:
            with engine.begin() as connection:
                retype_column(connection, tables.sent, name, data_type)
        except DBAPIError:
            raise ConfigError(
                f"{sync.name}: `{name}` of the rows that Segment confirmed cannot "
                f"become {data_type}, the type it now has in {sync.model.name}. Cast "
                "it in the model to the type that it had."
            ) from None


def _forget_incomparable(
    engine: Engine, tables: SyncTables, sync: Sync, retyped: Sequence[str]
) -> None:
    """
    A value that becomes null as its column changes its type would be seen no more.

    Its row is sent whole instead, as if it were new.
    """
    rows = images(sync.model, tables.image).subquery("model")
    for name in retyped:
        cleared: Select[Any] = (
            select(literal_column("1"))
            .where(same_key(tables.image, tables.sent, rows))
            .where(rows.c[name].is_(None))
        )
        with engine.begin() as connection:
            connection.execute(
                delete(tables.sent)
                .where(tables.sent.c[name].is_not(None))
                .where(cleared.exists())
            )


def _adopt(
    engine: Engine,
    tables: SyncTables,
    sync: Sync,
    missing: Mapping[str, str],
) -> None:
    """A new property of an event row is no news of the event: taken as confirmed."""
    if not missing:
        return
    rows = images(sync.model, tables.image).subquery("model")
    with engine.begin() as connection:
        connection.execute(
            update(tables.sent)
            .where(same_key(tables.image, tables.sent, rows))
            .values({name: rows.c[name] for name in missing})
        )


def _ensure_work_tables(engine: Engine, sync: Sync, tables: SyncTables) -> None:
    """Tables that hold nothing which outlives a new shape of the image."""
    rows = images(sync.model, tables.image).subquery("images")
    keys = [rows.c[c.name] for c in tables.image.keys]
    values = [rows.c[c.name] for c in tables.image.values]
    position: ColumnElement[int] = literal_column("cast(0 as bigint)")
    change: ColumnElement[str] = literal_column("cast('' as varchar(20))")
    pending = select(
        position.label("position"),
        change.label("change"),
        *keys,
        *(value.label(new(value.name)) for value in values),
        *(value.label(old(value.name)) for value in values),
    )
    reason: ColumnElement[str] = literal_column("cast('' as varchar(100))")
    detail: ColumnElement[str] = literal_column("cast('' as varchar(1000))")
    beside = (change.label(CHANGE), reason.label(REASON), detail.label(DETAIL))
    rejected = select(*beside, *keys, *values)
    for target, query in ((tables.pending, pending), (tables.rejected, rejected)):
        with engine.begin() as connection:
            if not has_shape(connection, tables, target):
                target.drop(connection, checkfirst=True)
                connection.execute(CreateTableAs(target, _no_rows(query)))


def _no_rows(query: Select[Any]) -> Select[Any]:
    return query.where(literal_column("1") == literal_column("0"))
