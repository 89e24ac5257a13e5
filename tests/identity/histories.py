"""Write small histories as raw tables, and read what the models made of them.

A history holds many stories. Each story's identifiers carry its name, so that a row
that is wrong names the story it belongs to; a value that starts with `=` is literal.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow
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
from sqlalchemy.schema import CreateSchema, CreateTable
from sqlalchemy.types import TypeEngine

from warehouse import Warehouse
from warehouse.bulk import load

START = datetime(2026, 1, 1)  # noqa: DTZ001 - the warehouse holds naive UTC
AS_OF = "2026-03-01 00:00:00"

CALL_COLUMNS = {
    "varchar": "id user_id anonymous_id context_library_name context_library_version"
    " context_integration_name context_traits_email context_anonymous_id"
    " context_external_ids context_group_id context_page_url context_page_path"
    " context_page_referrer context_user_agent context_locale context_traits_phone",
    "timestamp": "received_at sent_at timestamp original_timestamp uuid_ts",
}
OWN_COLUMNS = {
    "identifies": ["email", "phone", "salesforce_id"],
    "pages": ["name", "category"],
    "screens": ["name", "category"],
    "groups": ["group_id"],
    "aliases": ["previous_id"],
    "tracks": ["event", "event_text"],
}
SESSION_COLUMNS = {
    "varchar": "session_id project_id region anonymous_id user_id group_id entry_url"
    " exit_url referrer release git_sha browser os device_type user_agent language"
    " timezone country bot_reason recording_status replay_url consent_status"
    " vendor_flags _row_id",
    "timestamp": "identified_at started_at ended_at last_event_at replay_expires_at"
    " resolved_at deleted_at updated_at _loaded_at",
    "bigint": "active_ms duration_ms page_view_count click_count viewport_w viewport_h"
    " schema_version row_version",
    "double": "trusted_click_ratio vendor_frustration_score",
    "boolean": "is_complete is_bot is_staff webdriver replay_requires_auth",
}
SESSION_EVENT_COLUMNS = {
    "varchar": "event_id session_id tab_id event_type page_url page_path page_view_id"
    " selector target_key target_tag target_type target_role target_label href_kind"
    " button modifiers first_response_kind console_level message_masked"
    " error_fingerprint http_method request_url_template report_id report_source"
    " severity share_id share_channel custom_name properties vendor_signal",
    "timestamp": "ts received_at _loaded_at",
    "bigint": "seq client_ts_ms first_response_ms http_status duration_ms"
    " schema_version",
    "double": "x y page_x page_y",
    "boolean": "is_interactive is_trusted is_uncaught is_user_facing",
}
SUPPRESSION_COLUMNS = {
    "varchar": "subject_type subject_id source",
    "timestamp": "since",
}
DELETION_COLUMNS = {
    "varchar": "deletion_request_id subject_type subject_id",
    "timestamp": "requested_at completed_at _loaded_at",
}
REJECTION_COLUMNS = {
    "varchar": "rejection_id file reason field line_sha256",
    "bigint": "line",
    "timestamp": "_loaded_at",
}

SQL_TYPES: dict[str, TypeEngine[Any]] = {
    "varchar": String(),
    "timestamp": DateTime(),
    "bigint": BigInteger(),
    "double": Double(),
    "boolean": Boolean(),
}
ARROW_TYPES = {
    "varchar": pyarrow.string(),
    "timestamp": pyarrow.timestamp("us"),
    "bigint": pyarrow.int64(),
    "double": pyarrow.float64(),
    "boolean": pyarrow.bool_(),
}

Row = dict[str, object]


def minute(number: float) -> datetime:
    """The moment that many minutes into the history."""
    return START + timedelta(minutes=number)


@dataclass
class History:
    """Raw rows by table, in the order in which they were received."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    received: int = 0

    def story(self, name: str) -> "Story":
        return Story(history=self, name=name)

    def add(self, table: str, row: Row) -> None:
        self.rows.setdefault(table, []).append(row)

    def next_minute(self) -> int:
        self.received += 1
        return self.received


@dataclass
class Story:
    """One history's own corner: nothing in it is named in another story."""

    history: History
    name: str
    events: int = 0

    def value(self, short: str | None) -> str | None:
        if short is None:
            return None
        return short[1:] if short.startswith("=") else f"{self.name}-{short}"

    def call(
        self,
        table: str = "tracks",
        *,
        a: str | None = None,
        u: str | None = None,
        e: str | None = None,
        at: float | None = None,
        received: float | None = None,
        event_id: str | None = None,
        **columns: object,
    ) -> str:
        """One Segment call by device a, user u, with e-mail e in its traits."""
        self.events += 1
        receipt = self.history.next_minute() if received is None else received
        name = self.value(event_id or f"event{self.events}")
        self.history.add(
            f"segment.{table}",
            {
                "id": name,
                "anonymous_id": self.value(a),
                "user_id": self.value(u),
                "context_traits_email": self.value(e),
                "received_at": minute(receipt),
                "timestamp": minute(receipt if at is None else at),
                "uuid_ts": minute(receipt),
                **columns,
            },
        )
        return str(name)

    def identify(self, **identifiers: str | float | None) -> str:
        return self.call("identifies", **identifiers)  # type: ignore[arg-type]

    def alias(self, previous: str, user: str, **more: float) -> str:
        """The user was known by the previous id before."""
        return self.call(
            "aliases",
            u=user,
            previous_id=self.value(previous),
            **more,  # type: ignore[arg-type]
        )

    def session(
        self,
        session: str,
        start: float,
        end: float,
        *,
        a: str | None = None,
        u: str | None = None,
        **columns: object,
    ) -> None:
        """A recorded session on device a."""
        self.history.add(
            "relyv_raw.sessions",
            {
                "session_id": self.value(session),
                "anonymous_id": self.value(a),
                "user_id": self.value(u),
                "started_at": minute(start),
                "ended_at": minute(end),
                "updated_at": minute(end),
                "row_version": 1,
                "_row_id": self.value(f"{session}-row"),
                "_loaded_at": minute(40_000),
                **columns,
            },
        )

    def session_identify(
        self,
        session: str,
        at: float,
        *,
        u: str | None,
        e: str | None = None,
        **traits: str,
    ) -> str:
        """Relyv's own identify event inside a session."""
        self.events += 1
        name = str(self.value(f"event{self.events}"))
        self.history.add(
            "relyv_raw.session_events",
            {
                "event_id": name,
                "session_id": self.value(session),
                "event_type": "identify",
                "ts": minute(at),
                "received_at": minute(at),
                "properties": json.dumps(
                    {"user_id": self.value(u), "email": self.value(e), **traits}
                ),
                "_loaded_at": minute(40_000),
            },
        )
        return name

    def suppress(self, subject_type: str, value: str) -> None:
        self.history.add(
            "relyv_privacy.suppressions",
            {"subject_type": subject_type, "subject_id": self.value(value)},
        )


def write_history(history: History, warehouse: Warehouse) -> None:
    """Create the raw tables that are missing, and add the history's rows to them."""
    with warehouse.engine.begin() as connection:
        for name, columns in _raw_tables().items():
            schema, _, table_name = name.partition(".")
            connection.execute(CreateSchema(schema, if_not_exists=True))
            table = Table(
                table_name,
                MetaData(),
                *(Column(each, SQL_TYPES[kind]) for each, kind in columns.items()),
                schema=schema,
            )
            connection.execute(CreateTable(table, if_not_exists=True))
            load(connection, table, _as_arrow(history.rows.get(name, []), columns))


def _as_arrow(rows: Iterable[Row], columns: Mapping[str, str]) -> pyarrow.Table:
    types = {name: ARROW_TYPES[kind] for name, kind in columns.items()}
    return pyarrow.Table.from_pylist(list(rows), pyarrow.schema(types))


def _raw_tables() -> dict[str, dict[str, str]]:
    tables = {
        f"segment.{table}": _typed(CALL_COLUMNS) | dict.fromkeys(own, "varchar")
        for table, own in OWN_COLUMNS.items()
    }
    return tables | {
        "relyv_raw.sessions": _typed(SESSION_COLUMNS),
        "relyv_raw.session_events": _typed(SESSION_EVENT_COLUMNS),
        "relyv_raw.deletions": _typed(DELETION_COLUMNS),
        "relyv_raw.landing_rejections": _typed(REJECTION_COLUMNS),
        "relyv_privacy.suppressions": _typed(SUPPRESSION_COLUMNS),
    }


def _typed(columns_by_type: dict[str, str]) -> dict[str, str]:
    return {
        name: kind for kind, names in columns_by_type.items() for name in names.split()
    }
