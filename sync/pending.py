"""A frozen plan -> what is left of it to send, and the renderer of its messages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Select, select

from sync.consent import planned_about_them
from sync.frozen import FrozenPlan
from sync.image import Image
from sync.installation import Installation
from sync.manifest import Sync
from sync.payload import Renderer
from sync.subject import SUPPRESSIBLE, is_suppressed
from sync.tables import SyncTables, new, old
from sync.times import readable_columns
from sync.tracking_plan import Rules
from warehouse.suppressions import suppressions


def renderer_of(
    plan: FrozenPlan, installation: Installation, region: str, project_dir: Path
) -> Renderer:
    """The one renderer, for a run and for a preview alike."""
    rules = plan.settings.tracking_plan
    return Renderer(
        sync=plan.sync,
        number=plan.number,
        settings=plan.settings,
        image=plan.image,
        installation=installation,
        planned_at=plan.planned_at,
        region=region,
        rules=Rules(rules, project_dir) if rules else None,
        new_ids=plan.new_ids,
    )


def pending_rows(sync: Sync, tables: SyncTables, schema: str) -> Select[Any]:
    """The rows of the plan, without those who said no since it was frozen."""
    pending, listed = tables.pending, suppressions(schema)
    rows = select(*readable_columns(pending, tables.image))
    for role, name in _suppressible(tables.image):
        for column in (pending.c[new(role)], pending.c[old(role)]):
            rows = rows.where(~is_suppressed(column, name, listed))
    said_no = planned_about_them(sync, pending)
    if said_no is not None:
        rows = rows.where(~said_no)
    return rows


def _suppressible(image: Image) -> Iterator[tuple[str, str]]:
    roles = {column.name for column in image.roles}
    for name, role in SUPPRESSIBLE.items():
        if role in roles:
            yield role, name
