"""A sync whose exposure was removed -> the calls that take back what it has told.

As if every row had left its model: traits become null, members exit. The plan is kept
like any other, so a run that is killed goes on where it stood.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Select, insert, literal, select, union_all

from sync.config.blocks import Consent
from sync.config.image import Image
from sync.config.manifest import Model, Sync
from sync.config.settings import SyncSettings
from sync.destination.address import region_of
from sync.diff.doubt import doubts, left_in_doubt
from sync.diff.silence import forget_suppressed
from sync.diff.subject import SUPPRESSIBLE, is_suppressed, null_like
from sync.errors import ConfigError
from sync.ledger.installation import read_installation
from sync.ledger.ledger import Lease, Ledger
from sync.ledger.tables import SyncTables, new, old
from sync.payload.times import readable
from sync.plan.checks import count_changes
from sync.plan.frozen import FrozenPlan, keep_plan, read_last_plan
from sync.plan.pending import renderer_of
from warehouse import Warehouse
from warehouse.ddl import CreateTableAs, column_types, table_exists
from warehouse.numbering import numbered
from warehouse.suppressions import ensure_suppressions, suppressions


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearing:
    """A removed sync, as its last plan was; what it told, as the ledger keeps it."""

    sync: Sync
    image: Image


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearingPreview:
    """What clearing would send: so many calls, and the first of them."""

    calls: int
    example: Mapping[str, Any] | None


def clearing_of(warehouse: Warehouse, name: str, known: Collection[str]) -> Clearing:
    """
    Read a removed sync from the ledger.

    Raises:
        ConfigError: It is an exposure, the ledger does not know it, or it sent events,
            which nothing takes back.
    """
    if name in known:
        raise ConfigError(
            f"{name} is an exposure of this project. Only a removed one is cleared so."
        )
    ledger = Ledger(warehouse)
    plan = read_last_plan(ledger, name)
    if plan is None:
        raise ConfigError(f"The ledger knows no sync '{name}'.")
    if plan.settings.call == "track":
        raise ConfigError(
            f"{name} sent events. What has happened cannot be taken back: "
            f"`relyv sync forget {name}` without `--clear`."
        )
    image = _kept(ledger, plan)
    sync = Sync(
        name=name,
        label=name,
        description="",
        file="",
        model=Model(
            name=name,
            schema=ledger.tables.schema,
            identifier=f"{name}__sent",
            columns={},
            personal=frozenset(),
        ),
        settings=_without_a_model(plan.settings, warehouse.target),
    )
    return Clearing(sync=sync, image=image)


def preview_clearing(warehouse: Warehouse, clearing: Clearing) -> ClearingPreview:
    """Count the calls and render one. Nothing is sent."""
    ledger, sync, image = Ledger(warehouse), clearing.sync, clearing.image
    tables = ledger.tables.of(sync.name, image)
    privacy = warehouse.step_schema("privacy")
    ensure_suppressions(warehouse.engine, privacy)
    with warehouse.engine.connect() as connection:
        told = _told(connection, sync.settings, tables).subquery("told")
        rows = select(told)
        for name, role in SUPPRESSIBLE.items():
            if old(role) in told.c:
                listed = is_suppressed(told.c[old(role)], name, suppressions(privacy))
                rows = rows.where(~listed)
        changes = rows.subquery("changes")
        counts, _ = count_changes(connection, changes)
        first = connection.execute(
            readable(select(changes).order_by(changes.c.position).limit(1), image)
        ).first()
    plan = FrozenPlan(
        sync=sync.name,
        number=ledger.next_plan(sync.name),
        settings=sync.settings,
        image=image,
        planned_at=ledger.now(),
        counts=counts,
        rows=counts.total,
    )
    installation = read_installation(ledger)
    assert installation is not None  # There is a plan, so there was a run.
    region = region_of(sync.settings.source, target=warehouse.target)
    renderer = renderer_of(warehouse, plan, installation, region)
    body = renderer.render(tuple(first)).body if first else b""
    return ClearingPreview(
        calls=counts.total, example=orjson.loads(body) if body else None
    )


def freeze_clearing(ledger: Ledger, clearing: Clearing, lease: Lease) -> None:
    """Keep, as the sync's next plan, a removal of everything that it has told."""
    sync, engine = clearing.sync, ledger.warehouse.engine
    tables = ledger.tables.of(sync.name, clearing.image)
    suppressed = suppressions(ledger.warehouse.step_schema("privacy"))
    with engine.begin() as connection:
        tables.pending.drop(connection, checkfirst=True)
        told = _told(connection, sync.settings, tables)
        empty = told.where(literal(1) == literal(0))
        connection.execute(CreateTableAs(tables.pending, empty))
    with engine.begin() as connection:
        number = lease.last_plan + 1
        ledger.fenced(connection, lease, last_plan=number, delivered_through=0)
        doubt = doubts(connection, tables)
        forget_suppressed(connection, sync.settings, tables, suppressed, doubt)
        told = _told(connection, sync.settings, tables)
        names = [column.name for column in tables.pending.c]
        connection.execute(insert(tables.pending).from_select(names, told))
        counts, rows = count_changes(connection, tables.pending)
        state = "open" if rows else "closed"
        keep_plan(
            connection, ledger, sync, lease, tables, counts, rows, state, clears=True
        )


def _told(
    connection: Connection, settings: SyncSettings, tables: SyncTables
) -> Select[Any]:
    """A removal of each confirmed row, and of those in doubt."""
    image, sent = tables.image, tables.sent
    found = [
        select(
            literal("removed").label("change"),
            *(sent.c[c.name] for c in image.keys),
            *(null_like(sent.c[c.name]).label(new(c.name)) for c in image.values),
            *(sent.c[c.name].label(old(c.name)) for c in image.values),
        )
    ]
    if (doubt := doubts(connection, tables)) is not None:
        nothing = select(sent).where(literal(1) == literal(0)).subquery("nothing")
        found.append(left_in_doubt(settings, image, nothing, sent, doubt))
    told = select(union_all(*found).subquery("told"))
    return numbered(told, lambda rows: [rows.c[c.name] for c in image.keys])


def _kept(ledger: Ledger, plan: FrozenPlan) -> Image:
    """What the ledger has of the image: a run may have died while it reshaped it."""
    sent = ledger.tables.of(plan.sync, plan.image).sent
    with ledger.warehouse.engine.connect() as connection:
        if not table_exists(connection, sent):
            raise ConfigError(f"{plan.sync} has told nobody of anything yet.")
        names = column_types(connection, sent).keys()
    return Image(
        keys=plan.image.keys,
        roles=[column for column in plan.image.roles if column.name in names],
        fields=[column for column in plan.image.fields if column.name in names],
    )


def _without_a_model(settings: SyncSettings, target: str) -> SyncSettings:
    """Its model is gone, or says nothing of these rows any more: nobody can ask it."""
    categories = settings.consent.categories if settings.consent else {}
    consent = Consent(column=None, categories=categories) if categories else None
    return settings.model_copy(
        update={"targets": [target], "consent": consent, "on_removed": "clear"}
    )
