"""Whether a value is on a list that another table holds."""

from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    exists,
    false,
    func,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal


class Listed(ColumnElement[bool]):
    """
    True or false, never null: whether `ids`, a query of one column, yields `value`.

    An `exists`, which every warehouse makes a join of; but DuckDB, where it copies all
    rows for a condition on the list alone, and `in` does not.
    """

    inherit_cache = True
    type = Boolean()
    _traverse_internals = [
        ("value", InternalTraversal.dp_clauseelement),
        ("ids", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, value: ColumnElement[str], ids: Select[Any]) -> None:
        self.value = value
        self.ids = ids


@compiles(Listed)
def _exists(element: Listed, compiler: Any, **words: Any) -> str:
    (one,) = element.ids.selected_columns
    is_one = exists(element.ids.where(one == element.value))
    return str(compiler.process(is_one, **words))


@compiles(Listed, "duckdb")
def _in(element: Listed, compiler: Any, **words: Any) -> str:
    is_in = element.value.in_(element.ids)
    return str(compiler.process(func.coalesce(is_in, false()), **words))
