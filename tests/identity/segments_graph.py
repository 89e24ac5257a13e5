"""A Profiles Sync schema as Segment writes it, around a small history of our own.

s is a profile of Segment's. Each row has a higher `seq` than the row before it.
"""

from dataclasses import dataclass, field

import pyarrow
from sqlalchemy import Column, MetaData, Table
from sqlalchemy.schema import CreateSchema

from tests.identity.histories import ARROW_TYPES, SQL_TYPES, History, Row, minute
from warehouse import Warehouse
from warehouse.bulk import load

SCHEMA = "acme_space"
ID_GRAPH_COLUMNS = {
    "segment_id": "varchar",
    "canonical_segment_id": "varchar",
    "triggering_event_type": "varchar",
    "triggering_event_id": "varchar",
    "timestamp": "timestamp",
    "uuid_ts": "timestamp",
    "seq": "bigint",
}
EXTERNAL_ID_COLUMNS = {
    **dict.fromkeys(
        (
            "id",
            "segment_id",
            "external_id_type",
            "external_id_value",
            "external_id_hash",
            "triggering_event_id",
            "triggering_event_name",
            "triggering_event_type",
            "triggering_event_source_id",
            "triggering_event_source_name",
            "triggering_event_source_slug",
            "__operation",
        ),
        "varchar",
    ),
    "seq": "bigint",
    "timestamp": "timestamp",
    "received_at": "timestamp",
    "uuid_ts": "timestamp",
}


@dataclass
class ProfilesSync:
    """Rows of the two tables, in the order in which Segment wrote them."""

    merges: list[Row] = field(default_factory=list)
    external_ids: list[Row] = field(default_factory=list)

    def profile(self, segment_id: str, *, is_backfilled: bool = False) -> None:
        self.merge(segment_id, segment_id, is_backfilled=is_backfilled)

    def merge(
        self,
        segment_id: str,
        canonical: str,
        *,
        event: str | None = None,
        is_backfilled: bool = False,
    ) -> None:
        at = len(self.merges) + 1
        self.merges.append(
            {
                "segment_id": segment_id,
                "canonical_segment_id": canonical,
                "triggering_event_id": event,
                "triggering_event_type": "identify",
                "timestamp": None if is_backfilled else minute(at),
                "uuid_ts": minute(at),
                "seq": at,
            }
        )

    def maps(
        self, segment_id: str, kind: str, value: str, operation: str | None = None
    ) -> str:
        at = len(self.external_ids) + 1
        event = f"segment-event{at}"
        self.external_ids.append(
            {
                "id": f"row{at}",
                "segment_id": segment_id,
                "external_id_type": kind,
                "external_id_value": value,
                "external_id_hash": f"hash-{kind}-{value.strip().lower()}",
                "triggering_event_id": event,
                "triggering_event_type": "identify",
                "triggering_event_source_slug": "web",
                "__operation": operation,
                "timestamp": minute(at),
                "received_at": minute(at),
                "uuid_ts": minute(at),
                "seq": at,
            }
        )
        return event

    def write(self, warehouse: Warehouse) -> None:
        tables = {
            "id_graph_updates": (ID_GRAPH_COLUMNS, self.merges),
            "external_id_mapping_updates": (EXTERNAL_ID_COLUMNS, self.external_ids),
        }
        with warehouse.engine.begin() as connection:
            connection.execute(CreateSchema(SCHEMA, if_not_exists=True))
            for name, (columns, rows) in tables.items():
                table = Table(
                    name,
                    MetaData(),
                    *(Column(each, SQL_TYPES[kind]) for each, kind in columns.items()),
                    schema=SCHEMA,
                )
                table.create(connection)
                types = {each: ARROW_TYPES[kind] for each, kind in columns.items()}
                load(
                    connection,
                    table,
                    pyarrow.Table.from_pylist(rows, pyarrow.schema(types)),
                )


def tell_segments_graph() -> ProfilesSync:
    """Ann on three merged profiles, Bob on one, a kiosk, somebody forgotten."""
    sync = ProfilesSync()
    sync.profile("s-ann", is_backfilled=True)
    sync.maps("s-ann", "user_id", "ann")
    sync.maps("s-ann", "email", "  Ann@X.io")
    sync.profile("s-old")
    sync.profile("s-older")
    sync.maps("s-older", "anonymous_id", "a-older")
    sync.maps("s-old", "anonymous_id", "a-old")
    sync.maps("s-old", "ios.idfa", "idfa-1")
    sync.merge("s-older", "s-old", event="merge1")
    # Segment has not yet written s-older -> s-ann.
    sync.merge("s-old", "s-ann", event="merge2")
    sync.profile("s-bob")
    sync.maps("s-bob", "user_id", "bob")
    sync.maps("s-bob", "anonymous_id", "a-kiosk")
    sync.maps("s-ann", "anonymous_id", "a-moved")
    sync.maps("s-bob", "anonymous_id", "a-moved")
    # A mistake that was taken back, and one that was made good again.
    sync.maps("s-bob", "email", "typo@x.io", "CREATED")
    sync.maps("s-bob", "email", "typo@x.io", "REMOVED")
    sync.maps("s-bob", "ios.idfa", "idfa-2", "REMOVED")
    sync.maps("s-bob", "ios.idfa", "idfa-2", "CREATED")
    # Mapped, and not yet in the graph.
    sync.maps("s-new", "anonymous_id", "a-new")
    sync.profile("s-gone")
    sync.maps("s-gone", "user_id", "gone")
    sync.maps("s-gone", "anonymous_id", "a-gone")
    sync.merge("s-gone-too", "s-gone", event="merge3")
    return sync


def tell_our_side() -> History:
    """Sessions on those devices, and one that Segment has never heard of."""
    history = History()
    story = history.story("ours")
    story.session("on-older", 1000, 1030, a="=a-older")
    story.session("on-kiosk", 1930, 1960, a="=a-kiosk")
    story.session("by-bob", 2000, 2030, a="=a-kiosk", u="=bob", identified_at=None)
    story.session("on-unheard", 3000, 3030, a="=a-unheard")
    story.call(a="=a-old", u="=ann", received=900)
    story.call(a="=a-unheard", u="=zoe", received=5000)
    story.suppress("user_id", "=gone")
    return history
