"""Values that the graph refuses: blocked ones, and those of people to be forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from reports.doors import door
from warehouse import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """A value that links nothing; of every type where it names none."""

    identifier_type: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """A subject that must not be known, and since when."""

    subject_type: str
    since: datetime | None


def blocked_as(
    connection: Connection, warehouse: Warehouse, value: str
) -> Sequence[Blocked]:
    """Say for which types a value is blocked, by the rule for empty ids or the seed."""
    bare = value.strip().lower()
    if bare == "null" or not bare.replace("0", "").replace("-", ""):
        reason = "An id that is empty, null or nothing but zeros"
        return [Blocked(identifier_type=None, reason=reason)]
    names = ("identifier_type", "identifier_value", "reason")
    seed = door(warehouse, "seeds", "blocked_values", *names)
    rows = connection.execute(
        select(seed.c.identifier_type, seed.c.reason)
        .where(func.lower(seed.c.identifier_value) == bare)
        .order_by(seed.c.identifier_type)
    )
    return [Blocked(**row._mapping) for row in rows]


def suppressed_as(
    connection: Connection, warehouse: Warehouse, value: str
) -> Sequence[Suppressed]:
    """Say under which types a value belongs to somebody who asked to be forgotten."""
    names = ("subject_type", "subject_id", "since")
    subjects = door(warehouse, "staging", "stg_privacy__suppressions", *names)
    rows = connection.execute(
        select(subjects.c.subject_type, subjects.c.since)
        .where(func.lower(subjects.c.subject_id) == value.strip().lower())
        .order_by(subjects.c.subject_type)
    )
    return [Suppressed(**row._mapping) for row in rows]
