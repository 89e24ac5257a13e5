"""A message -> the tables that Profiles Sync keeps of events, and its rows in them.

As in the schema of a source, and in each row the profile and the source of the event.
Pure.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from tracking.sandbox.identifiers import mapping
from tracking.sandbox.triggers import Row
from tracking.warehouse_names import (
    TABLE_OF_CALL,
    column_name,
    event_table_name,
    fitting,
    snake_case,
)

_COMMON = {
    "id": "messageId",
    "user_id": "userId",
    "anonymous_id": "anonymousId",
    "received_at": "receivedAt",
    "sent_at": "sentAt",
    "timestamp": "timestamp",
    "original_timestamp": "originalTimestamp",
    "uuid_ts": "receivedAt",
}
_OWN: Mapping[str, Mapping[str, str]] = {
    "page": {"name": "name", "category": "category"},
    "screen": {"name": "name", "category": "category"},
    "group": {"group_id": "groupId"},
    "alias": {"previous_id": "previousId"},
    "track": {"event": "event", "event_text": "event"},
}
_FREE = {"identify": "traits", "group": "traits", "alias": ""}


def event_rows(
    message: Mapping[str, Any], *, segment_id: str | None, source: str
) -> Iterator[tuple[str, Row]]:
    """
    Each table and row of one message: two for a track call, one for any other.

    What a table always has is there, null or not. A free field that is null is not: it
    never makes a column.
    """
    kind = message["type"]
    table = TABLE_OF_CALL[kind]
    columns = {**_COMMON, **_OWN.get(kind, {})}
    row: Row = {name: message.get(field) for name, field in columns.items()}
    row |= {"segment_id": segment_id, "event_source_id": source}
    if kind == "track":
        row["event"] = table = event_table_name(message["event"])
    fixed = frozenset(row)
    for name, value in _flat(mapping(message.get("context")), "context"):
        row.setdefault(fitting(name), value)

    if kind == "track":
        yield TABLE_OF_CALL[kind], dict(row)
    for name, value in _flat(mapping(message.get(_FREE.get(kind, "properties")))):
        row.setdefault(column_name(name, fixed), value)
    yield table, row


def _flat(fields: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Objects become columns of their own, and arrays text."""
    for key, value in fields.items():
        name = f"{prefix}_{snake_case(key)}" if prefix else snake_case(key)
        if isinstance(value, Mapping):
            yield from _flat(value, name)
        elif isinstance(value, list):
            yield name, orjson.dumps(value).decode()
        elif value is not None:
            yield name, value
