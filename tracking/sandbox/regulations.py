"""Regulations, as the Public API takes them -> whom Segment is silent about.

Pure: no HTTP, and no clock but the one it is given. What is asked is done at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tracking.sandbox.clock import Clock
from tracking.sandbox.inbox import Inbox

SUPPRESSING = ("SUPPRESS_ONLY", "SUPPRESS_WITH_DELETE", "SUPPRESS_WITH_DELETE_INTERNAL")
DELETING = (
    "DELETE_ONLY",
    "DELETE_INTERNAL",
    "SUPPRESS_WITH_DELETE",
    "SUPPRESS_WITH_DELETE_INTERNAL",
)
TYPES = frozenset({*SUPPRESSING, *DELETING, "UNSUPPRESS"})
# Told to destinations, too: the others stay inside Segment.
FORWARDED = frozenset({"DELETE_ONLY", "SUPPRESS_WITH_DELETE"})
# Documented (Public API, "Deletion and Suppression").
MOST_IDS = 5_000
LISTED_FOR = timedelta(days=90)


class InvalidRegulation(ValueError):
    """The field at fault, and what it must be."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulation:
    """One call of the Public API, carried out."""

    regulate_id: str
    kind: str
    user_ids: Sequence[str]
    source_id: str | None
    created_at: datetime
    age: float

    def as_json(self) -> Mapping[str, Any]:
        """As the Public API shows it."""
        moment = self.created_at.isoformat(timespec="milliseconds")
        return {
            "id": self.regulate_id,
            "workspaceId": "sandbox",
            "overallStatus": "FINISHED",
            "createdAt": moment,
            "finishedAt": moment,
            "streamStatus": [],
        }


class Regulations:
    """All of them, and their effect on one inbox."""

    def __init__(self, clock: Clock, inbox: Inbox) -> None:
        self._clock = clock
        self._inbox = inbox
        self._made: list[Regulation] = []

    def create(
        self, body: Mapping[str, Any], source_id: str | None = None
    ) -> Regulation:
        """
        Carry one out.

        Raises:
            InvalidRegulation: Segment would refuse it.
        """
        kind, user_ids = _checked(body)
        if kind in SUPPRESSING:
            self._inbox.suppress(user_ids)
        if kind == "UNSUPPRESS":
            self._inbox.unsuppress(user_ids)
        if kind in DELETING:
            self._inbox.delete(user_ids)
        made = Regulation(
            regulate_id=f"regulation-{len(self._made) + 1}",
            kind=kind,
            user_ids=user_ids,
            source_id=source_id,
            created_at=self._clock.now(),
            age=self._clock.age_seconds(),
        )
        self._made.append(made)
        return made

    def listed(self, source_id: str | None = None) -> Iterator[Regulation]:
        """Those of the last 90 days, of one source if one is named."""
        oldest = self._clock.age_seconds() - LISTED_FOR.total_seconds()
        for made in self._made:
            if made.age > oldest and source_id in (None, made.source_id):
                yield made

    def find(self, regulate_id: str) -> Regulation | None:
        """One of them; forgotten after 90 days."""
        return next((r for r in self.listed() if r.regulate_id == regulate_id), None)

    def deletions(self) -> Iterator[Mapping[str, Any]]:
        """What a destination is told of those who were deleted, one after another."""
        for made in self._made:
            if made.kind in FORWARDED:
                moment = made.created_at.isoformat(timespec="milliseconds")
                for user_id in made.user_ids:
                    yield {"type": "delete", "userId": user_id, "timestamp": moment}


def _checked(body: Mapping[str, Any]) -> tuple[str, Sequence[str]]:
    kind, ids = body.get("regulationType"), body.get("subjectIds")
    if kind not in TYPES:
        raise InvalidRegulation("regulationType", f"One of {', '.join(sorted(TYPES))}.")
    # Anonymous ids and e-mail addresses cannot be regulated.
    if body.get("subjectType") != "USER_ID":
        raise InvalidRegulation("subjectType", "It is USER_ID.")
    if not isinstance(ids, list) or not ids or not all(isinstance(i, str) for i in ids):
        raise InvalidRegulation("subjectIds", "A list of text that is not empty.")
    if len(ids) > MOST_IDS:
        raise InvalidRegulation("subjectIds", f"At most {MOST_IDS:,} ids a call.")
    return str(kind), ids
