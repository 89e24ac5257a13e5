"""So many requests in so many seconds, and then no more for a while."""

from tracking.sandbox.clock import Clock


class Allowance:
    """Counts requests in windows that begin with a request."""

    def __init__(self, clock: Clock, requests: int, seconds: float) -> None:
        self.requests = requests
        self._clock = clock
        self._seconds = seconds
        self._began = float("-inf")
        self.consumed = 0

    def take(self) -> bool:
        """Use one request, if there is one left."""
        if self._clock.age_seconds() - self._began >= self._seconds:
            self._began, self.consumed = self._clock.age_seconds(), 0
        if self.consumed >= self.requests:
            return False
        self.consumed += 1
        return True

    def seconds_left(self) -> float:
        """Until the next window."""
        return max(self._began + self._seconds - self._clock.age_seconds(), 0.0)
