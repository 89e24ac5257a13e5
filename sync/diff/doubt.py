"""What Segment may or may not know, once a plan was closed before its end.

`<sync>__doubt` keeps the image of each row that was not settled. The next plan tells of
all these whole, or clears them, whatever the ledger calls confirmed. It is there only
for syncs of which a plan was once closed early.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    delete,
    exists,
    insert,
    literal,
    literal_column,
    or_,
    select,
)

from sync.config.image import ANONYMOUS_ID, GROUP_ID, USER_ID, Image
from sync.config.settings import SyncSettings
from sync.diff.subject import destination_id, null_like, same_key
from sync.ledger.tables import CHANGE, SyncTables, new, old
from warehouse.ddl import (
    CreateTableAs,
    alter_table,
    column_types,
    retype_column,
    table_exists,
)

Kinds = list[tuple[ColumnElement[bool], ColumnElement[str]]]


def doubts(connection: Connection, tables: SyncTables) -> Table | None:
    """The rows in doubt, or None where there are none: no join for nothing."""
    doubt = tables.doubt
    if not table_exists(connection, doubt):
        return None
    one = select(literal(1)).select_from(doubt).limit(1)
    return doubt if connection.execute(one).first() else None


def ensure_doubts(engine: Engine, tables: SyncTables) -> None:
    """Make the table, in the shape of the confirmed rows."""
    change: ColumnElement[str] = literal_column("cast('' as varchar(20))")
    columns = [tables.sent.c[c.name] for c in tables.image.columns]
    empty: Select[Any] = select(change.label(CHANGE), *columns).where(
        literal_column("1") == literal_column("0")
    )
    with engine.begin() as connection:
        if not table_exists(connection, tables.doubt):
            connection.execute(CreateTableAs(tables.doubt, empty))


def follow_shape(engine: Engine, tables: SyncTables) -> None:
    """
    Give the rows in doubt the columns of the confirmed ones, which were reshaped.

    Keys and ids keep their values: whoever they name must be told of, or cleared.
    """
    doubt = tables.doubt
    with engine.connect() as connection:
        if not table_exists(connection, doubt):
            return
        kept = column_types(connection, doubt)
        wanted = column_types(connection, tables.sent)
    parts = {c.name for c in (*tables.image.keys, *tables.image.roles)}
    for name, kind in kept.items():
        if name == CHANGE or wanted.get(name) == kind:
            continue
        if name in wanted and name in parts:
            with engine.begin() as connection:
                retype_column(connection, doubt, name, wanted[name])
            continue
        alter_table(engine, doubt, "drop column", name)
        if name in wanted:
            alter_table(engine, doubt, "add column", name, wanted[name])
    for name in wanted.keys() - kept.keys():
        alter_table(engine, doubt, "add column", name, wanted[name])


def record_doubts(
    connection: Connection, settings: SyncSettings, tables: SyncTables, settled: int
) -> None:
    """Keep what a plan would have said of the rows that are not settled."""
    pending, doubt = tables.pending, tables.doubt
    unsettled = pending.c.position > settled
    forget_doubts(connection, settings, tables, unsettled)
    keys = [pending.c[c.name] for c in tables.image.keys]
    names = [CHANGE, *(c.name for c in tables.image.columns)]
    for changes, version in ((("added", "changed"), new), (("removed",), old)):
        values = [pending.c[version(c.name)] for c in tables.image.values]
        rows = select(pending.c.change, *keys, *values).where(
            unsettled, pending.c.change.in_(changes)
        )
        connection.execute(insert(doubt).from_select(names, rows))


def forget_doubts(
    connection: Connection,
    settings: SyncSettings,
    tables: SyncTables,
    where: ColumnElement[bool],
) -> None:
    """Whoever such rows of a plan tell of is in doubt no more."""
    doubt, pending = tables.doubt, tables.pending
    told = select(literal(1)).select_from(pending).where(where)
    for same in _told_by(settings, tables):
        connection.execute(delete(doubt).where(exists(told.where(same))))


def told_again(settings: SyncSettings, image: Image, model: Any, doubt: Any) -> Kinds:
    """Rows of the model that are in doubt, and the change that settles each."""
    if settings.call != "track":
        is_one = or_(_files(settings, doubt, model), _has_key(image, doubt, model))
        return [(is_one, literal("added"))]
    kinds: Kinds = []
    if settings.changed:
        kinds.append((_has_key(image, doubt, model, "changed"), literal("changed")))
    again = literal("added" if settings.added else "adopted")
    return [*kinds, (_has_key(image, doubt, model, "removed"), again)]


def left_in_doubt(
    settings: SyncSettings, image: Image, model: Any, sent: Any, doubt: Any
) -> Select[Any]:
    """Those of whom Segment may know, and neither the model nor the ledger does."""
    if settings.call == "track":
        is_told = settings.removed is not None
        known = [_has_key(image, rows, doubt) for rows in (model, sent)]
        known.append(doubt.c[CHANGE] != "added")
    else:
        is_told = settings.on_removed == "clear"
        known = [_files(settings, rows, doubt) for rows in (model, sent)]
    return (
        select(
            literal("removed" if is_told else "forgotten"),
            *(doubt.c[c.name] for c in image.keys),
            *(null_like(doubt.c[c.name]) for c in image.values),
            *(doubt.c[c.name] for c in image.values),
        )
        .select_from(doubt)
        .where(~or_(*known))
    )


def _told_by(settings: SyncSettings, tables: SyncTables) -> list[ColumnElement[bool]]:
    """When a pending row is about one in doubt: an event by its key, others by id."""
    if settings.call == "track":
        return [same_key(tables.image, tables.pending, tables.doubt)]
    filed = destination_id(settings, tables.doubt)
    return [
        destination_id(settings, _Version(tables.pending, version)) == filed
        for version in (new, old)
    ]


class _Version:
    """The new or the old image of pending rows, as if it stood alone."""

    def __init__(self, pending: Any, version: Callable[[str], str]) -> None:
        self.c = {
            name: pending.c[version(name)]
            for name in (USER_ID, ANONYMOUS_ID, GROUP_ID)
            if version(name) in pending.c
        }


def _files(settings: SyncSettings, among: Any, rows: Any) -> ColumnElement[bool]:
    others = among.alias("others_in_doubt")
    return exists(
        select(literal(1))
        .select_from(others)
        .where(destination_id(settings, others) == destination_id(settings, rows))
    )


def _has_key(
    image: Image, among: Any, rows: Any, change: str | None = None
) -> ColumnElement[bool]:
    others = among.alias("keys_in_doubt")
    found = select(literal(1)).select_from(others).where(same_key(image, others, rows))
    return exists(found if change is None else found.where(others.c[CHANGE] == change))
