"""The smallest call, session, event and deletion; a test adds what it is about."""

from datetime import datetime
from typing import Any


def at(moment: str) -> datetime:
    """A moment as the tables hold it: UTC, without saying so."""
    return datetime.fromisoformat(moment)


def call(call_type: str = "identify", **fields: Any) -> dict[str, Any]:
    return {
        "type": call_type,
        "messageId": f"{call_type}-1",
        "userId": "ann",
        "timestamp": "2026-03-01T10:00:00.000Z",
        **({"event": "Order Completed"} if call_type == "track" else {}),
        **fields,
    }


def session(**fields: Any) -> dict[str, Any]:
    return {"session_id": "s1", "started_at": "2026-03-01T10:00:00.000Z", **fields}


def event(**fields: Any) -> dict[str, Any]:
    return {
        "event_id": "e1",
        "session_id": "s1",
        "event_type": "click",
        "ts": "2026-03-01T10:00:01.000Z",
        **fields,
    }


def deletion(**fields: Any) -> dict[str, Any]:
    return {
        "deletion_request_id": "d1",
        "subject_type": "user_id",
        "subject_id": "ann",
        "requested_at": "2026-03-02T00:00:00.000Z",
        **fields,
    }
