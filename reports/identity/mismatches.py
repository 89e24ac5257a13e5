"""What a person should look at, as the model `identity_mismatches` finds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from reports.doors import door
from warehouse import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One row of the model; the values are personal."""

    mismatch: str
    identifier_type: str
    identifier_value: str
    other_value: str | None
    evidence_count: int
    last_seen_at: datetime | None


def mismatch_counts(connection: Connection, warehouse: Warehouse) -> Mapping[str, int]:
    """Count each kind that there is."""
    found = _mismatches(warehouse)
    rows = connection.execute(
        select(found.c.mismatch, func.count())
        .group_by(found.c.mismatch)
        .order_by(found.c.mismatch)
    )
    return {mismatch: int(count) for mismatch, count in rows}


def examples_of(
    connection: Connection, warehouse: Warehouse, *, limit: int
) -> Sequence[Mismatch]:
    """Read the newest few of each kind."""
    found = _mismatches(warehouse)
    newest = func.row_number().over(
        partition_by=found.c.mismatch,
        order_by=(found.c.last_seen_at.desc(), found.c.mismatch_id),
    )
    ranked = select(found, newest.label("newest")).subquery("ranked")
    rows = connection.execute(
        select(*(ranked.c[name] for name in Mismatch.__dataclass_fields__))
        .where(ranked.c.newest <= limit)
        .order_by(ranked.c.mismatch, ranked.c.newest)
    )
    return [Mismatch(**row._mapping) for row in rows]


def _mismatches(warehouse: Warehouse) -> Any:
    names = ("mismatch_id", *Mismatch.__dataclass_fields__)
    return door(warehouse, "identity", "identity_mismatches", *names)
