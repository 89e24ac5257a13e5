"""What Segment says of an identifier, where its Profiles Sync is the source.

Of Segment's reasons only the last event that moved an identifier is known.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from reports.doors import door
from reports.identity.events import event_kinds
from reports.identity.evidence import Identifier
from reports.identity.explanation import Explanation, Step
from warehouse import Warehouse, project_variables


def uses_profiles_sync(warehouse: Warehouse) -> bool:
    """Whether the project takes Segment's word for who is who."""
    source = project_variables(warehouse.project_dir).get("identity_source")
    return source == "profiles_sync"


def explained_by_segment(
    connection: Connection, warehouse: Warehouse, value: str
) -> Sequence[Explanation]:
    """Explain every identifier with this value, by type."""
    rows = _placed(connection, warehouse, value)
    kinds = event_kinds(
        connection,
        warehouse,
        {row.triggering_event_id for row in rows if row.triggering_event_id},
        otherwise="event",
    )
    return [_explain(row, kinds.get(row.triggering_event_id, "event")) for row in rows]


def _placed(
    connection: Connection, warehouse: Warehouse, value: str
) -> Sequence[Row[Any]]:
    mapping = door(
        warehouse,
        "identity",
        "external_id_mapping",
        "identifier_type",
        "identifier_value",
        "profile_id",
        "triggering_event_id",
        "last_seen_at",
    )
    canonical = ("profile_id", "canonical_type", "canonical_value")
    profiles = door(warehouse, "identity", "profiles", *canonical)
    return connection.execute(
        select(mapping, profiles.c.canonical_type, profiles.c.canonical_value)
        .outerjoin(profiles, mapping.c.profile_id == profiles.c.profile_id)
        .where(func.lower(mapping.c.identifier_value) == value.strip().lower())
        .order_by(mapping.c.identifier_type, mapping.c.identifier_value)
    ).all()


def _explain(row: Row[Any], kind: str) -> Explanation:
    identifier = Identifier(
        identifier_type=row.identifier_type, identifier_value=row.identifier_value
    )
    if row.profile_id is None:
        return Explanation(identifier=identifier, verdict="kiosk")
    owner = Identifier(
        identifier_type=row.canonical_type, identifier_value=row.canonical_value
    )
    step = Step(
        origin=identifier,
        target=owner,
        event_id=row.triggering_event_id,
        event_kind=kind,
        happened_at=row.last_seen_at,
    )
    return Explanation(
        identifier=identifier,
        verdict="canonical" if owner == identifier else "owned",
        profile_id=row.profile_id,
        owner=owner,
        steps=() if owner == identifier else (step,),
        reason="As Segment's Profiles Sync has it",
    )
