"""Read the Retry-After header: how long a server asks to be left alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tracking.limits import RETRY_AFTER_SECONDS


def retry_after_seconds(
    headers: Mapping[str, str], *, now: datetime | None = None
) -> float | None:
    """
    Read how long a server asks to wait: seconds or a date, at most 300 seconds.

    None where it does not ask, asks in a form that nobody knows, or names a time that
    has passed.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text)
    else:
        seconds = _seconds_until(text, now or datetime.now(UTC))
    return min(seconds, RETRY_AFTER_SECONDS) if seconds > 0 else None


def _seconds_until(text: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - now).total_seconds()
