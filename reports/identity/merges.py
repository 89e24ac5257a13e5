"""Profiles that became part of another, newest first, as `profile_merges` says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from reports.doors import door
from warehouse import Warehouse
from warehouse.clock import utc_now

WEEK_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """
    One merge, by the identifiers that name the two profiles; the values are personal.

    What named the profile that is no more is null where Segment's graph is the source,
    and the event is null for an override.
    """

    identifier_type: str | None
    identifier_value: str | None
    canonical_type: str
    canonical_value: str
    triggering_event_id: str | None
    received_at: datetime | None


def merges_this_week(
    connection: Connection, warehouse: Warehouse, *, limit: int
) -> Sequence[Merge]:
    """Read the newest merges whose event was received in the last seven days."""
    merges = door(
        warehouse,
        "identity",
        "profile_merges",
        *("profile_id", "canonical_profile_id", "triggering_event_id", "received_at"),
    )
    names = ("external_id_hash", "identifier_type", "identifier_value")
    lost = door(warehouse, "identity", "external_id_mapping", *names)
    names = ("profile_id", "canonical_type", "canonical_value")
    kept = door(warehouse, "identity", "profiles", *names)
    rows = connection.execute(
        select(
            lost.c.identifier_type,
            lost.c.identifier_value,
            kept.c.canonical_type,
            kept.c.canonical_value,
            merges.c.triggering_event_id,
            merges.c.received_at,
        )
        .select_from(merges)
        .join(kept, merges.c.canonical_profile_id == kept.c.profile_id)
        .outerjoin(lost, merges.c.profile_id == lost.c.external_id_hash)
        .where(merges.c.received_at > utc_now(-WEEK_SECONDS))
        .order_by(merges.c.received_at.desc(), merges.c.profile_id)
        .limit(limit)
    )
    return [Merge(**row._mapping) for row in rows]
