"""Why a plan has the calls it has: which fields moved, and who did anything at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, Connection, Subquery, case, func, select

from sync.diff import comparable
from sync.image import LAST_ACTIVITY, Image
from sync.tables import new, old


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """
    What made the changed rows news.

    Attributes:
        fields: In how many of them each field differs, the most often first.
        alone: In how many of them it is the only one: calls that would not be made
            without it, or with a `significant` move for it.
        without_activity: How many are of people who did nothing since they were last
            told of: scores that decay, links that expire, definitions that changed.
            None without a `last_activity` column.
    """

    fields: Mapping[str, int] = field(default_factory=dict)
    alone: Mapping[str, int] = field(default_factory=dict)
    without_activity: int | None = None


def causes_of(connection: Connection, changes: Subquery, image: Image) -> Causes:
    """Count the changed rows of a change set by what changed in them."""
    if not image.fields:
        return Causes()
    differs = {
        c.name: case((_differs(changes, c), 1), else_=0).label(f"d{number}")
        for number, c in enumerate(image.fields)
    }
    has_activity = any(c.name == LAST_ACTIVITY for c in image.roles)
    quiet = _is_quiet(changes) if has_activity else case((changes.c.change == "", 1))
    rows = (
        select(*differs.values(), quiet.label("quiet"))
        .where(changes.c.change == "changed")
        .subquery("differing")
    )
    each = [rows.c[column.name] for column in differs.values()]
    together = reduce(add, each)
    sums = [func.sum(column) for column in each]
    alone = [func.sum(case((together == 1, column), else_=0)) for column in each]
    found = connection.execute(select(func.sum(rows.c.quiet), *sums, *alone)).one()
    counts = [int(count or 0) for count in found]
    return Causes(
        fields=_often(differs, counts[1 : 1 + len(each)]),
        alone=_often(differs, counts[1 + len(each) :]),
        without_activity=counts[0] if has_activity else None,
    )


def _differs(changes: Subquery, column: Any) -> ColumnElement[bool]:
    after, before = changes.c[new(column.name)], changes.c[old(column.name)]
    return comparable(after, column).is_distinct_from(comparable(before, column))


def _is_quiet(changes: Subquery) -> ColumnElement[int]:
    after, before = changes.c[new(LAST_ACTIVITY)], changes.c[old(LAST_ACTIVITY)]
    return case((after.is_not_distinct_from(before), 1), else_=0)


def _often(names: Mapping[str, Any], counts: list[int]) -> Mapping[str, int]:
    times = zip(names, counts, strict=True)
    often = sorted(times, key=lambda item: (-item[1], item[0]))
    return {name: count for name, count in often if count}
