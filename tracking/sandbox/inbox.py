"""Decide what becomes of each message, and keep it with the decision.

Pure: no HTTP, and no clock but the one it is given.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from tracking.limits import DEDUPE_SECONDS, REQUEST_MESSAGES
from tracking.messages import drop_code
from tracking.sandbox.arrival import Arrival
from tracking.sandbox.clock import Clock
from tracking.sandbox.envelope import Envelope
from tracking.sandbox.profiles import Profiles
from tracking.write_key import write_key_fingerprint


class Stage(StrEnum):
    """How far a message came. Every message is received, and one of the others."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DEDUPLICATED = "deduplicated"
    DROPPED = "dropped"
    SUPPRESSED = "suppressed"
    DELETED = "deleted"


@dataclass(slots=True, kw_only=True)
class Entry:
    """One message as it is kept: JSON, and what one may ask for."""

    message: bytes
    write_key_fingerprint: str
    received_at: str
    stage: Stage
    code: str | None
    type: str | None
    event: str | None
    user_id: str | None

    def line(self) -> bytes:
        """This entry as a line of NDJSON."""
        return orjson.dumps(
            {
                "message": orjson.Fragment(self.message),
                "write_key_fingerprint": self.write_key_fingerprint,
                "received_at": self.received_at,
                "stage": self.stage,
                "code": self.code,
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )


class Inbox:
    """Everything that came since the start or the last reset."""

    def __init__(self, clock: Clock, *, missed_repeats: float = 0.0) -> None:
        self._clock = clock
        self._missed_repeats = missed_repeats
        self.suppressed: frozenset[str] = frozenset()
        self.deletions = 0
        self._ages: dict[str, float] = {}
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
            code = _code(item, message, position)
            dropped += code is not None
            self._keep(message, code, fingerprint, arrival.received_at)

        code = envelope.code or _request_code(dropped, len(envelope.messages))
        if code is not None:
            self.request_codes[code] += 1

    def suppress(self, user_ids: Iterable[str]) -> None:
        """Block what comes about these users from now on, behind a 200."""
        self.suppressed |= frozenset(user_ids)

    def unsuppress(self, user_ids: Iterable[str]) -> None:
        """Take what comes about these users again."""
        self.suppressed -= frozenset(user_ids)

    def delete(self, user_ids: Iterable[str]) -> None:
        """
        Forget what came about these users; what comes later is kept again.

        Their message ids are still remembered.
        """
        gone = frozenset(user_ids)
        for entry in self.entries:
            if entry.user_id in gone and entry.stage is Stage.ACCEPTED:
                entry.stage, entry.message = Stage.DELETED, b"null"
                self.stages[Stage.ACCEPTED] -= 1
                self.stages[Stage.DELETED] += 1
        self.profiles.forget(gone)
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
        stage = self._stage(message, code)
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

    def _stage(self, message: dict[str, Any], code: str | None) -> Stage:
        if code is not None:
            return Stage.DROPPED
        if message.get("userId") in self.suppressed:
            return Stage.SUPPRESSED
        if self._is_repeated(message["messageId"]):
            return Stage.DEDUPLICATED
        return Stage.ACCEPTED

    def _is_repeated(self, message_id: str) -> bool:
        """
        Tell whether an id was accepted in the last 24 hours, and remember it if not.

        Across all write keys, as at Segment. A repetition does not renew the 24 hours.
        """
        age = self._clock.age_seconds()
        while self._ages and age - next(iter(self._ages.values())) >= DEDUPE_SECONDS:
            del self._ages[next(iter(self._ages))]
        if message_id in self._ages:
            return not _is_missed(message_id, self._missed_repeats)
        self._ages[message_id] = age
        return False


def _is_missed(message_id: str, share: float) -> bool:
    """Segment promises 99%: which ids it misses is the ids' own, so tests repeat."""
    digest = hashlib.sha256(b"missed" + message_id.encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:4]) < share * 2**32


def _compact(json: bytes) -> bytes:
    # A copy, since orjson's own result holds 4 KB however short it is.
    return bytes(memoryview(json))


def _code(item: object, message: dict[str, Any], position: int) -> str | None:
    if position >= REQUEST_MESSAGES:
        return "request_messages"
    return drop_code(message) if isinstance(item, dict) else "bad_request"


def _request_code(dropped: int, messages: int) -> str | None:
    if not dropped:
        return None
    return "empty_batch_result" if dropped == messages else "multi_user_error"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
