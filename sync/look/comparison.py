"""The two sides that a run would compare, and what differs: looked at, not touched.

A run first reshapes the ledger and forgets whom it must not know. Here the same is said
in queries, so that looking writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Subquery,
    Table,
    cast,
    literal,
    literal_column,
    null,
    select,
)

from sync.config.manifest import Sync
from sync.diff.again import Again
from sync.diff.changes import change_set
from sync.diff.consent import kept_about_them
from sync.diff.doubt import doubts
from sync.diff.model_images import images, model_rows
from sync.diff.subject import SUPPRESSIBLE, is_filed_by_key, is_suppressed
from sync.ledger.ledger import Ledger
from sync.ledger.tables import CHANGE, DETAIL, REASON, SyncTables
from sync.plan.shape import Shape, has_shape, inspect_shape
from warehouse.ddl import Native


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """
    What a run would start from.

    * `model` holds the rows that may be told, `sent` those of the confirmed ones.
    * `rejected` holds the images that were refused and are skipped while they stay.
    * `doubt` holds what a plan that was closed early may have told, if there was one.
    * `by_key`: each row, told or to be told, is filed under its own key.
    """

    sync: Sync
    shape: Shape
    tables: SyncTables
    model: Subquery
    sent: Subquery
    rejected: Subquery
    doubt: Subquery | None
    by_key: bool

    def changes(self, again: Again | None = None, *, none: bool = False) -> Subquery:
        """The change set: position, change, key, new image, old image."""
        found = change_set(
            self.sync.settings,
            self.shape.image,
            self.model,
            self.sent,
            self.rejected,
            again,
            self.doubt,
            by_key=self.by_key,
        )
        if none:
            found = found.where(literal(1) == literal(0))
        return found.subquery("changes")


def compare(
    connection: Connection, ledger: Ledger, sync: Sync, suppressed: Table
) -> Comparison:
    """Set up both sides of one sync's comparison."""
    shape = inspect_shape(connection, ledger, sync)
    tables = ledger.tables.of(sync.name, shape.image)
    sent = _told(sync, confirmed(sync, tables, shape), suppressed)
    return Comparison(
        sync=sync,
        shape=shape,
        tables=tables,
        model=model_rows(sync, shape.image, suppressed),
        sent=sent,
        rejected=_rejected(connection, sync, tables, shape),
        doubt=_doubt(connection, sync, tables, shape, suppressed),
        by_key=is_filed_by_key(connection, sync.settings, shape.image, sent),
    )


def confirmed(sync: Sync, tables: SyncTables, shape: Shape) -> Subquery:
    """`__sent` in the shape that a run would give it first: typed nulls and all."""
    if not shape.has_ledger:
        return _nothing(sync, tables, "sent")
    return select(*_as_reshaped(tables.sent, shape)).subquery("sent")


def _doubt(
    connection: Connection,
    sync: Sync,
    tables: SyncTables,
    shape: Shape,
    suppressed: Table,
) -> Subquery | None:
    rows = doubts(connection, tables)
    if rows is None or not shape.has_ledger:
        return None
    kept = select(rows.c[CHANGE], *_as_reshaped(rows, shape)).subquery("doubt")
    return _told(sync, kept, suppressed)


def _told(sync: Sync, sent: Subquery, suppressed: Table) -> Subquery:
    """Without those whom a run would forget first."""
    rows = select(sent)
    for name, role in SUPPRESSIBLE.items():
        if role in sent.c:
            rows = rows.where(~is_suppressed(sent.c[role], name, suppressed))
    said_no = kept_about_them(sync, sent)
    if said_no is not None:
        rows = rows.where(~said_no)
    return rows.subquery("told")


def _as_reshaped(rows: Table, shape: Shape) -> Sequence[ColumnElement[Any]]:
    def as_reshaped(name: str) -> ColumnElement[Any]:
        if name in shape.missing:
            return cast(null(), Native(shape.missing[name])).label(name)
        if name in shape.recast:
            return cast(rows.c[name], Native(shape.recast[name])).label(name)
        return rows.c[name]

    return [as_reshaped(column.name) for column in shape.image.columns]


def _rejected(
    connection: Connection, sync: Sync, tables: SyncTables, shape: Shape
) -> Subquery:
    if shape.has_ledger and has_shape(connection, tables, tables.rejected):
        return select(tables.rejected).subquery("rejected")
    return _nothing(sync, tables, "rejected")


def _nothing(sync: Sync, tables: SyncTables, name: str) -> Subquery:
    rows = images(sync.model, tables.image)
    text: ColumnElement[str] = literal_column("cast(null as varchar(20))")
    return (
        rows.add_columns(*(text.label(beside) for beside in (CHANGE, REASON, DETAIL)))
        .where(literal_column("1") == literal_column("0"))
        .subquery(name)
    )
