"""Segment's own Python library, as published, takes the sandbox for Segment."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from segment.analytics.client import Client
from segment.analytics.request import APIError

from tests.tracking.network import KEY
from tracking.client import TrackingClient
from tracking.sandbox.inspection import Inspection

# Captured from Segment's Python, Node and browser libraries; not part of the project.
CAPTURED = Path(__file__).parents[3] / "shared" / "data" / "segment_calls.jsonl"


def call_everything(client: Any) -> None:
    """One call of each kind, with what an application would say."""
    client.identify("u1", {"email": "ann@example.com", "plan": "pro"})
    client.track("u1", "Order Completed", {"revenue": 12.5}, message_id="order-1")
    client.track("u1", "Order Completed", {"revenue": 12.5}, message_id="order-1")
    client.page("u1", "Docs", "Pricing", {"path": "/pricing"})
    client.screen(anonymous_id="a1", name="Start")
    client.group("u1", "g1", {"seats": 9})
    client.alias("a1", "u1")


@pytest.mark.parametrize("gzip", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("sync_mode", [False, True], ids=["queue", "sync"])
def test_every_call_of_the_library_arrives(
    sandbox_url: str, sandbox: Inspection, *, gzip: bool, sync_mode: bool
) -> None:
    """
    Each in its type, once, with the library's own mark and no error on its side.
    """
    errors: list[object] = []
    client = Client(
        KEY,
        host=sandbox_url,
        gzip=gzip,
        sync_mode=sync_mode,
        upload_interval=0.01,
        on_error=lambda error, _: errors.append(error),
    )
    call_everything(client)
    if not sync_mode:
        client.shutdown()

    summary = sandbox.summary()
    assert errors == []
    assert summary["dropped"] == {}
    assert (summary["accepted"], summary["deduplicated"]) == (6, 1)
    assert summary["by_type"] == dict.fromkeys(
        ["identify", "track", "page", "screen", "group", "alias"], 1
    )
    assert {
        line["message"]["context"]["library"]["version"] for line in sandbox.messages()
    } == {"2.4.0"}
    assert list(sandbox.profiles()) == [
        {"user_id": "u1", "traits": {"email": "ann@example.com", "plan": "pro"}},
        {"group_id": "g1", "traits": {"seats": 9}},
    ]


def test_the_library_reads_our_errors(sandbox_url: str, sandbox: Inspection) -> None:
    """
    A refusal reaches the application as the library's own error, with our code.
    """
    client = Client("abc123", host=sandbox_url, sync_mode=True)

    with pytest.raises(APIError) as error:
        client.track("u1", "E")

    assert (error.value.status, error.value.code) == (400, "invalid_write_key")


def test_the_library_outlives_a_bad_minute(
    sandbox_url: str, sandbox: Inspection
) -> None:
    """
    A connection closed without an answer, and the library sends the same ids again.
    """
    sandbox.faults([{"status": None, "store": True}])
    client = Client(KEY, host=sandbox_url, upload_interval=0.01)
    client.track("u1", "E")
    client.shutdown()

    summary = sandbox.summary()
    assert (summary["accepted"], summary["deduplicated"]) == (1, 1)


if CAPTURED.exists():

    def test_captured_calls_of_all_libraries_are_kept(
        sandbox_url: str, sandbox: Inspection
    ) -> None:
        """
        Of 33 calls four share the id "messageId", so three of them are repetitions.
        Explicit null ids, names and categories are absent ones: nothing is dropped.
        One call has no id and is given one.
        """
        lines = CAPTURED.read_bytes().splitlines()

        with TrackingClient(sandbox_url, KEY) as tracking:
            tracking.post(lines)

        summary = sandbox.summary()
        repeated = sandbox.messages(stage="deduplicated")
        assert (len(lines), summary["received"], summary["accepted"]) == (33, 33, 30)
        assert summary["dropped"] == {}
        assert [line["message"]["messageId"] for line in repeated] == ["messageId"] * 3
        sent = {orjson.loads(line).get("messageId") for line in lines} - {None}
        got = {line["message"]["messageId"] for line in sandbox.messages()}
        assert sent < got
        assert len(got) == len(sent) + 1
