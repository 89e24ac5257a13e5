"""The time in the sandbox: what a test may move, and what it may not."""

from datetime import UTC, date, datetime, timedelta
from time import monotonic


class Clock:
    """
    Two readings: the wall's time, and the age of the sandbox.

    Only the age can be moved, and it decides what is remembered. The wall's time stays
    the one of those who send: were it moved too, Segment's correction of clocks would
    find every sender a day late.
    """

    def __init__(self) -> None:
        self._advanced = 0.0

    def now(self) -> datetime:
        """The wall's time, in UTC."""
        return datetime.now(UTC)

    def age_seconds(self) -> float:
        """Grows as time passes or is made to pass; its zero means nothing."""
        return monotonic() + self._advanced

    def today(self) -> date:
        """The day that it would be, had the wall's time passed as the age was moved."""
        return (self.now() + timedelta(seconds=self._advanced)).date()

    def advance(self, seconds: float) -> None:
        """Let this much time pass at once. Time does not go back."""
        if seconds < 0:
            raise ValueError("The clock can only be moved forward.")
        self._advanced += seconds
