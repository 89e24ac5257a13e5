"""A Segment message -> the row, or the two rows, that Segment's warehouse gives it.

No clock and no warehouse: the same message and receipt always make the same rows.
Calls that Segment itself would drop are rejected with Segment's own code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from landing.columns import as_text
from landing.content import content_hash
from landing.errors import LineRejected
from landing.flattening import Loss, Row, flatten
from landing.raw_tables import CALL_TABLES
from landing.timestamps import parse_timestamp
from tracking.warehouse_names import (
    TABLE_OF_CALL,
    column_name,
    event_table_name,
    fitting,
)

CALL_TYPES = frozenset(TABLE_OF_CALL) | {"delete"}

_FREE_FIELDS = {
    "identify": "traits",
    "group": "traits",
    "page": "properties",
    "screen": "properties",
    "track": "properties",
}
# A trait `email` is the column `email`, not a neighbour of it.
_TAKEN = {
    call_type: frozenset(CALL_TABLES[table]) - {"email"}
    for call_type, table in TABLE_OF_CALL.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """A call's row in its table and, for a track, in the table of its event."""

    table: str
    row: Row
    event_row: Row | None = None
    lost: Sequence[Loss] = ()


def call_row(call: Mapping[str, object], *, now: datetime) -> CallRow:
    """
    Build the rows of one identify, page, screen, group, alias or track call.

    Raises:
        LineRejected: Segment would drop the call, or it has no usable time.
    """
    call_type = str(call["type"])
    row = _common(call, now)
    row |= _own_columns(call_type, call)
    free = _free_fields(call_type, call)
    free_column = partial(column_name, fixed=_TAKEN[call_type])
    lost = _add_context(call, row)
    if call_type != "track":
        lost += flatten(free, "", free_column, row)
        return CallRow(table=TABLE_OF_CALL[call_type], row=row, lost=lost)
    event_row = dict(row)
    lost += flatten(free, "", free_column, event_row)
    return CallRow(
        table="tracks",
        row=row,
        event_row=event_row,
        lost=lost,
    )


def deletion_row(call: Mapping[str, object], *, now: datetime) -> Row:
    """Build the deletion that a `delete` message asks for."""
    row = _common(call, now)
    by_user = row["user_id"] is not None
    return {
        "deletion_request_id": row["id"],
        "subject_type": "user_id" if by_user else "anonymous_id",
        "subject_id": row["user_id"] if by_user else row["anonymous_id"],
        "requested_at": row["timestamp"],
    }


def _common(call: Mapping[str, object], now: datetime) -> Row:
    user_id, anonymous_id = _id(call, "userId"), _id(call, "anonymousId")
    if user_id is None and anonymous_id is None:
        raise LineRejected("no_user_anon_id")
    given, original, sent, received = (
        _moment(call, name)
        for name in ("timestamp", "originalTimestamp", "sentAt", "receivedAt")
    )
    return {
        "id": _message_id(call),
        "user_id": user_id,
        "anonymous_id": anonymous_id,
        "received_at": received or now,
        "sent_at": sent,
        "timestamp": given
        or _corrected(original, sent, received)
        or original
        or sent
        or received
        or now,
        "original_timestamp": original or given,
    }


def _id(call: Mapping[str, object], name: str) -> str | None:
    value = call.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise LineRejected("id_not_string", name)
    return value


def _moment(call: Mapping[str, object], name: str) -> datetime | None:
    value = call.get(name)
    if value is None or value == "":
        return None
    moment = parse_timestamp(value)
    if moment is None:
        raise LineRejected("bad_timestamp", name)
    return moment


def _corrected(
    original: datetime | None, sent: datetime | None, received: datetime | None
) -> datetime | None:
    """Segment's own correction of a wrong clock; it needs all three times."""
    if original is None or sent is None or received is None:
        return None
    try:
        return received - (sent - original)
    except OverflowError:
        return None


def _message_id(call: Mapping[str, object]) -> str:
    """The call's own id, else one made from its content: a copy has the same."""
    own = call.get("messageId")
    return str(own) if own and isinstance(own, (str, int)) else content_hash(call)


def _own_columns(call_type: str, call: Mapping[str, object]) -> Row:
    match call_type:
        case "track":
            event = _event(call)
            return {"event": event_table_name(event), "event_text": event}
        case "page" | "screen":
            return {name: _label(call, name) for name in ("name", "category")}
        case "group":
            return {"group_id": _reference(call, "groupId")}
        case "alias":
            return {"previous_id": _reference(call, "previousId")}
    return {}


def _event(call: Mapping[str, object]) -> str:
    event = call.get("event")
    if event is None or event == "":
        raise LineRejected("event_not_defined")
    if not isinstance(event, str):
        raise LineRejected("event_not_string")
    return event


def _label(call: Mapping[str, object], name: str) -> str | None:
    value = call.get(name)
    if value is None or (isinstance(value, str) and value):
        return value
    raise LineRejected(f"{name}_not_string")


def _reference(call: Mapping[str, object], name: str) -> str | None:
    value = call.get(name)
    return None if value is None or value == "" else as_text(value)


def _free_fields(call_type: str, call: Mapping[str, object]) -> Mapping[str, object]:
    name = _FREE_FIELDS.get(call_type)
    fields = call.get(name) if name else None
    if fields is None:
        return {}
    if not isinstance(fields, dict):
        raise LineRejected(f"{name}_not_object")
    return fields


def _add_context(call: Mapping[str, object], row: Row) -> list[Loss]:
    context = call.get("context")
    if context is None:
        return []
    if not isinstance(context, dict):
        return [("value_does_not_fit", "context")]
    lost = flatten(context, "context", fitting, row)
    # Models read it as JSON: text of another kind would end a build on PostgreSQL.
    if isinstance(row.get("context_external_ids"), str):
        del row["context_external_ids"]
        lost.append(("value_does_not_fit", "context_external_ids"))
    return lost
