"""Decide what becomes of each message, and keep it with the decision.

Pure: no HTTP, and no clock but the one it is given.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from tracking.limits import REQUEST_MESSAGES
from tracking.messages import drop_code
from tracking.sandbox.arrival import Arrival
from tracking.sandbox.clock import Clock
from tracking.sandbox.entries import Entry, Stage
from tracking.sandbox.envelope import Envelope
from tracking.sandbox.message_ids import MessageIds
from tracking.sandbox.profiles import Profiles
from tracking.sandbox.suppressions import Suppressions
from tracking.sandbox.workspace import Workspace
from tracking.write_key import write_key_fingerprint


class Inbox:
    """Everything that came since the start or the last reset."""

    def __init__(self, clock: Clock, *, missed_repeats: float = 0.0) -> None:
        self._clock = clock
        self._ids = MessageIds(clock, missed_repeats=missed_repeats)
        self.workspace = Workspace()
        self.suppressions = Suppressions()
        self.deletions = 0
        self.entries: list[Entry] = []
        self.profiles = Profiles()
        self.stages: Counter[str] = Counter()
        self.drops: Counter[str] = Counter()
        self.types: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.request_codes: Counter[str] = Counter()

    def take(self, envelope: Envelope) -> None:
        """
        Keep every message of a request, each with what became of it.
        """
        fingerprint = write_key_fingerprint(envelope.write_key)
        arrival = Arrival(envelope, self._clock.now())
        dropped = 0
        for position, item in enumerate(envelope.messages):
            message = arrival.delivered(item)
            code = self._code(item, message, position, fingerprint)
            dropped += code is not None
            self._keep(message, code, fingerprint, arrival.received_at)

        code = envelope.code or _request_code(dropped, len(envelope.messages))
        if code is not None:
            self.request_codes[code] += 1

    def delete(self, user_ids: Iterable[str], source: str | None = None) -> None:
        """
        Forget what came about these users, by one source if one is named; what comes
        later is kept again.

        Their message ids are still remembered.
        """
        gone = frozenset(user_ids)
        self.profiles.forget(gone)
        for entry in self.entries:
            if entry.user_id not in gone or entry.stage is not Stage.ACCEPTED:
                continue
            if source in (None, entry.write_key_fingerprint):
                entry.stage, entry.message = Stage.DELETED, b"null"
                self.stages[Stage.ACCEPTED] -= 1
                self.stages[Stage.DELETED] += 1
            elif entry.type == "identify":
                self.profiles.fold(orjson.loads(entry.message))
        self.deletions += 1

    def find(
        self,
        *,
        stage: Stage = Stage.ACCEPTED,
        type: str | None = None,  # noqa: A002
        event: str | None = None,
        user_id: str | None = None,
    ) -> Iterator[Entry]:
        """
        Walk through what had come by now, in order of arrival.
        """
        entries = self.entries
        for position in range(len(entries)):
            entry = entries[position]
            if (
                (stage is Stage.RECEIVED or entry.stage is stage)
                and (type is None or entry.type == type)
                and (event is None or entry.event == event)
                and (user_id is None or entry.user_id == user_id)
            ):
                yield entry

    def summary(self) -> dict[str, Any]:
        """The counts; those by type and by event are of accepted messages."""
        return {
            "received": len(self.entries),
            "accepted": self.stages[Stage.ACCEPTED],
            "deduplicated": self.stages[Stage.DEDUPLICATED],
            "suppressed": self.stages[Stage.SUPPRESSED],
            "deleted": self.stages[Stage.DELETED],
            "dropped": dict(self.drops),
            "by_type": dict(self.types),
            "by_event": dict(self.events),
            "request_codes": dict(self.request_codes),
        }

    def _keep(
        self,
        message: dict[str, Any],
        code: str | None,
        fingerprint: str,
        received_at: str,
    ) -> None:
        stage = self._stage(message, code, fingerprint)
        entry = Entry(
            message=_compact(orjson.dumps(message)),
            write_key_fingerprint=fingerprint,
            received_at=received_at,
            stage=stage,
            code=code,
            type=_text(message.get("type")),
            event=_text(message.get("event")),
            user_id=_text(message.get("userId")),
        )
        self.entries.append(entry)
        self.stages[stage] += 1
        if code is not None:
            self.drops[code] += 1
        if stage is Stage.ACCEPTED:
            self._count(entry)
            self.profiles.fold(message)

    def _count(self, entry: Entry) -> None:
        if entry.type is not None:
            self.types[entry.type] += 1
        if entry.type == "track" and entry.event is not None:
            self.events[entry.event] += 1

    def _code(
        self, item: object, message: dict[str, Any], position: int, fingerprint: str
    ) -> str | None:
        if position >= REQUEST_MESSAGES:
            return "request_messages"
        if not isinstance(item, dict):
            return "bad_request"
        return (
            self.workspace.ingest_code(fingerprint)
            or drop_code(message)
            or self.workspace.filter_code(message)
        )

    def _stage(
        self, message: dict[str, Any], code: str | None, fingerprint: str
    ) -> Stage:
        if code is not None:
            return Stage.DROPPED
        if self.suppressions.blocks(message.get("userId"), fingerprint):
            return Stage.SUPPRESSED
        if self._ids.is_repeated(message["messageId"]):
            return Stage.DEDUPLICATED
        return Stage.ACCEPTED


def _compact(json: bytes) -> bytes:
    # A copy, since orjson's own result holds 4 KB however short it is.
    return bytes(memoryview(json))


def _request_code(dropped: int, messages: int) -> str | None:
    if not dropped:
        return None
    return "empty_batch_result" if dropped == messages else "multi_user_error"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
