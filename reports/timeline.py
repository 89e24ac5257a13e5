"""A person -> what happened to them, in one order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from reports.doors import door
from warehouse import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """
    A call or a session, as a line of a timeline.

    Attributes:
        moment_type: page, screen, track, identify, group, alias or session.
        user_id: None while nobody was named.
        ended_at: The end of a session.
    """

    moment_id: str
    profile_id: str
    moment_type: str
    title: str | None
    user_id: str | None
    anonymous_id: str | None
    session_id: str | None
    url: str | None
    replay_url: str | None
    top_signal: str | None
    frustration_score: Decimal | None
    occurred_at: datetime
    ended_at: datetime | None


def tell_timeline(
    warehouse: Warehouse,
    profile_ids: Sequence[str],
    *,
    limit: int = 50,
    oldest_first: bool = False,
) -> Sequence[Moment]:
    """Read at most so many moments of these people, from one end of their time."""
    names = tuple(Moment.__dataclass_fields__)
    timeline = door(warehouse, "lookup", "profile_timeline", *names)
    order = (timeline.c.occurred_at, timeline.c.moment_id)
    query = (
        select(*(timeline.c[name] for name in names))
        .where(timeline.c.profile_id.in_(profile_ids))
        .order_by(*(each if oldest_first else each.desc() for each in order))
        .limit(limit)
    )
    with warehouse.engine.connect() as connection:
        return [Moment(**row._mapping) for row in connection.execute(query)]
