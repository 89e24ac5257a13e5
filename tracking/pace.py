"""Hold requests and messages to so many a second, over all threads of a sender.

The next departure is booked, not counted: no burst after a pause, no drift.
"""

from collections.abc import Callable
from threading import Event, Lock
from time import monotonic


class Stopped(Exception):
    """Somebody wants to stop: what waits need not wait any longer."""


def wait_for(seconds: float, stopping: Event) -> None:
    """
    Wait, unless and until somebody wants to stop.

    Raises:
        Stopped: Somebody does.
    """
    if stopping.wait(max(seconds, 0.0)):
        raise Stopped


class Pace:
    """
    A timetable for departures; without a limit every departure is now.

    A request of n messages keeps the road for n / events_per_second seconds, and at
    least 1 / requests_per_second.
    """

    def __init__(
        self,
        *,
        requests_per_second: float | None = None,
        events_per_second: float | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._seconds_a_request = 1 / requests_per_second if requests_per_second else 0
        self._seconds_an_event = 1 / events_per_second if events_per_second else 0
        self._events_per_second = events_per_second
        self._clock = clock
        self._free_at = clock()
        self._lock = Lock()

    def book(self, messages: int) -> float:
        """Take the next free departure for a request; in seconds from now."""
        taken = max(self._seconds_a_request, messages * self._seconds_an_event)
        with self._lock:
            now = self._clock()
            departure = max(now, self._free_at)
            self._free_at = departure + taken
        return departure - now

    def most_messages(self, limit: int) -> int:
        """The largest request that is no burst: at most one second's messages."""
        if self._events_per_second is None:
            return limit
        return max(1, min(limit, int(self._events_per_second)))
