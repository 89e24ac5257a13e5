"""Other people's calls under our own write key, as far as the warehouse shows them.

Segment's warehouse destination writes one schema per source. One that holds calls of
ours is our source's; what else is in it came by the same key, and would be taken for
input, or be dropped as an echo. Where the destination writes elsewhere, or `relyv land`
puts all sources into one schema, nothing can be said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    Connection,
    MetaData,
    Table,
    case,
    column,
    func,
    literal,
    select,
    table,
)

from warehouse import Warehouse
from warehouse.clock import utc_now
from warehouse.ddl import column_types, table_exists
from warehouse.profile import project_variables

OURS = "relyv-segment"
CALL_TABLES = ("identifies", "tracks", "pages", "screens", "groups", "aliases")
# Whoever took a key over long ago is no warning any more.
DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignCalls:
    """What one source's schema holds of the last 30 days."""

    schema: str
    ours: int
    others: int

    @property
    def warning(self) -> str:
        """What it means, and what to do."""
        return (
            f"The schema {self.schema} holds {self.ours:,} calls of relyv's and "
            f"{self.others:,} of others in the last {DAYS} days: they came by one "
            "write key. Give relyv a Segment source of its own."
        )


def foreign_calls(warehouse: Warehouse) -> list[ForeignCalls]:
    """The schemas in which our calls and others stand side by side."""
    with warehouse.engine.connect() as connection:
        found = [
            _count(connection, schema) for schema in _schemas(connection, warehouse)
        ]
    return [each for each in found if each.ours and each.others]


def _schemas(connection: Connection, warehouse: Warehouse) -> Sequence[str]:
    variables = project_variables(warehouse.project_dir)
    listed = variables.get("segment_schemas") or []
    assert isinstance(listed, list)
    landing = Table(
        "landing_rejections", MetaData(schema=str(variables.get("relyv_raw_schema")))
    )
    # `relyv land` puts the calls of all sources into the first of them.
    mixed = 1 if table_exists(connection, landing) else 0
    return [str(schema) for schema in listed[mixed:]]


def _count(connection: Connection, schema: str) -> ForeignCalls:
    counts = list(_counts(connection, schema))
    return ForeignCalls(
        schema=schema,
        ours=sum(ours for ours, _ in counts),
        others=sum(others for _, others in counts),
    )


def _counts(connection: Connection, schema: str) -> Iterator[tuple[int, int]]:
    for name in CALL_TABLES:
        there = Table(name, MetaData(schema=schema))
        if not table_exists(connection, there):
            continue
        names = {name.lower() for name in column_types(connection, there)}
        calls = table(name, *map(column, names), schema=schema)
        rows = select(calls)
        if "received_at" in names:
            since = utc_now(-DAYS * 86_400)
            rows = rows.where(calls.c["received_at"] >= since)
        told = rows.subquery("told")
        # Segment adds the column with the first call that has it.
        ours = (
            func.sum(case((told.c["context_integration_name"] == OURS, 1), else_=0))
            if "context_integration_name" in names
            else literal(0)
        )
        row = connection.execute(select(ours, func.count()).select_from(told)).one()
        yield int(row[0] or 0), int(row[1]) - int(row[0] or 0)
