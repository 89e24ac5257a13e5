"""The values of one field over many rows -> one typed column.

Types are Segment's: timestamp, bigint, double, boolean, and text for all else.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import orjson
import pyarrow as pa
from sqlalchemy import types as sql

from landing.timestamps import is_timestamp, parse_timestamp

_BIGINT_END = 2**63


class Kind(Enum):
    """What a column holds."""

    TIMESTAMP = "timestamp"
    BIGINT = "bigint"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    TEXT = "varchar"


ARROW_TYPES = {
    Kind.TIMESTAMP: pa.timestamp("us"),
    Kind.BIGINT: pa.int64(),
    Kind.DOUBLE: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.TEXT: pa.string(),
}
SQL_TYPES: dict[Kind, sql.TypeEngine[Any]] = {
    Kind.TIMESTAMP: sql.DateTime(),
    Kind.BIGINT: sql.BigInteger(),
    Kind.DOUBLE: sql.Double(),
    Kind.BOOLEAN: sql.Boolean(),
    Kind.TEXT: sql.String(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A column, and the positions whose value did not fit and became null."""

    array: pa.Array
    misfits: Sequence[int]


def kind_of(type_: sql.TypeEngine[Any]) -> Kind:
    """The kind of a column that is there already; what is unknown takes text."""
    # Snowflake has one type for all exact numbers, and timestamps of its own.
    if isinstance(type_, sql.Numeric) and type_.scale == 0:
        return Kind.BIGINT
    if type_.__visit_name__.startswith("TIMESTAMP"):
        return Kind.TIMESTAMP
    for kind, classes in _SQL_CLASSES.items():
        if isinstance(type_, classes):
            return kind
    return Kind.TEXT


def infer(values: Iterable[object]) -> Kind | None:
    """Choose the kind of a new column; none while every value is null."""
    present = [value for value in values if value is not None]
    types = set(map(type, present))
    if not types:
        return None
    if types == {bool}:
        return Kind.BOOLEAN
    if types == {int}:
        return Kind.BIGINT if all(map(_fits_bigint, present)) else Kind.TEXT
    if types <= {int, float}:
        return Kind.DOUBLE
    if types == {str} and all(map(is_timestamp, present)):  # type: ignore[arg-type]
        return Kind.TIMESTAMP
    return Kind.TEXT


def needs_double(values: Iterable[object]) -> bool:
    """Whether a bigint column must widen: some value has a fraction."""
    return any(type(value) is float and not value.is_integer() for value in values)


def fill(values: Sequence[object], kind: Kind) -> Filled:
    """Type the values as the column has it; what does not fit becomes null."""
    if set(map(type, values)) <= _NATIVE[kind]:
        try:
            return Filled(array=pa.array(values, ARROW_TYPES[kind]), misfits=())
        except (pa.ArrowInvalid, OverflowError):
            pass  # an integer beyond 64 bits, or beyond what a double holds exactly
    convert = _CONVERT[kind]
    fitted = [None if value is None else convert(value) for value in values]
    misfits = [
        position
        for position, (value, kept) in enumerate(zip(values, fitted, strict=True))
        if kept is None and value is not None
    ]
    return Filled(array=pa.array(fitted, ARROW_TYPES[kind]), misfits=misfits)


def as_text(value: object) -> str | None:
    """Write a value as text: JSON for all that is not text; none if nested too deep."""
    if isinstance(value, str):
        return value
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return None


def _as_timestamp(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else parse_timestamp(value)


def _as_bigint(value: object) -> int | None:
    # A free column with fractions has been widened before; here a fraction meets a
    # fixed one: 120.5 ms is 120 ms, and a null would say that nothing answered.
    if type(value) is float and abs(value) < _BIGINT_END:
        value = round(value)
    return value if type(value) is int and _fits_bigint(value) else None


def _as_double(value: object) -> float | None:
    return float(value) if type(value) in (int, float) else None  # type: ignore[arg-type]


def _as_boolean(value: object) -> bool | None:
    return value if type(value) is bool else None


def _fits_bigint(value: object) -> bool:
    return -_BIGINT_END <= value < _BIGINT_END  # type: ignore[operator]


_SQL_CLASSES: dict[Kind, tuple[type, ...]] = {
    Kind.TIMESTAMP: (sql.DateTime, sql.TIMESTAMP),
    Kind.BIGINT: (sql.Integer,),
    Kind.DOUBLE: (sql.Numeric,),
    Kind.BOOLEAN: (sql.Boolean,),
}
_NATIVE: dict[Kind, set[type]] = {
    Kind.TIMESTAMP: {datetime, type(None)},
    Kind.BIGINT: {int, type(None)},
    Kind.DOUBLE: {float, int, type(None)},
    Kind.BOOLEAN: {bool, type(None)},
    Kind.TEXT: {str, type(None)},
}
_CONVERT: dict[Kind, Callable[[object], object]] = {
    Kind.TIMESTAMP: _as_timestamp,
    Kind.BIGINT: _as_bigint,
    Kind.DOUBLE: _as_double,
    Kind.BOOLEAN: _as_boolean,
    Kind.TEXT: as_text,
}
