"""What a run would send now; nothing is sent, and the ledger is not touched.

Uses the change set and the renderer of a run, with the plan number and the time that a
run would get, so the examples are the very bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Subquery,
    Table,
    cast,
    func,
    literal_column,
    null,
    select,
)

from sync.checks import Counts, check_model, count_changes
from sync.consent import kept_about_them
from sync.destination import region_of
from sync.diff import (
    SILENT,
    SUPPRESSIBLE,
    change_set,
    held_back,
    images,
    is_suppressed,
    model_rows,
)
from sync.image import Image
from sync.installation import Installation, read_installation
from sync.ledger import Ledger
from sync.manifest import Sync
from sync.payload import Outgoing
from sync.plan import FrozenPlan, read_open_plan
from sync.run import renderer_of
from sync.shape import Shape, drift, has_shape, inspect_shape
from sync.tables import SyncTables
from sync.times import readable_columns
from warehouse import Warehouse
from warehouse.ddl import Native
from warehouse.suppressions import ensure_suppressions, suppressions

# Before the first run there is no installation to make messageIds of.
NOT_YET = Installation(installation="not-yet-installed", epoch="not-yet-installed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One message as a run would send it, or why its row would be rejected."""

    change: str
    message: Mapping[str, Any] | None
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """
    What a run would do.

    `drift` says what is new in the model's columns, and what that costs; `held` counts
    the changes that wait for their people (`dormant: hold`). `unfinished` is the number
    of an earlier plan that a run would finish first; until then its rows still count
    as changes here.
    """

    sync: str
    call: str
    sends_here: bool
    model_rows: int
    counts: Counts
    drift: Sequence[str] = ()
    held: int = 0
    unfinished: int | None = None
    examples: Sequence[Example] = field(default_factory=list)


def preview_sync(warehouse: Warehouse, sync: Sync) -> Preview:
    """
    Work out the next plan, and render an example of each kind of change.

    Raises:
        GuardTripped: The model has null or repeated keys, or two rows for one id.
    """
    ledger = Ledger(warehouse)
    privacy = warehouse.step_schema("privacy")
    ensure_suppressions(warehouse.engine, privacy)
    unfinished = read_open_plan(ledger, sync.name) if ledger.exists() else None
    with warehouse.engine.connect() as connection:
        shape = inspect_shape(connection, ledger, sync)
        tables = ledger.tables.of(sync.name, shape.image)
        model = model_rows(sync, shape.image, suppressions(privacy))
        size = check_model(connection, sync, shape.image, model)
        sent = _told(sync, _confirmed(sync, tables, shape), suppressions(privacy))
        waiting = held_back(sync.settings, shape.image, model, sent)
        held = connection.execute(waiting).scalar_one()
        changes = change_set(
            sync.settings,
            shape.image,
            model,
            sent,
            _rejected(connection, sync, tables, shape),
        ).subquery("changes")
        counts, rows = count_changes(connection, changes)
        firsts = _first_of_each(connection, changes, shape.image)
    plan = FrozenPlan(
        sync=sync.name,
        number=ledger.next_plan(sync.name),
        settings=sync.settings,
        image=shape.image,
        planned_at=ledger.now(),
        counts=counts,
        rows=rows,
    )
    installation = read_installation(ledger) or NOT_YET
    return Preview(
        sync=sync.name,
        call=sync.settings.call,
        sends_here=sync.sends_in(warehouse.target),
        model_rows=size,
        counts=counts,
        drift=drift(sync, shape),
        held=held,
        unfinished=unfinished.number if unfinished else None,
        examples=_examples(warehouse, plan, installation, firsts),
    )


def _confirmed(sync: Sync, tables: SyncTables, shape: Shape) -> Subquery:
    """`__sent` in the shape that a run would give it first: typed nulls and all."""
    if not shape.has_ledger:
        return _nothing(sync, tables, "sent")
    return select(
        *(_as_reshaped(tables, shape, column.name) for column in shape.image.columns)
    ).subquery("sent")


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


def _as_reshaped(tables: SyncTables, shape: Shape, name: str) -> ColumnElement[Any]:
    if name in shape.missing:
        return cast(null(), Native(shape.missing[name])).label(name)
    if name in shape.recast:
        return cast(tables.sent.c[name], Native(shape.recast[name])).label(name)
    return tables.sent.c[name]


def _rejected(
    connection: Connection, sync: Sync, tables: SyncTables, shape: Shape
) -> Subquery:
    if shape.has_ledger and has_shape(connection, tables, tables.rejected):
        return select(tables.rejected).subquery("rejected")
    return _nothing(sync, tables, "rejected")


def _nothing(sync: Sync, tables: SyncTables, name: str) -> Subquery:
    rows = images(sync.model, tables.image)
    return (
        rows.add_columns(literal_column("cast(null as varchar(20))").label("change"))
        .where(literal_column("1") == literal_column("0"))
        .subquery(name)
    )


def _first_of_each(
    connection: Connection, changes: Subquery, image: Image
) -> Sequence[tuple[Any, ...]]:
    first = (
        select(func.min(changes.c.position))
        .group_by(changes.c.change)
        .subquery("first")
    )
    rows = connection.execute(
        select(*readable_columns(changes, image))
        .where(changes.c.position.in_(select(first)))
        .order_by(changes.c.position)
    )
    return [tuple(row) for row in rows]


def _examples(
    warehouse: Warehouse,
    plan: FrozenPlan,
    installation: Installation,
    rows: Sequence[tuple[Any, ...]],
) -> Sequence[Example]:
    region = region_of(plan.settings.source, target=warehouse.target)
    renderer = renderer_of(plan, installation, region, warehouse.project_dir)
    rendered = [renderer.render(row) for row in rows]
    return [_example(row) for row in rendered if row.change not in SILENT]


def _example(row: Outgoing) -> Example:
    return Example(
        change=row.change,
        message=orjson.loads(row.body) if row.body else None,
        reason=row.reason,
        detail=row.detail,
    )
