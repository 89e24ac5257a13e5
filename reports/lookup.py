"""Any identifier -> the sessions of the person it leads to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import column, func, select, table

from warehouse import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSession:
    """One session of the person, as a support agent wants to see it."""

    session_id: str
    started_at: datetime
    replay_url: str | None
    frustration_score: Decimal | None
    top_signal: str | None
    stitch_rule: str
    identifier_type: str
    profile_id: str | None


def look_up(
    warehouse: Warehouse, value: str, *, limit: int = 20
) -> Sequence[FoundSession]:
    """
    Find sessions by an e-mail, a user id, a CRM id or any other identifier.

    Args:
        warehouse: The target, open.
        value: The identifier as a person has it: case and blanks do not matter.
        limit: At most so many, the newest first.
    """
    names = FoundSession.__dataclass_fields__
    found = table(
        "reverse_lookup",
        *(column(name) for name in (*names, "lookup_value")),
        schema=warehouse.step_schema("lookup"),
    )
    query = (
        select(*(found.c[name] for name in names))
        .where(found.c.lookup_value == func.lower(func.trim(value)))
        .order_by(found.c.started_at.desc(), found.c.session_id)
        .limit(limit)
    )
    with warehouse.engine.connect() as connection:
        return [FoundSession(**row._mapping) for row in connection.execute(query)]
