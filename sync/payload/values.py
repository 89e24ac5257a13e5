"""A value as the warehouse gives it -> a value that JSON can say exactly.

What JSON or its readers would bend is refused, with the reason: nothing is rounded in
silence, and a number stays a number.
"""

import hashlib
import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

import orjson

from sync.errors import RowRejected
from warehouse.ddl import base_type

# Beyond this a JavaScript reader, such as most of Segment's destinations, rounds.
MAX_SAFE_INTEGER = 2**53 - 1
# Stands for all that `times.py` cannot read. Nobody's date: the first of that January
# is the empty date of some languages.
OUT_OF_RANGE = date(1, 1, 2)


def json_value(value: object, *, column: str, is_json: bool = False) -> object:
    """
    Convert one value.

    Timestamps are naive UTC and become ISO 8601 with milliseconds.

    Raises:
        RowRejected: JSON has no exact word for it. The detail names the column only.
    """
    if value is None or value is True or value is False:
        return value
    if is_json and isinstance(value, str):
        return _parsed(value, column)
    convert = _CONVERTERS.get(type(value))
    if convert is None:
        raise RowRejected(
            "value_has_no_json", f"`{column}` is of a type that JSON does not have."
        )
    return convert(value, column)


def says_itself(data_type: str) -> bool:
    """
    Whether values of this native type are JSON as they come, in a strict writer.

    It refuses half a character and whole numbers beyond 2^53, so that nobody need look
    at every value for them.
    """
    return base_type(data_type) in _SAY_THEMSELVES


def identifier(value: object, *, column: str) -> str | None:
    """
    An id as text, whatever its type: Segment drops calls whose ids are numbers.

    Raises:
        RowRejected: It is neither text nor a whole number.
    """
    if value is None:
        return None
    if isinstance(value, bool | float):
        raise RowRejected(
            "id_not_string", f"`{column}` is no text and no whole number."
        )
    return str(value)


def iso_timestamp(value: object, *, column: str) -> str:
    """
    A point in time as Segment writes it.

    Raises:
        RowRejected: It is no timestamp.
    """
    if not isinstance(value, datetime):
        raise RowRejected("timestamp_missing", f"`{column}` holds no timestamp.")
    return _datetime(value, column)


def hashed(value: object) -> object:
    """
    SHA-256, in lower-case hex, of a JSON value as trimmed, lower-cased text.

    Advertising destinations match on e-mail addresses that are hashed so.
    """
    if value is None:
        return None
    if isinstance(value, dict | list):
        value = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return hashlib.sha256(str(value).strip().lower().encode()).hexdigest()


def _datetime(value: datetime, column: str) -> str:
    if value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    _check_range(value, column)
    return value.isoformat("T", "milliseconds") + "Z"


def _integer(value: int, column: str) -> int:
    if abs(value) > MAX_SAFE_INTEGER:
        raise RowRejected(
            "integer_too_large",
            f"`{column}` is a whole number beyond 2^53, which readers of JSON round. "
            "Cast it to text in the model.",
        )
    return value


def _float(value: float, column: str) -> float:
    if not math.isfinite(value):
        raise RowRejected("not_a_finite_number", f"`{column}` is NaN or infinite.")
    return value


def _decimal(value: Decimal, column: str) -> int | float:
    if not value.is_finite():
        raise RowRejected("not_a_finite_number", f"`{column}` is NaN or infinite.")
    if value == value.to_integral_value():
        return _integer(int(value), column)
    return float(value)


def _text(value: str, column: str) -> str:
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RowRejected(
            "not_unicode", f"`{column}` holds half a character."
        ) from None
    return value


def _parsed(value: str, column: str) -> object:
    try:
        return json_value(orjson.loads(value), column=column)
    except orjson.JSONDecodeError:
        raise RowRejected("not_json", f"`{column}` holds no valid JSON.") from None


def _date(value: date, column: str) -> str:
    _check_range(value, column)
    return value.isoformat()


def _time(value: time, _: str) -> str:
    return value.isoformat()


def _check_range(value: date, column: str) -> None:
    # The year alone first: few rows have another reason to make a date.
    if value.year == OUT_OF_RANGE.year and (
        date(value.year, value.month, value.day) == OUT_OF_RANGE
    ):
        raise RowRejected(
            "time_out_of_range",
            f"`{column}` is infinite, or is not in the years 1 to 9999.",
        )


def _nested(value: object, column: str) -> object:
    if isinstance(value, dict):
        return {
            str(key): json_value(item, column=column) for key, item in value.items()
        }
    assert isinstance(value, list | tuple)
    return [json_value(item, column=column) for item in value]


_SAY_THEMSELVES = frozenset(
    {
        "bigint",
        "boolean",
        "character varying",
        "int",
        "integer",
        "smallint",
        "text",
        "varchar",
    }
)
_CONVERTERS: Mapping[type, Callable[..., object]] = {
    int: _integer,
    float: _float,
    Decimal: _decimal,
    str: _text,
    datetime: _datetime,
    date: _date,
    time: _time,
    UUID: lambda value, _: str(value),
    dict: _nested,
    list: _nested,
    tuple: _nested,
}
