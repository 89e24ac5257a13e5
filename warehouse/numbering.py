"""Rows in an order -> the same rows, numbered from 1 on, in memory that is bounded."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Over, Select, func, select
from sqlalchemy.ext.compiler import compiles

Order = Callable[[Any], Sequence[ColumnElement[Any]]]


def numbered(rows: Select[Any], order: Order) -> Select[Any]:
    """
    Put `position` before the columns of a query.

    `order` names, of a relation with these columns, what to sort by; no two rows may be
    equal in it.
    """
    found = rows.subquery("found")
    ordered = select(found).order_by(*order(found)).subquery("ordered")
    position = _Number(func.row_number(), order_by=order(ordered))
    return select(position.label("position"), *ordered.c)


class _Number(Over[int]):
    """The number of a row among rows that are sorted already."""

    inherit_cache = True


@compiles(_Number)
def _number(element: _Number, compiler: Any, **words: Any) -> str:
    return str(compiler.visit_over(element, **words))


@compiles(_Number, "duckdb")
def _count_as_they_come(*_: Any, **__: Any) -> str:
    # A window with an order holds all of its rows in memory. One without numbers them
    # as they come, in the order of the subquery, and the sort before it spills.
    return "row_number() over ()"
