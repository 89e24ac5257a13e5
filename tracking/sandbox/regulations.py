"""Regulations, as the Public API takes them -> whom Segment is silent about.

Pure: no HTTP, and no clock but the one it is given. What is asked is done at once.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tracking.sandbox.clock import Clock
from tracking.sandbox.inbox import Inbox
from tracking.sandbox.regulation_requests import DELETING, SUPPRESSING, Asked

# Told to destinations, too: the others stay inside Segment.
FORWARDED = frozenset({"DELETE_ONLY", "SUPPRESS_WITH_DELETE"})
# Documented (Public API, "Deletion and Suppression"); the users are those deleted in a
# calendar month, those that destinations are told of apart from the others.
LISTED_FOR = timedelta(days=90)
USERS_A_MONTH = 110_000


class AllowanceUsed(Exception):
    """So many users cannot be deleted in this month any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulation:
    """One call of the Public API, carried out."""

    regulate_id: str
    asked: Asked
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
        self._deleted: Counter[tuple[int, int, bool]] = Counter()

    def create(self, asked: Asked, source_id: str | None = None) -> Regulation:
        """
        Carry one out, for one source or, without one, for all.

        Raises:
            AllowanceUsed: The month's users are used up.
        """
        self._count(asked)
        if asked.kind in SUPPRESSING:
            self._inbox.suppressions.add(asked.user_ids, source_id)
        if asked.kind == "UNSUPPRESS":
            self._inbox.suppressions.remove(asked.user_ids, source_id)
        if asked.kind in DELETING:
            self._inbox.delete(asked.user_ids, source_id)
        made = Regulation(
            regulate_id=f"regulation-{len(self._made) + 1}",
            asked=asked,
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
            if made.asked.kind in FORWARDED:
                moment = made.created_at.isoformat(timespec="milliseconds")
                for user_id in made.asked.user_ids:
                    yield {"type": "delete", "userId": user_id, "timestamp": moment}

    def _count(self, asked: Asked) -> None:
        if asked.kind not in DELETING:
            return
        day = self._clock.today()
        month = (day.year, day.month, asked.kind in FORWARDED)
        if self._deleted[month] + len(asked.user_ids) > USERS_A_MONTH:
            raise AllowanceUsed
        self._deleted[month] += len(asked.user_ids)
