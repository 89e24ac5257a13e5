"""Turn a message as it was sent into the message that Segment passes on.

Pure: the moment of arrival is given.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from tracking.sandbox.envelope import Envelope


class Arrival:
    """One request at the moment of its arrival: what all its messages share."""

    def __init__(self, envelope: Envelope, received_at: datetime) -> None:
        self.received_at = _iso(received_at)
        self._envelope = envelope
        self._received = received_at
        self._sent = _instant(envelope.sent_at)

    def delivered(self, item: object) -> dict[str, Any]:
        """
        The message as Segment passes it on.

        What the message says of itself outweighs the envelope, but for sentAt: the
        envelope is what left last.
        """
        if not isinstance(item, dict):
            return {"_body": item}
        envelope = self._envelope
        message = {name: item[name] for name in item if name != "writeKey"}
        if envelope.context:
            message["context"] = envelope.context | _object(item.get("context"))
        if envelope.integrations:
            message["integrations"] = envelope.integrations | _object(
                item.get("integrations")
            )
        if envelope.sent_at is not None:
            message["sentAt"] = envelope.sent_at
        if not isinstance(item.get("messageId"), str) or not item["messageId"]:
            message["messageId"] = f"sandbox-{uuid4()}"
        message["receivedAt"] = self.received_at
        self._set_times(message)
        return message

    def _set_times(self, message: dict[str, Any]) -> None:
        """
        timestamp = receivedAt - (sentAt - originalTimestamp), as Segment corrects it.

        Without a timestamp it is the arrival, without a sentAt it stays as it is; the
        latter is our choice, since Segment does not say.
        """
        written = message.get("timestamp")
        if written is None:
            written = message.get("originalTimestamp")
        original = _instant(written)
        if original is None:
            message["timestamp"] = self.received_at
            return
        message["originalTimestamp"] = written
        sent = self._sent or _instant(message.get("sentAt"))
        message["timestamp"] = _iso(_corrected(original, sent, self._received))


def _corrected(original: datetime, sent: datetime | None, now: datetime) -> datetime:
    if sent is None:
        return original
    try:
        return now - (sent - original)
    except OverflowError:
        return original


def _instant(value: object) -> datetime | None:
    """A time in ISO 8601; one without a zone is UTC."""
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    if instant.tzinfo is None:
        return instant.replace(tzinfo=UTC)
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        return None


def _iso(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
