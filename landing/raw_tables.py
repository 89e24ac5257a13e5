"""The raw tables that always exist, their fixed columns, and what makes a row one.

The contract with `models/raw/`: Segment's own warehouse schema, and Relyv's export.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from landing.columns import Kind, kind_of
from warehouse.suppressions import suppressions


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """The fixed part of a table; rows with the same key are the same row."""

    schema: str
    name: str
    columns: Mapping[str, Kind]
    key: tuple[str, ...]
    stamp: str | None = None

    @property
    def full_name(self) -> str:
        """As a report and a log line name it."""
        return f"{self.schema}.{self.name}"


def _kinds(names: str, kind: Kind = Kind.TEXT) -> dict[str, Kind]:
    return dict.fromkeys(names.split(), kind)


CALL_COLUMNS = (
    _kinds("id user_id anonymous_id")
    | _kinds("received_at sent_at timestamp original_timestamp", Kind.TIMESTAMP)
    | _kinds(
        "context_library_name context_library_version context_integration_name "
        "context_traits_email context_anonymous_id context_external_ids "
        "context_group_id context_page_url context_page_path context_page_referrer "
        "context_user_agent context_locale"
    )
    | _kinds("uuid_ts", Kind.TIMESTAMP)
)
CALL_TABLES = {
    "identifies": CALL_COLUMNS | _kinds("email"),
    "pages": CALL_COLUMNS | _kinds("name category"),
    "screens": CALL_COLUMNS | _kinds("name category"),
    "groups": CALL_COLUMNS | _kinds("group_id"),
    "aliases": CALL_COLUMNS | _kinds("previous_id"),
    "tracks": CALL_COLUMNS | _kinds("event event_text"),
}
_STAMPS = _kinds("_row_id") | _kinds("_loaded_at", Kind.TIMESTAMP)
SESSION_COLUMNS = (
    _kinds(
        "session_id project_id region anonymous_id user_id group_id entry_url exit_url "
        "referrer release git_sha browser os device_type user_agent language timezone "
        "country bot_reason recording_status replay_url consent_status vendor_flags"
    )
    | _kinds(
        "active_ms duration_ms page_view_count click_count viewport_w viewport_h "
        "schema_version row_version",
        Kind.BIGINT,
    )
    | _kinds("trusted_click_ratio vendor_frustration_score", Kind.DOUBLE)
    | _kinds("is_complete is_bot is_staff webdriver replay_requires_auth", Kind.BOOLEAN)
    | _kinds(
        "identified_at started_at ended_at last_event_at replay_expires_at resolved_at "
        "deleted_at updated_at",
        Kind.TIMESTAMP,
    )
    | _STAMPS
)
SESSION_EVENT_COLUMNS = (
    _kinds(
        "event_id session_id tab_id event_type page_url page_path page_view_id "
        "selector target_key target_tag target_type target_role target_label "
        "href_kind modifiers first_response_kind console_level message_masked "
        "error_fingerprint http_method request_url_template report_id report_source "
        "severity share_id share_channel custom_name properties vendor_signal"
    )
    | _kinds(
        "seq client_ts_ms button first_response_ms http_status duration_ms "
        "schema_version",
        Kind.BIGINT,
    )
    | _kinds("x y page_x page_y", Kind.DOUBLE)
    | _kinds("is_interactive is_trusted is_uncaught is_user_facing", Kind.BOOLEAN)
    | _kinds("ts received_at", Kind.TIMESTAMP)
    | _STAMPS
)
DELETION_COLUMNS = _kinds("deletion_request_id subject_type subject_id") | _kinds(
    "requested_at completed_at _loaded_at", Kind.TIMESTAMP
)
REJECTION_COLUMNS = (
    _kinds("rejection_id file")
    | _kinds("line", Kind.BIGINT)
    | _kinds("reason field line_sha256")
    | _kinds("_loaded_at", Kind.TIMESTAMP)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTables:
    """Every table that a landing creates, by the schemas of one run."""

    calls: Mapping[str, RawTable]
    sessions: RawTable
    session_events: RawTable
    deletions: RawTable
    rejections: RawTable
    suppressions: RawTable
    segment_schema: str

    @property
    def of_records(self) -> list[RawTable]:
        """The tables that a record lands in: each in one of them, and once."""
        return [
            *self.calls.values(),
            self.sessions,
            self.session_events,
            self.deletions,
        ]

    @property
    def fixed(self) -> list[RawTable]:
        """All but the tables of single events."""
        return [*self.of_records, self.rejections, self.suppressions]

    @property
    def schemas(self) -> list[str]:
        """The schemas of the tables."""
        return [table.schema for table in self.fixed]

    def event(self, name: str) -> RawTable:
        """The table of one event: the columns of tracks, and its properties."""
        return _call_table(self.segment_schema, name, CALL_TABLES["tracks"])


def raw_tables(
    *, segment_schema: str, relyv_schema: str, privacy_schema: str
) -> RawTables:
    """Lay out the raw tables in their schemas."""

    def relyv(name: str, columns: Mapping[str, Kind], *key: str) -> RawTable:
        return RawTable(
            schema=relyv_schema,
            name=name,
            columns=columns,
            key=key,
            stamp="_loaded_at",
        )

    return RawTables(
        calls={
            name: _call_table(segment_schema, name, columns)
            for name, columns in CALL_TABLES.items()
        },
        sessions=relyv("sessions", SESSION_COLUMNS, "_row_id"),
        session_events=relyv("session_events", SESSION_EVENT_COLUMNS, "event_id"),
        deletions=relyv(
            "deletions",
            DELETION_COLUMNS,
            "deletion_request_id",
            "subject_type",
            "subject_id",
        ),
        rejections=relyv("landing_rejections", REJECTION_COLUMNS, "rejection_id"),
        suppressions=_suppressions(privacy_schema),
        segment_schema=segment_schema,
    )


def _suppressions(schema: str) -> RawTable:
    columns = suppressions(schema).columns
    return RawTable(
        schema=schema,
        name="suppressions",
        columns={column.name: kind_of(column.type) for column in columns},
        key=("subject_type", "subject_id"),
    )


def _call_table(schema: str, name: str, columns: Mapping[str, Kind]) -> RawTable:
    return RawTable(
        schema=schema, name=name, columns=columns, key=("id",), stamp="uuid_ts"
    )
