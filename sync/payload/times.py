"""Columns of pending rows as Python can read them: no time outside the years 1 to 9999.

A warehouse knows infinite dates and dates before Christ; its drivers raise on them, and
one such row would end the run. They are read as a day that stands for all of them.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, cast, literal_column, or_, select

from sync.config.image import Image
from sync.ledger.tables import new, old
from sync.payload.values import OUT_OF_RANGE
from warehouse.ddl import Native


def readable(found: Select[Any], image: Image) -> Select[Any]:
    """Rows of `__pending`, with its columns in its order."""
    rows = found.subquery("found")
    return select(
        rows.c.position,
        rows.c.change,
        *(_readable(rows.c[c.name], c.data_type) for c in image.keys),
        *(_readable(rows.c[new(c.name)], c.data_type) for c in image.values),
        *(_readable(rows.c[old(c.name)], c.data_type) for c in image.values),
    )


def _readable(column: ColumnElement[Any], data_type: str) -> ColumnElement[Any]:
    word = data_type.lower().split("(")[0].split()[0]
    if word != "date" and not word.startswith(("timestamp", "datetime")):
        return column
    kind = "date" if word == "date" else "timestamp"
    last = "9999-12-31" if kind == "date" else "9999-12-31 23:59:59.999999"
    is_outside = or_(
        column < literal_column(f"{kind} '0001-01-01'"),
        column > literal_column(f"{kind} '{last}'"),
    )
    instead = cast(literal_column(f"{kind} '{OUT_OF_RANGE}'"), Native(data_type))
    return case((is_outside, instead), else_=column).label(column.name)
