"""Arrived messages, as values that compare with what was expected."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from tests.e2e.oracle.events import Event, EventKey

Line = Mapping[str, Any]

SUBJECTS = {"Bug Reported": "report_id", "Replay Shared": "share_id"}
# What tells one attempt at a message from another: the rest is the message.
OF_THE_ATTEMPT = {"sentAt", "receivedAt", "timestamp"}


def accepted(lines: Iterable[Line], kind: str) -> list[Line]:
    """The messages of one type that Segment kept, each once."""
    return [
        line["message"]
        for line in lines
        if line["stage"] == "accepted" and line["message"]["type"] == kind
    ]


def arrived_events(lines: Iterable[Line]) -> dict[EventKey, list[Event]]:
    """The track calls that were kept, by what they are about."""
    found: dict[EventKey, list[Event]] = defaultdict(list)
    for message in accepted(lines, "track"):
        found[key_of(message)].append(_event(message))
    return dict(found)


def key_of(message: Line) -> EventKey:
    """What a track call is about."""
    name = message["event"]
    return name, message["properties"][SUBJECTS.get(name, "session_id")]


def bodies(lines: Iterable[Line]) -> dict[str, list[dict[str, Any]]]:
    """Each messageId with all that ever came under it, in any of its attempts."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        message = line["message"]
        body = {k: message[k] for k in message.keys() - OF_THE_ATTEMPT}
        if body not in found[message["messageId"]]:
            found[message["messageId"]].append(body)
    return dict(found)


def named_in(message: Line) -> set[str]:
    """The user and the device that a message is about."""
    return {message[name] for name in ("userId", "anonymousId") if message.get(name)}


def _event(message: Line) -> Event:
    # The receiver corrects `timestamp` by its own clock; the original is what we said.
    return Event(
        name=message["event"],
        user_id=message.get("userId"),
        anonymous_id=message.get("anonymousId"),
        timestamp=message["originalTimestamp"],
        properties=message["properties"],
    )
