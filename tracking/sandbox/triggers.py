"""A message -> the columns by which a table of Profiles Sync names it."""

from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]

_MOMENT = ("seq", "received_at", "uuid_ts", "timestamp")
_EVENT = ("triggering_event_type", "triggering_event_id")


def trigger_of(message: Mapping[str, Any], source: str, sequence: int) -> Row:
    """All of them; `seq` rises with each message that Unify takes."""
    received = message["receivedAt"]
    return {
        "seq": sequence,
        "timestamp": message.get("timestamp"),
        "received_at": received,
        "uuid_ts": received,
        "triggering_event_id": message["messageId"],
        "triggering_event_name": message.get("event"),
        "triggering_event_type": message["type"],
        "triggering_event_source_id": source,
        "triggering_event_source_name": source,
        "triggering_event_source_slug": source,
    }


def moment_of(trigger: Row) -> Row:
    """Those that a materialised table has."""
    return {name: trigger[name] for name in _MOMENT}


def merge_of(trigger: Row) -> Row:
    """Those that `id_graph_updates` has."""
    columns = (*_EVENT, "timestamp", "uuid_ts", "seq")
    return {name: trigger[name] for name in columns}
