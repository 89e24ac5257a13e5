"""Which rows of a plan were not accepted, and why; never their contents."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert

from sync.ledger.tables import LedgerTables
from warehouse.clock import utc_now

DETAIL_CHARACTERS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A pending row that was not accepted, and why."""

    position: int
    change: str
    message_id: str
    reason: str
    detail: str


def record_rejections(
    connection: Connection,
    tables: LedgerTables,
    sync: str,
    plan: int,
    rejections: Sequence[Rejection],
) -> None:
    """Keep them for analysts to query, and for the commit to leave their rows out."""
    connection.execute(
        insert(tables.rejections).values(rejected_at=utc_now()),
        [
            {
                "sync": sync,
                "plan": plan,
                "position": rejection.position,
                "change": rejection.change,
                "message_id": rejection.message_id,
                "reason": rejection.reason,
                "detail": rejection.detail[:DETAIL_CHARACTERS],
            }
            for rejection in rejections
        ],
    )


def delete_rejections_above(
    connection: Connection, tables: LedgerTables, sync: str, plan: int, position: int
) -> None:
    """A resumed plan judges again what lies above the watermark."""
    rejections = tables.rejections
    connection.execute(
        delete(rejections)
        .where(rejections.c.sync == sync, rejections.c.plan == plan)
        .where(rejections.c.position > position)
    )
