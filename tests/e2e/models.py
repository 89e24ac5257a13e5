"""The rows of the sync models, as the state that a receiver of them would be in."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.e2e.oracle.events import Event, EventKey
from tests.e2e.story import Stop

# Each sync of events: the event it sends, and the column that says what it is about.
EVENTS = {
    "segment_session_started": ("Session Started", "session_id"),
    "segment_frustration_spike": ("Frustration Spike Detected", "session_id"),
    "segment_bug_reported": ("Bug Reported", "report_id"),
    "segment_replay_shared": ("Replay Shared", "share_id"),
    "segment_replay_worthy": ("Replay Worth Watching", "session_id"),
}
# What the sync reads beside the traits.
BESIDE_THE_TRAITS = ("profile_id", "user_id", "region", "last_seen_at")


def model_traits(stop: Stop) -> dict[str, dict[str, Any]]:
    """The traits of each user, without those that are null."""
    return {
        row["user_id"]: {
            name: _said(value)
            for name, value in row.items()
            if name not in BESIDE_THE_TRAITS and value is not None
        }
        for row in stop.models["segment_profile_traits"]
    }


def model_events(stop: Stop) -> dict[EventKey, Event]:
    """Every row of every model of events, as the event that it stands for."""
    return {
        (name, row[subject]): _event(name, row)
        for sync, (name, subject) in EVENTS.items()
        for row in stop.models[sync]
    }


def _event(name: str, row: dict[str, Any]) -> Event:
    outside = ("event_id", "user_id", "anonymous_id", "region", "occurred_at")
    return Event(
        name=name,
        user_id=row["user_id"],
        anonymous_id=row["anonymous_id"],
        timestamp=str(_said(row["occurred_at"])),
        properties={key: _said(row[key]) for key in row if key not in outside},
    )


def _said(value: object) -> object:
    """A value of the warehouse as JSON says it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds") + "Z"
    return value
