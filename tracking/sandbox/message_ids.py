"""The ids of messages -> which of them came before, as long as Segment remembers."""

import hashlib

from tracking.limits import DEDUPE_SECONDS
from tracking.sandbox.clock import Clock


class MessageIds:
    """
    The ids of the last 24 hours, across all write keys, as at Segment.

    `missed_repeats` is the share of them that are not recognised when they come again.
    """

    def __init__(self, clock: Clock, *, missed_repeats: float = 0.0) -> None:
        self._clock = clock
        self._missed_repeats = missed_repeats
        self._ages: dict[str, float] = {}

    def is_repeated(self, message_id: str) -> bool:
        """
        Tell whether an id came in the last 24 hours, and remember it if not.

        A repetition does not renew the 24 hours.
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
