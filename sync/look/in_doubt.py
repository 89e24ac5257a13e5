"""An unfinished plan -> its calls that may have arrived, or not.

All above the watermark: which of them had left when the last run ended is not on
record. It shows keys, to whoever asks for them; none of them is logged.
"""

from dataclasses import dataclass

from sync.config.manifest import Sync
from sync.destination.address import region_of
from sync.ledger.installation import read_installation
from sync.ledger.ledger import Ledger
from sync.ledger.tables import SILENT
from sync.payload.times import readable
from sync.plan.frozen import read_open_plan
from sync.plan.pending import pending_rows, renderer_of
from warehouse import Warehouse
from warehouse.suppressions import ensure_suppressions


@dataclass(frozen=True, slots=True, kw_only=True)
class CallInDoubt:
    """One call that Segment may have, and the id by which its copies are known."""

    plan: int
    position: int
    change: str
    key: tuple[str, ...]
    message_id: str


def calls_in_doubt(
    warehouse: Warehouse, sync: Sync, *, limit: int
) -> list[CallInDoubt]:
    """The first calls of an unfinished plan that are not settled, in their order."""
    ledger, privacy = Ledger(warehouse), warehouse.step_schema("privacy")
    plan = read_open_plan(ledger, sync.name) if ledger.exists() else None
    installation = read_installation(ledger)
    if plan is None or installation is None:
        return []
    ensure_suppressions(warehouse.engine, privacy)
    tables = ledger.tables.of(plan.sync, plan.image)
    settled = ledger.delivered_through(sync.name)
    region = region_of(plan.settings.source, target=warehouse.target)
    renderer = renderer_of(warehouse, plan, installation, region)
    position = tables.pending.c.position
    calls = pending_rows(sync, tables, privacy).where(
        position > settled, tables.pending.c.change.not_in(SILENT)
    )
    first = readable(calls.order_by(position).limit(limit), plan.image)
    with warehouse.engine.connect() as connection:
        found = connection.execute(
            first.order_by(first.selected_columns.position)
        ).all()
    width = 2 + len(plan.image.keys)
    return [
        CallInDoubt(
            plan=plan.number,
            position=row[0],
            change=row[1],
            key=tuple(str(part) for part in row[2:width]),
            message_id=renderer.render(tuple(row)).message_id,
        )
        for row in found
    ]
