"""Looking into the sandbox: what it tells of the messages that it keeps."""

from typing import Any

import httpx
import pytest

from tracking.sandbox.inspection import Inspection


def test_messages_are_found_by_what_they_are(
    http: httpx.Client, sandbox: Inspection
) -> None:
    """
    Stage, type, event, user, and a page of the whole.
    """
    batch = [
        {"type": "track", "userId": "u1", "event": "A & B", "messageId": "1"},
        {"type": "track", "userId": "u2", "event": "C", "messageId": "2"},
        {"type": "identify", "userId": "u1", "messageId": "3"},
        {"type": "identify", "userId": "u1", "messageId": "3"},
        {"type": "track", "userId": "u1", "messageId": "5"},
    ]
    http.post("/v1/batch", json={"batch": batch})

    def found(**filters: Any) -> list[str]:
        lines = sandbox.messages(**filters)
        return [line["message"]["messageId"] for line in lines]

    assert found() == ["1", "2", "3"]
    assert found(stage="received") == ["1", "2", "3", "3", "5"]
    assert found(stage="deduplicated") == ["3"]
    assert found(stage="dropped") == ["5"]
    assert found(event="A & B") == ["1"]
    assert found(type="track") == ["1", "2"]
    assert found(user_id="u1") == ["1", "3"]
    assert found(limit=1, offset=1) == ["2"]
    assert sandbox.summary()["by_event"] == {"A & B": 1, "C": 1}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/sandbox/messages?stage=lost", ""),
        ("GET", "/sandbox/messages?limit=-1", ""),
        ("GET", "/sandbox/messages?offset=x", ""),
        ("POST", "/sandbox/clock", '{"advance_seconds":-1}'),
        ("POST", "/sandbox/clock", '{"advance_seconds":"1"}'),
        ("POST", "/sandbox/clock", "[]"),
        ("POST", "/sandbox/clock", "{"),
        ("POST", "/sandbox/faults", "{}"),
        ("POST", "/sandbox/faults", '{"responses":[{}]}'),
        ("POST", "/sandbox/faults", '{"responses":[{"status":"503"}]}'),
        ("POST", "/sandbox/faults", '{"responses":[{"status":99}]}'),
        ("POST", "/sandbox/faults", '{"responses":[{"status":429,"headers":{"a":1}}]}'),
        ("POST", "/sandbox/faults", '{"responses":[{"status":503,"time":1}]}'),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(
    http: httpx.Client, method: str, path: str, body: str
) -> None:
    """
    A typing error in a test must not pass for a quiet sandbox.
    """
    answer = http.request(method, path, content=body)

    assert answer.status_code == 400
    assert answer.json()["message"].endswith(".")


def test_the_page_shows_messages_as_text(
    http: httpx.Client, sandbox: Inspection
) -> None:
    """
    What a sender wrote is never run, and nothing is fetched from elsewhere.
    """
    http.post("/v1/track", json={"userId": "u", "event": "<script>alert(1)</script>"})
    http.post("/v1/track", json={"userId": "", "event": "E"})

    page = http.get("/")

    assert page.headers["Content-Type"].startswith("text/html")
    assert "&lt;script&gt;" in page.text
    assert "userId or anonymousId is empty" in page.text
    assert not [
        mark for mark in ("<script", "src=", "href=", "@import") if mark in page.text
    ]


def test_line_ends_of_other_writings_do_not_cut_a_line(
    http: httpx.Client, sandbox: Inspection
) -> None:
    """
    U+2028 and U+0085 end a line for Unicode, not for NDJSON.
    """
    event = "a\u2028b\u0085c\nd"
    http.post("/v1/track", json={"userId": "u", "event": event})

    (line,) = sandbox.messages()
    assert line["message"]["event"] == event
