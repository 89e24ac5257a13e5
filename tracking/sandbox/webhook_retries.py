"""When an event that was not taken is posted again, and when it is given up."""

import random

# Documented (Event delivery): four hours, in steps that grow and are not regular.
RETRY_SECONDS = 4 * 60 * 60.0
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 600.0


class WebhookRetries:
    """
    The retries of one webhook.

    The chance in the waits is the same every time, so that a test's retries are, too.
    """

    def __init__(self) -> None:
        self._random = random.Random(0)  # noqa: S311

    def next_try(
        self, status: int | None, *, attempts: int, since: float, now: float
    ) -> float | None:
        """
        The time of the next attempt; none if it would not help, or come too late.

        Args:
            status: The last answer; none if there was none in time.
            attempts: How many there were.
            since: When the event was to be sent first.
            now: When the last attempt ended.
        """
        if status is not None and status != 429 and status < 500:
            return None
        longest: float = FIRST_WAIT_SECONDS * 2 ** (attempts - 1)
        wait = min(longest, LONGEST_WAIT_SECONDS) * self._random.uniform(0.5, 1.5)
        return now + wait if now + wait - since <= RETRY_SECONDS else None
