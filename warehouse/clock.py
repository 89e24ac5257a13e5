"""The warehouse's own clock, in naive UTC: the one that every process agrees on."""

from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnElement


class utc_now(ColumnElement[Any]):  # noqa: N801 - reads as the SQL function it is
    """Now, or so many seconds from now, as a timestamp without a zone."""

    inherit_cache = True
    type = DateTime()

    def __init__(self, plus_seconds: int = 0) -> None:
        self.plus_seconds = int(plus_seconds)

    # The number of seconds is part of the text, so it is part of the cache key.
    _traverse_internals: list[Any] = []

    def _gen_cache_key(self, *_: Any) -> Any:
        return (utc_now, self.plus_seconds)


@compiles(utc_now)
def _default(element: utc_now, *_: Any, **__: Any) -> str:
    return (
        "(cast(now() at time zone 'UTC' as timestamp)"
        f" + interval '{element.plus_seconds} seconds')"
    )


@compiles(utc_now, "postgresql")
def _postgresql(element: utc_now, *_: Any, **__: Any) -> str:
    return (
        "(timezone('UTC', clock_timestamp())"
        f" + interval '{element.plus_seconds} seconds')"
    )


@compiles(utc_now, "snowflake")
def _snowflake(element: utc_now, *_: Any, **__: Any) -> str:
    return f"dateadd('second', {element.plus_seconds}, sysdate())"
