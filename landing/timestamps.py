"""ISO-8601 text -> naive UTC, strictly: a guess would move a person in time."""

import re
from datetime import UTC, datetime

_DATE_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?"
_FULL = re.compile(rf"{_DATE_TIME}(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)
_ZONED = re.compile(rf"{_DATE_TIME}(?:Z|[+-]\d\d:?\d\d)", re.ASCII)


def utc_now() -> datetime:
    """Now, in naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def parse_timestamp(value: object) -> datetime | None:
    """Read a full date and time; without a zone it counts as UTC."""
    if type(value) is not str or not _FULL.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value.removesuffix("Z"))
        if moment.tzinfo is None:
            return moment
        return moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def is_timestamp(value: str) -> bool:
    """
    Whether a new column of such values is one of timestamps.

    A zone is asked for: without one the text may be a birthday at a local hour.
    """
    return _ZONED.fullmatch(value) is not None and parse_timestamp(value) is not None
