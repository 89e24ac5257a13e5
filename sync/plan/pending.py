"""A frozen plan -> what is left of it to send, and the renderer of its messages."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select

from sync.config.image import Image
from sync.config.manifest import Sync
from sync.diff.consent import planned_about_them
from sync.diff.subject import SUPPRESSIBLE, is_suppressed
from sync.ledger.installation import Installation
from sync.ledger.tables import SyncTables, new, old
from sync.payload.outgoing import Outgoing
from sync.payload.renderer import Renderer
from sync.payload.times import readable
from sync.plan.frozen import FrozenPlan
from warehouse import Warehouse
from warehouse.suppressions import suppressions

if TYPE_CHECKING:
    from sync.config.tracking_plan import Rules

# A query of rows with a position, and a position -> those after it, in order.
Fetch = Callable[[Select[Any], int], Iterator[tuple[Any, ...]]]


def renderer_of(
    warehouse: Warehouse, plan: FrozenPlan, installation: Installation, region: str
) -> Renderer:
    """The one renderer, for a run and for a preview alike."""
    return Renderer(
        kind=warehouse.kind,
        sync=plan.sync,
        number=plan.number,
        settings=plan.settings,
        image=plan.image,
        installation=replace(installation, epoch=plan.epoch or installation.epoch),
        planned_at=plan.planned_at,
        region=region,
        rules=_rules_of(warehouse, plan),
        new_ids=plan.new_ids,
    )


def _rules_of(warehouse: Warehouse, plan: FrozenPlan) -> "Rules | None":
    """Few plans have them, and they bring a validator of JSON Schema with them."""
    if plan.settings.tracking_plan is None:
        return None
    from sync.config.tracking_plan import Rules

    return Rules(plan.settings.tracking_plan, warehouse.project_dir)


def pending_rows(sync: Sync, tables: SyncTables, schema: str) -> Select[Any]:
    """The rows of the plan, without those who said no since it was frozen."""
    pending, listed = tables.pending, suppressions(schema)
    rows = select(pending)
    for role, name in _suppressible(tables.image):
        for column in (pending.c[new(role)], pending.c[old(role)]):
            rows = rows.where(~is_suppressed(column, name, listed))
    said_no = planned_about_them(sync, pending)
    if said_no is not None:
        rows = rows.where(~said_no)
    return rows


def rendered(
    renderer: Renderer,
    found: Select[Any],
    fetch: Fetch,
    *,
    after: int = 0,
) -> Iterator[Outgoing]:
    """
    Render rows of `__pending` after a position, in their order.

    What the warehouse can say it says; of the others alone the columns are fetched.
    """
    wording = renderer.wording
    if wording is None:
        yield from map(renderer.render, fetch(readable(found, renderer.image), after))
        return
    others: Iterator[tuple[Any, ...]] | None = None
    other: tuple[Any, ...] | None = None
    for position, message_id, said in fetch(wording.said(found), after):
        if message_id is not None and said is not None:
            yield renderer.render_said(position, message_id, said)
            continue
        if others is None:
            unsaid = readable(wording.unsaid(found), renderer.image)
            others = fetch(unsaid, position - 1)
            other = next(others, None)
        while other is not None and other[0] < position:
            other = next(others, None)
        # Whose row is gone was suppressed meanwhile: nothing is told of them.
        if other is not None and other[0] == position:
            yield renderer.render(other)


def _suppressible(image: Image) -> Iterator[tuple[str, str]]:
    roles = {column.name for column in image.roles}
    for name, role in SUPPRESSIBLE.items():
        if role in roles:
            yield role, name
