"""What a workspace drops behind a 200, though the message is in order."""

from typing import Any

import httpx
import pytest

from tests.tracking.tracking_calls import KEY, send
from tracking import write_key_fingerprint
from tracking.sandbox.inspection import Inspection
from tracking.source_settings import KeyVerdict, key_verdict

OTHER = "a-key-that-nobody-has"
PLAN = [
    {
        "type": "TRACK",
        "key": "Planned",
        "jsonSchema": {
            "properties": {"properties": {"required": ["score"], "type": "object"}}
        },
    }
]


def track(event: str, **properties: Any) -> dict[str, Any]:
    return {"type": "track", "userId": "u1", "event": event, "properties": properties}


def dropped(sandbox: Inspection) -> dict[str, int]:
    codes: dict[str, int] = sandbox.summary()["dropped"]
    return codes


@pytest.mark.parametrize(
    ("workspace", "codes"),
    [
        ({}, {}),
        ({"write_keys": [KEY]}, {"unknown_source": 1}),
        ({"write_keys": [KEY, OTHER], "disabled": [OTHER]}, {"source_disabled": 1}),
        ({"is_locked": True}, {"locked_workspace": 2}),
    ],
    ids=["open", "unknown", "disabled", "locked"],
)
def test_a_source_that_is_not_heard_is_answered_with_success(
    sandbox: Inspection,
    sandbox_url: str,
    workspace: dict[str, Any],
    codes: dict[str, int],
) -> None:
    """
    The sender cannot know: only the sandbox tells, with Segment's code.
    """
    sandbox.workspace(**workspace)

    for key in (KEY, OTHER):
        send(sandbox_url, track("A"), key=key)

    assert dropped(sandbox) == codes
    assert sandbox.summary()["accepted"] == 2 - sum(codes.values())
    assert sandbox.summary()["answers"] == {"200": 2}


def test_the_settings_of_a_key_tell_whether_there_is_such_a_source(
    sandbox: Inspection, sandbox_url: str
) -> None:
    """
    Which is the one place where a sender can find out.
    """
    sandbox.workspace(write_keys=[KEY])
    hosts = frozenset({sandbox_url.removeprefix("http://")})

    verdicts = [key_verdict(key, hosts=hosts, cdn=sandbox_url) for key in (KEY, OTHER)]

    assert verdicts == [KeyVerdict.KNOWN, KeyVerdict.UNKNOWN]


def test_a_source_filters_what_its_schema_and_its_plan_do_not_want(
    sandbox: Inspection, sandbox_url: str
) -> None:
    """
    Each with the code of Segment's own.
    """
    sandbox.workspace(blocked_events=["Blocked"], tracking_plan=PLAN)

    send(
        sandbox_url,
        track("Blocked"),
        track("Unplanned"),
        track("Planned"),
        track("Planned", score=1),
        {"type": "identify", "userId": "u1"},
    )

    assert dropped(sandbox) == {
        "event_setting": 1,
        "unplanned": 1,
        "schema_violation": 1,
    }
    assert sandbox.summary()["accepted"] == 2


def test_a_reset_opens_the_workspace_again(
    sandbox: Inspection, sandbox_url: str
) -> None:
    """
    As it was at the start.
    """
    sandbox.workspace(is_locked=True)
    sandbox.reset()

    send(sandbox_url, track("A"))

    (line,) = sandbox.messages()
    assert line["write_key_fingerprint"] == write_key_fingerprint(KEY)


@pytest.mark.parametrize(
    "fields",
    [
        {"write_keys": "one"},
        {"disabled": [1]},
        {"blocked": []},
        {"is_locked": "yes"},
        {"tracking_plan": [{"type": "EVENT"}]},
        {"tracking_plan": "rules"},
    ],
)
def test_a_workspace_that_cannot_be_is_an_error(
    http: httpx.Client, fields: dict[str, Any]
) -> None:
    """
    A typing error must not pass for a workspace that drops nothing.
    """
    answer = http.put("/sandbox/workspace", json=fields)

    assert answer.status_code == 400
