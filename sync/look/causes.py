"""Why a plan has the calls it has: which fields moved, and who did anything at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Subquery,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
)

from sync.config.contract import NUMBERS
from sync.config.image import LAST_ACTIVITY, Image, ImageColumn
from sync.config.manifest import EXPIRES, FADES
from sync.diff.billing import month_start
from sync.diff.news import comparable
from sync.ledger.tables import new, old
from sync.plan.bill import person_of
from warehouse.ddl import base_type

BEHAVIOUR, DECAY, EXPIRY = "behaviour", "decay", "expiry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """
    What made the changed rows news.

    Attributes:
        fields: In how many of them each field differs, the most often first.
        alone: In how many of them it is the only one: calls that would not be made
            without it, or with a `significant` move for it.
        behaviour: Of people who did something new, or of whom something else is known.
        decay: Nothing but what fades has fallen: scores, counts of the last days.
        expiry: A link or the like has run out, and nothing new came.
        dormant_people: How many people `decay` and `expiry` are about that did nothing
            in this billing month: Segment bills each for the call alone. None without
            a `last_activity` column.
        without_activity: How many rows are of people who did nothing since they were
            last told of. None without a `last_activity` column.
    """

    fields: Mapping[str, int] = field(default_factory=dict)
    alone: Mapping[str, int] = field(default_factory=dict)
    behaviour: int = 0
    decay: int = 0
    expiry: int = 0
    dormant_people: int | None = None
    without_activity: int | None = None


def causes_of(
    connection: Connection,
    changes: Subquery,
    image: Image,
    with_time: Mapping[str, str],
) -> Causes:
    """
    Count the changed rows of a change set by what changed in them.

    Args:
        with_time: The model's columns that change with time alone, and how.
    """
    if not image.fields:
        return Causes()
    differs = {
        c.name: case((_differs(changes, c), 1), else_=0).label(f"d{number}")
        for number, c in enumerate(image.fields)
    }
    has_activity = any(c.name == LAST_ACTIVITY for c in image.roles)
    rows = (
        select(
            *differs.values(),
            _cause(changes, image, with_time).label("cause"),
            (_is_quiet(changes) if has_activity else literal(0)).label("quiet"),
            (_sleeper(changes, image) if has_activity else null()).label("person"),
        )
        .where(changes.c.change == "changed")
        .subquery("differing")
    )
    each = [rows.c[column.name] for column in differs.values()]
    together = reduce(add, each)
    sums = [func.sum(column) for column in each]
    alone = [func.sum(case((together == 1, column), else_=0)) for column in each]
    by_cause = [
        func.sum(case((rows.c.cause == cause, 1), else_=0))
        for cause in (BEHAVIOUR, DECAY, EXPIRY)
    ]
    sleepers = (
        case((rows.c.cause != BEHAVIOUR, rows.c.person)) if has_activity else None
    )
    asleep = literal(0) if sleepers is None else func.count(sleepers.distinct())
    query = select(func.sum(rows.c.quiet), asleep, *by_cause, *sums, *alone)
    found = connection.execute(query).one()
    quiet, asleep_count, *counts = (int(count or 0) for count in found)
    behaviour, decay, expiry, *often = counts
    return Causes(
        fields=_often(differs, often[: len(each)]),
        alone=_often(differs, often[len(each) :]),
        behaviour=behaviour,
        decay=decay,
        expiry=expiry,
        dormant_people=asleep_count if has_activity else None,
        without_activity=quiet if has_activity else None,
    )


def _cause(
    changes: Subquery, image: Image, with_time: Mapping[str, str]
) -> ColumnElement[str]:
    """
    Something new comes before all else; a link that ran out before what faded with it.

    A field that time moves is news when it rose or appeared: that takes somebody who
    did something.
    """
    kinds = {c.name: with_time.get(c.source or "") for c in image.fields}
    news = [_differs(changes, c) for c in image.fields if not kinds[c.name]]
    news += [_rose(changes, c) for c in image.fields if kinds[c.name]]
    if any(c.name == LAST_ACTIVITY for c in image.roles):
        news.append(_is_quiet(changes) == 0)
    expired = [_differs(changes, c) for c in image.fields if kinds[c.name] == EXPIRES]
    faded = [_differs(changes, c) for c in image.fields if kinds[c.name] == FADES]
    causes = ((news, BEHAVIOUR), (expired, EXPIRY), (faded, DECAY))
    found = [(or_(*each), literal(cause)) for each, cause in causes if each]
    return case(*found, else_=literal(BEHAVIOUR))


def _rose(changes: Subquery, column: ImageColumn) -> ColumnElement[bool]:
    after, before = changes.c[new(column.name)], changes.c[old(column.name)]
    appeared = and_(before.is_(None), after.is_not(None))
    word = base_type(column.data_type)
    has_order = word in NUMBERS or word.startswith(("timestamp", "date"))
    return or_(appeared, after > before) if has_order else appeared


def _sleeper(changes: Subquery, image: Image) -> ColumnElement[Any]:
    """The person, if they did nothing in this billing month."""
    active = changes.c[new(LAST_ACTIVITY)]
    is_asleep = or_(active.is_(None), active < month_start())
    return case((is_asleep, person_of(changes, image)))


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
