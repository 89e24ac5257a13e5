"""A line -> the JSON object on it, and which of the known shapes that is."""

from collections.abc import Mapping
from enum import Enum

import orjson

from landing.content import storable
from landing.errors import LineRejected
from landing.raw_tables import SESSION_COLUMNS, SESSION_EVENT_COLUMNS
from landing.segment_calls import CALL_TYPES


class Shape(Enum):
    """What a line can be."""

    CALL = "Segment call"
    BATCH = "Segment batch body"
    SESSION = "Relyv session"
    SESSION_EVENT = "Relyv session event"
    DELETION = "Relyv deletion"


_ONLY_EVENTS = SESSION_EVENT_COLUMNS.keys() - SESSION_COLUMNS.keys()
_ONLY_SESSIONS = SESSION_COLUMNS.keys() - SESSION_EVENT_COLUMNS.keys()


def parse(content: bytes) -> object:
    """
    Read the JSON of a line.

    Raises:
        LineRejected: It is not UTF-8, or not JSON.
    """
    try:
        return orjson.loads(storable(content))
    except orjson.JSONDecodeError:
        raise LineRejected(_why_unreadable(content)) from None


def as_object(value: object) -> dict[str, object]:
    """
    Take a JSON value as an object.

    Raises:
        LineRejected: It is something else.
    """
    if isinstance(value, dict):
        return value
    raise LineRejected("not_an_object")


def shape_of(fields: Mapping[str, object]) -> Shape:
    """
    Recognise an object by the fields that only one shape has.

    Raises:
        LineRejected: It has those of none, or lacks the session it belongs to.
    """
    if "session_id" in fields:
        return _session_shape(fields)
    if isinstance(fields.get("type"), str) and fields["type"] in CALL_TYPES:
        return Shape.CALL
    if isinstance(fields.get("batch"), list):
        return Shape.BATCH
    if (
        "deletion_request_id" in fields
        or {"subject_type", "subject_id"} <= fields.keys()
    ):
        return Shape.DELETION
    if "event_type" in fields or "started_at" in fields:
        raise LineRejected("missing_session_id")
    raise LineRejected("unknown_shape")


def _session_shape(fields: Mapping[str, object]) -> Shape:
    if "event_type" in fields:
        return Shape.SESSION_EVENT
    if "started_at" in fields:
        return Shape.SESSION
    # A field may be absent: the others still tell a session from what happened in it.
    if not _ONLY_EVENTS.isdisjoint(fields):
        return Shape.SESSION_EVENT
    if not _ONLY_SESSIONS.isdisjoint(fields):
        return Shape.SESSION
    raise LineRejected("unknown_shape")


def _why_unreadable(content: bytes) -> str:
    try:
        content.decode()
    except UnicodeDecodeError:
        return "not_utf8"
    return "not_json"
