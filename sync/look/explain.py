"""One row of a sync: what the model says, what Segment has, and what a run would do.

It shows personal values, to whoever asked for them by key; none of them is logged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    Table,
    and_,
    cast,
    select,
)

from sync.config.image import Image, relation
from sync.config.manifest import Sync
from sync.diff.consent import consent_of
from sync.diff.model_images import images_from
from sync.diff.subject import SUPPRESSIBLE, is_suppressed
from sync.errors import ConfigError
from sync.ledger.ledger import Ledger
from sync.ledger.tables import SILENT
from sync.look.comparison import Comparison, compare, confirmed
from sync.look.preview import fetched_by, next_renderer, takes_baseline
from sync.look.verdict import Findings, InModel, standing, verdict
from sync.plan.frozen import read_open_plan
from sync.plan.pending import rendered
from sync.plan.shape import has_shape
from sync.plan.tighter import forbidden
from warehouse import Warehouse
from warehouse.suppressions import ensure_suppressions, suppressions

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """
    Why a row would or would not be sent.

    Attributes:
        verdict: The answer in a sentence or two.
        model: The row's image as the model has it now, if it is there.
        confirmed: The image that Segment last confirmed.
        pending: Its change in an unfinished plan: the plan's number, the position,
            the change, and whether it is settled.
        differs: The fields in which model and confirmed image differ.
        messages: The calls that a run would make about it now.
    """

    sync: str
    verdict: str
    model: Row | None
    confirmed: Row | None
    pending: Row | None
    differs: Sequence[str]
    messages: Sequence[Row]


def explain_row(warehouse: Warehouse, sync: Sync, key: Sequence[str]) -> Explanation:
    """
    Explain one row.

    Args:
        warehouse: The target, open.
        sync: The exposure; it need not be opted in.
        key: The row's key as text, a value for each key column.

    Raises:
        ConfigError: The key has another number of columns.
    """
    if len(key) != len(sync.settings.key):
        names = ", ".join(sync.settings.key)
        raise ConfigError(
            f"{sync.name}: the key is {names}; give each of them a value."
        )
    privacy = warehouse.step_schema("privacy")
    ensure_suppressions(warehouse.engine, privacy)
    ledger, listed = Ledger(warehouse), suppressions(privacy)
    with warehouse.engine.connect() as connection:
        look = compare(connection, ledger, sync, listed)
        image = look.shape.image
        found = _in_model(connection, sync, image, key, listed)
        known = _one(
            connection,
            select(sent := confirmed(sync, look.tables, look.shape)).where(
                _is(image, sent, key)
            ),
        )
        pending = _pending(connection, ledger, look, key)
        is_baseline = takes_baseline(connection, ledger, sync)
        changes = look.changes(none=is_baseline)
        renderer = next_renderer(warehouse, ledger, sync, image)
        rows = select(changes).where(_is(image, changes, key))
        planned = list(rendered(renderer, rows, fetched_by(connection)))
        refused = _one(
            connection, select(look.rejected).where(_is(image, look.rejected, key))
        )
        is_in_doubt = look.doubt is not None and _one(
            connection, select(look.doubt).where(_is(image, look.doubt, key))
        )
    calls = [each for each in planned if each.change not in SILENT]
    differs = _differences(image, found, known)
    open_plan = read_open_plan(ledger, sync.name) if ledger.exists() else None
    return Explanation(
        sync=sync.name,
        verdict=verdict(
            sync,
            Findings(
                found=found,
                known=known,
                differs=differs,
                pending=pending,
                refused=refused,
                planned=planned,
                is_in_doubt=bool(is_in_doubt),
                is_baseline=is_baseline,
                is_forbidden=bool(open_plan and forbidden(open_plan, sync)),
            ),
            standing(warehouse, ledger, sync),
        ),
        model=found.image if found else None,
        confirmed=_shown(image, known),
        pending=pending,
        differs=differs,
        messages=[orjson.loads(each.body) for each in calls if each.body],
    )


def _in_model(
    connection: Connection, sync: Sync, image: Image, key: Sequence[str], listed: Table
) -> InModel | None:
    source = relation(sync.model)
    rows = images_from(source, image)
    consent = consent_of(sync.settings, source)
    asked = rows if consent is None else rows.add_columns(consent.label("_consents"))
    every = asked.subquery("every")
    silent = [
        is_suppressed(every.c[role], name, listed).label(f"_silent_{name}")
        for name, role in SUPPRESSIBLE.items()
        if role in every.c
    ]
    row = _one(connection, select(every, *silent).where(_is(image, every, key)))
    if row is None:
        return None
    return InModel(
        image=_shown(image, row) or {},
        is_suppressed=any(
            value for name, value in row.items() if name.startswith("_silent_")
        ),
        has_consent=row.get("_consents", True) is True,
    )


def _pending(
    connection: Connection, ledger: Ledger, look: Comparison, key: Sequence[str]
) -> Row | None:
    plan = ledger.open_plan(look.sync.name) if ledger.exists() else None
    pending = look.tables.pending
    if plan is None or not has_shape(connection, look.tables, pending):
        return None
    row = _one(
        connection,
        select(pending.c.position, pending.c.change)
        .where(_is(look.shape.image, pending, key))
        .order_by(pending.c.position.desc()),
    )
    if row is None:
        return None
    through = ledger.delivered_through(look.sync.name)
    return {"plan": plan.plan, **row, "is_settled": row["position"] <= through}


def _differences(image: Image, found: InModel | None, known: Row | None) -> list[str]:
    if found is None or known is None:
        return []
    return [
        column.name
        for column in image.values
        if found.image[column.name] != known[column.name]
    ]


def _shown(image: Image, row: Row | None) -> Row | None:
    return None if row is None else {c.name: row[c.name] for c in image.columns}


def _is(image: Image, rows: Any, key: Sequence[str]) -> ColumnElement[bool]:
    return and_(
        *(
            cast(rows.c[column.name], String) == value
            for column, value in zip(image.keys, key, strict=True)
        )
    )


def _one(connection: Connection, query: Select[Any]) -> Row | None:
    row = connection.execute(query.limit(1)).mappings().first()
    return dict(row) if row else None
