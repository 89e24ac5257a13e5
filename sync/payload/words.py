"""A column -> the JSON that a warehouse writes for it: what Python would say.

Null stands for what is to be looked at in Python: a value out of the range of JSON's
readers, or of the calendar's. A type that is not here has no word.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Double, String, case, cast, func, literal_column

from sync.payload.values import MAX_SAFE_INTEGER
from tracking.limits import MESSAGE_BYTES
from warehouse.ddl import base_type, is_text

Column = ColumnElement[Any]
Said = ColumnElement[str]

_WHOLE = frozenset(
    {
        "bigint",
        "hugeint",
        "int",
        "integer",
        "smallint",
        "tinyint",
        "ubigint",
        "uinteger",
        "usmallint",
        "utinyint",
    }
)
_EXACT = frozenset({"decimal", "numeric"})
_FLOATS = frozenset({"double", "double precision", "float", "real"})


@dataclass(frozen=True, slots=True)
class Words:
    """
    What one warehouse calls things.

    Args:
        sha256: Text to its hash in lower-case hex.
        moment: A timestamp to JSON, in milliseconds, cut and not rounded.
        day: A date to JSON.
    """

    sha256: Callable[[Said], Said]
    moment: Callable[[Column], Said]
    day: Callable[[Column], Said]

    def of(self, value: Column, data_type: str) -> Said | None:
        """The JSON of a value of this native type; None for a type without a word."""
        said = self._of(value, data_type)
        return None if said is None else case((value.is_(None), "null"), else_=said)

    def of_moment(self, value: Column, data_type: str, since: int) -> Said | None:
        """That of a timestamp that is not null, from the start of a year on."""
        kind = data_type.lower()
        if base_type(kind) not in _MOMENTS:
            return None
        if "with time zone" in kind or kind.startswith("timestamptz"):
            value = func.timezone("UTC", value)
        first = _exactly(f"timestamp '{since:04}-01-01'")
        last = _exactly("timestamp '9999-12-31 23:59:59.999999'")
        return case((value.between(first, last), self.moment(value)))

    def _of(self, value: Column, data_type: str) -> Said | None:
        kind = base_type(data_type)
        if is_text(data_type):
            return text(value)
        if kind in _WHOLE | _EXACT:
            return _number(value)
        if kind in _FLOATS:
            return _number(cast(value, Double))
        if kind in ("bool", "boolean"):
            return cast(value, String)
        if kind == "date":
            first, last = _exactly("date '1000-01-01'"), _exactly("date '9999-12-31'")
            return case((value.between(first, last), self.day(value)))
        return self.of_moment(value, data_type, since=1000)


def text(value: Column) -> Said:
    """A text as JSON; null for one that no message has room for."""
    said = cast(func.to_json(cast(value, String)), String)
    return case((func.length(value) <= MESSAGE_BYTES, said))


def is_whole(data_type: str) -> bool:
    """Whether a native type is of whole numbers."""
    return base_type(data_type) in _WHOLE


def is_plain(data_type: str) -> bool:
    """Whether a native type's values are one thing each: no lists, nothing nested."""
    return is_text(data_type) or base_type(data_type) in _PLAIN


def _number(value: Column) -> Said:
    # NaN and infinity are beyond every number, for both warehouses.
    is_safe = value.between(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
    return case((is_safe, cast(value, String)))


def _exactly(sql: str) -> Column:
    return literal_column(sql)


_MOMENTS = frozenset(
    {
        "timestamp",
        "timestamp with time zone",
        "timestamp without time zone",
        "timestamptz",
    }
)
_PLAIN = _WHOLE | _EXACT | _FLOATS | _MOMENTS | {"bool", "boolean", "date", "uuid"}
WORDS: Mapping[str, Words] = {
    "duckdb": Words(
        sha256=func.sha256,
        moment=lambda value: func.strftime(value, '"%Y-%m-%dT%H:%M:%S.%gZ"'),
        day=lambda value: func.strftime(value, '"%Y-%m-%d"'),
    ),
    "postgres": Words(
        sha256=lambda value: func.encode(
            func.sha256(func.convert_to(value, "UTF8")), "hex"
        ),
        moment=lambda value: func.to_char(value, '\\"YYYY-MM-DD"T"HH24:MI:SS.MS"Z"\\"'),
        day=lambda value: func.to_char(value, '\\"YYYY-MM-DD\\"'),
    ),
}
