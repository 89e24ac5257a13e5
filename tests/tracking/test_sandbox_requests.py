"""What the sandbox answers, and what it keeps, over a real connection."""

import gzip
import json
from base64 import b64encode
from typing import Any

import httpx
import pytest

from tests.tracking.network import KEY
from tracking.sandbox.inspection import Inspection

IDENTIFY = {"type": "identify", "userId": "u1"}


def padded(message: dict[str, Any], size: int) -> bytes:
    """The message as JSON of exactly that many bytes."""
    bare = json.dumps({**message, "p": ""}, separators=(",", ":"))
    return json.dumps(
        {**message, "p": "x" * (size - len(bare))}, separators=(",", ":")
    ).encode()


SINGLE = [
    ("identify", "i", {"userId": "u1"}),
    ("track", "t", {"userId": "u1", "event": "E"}),
    ("page", "p", {"userId": "u1", "name": "Home"}),
    ("screen", "s", {"userId": "u1", "name": "Home"}),
    ("group", "g", {"userId": "u1", "groupId": "g1"}),
    ("alias", "a", {"userId": "u2", "previousId": "u1"}),
]


@pytest.mark.parametrize(("call", "letter", "fields"), SINGLE)
def test_each_call_has_two_paths(
    http: httpx.Client,
    sandbox: Inspection,
    call: str,
    letter: str,
    fields: dict[str, str],
) -> None:
    """
    The documented one, and the first letter that analytics.js uses.
    """
    answers = [http.post(f"/v1/{path}", json=fields) for path in (call, letter)]

    assert [answer.json() for answer in answers] == [{"success": True}] * 2
    assert sandbox.summary()["by_type"] == {call: 2}


@pytest.mark.parametrize("path", ["batch", "b", "import", "import/"])
def test_a_batch_has_the_paths_of_all_libraries(
    http: httpx.Client, sandbox: Inspection, path: str
) -> None:
    """
    Python, the browser, Ruby and Java each have their own.
    """
    answer = http.post(f"/v1/{path}", json={"batch": [IDENTIFY, IDENTIFY]})

    assert answer.json() == {"success": True}
    assert sandbox.summary()["accepted"] == 2


def test_what_is_beside_the_calls_is_answered(http: httpx.Client) -> None:
    """
    The beacon of analytics.js, the settings it asks for, and no other path.
    """
    beacon = http.post("/v1/m", content=b'{"series":[]}')
    settings = http.get(f"/v1/projects/{KEY}/settings")
    unknown = http.post("/v1/nothing", json=IDENTIFY)

    assert beacon.json() == {"success": True}
    assert settings.json()["integrations"]["Segment.io"]["apiKey"] == KEY
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("headers", "in_body", "status"),
    [
        (
            {"Authorization": f"Basic {b64encode(f'{KEY}:'.encode()).decode()}"},
            None,
            200,
        ),
        ({"Authorization": f"Basic {b64encode(KEY.encode()).decode()}"}, None, 200),
        ({}, KEY, 200),
        ({"Authorization": "Bearer token"}, KEY, 200),
        ({"Authorization": "Bearer token"}, None, 400),
        ({"Authorization": "Basic ???"}, None, 400),
        ({}, None, 400),
        ({}, "", 400),
        ({}, "abc123", 400),
        ({}, 12345678, 400),
    ],
)
def test_a_key_comes_in_a_header_or_in_the_body(
    sandbox_url: str,
    sandbox: Inspection,
    headers: dict[str, str],
    in_body: object,
    status: int,
) -> None:
    """
    A key that is missing or very short is refused; any other is taken, known or not.
    """
    key_field = {} if in_body is None else {"writeKey": in_body}
    url = f"{sandbox_url}/v1/identify"

    answer = httpx.post(
        url, json=IDENTIFY | key_field, headers=headers, trust_env=False
    )

    assert answer.status_code == status
    assert sandbox.summary()["accepted"] == (status == 200)


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
def test_the_content_type_does_not_matter(
    http: httpx.Client, sandbox: Inspection, content_type: str
) -> None:
    """
    Analytics.js says text/plain and means JSON.
    """
    http.post(
        "/v1/identify",
        content=json.dumps(IDENTIFY),
        headers={"Content-Type": content_type},
    )

    assert sandbox.summary()["accepted"] == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"text"', b'{"a":NaN}', b"\xff", b"[" * 2000],
)
def test_what_is_no_json_object_is_refused(
    http: httpx.Client, sandbox: Inspection, body: bytes
) -> None:
    """
    With an error that is JSON itself, in the three spellings that libraries read.
    """
    answer = http.post("/v1/batch", content=body)

    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message", "error"}
    assert sandbox.summary()["received"] == 0


@pytest.mark.parametrize(("batch", "code"), [([], "empty_batch"), ({}, "bad_request")])
def test_a_batch_of_nothing_is_a_success_all_the_same(
    http: httpx.Client, sandbox: Inspection, batch: object, code: str
) -> None:
    """
    Segment says 200 to everything but a body that is too large or no JSON.
    """
    answer = http.post("/v1/batch", json={"batch": batch})

    assert answer.status_code == 200
    assert sandbox.summary()["request_codes"] == {code: 1}


@pytest.mark.parametrize(("size", "status"), [(32_768, 200), (32_769, 400)])
@pytest.mark.parametrize("path", ["identify", "batch"])
def test_a_message_has_32_kilobytes(
    http: httpx.Client, sandbox: Inspection, path: str, size: int, status: int
) -> None:
    """
    One byte more, and the whole request is refused, its good messages included.
    """
    message = padded(IDENTIFY, size)
    good = json.dumps(IDENTIFY).encode()
    body = b'{"batch":[' + good + b"," + message + b"]}" if path == "batch" else message

    answer = http.post(f"/v1/{path}", content=body)

    assert answer.status_code == status
    assert bool(sandbox.summary()["accepted"]) == (status == 200)


@pytest.mark.parametrize(("size", "status"), [(500_000, 200), (500_001, 400)])
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_a_request_has_500_kilobytes(
    http: httpx.Client, *, size: int, status: int, compressed: bool
) -> None:
    """
    Counted before compression.
    """
    messages = b",".join([padded(IDENTIFY, 30_000)] * 16)
    bare = b'{"batch":[' + messages + b'],"p":""}'
    body = bare[:-2] + b"x" * (size - len(bare)) + bare[-2:]
    assert len(body) == size

    answer = http.post(
        "/v1/batch",
        content=gzip.compress(body) if compressed else body,
        headers={"Content-Encoding": "gzip"} if compressed else {},
    )

    assert answer.status_code == status


def test_a_body_that_unpacks_to_gigabytes_is_refused(http: httpx.Client) -> None:
    """
    It is read no further than the limit; and what is no gzip at all is refused too.
    """
    bomb = gzip.compress(b" " * 50_000_000)
    headers = {"Content-Encoding": "gzip"}

    answers = [
        http.post("/v1/batch", content=content, headers=headers)
        for content in (bomb, b"no gzip")
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json()["code"] == "request_too_large"


@pytest.mark.parametrize(("count", "dropped"), [(2_500, 0), (2_501, 1)])
def test_a_request_has_2500_messages(
    http: httpx.Client, sandbox: Inspection, count: int, dropped: int
) -> None:
    """
    What is beyond them is dropped behind a 200.
    """
    answer = http.post("/v1/batch", json={"batch": [IDENTIFY] * count})

    summary = sandbox.summary()
    assert answer.status_code == 200
    assert summary["accepted"] == 2_500
    assert sum(summary["dropped"].values()) == dropped


def test_a_dropped_message_is_answered_with_success(
    http: httpx.Client, sandbox: Inspection
) -> None:
    """
    Only the sandbox says what became of it: Segment would not.
    """
    answer = http.post("/v1/track", json={"userId": 17, "event": "E"})

    (dropped,) = sandbox.dropped()
    assert answer.json() == {"success": True}
    assert (dropped["stage"], dropped["code"]) == ("dropped", "id_not_string")
    assert dropped["message"]["userId"] == 17


def test_a_browser_may_call_segment_and_may_not_look_inside(
    http: httpx.Client,
) -> None:
    """
    A page of another site can send, preflight included, but read nothing.
    """
    preflight = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,x-retry-count",
    }
    origin = {"Origin": "https://shop.example"}

    asked = http.options("/v1/t", headers=preflight)
    sent = http.post("/v1/t", json={"userId": "u", "event": "E"}, headers=origin)
    looked = http.get("/sandbox/messages", headers=origin)

    assert asked.status_code == 200
    assert "x-retry-count" in asked.headers["Access-Control-Allow-Headers"]
    assert sent.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in looked.headers
