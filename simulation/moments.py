"""Milliseconds since 1970 in UTC, and how the delivered files spell them.

Whole numbers all the way: a world has to come out the same on every machine.
"""

from datetime import UTC, datetime
from functools import lru_cache

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def iso(moment: int) -> str:
    """Spell a moment as ISO-8601 with milliseconds and Z."""
    minute, rest = divmod(moment, MINUTE)
    return f"{_minute(minute)}:{rest // 1000:02d}.{rest % 1000:03d}Z"


def milliseconds(moment: datetime) -> int:
    """Read a naive datetime as UTC; an aware one keeps its own zone."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)


# A session lives in a few minutes, so nearly every call finds its minute here.
@lru_cache(maxsize=4096)
def _minute(minute: int) -> str:
    return datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%dT%H:%M")
