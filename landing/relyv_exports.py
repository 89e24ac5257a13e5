"""A line of a Relyv export -> a row of sessions, session_events or deletions.

What people typed, and where they sat, is left behind here: no table holds it.
"""

from collections.abc import Mapping, Set
from datetime import datetime

import orjson

from landing.content import content_hash, storable
from landing.errors import LineRejected
from landing.flattening import MAX_FIELDS, Row
from landing.raw_tables import SESSION_COLUMNS, SESSION_EVENT_COLUMNS
from landing.timestamps import parse_timestamp
from tracking.warehouse_names import column_name, snake_case

SUBJECT_TYPES = frozenset({"user_id", "anonymous_id", "email"})
TYPED_TEXT = frozenset({"value", "text", "input_value", "input_text", "typed_text"})
PLACES = frozenset(
    {
        "ip",
        "ip_address",
        "client_ip",
        "remote_ip",
        "latitude",
        "longitude",
        "lat",
        "lon",
        "lng",
    }
)

_OWN_STAMPS = frozenset({"_row_id", "_loaded_at"})
_SESSION_FIELDS = SESSION_COLUMNS.keys() - _OWN_STAMPS
_EVENT_FIELDS = SESSION_EVENT_COLUMNS.keys() - _OWN_STAMPS
_MAX_DEPTH = 32
_PERSON_IDS = ("user_id", "anonymous_id", "group_id")


def session_row(session: Mapping[str, object]) -> Row:
    """
    Build one version of a session; equal versions have one `_row_id`.

    Raises:
        LineRejected: It has no session id, or starts at no readable time.
    """
    row = _known_and_free(session, _SESSION_FIELDS)
    row["session_id"] = _session_id(row)
    for name in _PERSON_IDS:
        if row.get(name) == "":
            del row[name]
    row_id = content_hash(row)
    return row | {"_row_id": row_id, "started_at": _moment(row, "started_at")}


def session_event_row(event: Mapping[str, object], *, now: datetime) -> Row:
    """
    Build one session event; without an id of its own its content gives one.

    Raises:
        LineRejected: It has no session id, or happened at no readable time.
    """
    row = _known_and_free(event, _EVENT_FIELDS)
    row["session_id"] = _session_id(row)
    if properties := row.get("properties"):
        custom = row.get("event_type") == "custom"
        row["properties"] = _scrubbed(properties, PLACES if custom else _PRIVATE)
    row["event_id"] = _id(row, "event_id") or content_hash(row)
    row["_row_id"] = row["event_id"]
    row["ts"] = _moment(row, "ts")
    if row.get("received_at") is None:
        row["received_at"] = now
    return row


def deletion_row(deletion: Mapping[str, object], *, now: datetime) -> Row:
    """
    Build one request to be forgotten.

    Raises:
        LineRejected: It does not say who, or in words that are not known.
    """
    if deletion.get("subject_type") not in SUBJECT_TYPES:
        raise LineRejected("unknown_subject_type")
    subject_id = _id(deletion, "subject_id")
    if subject_id is None:
        raise LineRejected("missing_subject")
    return {
        "deletion_request_id": _id(deletion, "deletion_request_id")
        or content_hash(deletion),
        "subject_type": deletion["subject_type"],
        "subject_id": subject_id,
        "requested_at": _moment(deletion, "requested_at") or now,
        "completed_at": _moment(deletion, "completed_at"),
    }


def _known_and_free(fields: Mapping[str, object], known: Set[str]) -> Row:
    if fields.keys() <= known:
        return dict(fields)
    row = {name: value for name, value in fields.items() if name in known}
    for name, value in fields.items():
        path = snake_case(name)
        if name in known or name in _OWN_STAMPS or path in _PRIVATE:
            continue
        row.setdefault(column_name(path, known), value)
    if len(row) > MAX_FIELDS:
        raise LineRejected("too_many_fields")
    return row


def _session_id(row: Row) -> str:
    session_id = _id(row, "session_id")
    if session_id is None:
        raise LineRejected("missing_session_id")
    return session_id


def _id(row: Mapping[str, object], name: str) -> str | None:
    """Exports of other tools have numbers for ids: they are ids all the same."""
    value = row.get(name)
    if type(value) is str:
        return value or None
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise LineRejected("id_not_string", name)
    return str(value)


def _moment(row: Mapping[str, object], name: str) -> datetime | None:
    value = row.get(name)
    if value is None or value == "":
        return None
    moment = parse_timestamp(value)
    if moment is None:
        raise LineRejected("bad_timestamp", name)
    return moment


def _scrubbed(value: object, private: Set[str], depth: int = 1) -> object:
    """
    Leave the private fields out, at every level, of JSON or of JSON as text.

    What is nested too deeply to look into, or only looks like JSON, goes as a whole.
    """
    if depth > _MAX_DEPTH:
        return None
    match value:
        case str() if value.lstrip()[:1] in ("{", "["):
            return _scrubbed(_parsed(value), private, depth + 1)
        case dict():
            return {
                name: _scrubbed(inner, private, depth + 1)
                for name, inner in value.items()
                if snake_case(name) not in private
            }
        case list():
            return [_scrubbed(inner, private, depth + 1) for inner in value]
    return value


def _parsed(text: str) -> object:
    try:
        return orjson.loads(storable(text.encode()))
    except orjson.JSONDecodeError:
        return None


_PRIVATE = TYPED_TEXT | PLACES
