"""How the graph stands: profiles, identifiers, merges, and what has grown large."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from reports.doors import door
from reports.identity.merges import WEEK_SECONDS
from warehouse import Warehouse
from warehouse.clock import utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Counts: identifiers by status, and merges whose event came this week."""

    profiles: int
    known: int
    identifiers: Mapping[str, int]
    merges: int
    merges_this_week: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeProfile:
    """A profile by the identifier that names it, and how much it holds."""

    canonical_type: str
    canonical_value: str
    identifiers: int


def standing(connection: Connection, warehouse: Warehouse) -> Standing:
    """Count profiles, identifiers and merges."""
    profiles = door(warehouse, "identity", "profiles", "is_known")
    mapping = door(warehouse, "identity", "external_id_mapping", "status")
    merges = door(warehouse, "identity", "profile_merges", "received_at")
    total, known = connection.execute(
        select(func.count(), func.count(case((profiles.c.is_known, 1)))).select_from(
            profiles
        )
    ).one()
    by_status = connection.execute(
        select(mapping.c.status, func.count())
        .group_by(mapping.c.status)
        .order_by(mapping.c.status)
    )
    is_recent = case((merges.c.received_at > utc_now(-WEEK_SECONDS), 1))
    merged, merged_recently = connection.execute(
        select(func.count(), func.count(is_recent)).select_from(merges)
    ).one()
    return Standing(
        profiles=total,
        known=known,
        identifiers={status: int(count) for status, count in by_status},
        merges=merged,
        merges_this_week=merged_recently,
    )


def largest_profiles(
    connection: Connection, warehouse: Warehouse, *, limit: int
) -> Sequence[LargeProfile]:
    """Name the profiles with the most identifiers: an accident shows here first."""
    names = ("profile_id", "canonical_type", "canonical_value")
    profiles = door(warehouse, "identity", "profiles", *names)
    mapping = door(warehouse, "identity", "external_id_mapping", "profile_id")
    size = func.count()
    sizes = (
        select(mapping.c.profile_id, size.label("identifiers"))
        .where(mapping.c.profile_id.is_not(None))
        .group_by(mapping.c.profile_id)
        .order_by(size.desc(), mapping.c.profile_id)
        .limit(limit)
        .subquery("sizes")
    )
    rows = connection.execute(
        select(
            profiles.c.canonical_type, profiles.c.canonical_value, sizes.c.identifiers
        )
        .join(sizes, profiles.c.profile_id == sizes.c.profile_id)
        .order_by(sizes.c.identifiers.desc(), profiles.c.profile_id)
    )
    return [LargeProfile(**row._mapping) for row in rows]
