"""Sessions and their events where the step before leaves them."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    MetaData,
    String,
    Table,
)
from sqlalchemy.schema import CreateSchema
from sqlalchemy.types import TypeEngine

from warehouse import Warehouse
from warehouse.bulk import load

Row = dict[str, object]

SESSION_COLUMNS = pa.schema(
    [
        *((name, pa.string()) for name in ("session_id", "profile_id", "user_agent")),
        *((name, pa.string()) for name in ("consent_status", "recording_status")),
        *((name, pa.bool_()) for name in ("is_bot", "webdriver", "is_staff")),
        ("is_complete", pa.bool_()),
        ("trusted_click_ratio", pa.float64()),
        ("duration_ms", pa.int64()),
        *((f"{name}_at", pa.timestamp("us")) for name in ("started", "ended")),
        *((f"{name}_at", pa.timestamp("us")) for name in ("last_event", "deleted")),
    ]
)
EVENT_COLUMNS = pa.schema(
    [
        *((name, pa.string()) for name in ("event_id", "session_id", "profile_id")),
        *((name, pa.string()) for name in ("event_type", "vendor_signal")),
        *((name, pa.string()) for name in ("custom_name", "console_level")),
        *((name, pa.string()) for name in ("page_path", "page_url")),
        *((name, pa.string()) for name in ("report_id", "properties")),
        *((name, pa.int64()) for name in ("http_status", "duration_ms")),
        *((name, pa.bool_()) for name in ("is_uncaught", "is_trusted")),
        *((name, pa.string()) for name in ("tab_id", "selector", "target_key")),
        *((name, pa.string()) for name in ("target_tag", "target_type")),
        *((name, pa.string()) for name in ("target_role", "target_label")),
        *((name, pa.string()) for name in ("href_kind", "modifiers")),
        *((name, pa.int64()) for name in ("client_ts_ms", "seq", "button")),
        *((name, pa.bool_()) for name in ("is_interactive", "is_user_facing")),
        *((name, pa.float64()) for name in ("x", "y")),
        ("first_response_kind", pa.string()),
        ("first_response_ms", pa.int64()),
        ("ts", pa.timestamp("us")),
    ]
)
PART_COLUMNS = pa.schema(
    [
        *((name, pa.string()) for name in ("session_id", "profile_id")),
        ("part_number", pa.int64()),
        ("is_last", pa.bool_()),
        *((f"{name}_at", pa.timestamp("us")) for name in ("started", "ended")),
    ]
)
CONTENT_COLUMNS = pa.schema(
    [
        ("session_id", pa.string()),
        ("event_count", pa.int64()),
        ("_built_at", pa.timestamp("us")),
    ]
)


SQL_TYPES: dict[pa.DataType, TypeEngine[Any]] = {
    pa.string(): String(),
    pa.bool_(): Boolean(),
    pa.float64(): Double(),
    pa.int64(): BigInteger(),
    pa.timestamp("us"): DateTime(),
}


def land(
    warehouse: Warehouse,
    *,
    sessions: Sequence[Row],
    events: Sequence[Row] | None = None,
) -> None:
    """
    Make the doors of the sessions' step, with these rows; what is absent is null.

    Without events those that are made of raw events are left to be built.
    """
    tables = {
        "sessions": (SESSION_COLUMNS, sessions),
        "recorded_sessions": (SESSION_COLUMNS, sessions),
        "session_parts": (PART_COLUMNS, _parts(sessions)),
    }
    if events is not None:
        tables["session_events"] = (EVENT_COLUMNS, events)
        tables["session_contents"] = (CONTENT_COLUMNS, ())
    with warehouse.engine.begin() as connection:
        connection.execute(CreateSchema("relyv_sessions"))
        for name, (columns, rows) in tables.items():
            table = Table(
                name,
                MetaData(),
                *(Column(each.name, SQL_TYPES[each.type]) for each in columns),
                schema="relyv_sessions",
            )
            table.create(connection)
            load(connection, table, pa.Table.from_pylist([*rows], schema=columns))


def _parts(sessions: Sequence[Row]) -> list[Row]:
    """Each session has one owner."""
    return [
        {name: row.get(name) for name in PART_COLUMNS.names}
        | {"part_number": 1, "is_last": True}
        for row in sessions
    ]
