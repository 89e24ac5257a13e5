"""Ids of events -> what sort of event each was, in a person's words."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, literal, select

from reports.doors import door
from warehouse import Warehouse


def event_kinds(
    connection: Connection,
    warehouse: Warehouse,
    event_ids: Collection[str],
    *,
    otherwise: str,
) -> Mapping[str, str]:
    """Say what each was; `otherwise`, of what is neither a call nor a session."""
    calls = door(warehouse, "staging", "stg_segment__calls", "event_id", "call_table")
    sessions = door(warehouse, "staging", "stg_relyv__sessions", "session_id")
    found = dict.fromkeys(event_ids, otherwise)
    for query in (
        select(calls.c.event_id, calls.c.call_table).where(
            calls.c.event_id.in_(event_ids)
        ),
        select(sessions.c.session_id, literal("sessions")).where(
            sessions.c.session_id.in_(event_ids)
        ),
    ):
        rows = connection.execute(query)
        found |= {event_id: _KINDS[kind] for event_id, kind in rows}
    return found


_KINDS = {
    "aliases": "alias call",
    "groups": "group call",
    "identifies": "identify call",
    "pages": "page call",
    "screens": "screen call",
    "sessions": "Relyv session",
    "tracks": "track call",
}
