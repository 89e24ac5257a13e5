"""The tables of Profiles Sync, column by column as Segment documents them."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landing.columns import as_text
from landing.segment_calls import call_row
from landing.timestamps import utc_now
from tests.tracking.tracking_calls import KEY, send
from tracking import write_key_fingerprint
from tracking.sandbox.event_tables import event_rows
from tracking.sandbox.inspection import Inspection

WEB = write_key_fingerprint(KEY)
MOMENT = {"seq", "received_at", "uuid_ts", "timestamp"}
EVENT = {f"triggering_event_{name}" for name in ("id", "name", "type")}
SOURCE = {f"triggering_event_source_{name}" for name in ("id", "name", "slug")}
HERE = {"path": "/"}
COMMON = {
    "id",
    "user_id",
    "anonymous_id",
    "received_at",
    "sent_at",
    "timestamp",
    "original_timestamp",
    "uuid_ts",
    "segment_id",
    "event_source_id",
}
COLUMNS = {
    "id_graph_updates": {
        *("segment_id", "canonical_segment_id", "timestamp", "uuid_ts", "seq"),
        *("triggering_event_type", "triggering_event_id"),
    },
    "external_id_mapping_updates": {
        *("id", "segment_id"),
        *("external_id_type", "external_id_value", "external_id_hash", "__operation"),
        *MOMENT,
        *EVENT,
        *SOURCE,
    },
    "profile_traits_updates": {
        *("segment_id", "email", "first_name"),
        *MOMENT,
        *EVENT,
        *SOURCE,
    },
    "user_identifiers": {"canonical_segment_id", "type", "value", *MOMENT},
    "user_traits": {"canonical_segment_id", "name", "value", *MOMENT},
    "profile_merges": {"canonical_segment_id", "segment_id", *MOMENT},
    "identifies": {*COMMON, "email", "first_name", "context_page_url"},
    "pages": {*COMMON, "name", "category", "path"},
    "screens": {*COMMON, "name", "category"},
    "groups": {*COMMON, "group_id", "plan"},
    "aliases": {*COMMON, "previous_id"},
    "tracks": {*COMMON, "event", "event_text"},
    "order_completed": {*COMMON, "event", "event_text", "revenue", "items"},
}


@pytest.fixture
def space(sandbox: Inspection, sandbox_url: str) -> Inspection:
    """A visitor who looks round, logs in and buys, and one call of every kind."""
    ann = {"userId": "ann", "anonymousId": "v"}
    order = {"revenue": 12.5, "items": [{"sku": "x"}], "coupon": None}
    send(
        sandbox_url,
        {"type": "page", "anonymousId": "v", "name": "Home", "properties": HERE},
        {"type": "identify", "userId": "ann", "messageId": "m-ann", "traits": {}},
        {
            "type": "identify",
            **ann,
            "messageId": "m-login",
            "traits": {"email": "ann@example.com", "firstName": "Ann"},
            "context": {"page": {"url": "https://shop.example/"}},
        },
        {"type": "screen", **ann, "name": "Start", "category": "Shop"},
        {"type": "group", **ann, "groupId": "g1", "traits": {"plan": "pro"}},
        {"type": "alias", "userId": "ann", "previousId": "v"},
        {"type": "track", **ann, "event": "Order Completed", "properties": order},
    )
    return sandbox


@pytest.mark.parametrize("table", COLUMNS)
def test_a_table_has_its_columns_and_no_other(space: Inspection, table: str) -> None:
    """
    A trait or property that has no value makes none.
    """
    rows = list(space.profiles_sync(table))

    assert rows
    assert {name for row in rows for name in row} == COLUMNS[table]


def test_an_event_belongs_to_the_profile_of_its_time(space: Inspection) -> None:
    """
    A profile that was merged later is led to its canonical one by the graph.
    """
    pages, orders, graph = (
        list(space.profiles_sync(table))
        for table in ("pages", "order_completed", "id_graph_updates")
    )
    canonical = {row["segment_id"]: row["canonical_segment_id"] for row in graph}

    (page,), (order,) = pages, orders
    assert {canonical[row["segment_id"]] for row in (page, order)} == {
        order["segment_id"]
    }
    assert len(canonical) == 2
    assert page["event_source_id"] == order["event_source_id"] == WEB
    assert (order["event"], order["event_text"]) == (
        "order_completed",
        "Order Completed",
    )
    assert order["items"] == '[{"sku":"x"}]'


def test_an_alias_is_told_of_whoever_has_the_user_id(
    space: Inspection, sandbox_url: str
) -> None:
    """
    And of nobody, where nobody has it.
    """
    send(sandbox_url, {"type": "alias", "userId": "zoe", "previousId": "y"})

    known, unknown = space.profiles_sync("aliases")
    (owner,) = {
        row["canonical_segment_id"]
        for row in space.profiles_sync("user_identifiers")
        if row["value"] == "ann"
    }
    assert (known["segment_id"], unknown["segment_id"]) == (owner, None)


def test_who_is_deleted_is_in_no_table(space: Inspection, sandbox_url: str) -> None:
    """
    Of what came before a login only the visitor is left.
    """
    body = {
        "regulationType": "DELETE_ONLY",
        "subjectType": "USER_ID",
        "subjectIds": ["ann"],
    }
    headers = {"Authorization": "Bearer t"}
    httpx.post(
        f"{sandbox_url}/regulations", json=body, headers=headers, trust_env=False
    ).raise_for_status()

    left = {
        table: len(list(space.profiles_sync(table)))
        for table in COLUMNS
        if table != "order_completed"
    }
    assert {table for table, count in left.items() if count} == {
        *("id_graph_updates", "external_id_mapping_updates"),
        *("user_identifiers", "pages"),
    }


def test_a_table_that_is_not_there_is_named_with_those_that_are(
    http: httpx.Client, space: Inspection
) -> None:
    """
    A typing error must not pass for an event that never came.
    """
    answer = http.get("/sandbox/profiles-sync/order_complete")

    assert answer.status_code == 404
    assert "identifies" in answer.json()["message"]


NAMES = st.text(st.sampled_from("aB_ 1-é"), min_size=1, max_size=6) | st.sampled_from(
    ["id", "userId", "timestamp", "event", "name", "email", "context_x", "uuidTs"]
)
VALUES = st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=3)
FREE = st.dictionaries(
    NAMES,
    VALUES | st.lists(VALUES, max_size=2) | st.dictionaries(NAMES, VALUES, max_size=2),
    max_size=4,
)
CALLS = st.sampled_from(
    [
        {"type": "identify", "free": "traits"},
        {"type": "group", "groupId": "g1", "free": "traits"},
        {"type": "page", "name": "Home", "free": "properties"},
        {"type": "screen", "category": "Shop", "free": "properties"},
        {"type": "track", "event": "Tracks", "free": "properties"},
        {"type": "track", "event": "Order Completed", "free": "properties"},
        {"type": "alias", "previousId": "v", "free": "traits"},
    ]
)
TIMES = {"received_at", "sent_at", "timestamp", "original_timestamp", "uuid_ts"}


@given(call=CALLS, free=FREE, context=FREE)
def test_an_event_is_laid_out_as_in_the_tables_of_a_source(
    call: dict[str, Any], free: dict[str, Any], context: dict[str, Any]
) -> None:
    """
    Landing, which keeps to Segment's schema of a source, makes the same rows of it.
    """
    fields = {name: value for name, value in call.items() if name != "free"}
    message = {
        **fields,
        "userId": "ann",
        "messageId": "m1",
        "receivedAt": "2026-11-22T12:00:00.000Z",
        call["free"]: free,
        "context": context,
    }

    ours = call_row(message, now=utc_now())
    told = list(event_rows(message, segment_id="s", source=WEB))

    landed = [(ours.table, ours.row)]
    if ours.event_row is not None:
        landed.append((str(ours.row["event"]), ours.event_row))
    assert [(table, without_nulls(row)) for table, row in told] == [
        (table, without_nulls(row)) for table, row in landed
    ]


def without_nulls(row: dict[str, Any]) -> dict[str, Any]:
    """What both have a word on, arrays as text."""
    return {
        name: as_text(value) if isinstance(value, list) else value
        for name, value in row.items()
        if value is not None
        and name not in TIMES
        and name not in ("segment_id", "event_source_id")
    }
