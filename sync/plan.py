"""The change set, frozen in the warehouse before the first byte leaves.

A fixed number of statements, whatever the number of rows; none of the rows is read
into Python here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    Connection,
    Subquery,
    Table,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)

from sync.config import Guard, SyncSettings
from sync.diff import (
    SUPPRESSIBLE,
    change_set,
    destination_id,
    is_suppressed,
    model_rows,
)
from sync.errors import ConfigError, GuardTripped
from sync.image import Image, thawed
from sync.ledger import Lease, Ledger
from sync.manifest import Sync
from sync.tables import SyncTables
from warehouse.clock import utc_now
from warehouse.suppressions import suppressions


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Rows by kind of change."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    @property
    def total(self) -> int:
        """All of them: one call each."""
        return self.added + self.changed + self.removed


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenPlan:
    """A plan as the ledger holds it: nothing in it changes until it is settled."""

    sync: str
    number: int
    settings: SyncSettings
    image: Image
    planned_at: datetime
    counts: Counts
    rows: int


def freeze(
    ledger: Ledger,
    sync: Sync,
    lease: Lease,
    tables: SyncTables,
    *,
    accept_guard: bool = False,
) -> None:
    """
    Work out what has changed, and keep it as the sync's next plan.

    Raises:
        ConfigError: The model has a null or repeated key, or two rows for one id.
        GuardTripped: The plan looks like an accident; nothing is kept but its counts.
    """
    suppressed = suppressions(ledger.warehouse.step_schema("privacy"))
    model = model_rows(sync.model, tables.image, suppressed)
    number = lease.last_plan + 1
    with ledger.warehouse.engine.connect() as connection, connection.begin() as work:
        ledger.fenced(connection, lease, last_plan=number, delivered_through=0)
        size = check_model(connection, sync, tables.image, model)
        forget_suppressed(connection, tables, suppressed)
        confirmed = _size(connection, tables.sent)
        connection.execute(delete(tables.pending))
        is_baseline = _wants_baseline(connection, ledger, sync)
        if is_baseline:
            _take_baseline(connection, tables, model)
        else:
            changes = change_set(
                sync.settings, tables.image, model, tables.sent, tables.rejected
            )
            names = [column.name for column in changes.selected_columns]
            connection.execute(insert(tables.pending).from_select(names, changes))
        counts, rows = count_changes(connection, tables.pending)
        problem = tripped(sync.settings.guard, counts, confirmed=confirmed, size=size)
        is_held = problem is not None and not accept_guard
        if is_held or (is_baseline and not size):
            work.rollback()
        else:
            state = _state(rows, is_baseline=is_baseline)
            _insert_plan(connection, ledger, sync, lease, tables, counts, rows, state)
    if is_held:
        with ledger.warehouse.engine.begin() as connection:
            ledger.fenced(connection, lease, last_plan=number)
            _insert_plan(connection, ledger, sync, lease, tables, counts, rows, "held")
        raise GuardTripped(
            f"{sync.name}: {problem} Nothing was sent. Look with `relyv sync plan "
            f"{sync.name}`; if it is meant, `relyv sync run {sync.name} "
            "--accept-guard`."
        )


def read_open_plan(ledger: Ledger, sync: str) -> FrozenPlan | None:
    """The plan that is frozen and not settled yet, if there is one."""
    row = ledger.open_plan(sync)
    if row is None:
        return None
    config = orjson.loads(row.config)
    return FrozenPlan(
        sync=sync,
        number=row.plan,
        settings=SyncSettings.model_validate(config["settings"]),
        image=thawed(config["image"]),
        planned_at=row.planned_at,
        counts=Counts(added=row.added, changed=row.changed, removed=row.removed),
        rows=row.row_count,
    )


def check_model(
    connection: Connection, sync: Sync, image: Image, model: Subquery
) -> int:
    """
    Count the model's rows, and refuse keys and ids that could not be told apart.

    Raises:
        ConfigError: A key is null or repeated, or two rows go to one profile.
    """
    keys = [model.c[c.name] for c in image.keys]
    repeated = select(*keys).group_by(*keys).having(func.count() > 1)
    nulls = select(literal(1)).select_from(model)
    checks = [
        _rows_of(select(literal(1)).select_from(model)),
        _rows_of(nulls.where(or_(*(key.is_(None) for key in keys)))),
        _rows_of(repeated),
    ]
    if sync.settings.call != "track":
        target = destination_id(sync.settings, model)
        doubled = select(target.label("id")).where(target.is_not(None))
        checks.append(_rows_of(doubled.group_by(target).having(func.count() > 1)))
    size, null_keys, repeats, *doubles = connection.execute(select(*checks)).one()
    where = f"{sync.name}: in {sync.model.name}"
    if null_keys or repeats:
        raise ConfigError(
            f"{where} the key {', '.join(sync.settings.key)} is null in {null_keys:,} "
            f"rows and repeated for {repeats:,} values. Each row needs its own key."
        )
    if doubles and doubles[0]:
        raise ConfigError(
            f"{where} {doubles[0]:,} ids have more than one row. Segment keeps one set "
            "of traits for an id, so the model must have one row for it."
        )
    return int(size)


def tripped(guard: Guard, counts: Counts, *, confirmed: int, size: int) -> str | None:
    """What looks like an accident in a plan, as a sentence, or None."""
    if confirmed and not size:
        return f"The model is empty, and {confirmed:,} rows were confirmed before."
    share = 100 * counts.removed / confirmed if confirmed else 0
    if share > guard.removed_percent:
        return (
            f"{counts.removed:,} of {confirmed:,} rows would be removed ({share:.0f}%; "
            f"the guard allows {guard.removed_percent:g}%)."
        )
    if counts.total > guard.calls:
        return f"{counts.total:,} calls (the guard allows {guard.calls:,})."
    return None


def forget_suppressed(
    connection: Connection, tables: SyncTables, suppressed: Table
) -> None:
    """Delete the images of people nobody may be told of: no call, not even a clear."""
    roles = {column.name for column in tables.image.roles}
    for name, role in SUPPRESSIBLE.items():
        if role in roles:
            connection.execute(
                delete(tables.sent).where(
                    is_suppressed(tables.sent.c[role], name, suppressed)
                )
            )


def count_changes(
    connection: Connection, changes: Table | Subquery
) -> tuple[Counts, int]:
    """Rows by kind, and all rows: those that only leave the ledger are no calls."""
    found = connection.execute(
        select(changes.c.change, func.count()).group_by(changes.c.change)
    ).all()
    by_kind = {change: int(count) for change, count in found}
    counts = Counts(
        added=by_kind.get("added", 0),
        changed=by_kind.get("changed", 0),
        removed=by_kind.get("removed", 0),
    )
    return counts, sum(by_kind.values())


def _wants_baseline(connection: Connection, ledger: Ledger, sync: Sync) -> bool:
    """`initial: skip`, and nothing was sent and no baseline taken before."""
    if sync.settings.initial == "send":
        return False
    plans = ledger.tables.plans
    earlier = (
        select(literal(1))
        .select_from(plans)
        .where(plans.c.sync == sync.name, plans.c.state != "held")
        .limit(1)
    )
    return connection.execute(earlier).first() is None


def _state(rows: int, *, is_baseline: bool) -> str:
    if is_baseline:
        return "baseline"
    return "open" if rows else "closed"


def _take_baseline(connection: Connection, tables: SyncTables, model: Subquery) -> None:
    """`initial: skip`: the first result set is taken as known."""
    names = [column.name for column in tables.image.columns]
    connection.execute(
        insert(tables.sent).from_select(names, select(*(model.c[n] for n in names)))
    )


def _insert_plan(
    connection: Connection,
    ledger: Ledger,
    sync: Sync,
    lease: Lease,
    tables: SyncTables,
    counts: Counts,
    rows: int,
    state: str,
) -> None:
    config = {
        "settings": sync.settings.model_dump(),
        "image": tables.image.frozen(),
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


def _rows_of(query: Any) -> Any:
    return select(func.count()).select_from(query.subquery()).scalar_subquery()


def _size(connection: Connection, target: Table) -> int:
    return int(
        connection.execute(select(func.count()).select_from(target)).scalar_one()
    )
