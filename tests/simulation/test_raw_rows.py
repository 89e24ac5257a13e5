"""The rows that landing will read."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from simulation.moments import iso
from tests.simulation.worlds import Row, Written

SOURCES = ("segment_calls", "relyv_sessions", "relyv_session_events", "relyv_deletions")
# Not among them: replay_expires_at is a plan, not something that happened.
TIMES = {
    *("timestamp", "originalTimestamp", "sentAt", "receivedAt"),
    *("started_at", "ended_at", "last_event_at", "identified_at", "deleted_at"),
    *("updated_at", "requested_at", "ts", "received_at"),
}


def _moments(row: Row) -> Iterator[str]:
    yield from (row[name] for name in TIMES & row.keys())
    if "client_ts_ms" in row:
        yield iso(row["client_ts_ms"])


def _receipt(row: Row) -> str:
    """When a row was delivered, whatever its source calls that."""
    names = ("receivedAt", "received_at", "updated_at", "requested_at")
    return next(str(row[name]) for name in names if name in row)


def test_nobody_does_less_than_a_month_takes(month: Written) -> None:
    """
    In 30 days everybody has at least 8 sessions and 200 events by the end.
    """
    person_of = {row["session_id"]: row["person_id"] for row in month.truth("session")}
    sessions = Counter(
        person_of[session_id]
        for session_id in {
            row["session_id"] for row in month.rows("raw/relyv_sessions")
        }
    )
    events = Counter(
        person_of[session_id]
        for session_id, _ in {
            (row["session_id"], row["event_id"])
            for row in month.rows("raw/relyv_session_events")
        }
    )
    calls = {row["messageId"] for row in month.rows("raw/segment_calls")}
    for message_id in calls:
        session_id = message_id.split("-")[3]
        events[person_of.get(session_id, "")] += 1
    people = [row["person_id"] for row in month.truth("person")]

    assert len(people) == 200
    assert min(sessions[person] for person in people) >= 8
    assert min(events[person] for person in people) >= 200


@pytest.mark.parametrize("source", SOURCES)
def test_history_ends_at_the_end(thousand: Written, source: str) -> None:
    """
    No moment in raw is later than the end; no row in later came before it.
    """
    end = iso(thousand.world.end_ms)

    assert all(
        moment <= end
        for row in thousand.rows(f"raw/{source}")
        for moment in _moments(row)
    )
    assert all(_receipt(row) > end for row in thousand.rows(f"later/{source}"))


@pytest.mark.parametrize("source", SOURCES)
def test_the_later_day_is_a_day(thousand: Written, source: str) -> None:
    """
    Everything in later is delivered within 24 hours of the end.
    """
    a_day_on = iso(thousand.world.end_ms + 24 * 60 * 60 * 1000)

    assert all(_receipt(row) <= a_day_on for row in thousand.rows(f"later/{source}"))


def test_nobody_is_erased_in_history(thousand: Written) -> None:
    """
    Erasure is news: raw has none, later has one row for each known request.
    """
    assert thousand.rows("raw/relyv_deletions") == []
    assert {
        (row["deletion_request_id"], row["subject_type"], row["subject_id"])
        for row in thousand.rows("later/relyv_deletions")
    } == {
        (row["deletion_request_id"], row["subject_type"], row["subject_id"])
        for row in thousand.truth("deletion")
    }


def test_segment_messages_have_the_shape_of_their_type(thousand: Written) -> None:
    """
    Every message has what Segment always delivers, and what its own type needs.
    """
    always = {"type", "messageId", "context", "timestamp", "originalTimestamp"}
    always |= {"sentAt", "receivedAt", "integrations", "channel", "version"}
    needs = {
        "identify": {"traits"},
        "track": {"event", "properties"},
        "page": {"name", "properties"},
        "group": {"groupId", "traits"},
        "alias": {"userId", "previousId"},
    }
    calls = thousand.rows("raw/segment_calls")

    assert {call["type"] for call in calls} == set(needs)
    for call in calls:
        assert always | needs[call["type"]] <= call.keys()
        assert "userId" in call or "anonymousId" in call
        assert len(call["messageId"]) < 100
        assert call["timestamp"] <= call["receivedAt"]


def test_every_way_of_naming_somebody_occurs(thousand: Written) -> None:
    """
    Servers name devices in the context, CRMs add ids, broken pages send junk.
    """
    calls = thousand.rows("raw/segment_calls")
    servers = [call for call in calls if call["channel"] == "server"]
    kinds = {
        external["type"]
        for call in calls
        for external in call["context"].get("externalIds", [])
    }

    assert any("anonymousId" in call["context"] for call in servers)
    assert not any("anonymousId" in call for call in servers)
    assert kinds == {"salesforce_id", "hubspot_id", "customerio_id"}
    assert {"null", "undefined"} <= {call.get("userId") for call in calls}
    assert any("groupId" in call["context"] for call in calls)
    assert any(
        call.get("anonymousId") == "00000000-0000-0000-0000-000000000000"
        for call in calls
    )


@pytest.mark.parametrize("instalment", ["raw", "later"])
def test_every_event_belongs_to_a_session_that_is_known(
    thousand: Written, instalment: str
) -> None:
    """
    An event's session has a row in raw or in later; its fields have their types.
    """
    sessions = {
        row["session_id"]
        for part in ("raw", "later")
        for row in thousand.rows(f"{part}/relyv_sessions")
    }

    for event in thousand.rows(f"{instalment}/relyv_session_events"):
        assert event["session_id"] in sessions
        assert {"event_id", "event_type", "seq", "ts", "received_at"} <= event.keys()
        assert isinstance(event["client_ts_ms"], int)


def test_both_sides_name_the_same_devices(thousand: Written) -> None:
    """
    The replay tool uses Segment's own anonymousId.
    """
    devices = {row["anonymous_id"] for row in thousand.truth("device")}
    calls = thousand.rows("raw/segment_calls") + thousand.rows("later/segment_calls")
    sessions = [
        row
        for part in ("raw", "later")
        for row in thousand.rows(f"{part}/relyv_sessions")
    ]

    assert {row["anonymous_id"] for row in sessions} == devices
    seen = {call["anonymousId"] for call in calls if "anonymousId" in call}
    assert devices <= seen


def test_recordings_of_every_sort_occur(month: Written) -> None:
    """
    Only a replay that is kept has an address, and it names its session.
    """
    statuses: Counter[str] = Counter()
    row: dict[str, Any]
    for row in month.rows("raw/relyv_sessions"):
        statuses[row["recording_status"]] += 1
        url = f"https://replay.relyv.example/s/{row['session_id']}"
        is_kept = row["recording_status"] in ("recorded", "expired")
        assert row.get("replay_url") == (url if is_kept else None)

    assert set(statuses) == {"recorded", "sampled_out", "blocked", "expired", "deleted"}
    assert statuses["recorded"] > 0.85 * statuses.total()
