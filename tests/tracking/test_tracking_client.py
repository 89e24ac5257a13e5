"""What the client makes of each answer, tried at the edge of the network."""

import base64
import json
import logging
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.tracking.network import (
    ENDPOINT,
    KEY,
    MESSAGES,
    Network,
    answered,
    body_of,
    client,
)
from tracking import Answer, Outcome
from tracking.client import TrackingClient

STATUSES = [
    *((status, Outcome.ACCEPTED, 1) for status in (200, 201, 202, 204)),
    *((status, Outcome.REFUSED, 1) for status in (400, 413, 422)),
    *((status, Outcome.STOP, 1) for status in (401, 403, 404, 405, 409, 451)),
    *((status, Outcome.STOP, 1) for status in (300, 301, 302, 304, 307, 308)),
    *((status, Outcome.STOP, 1) for status in (501, 505)),
    *((status, Outcome.UNSURE, 3) for status in (408, 410, 429, 460)),
    *((status, Outcome.UNSURE, 3) for status in (500, 502, 503, 504, 511, 529)),
]


@pytest.mark.parametrize(("status", "outcome", "attempts"), STATUSES)
def test_each_status_has_one_meaning(
    status: int, outcome: Outcome, attempts: int
) -> None:
    """
    Only what leaves one unsure is tried again, and a redirect is never followed.
    """
    network = Network(answered(status, {"Location": "https://elsewhere.example"}))

    with client(network) as tracking:
        answer = tracking.post(MESSAGES)

    assert (answer.outcome, answer.status) == (outcome, status)
    assert answer.attempts == attempts == len(network.requests)


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.ReadError,
        httpx.ReadTimeout,
        httpx.RemoteProtocolError,
        httpx.WriteTimeout,
    ],
)
def test_a_lost_connection_leaves_one_unsure(error: type[httpx.RequestError]) -> None:
    """
    Without an answer the messages may have arrived; they are sent until they have.
    """
    lost = Network(error)
    lost_once = Network(error, answered(200))

    with client(lost) as tracking, client(lost_once) as again:
        assert tracking.post(MESSAGES) == Answer(
            outcome=Outcome.UNSURE, status=None, attempts=3, reason=error.__name__
        )
        assert again.post(MESSAGES) == Answer(
            outcome=Outcome.ACCEPTED, status=200, attempts=2, reason=""
        )


def test_a_request_is_what_segment_asks_for() -> None:
    """
    The key is a user without a password, and the messages are joined as they are.
    """
    network = Network(answered(200))

    with client(network) as tracking:
        tracking.post([b'{"a":1}', b'{"b":"\xc3\xa9"}'])

    (request,) = network.requests
    scheme, _, credentials = request.headers["Authorization"].partition(" ")
    assert (request.method, str(request.url)) == ("POST", f"{ENDPOINT}/v1/batch")
    assert (scheme, base64.b64decode(credentials)) == ("Basic", f"{KEY}:".encode())
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["User-Agent"].startswith("relyv-segment/")
    assert body_of(request).startswith(
        b'{"batch":[{"a":1},{"b":"\xc3\xa9"}],"sentAt":"'
    )


@pytest.mark.parametrize(
    ("count", "wants_gzip", "encoding"),
    [(1, True, None), (40, True, "gzip"), (40, False, None)],
)
def test_a_body_of_some_size_is_compressed(
    count: int, wants_gzip: bool, encoding: str | None
) -> None:
    """
    A small body would only grow; a large one travels at a fraction of its size.
    """
    network = Network(answered(200))
    transport = httpx.MockTransport(network)

    with TrackingClient(ENDPOINT, KEY, gzip=wants_gzip, transport=transport) as one:
        one.post(MESSAGES * count)

    (request,) = network.requests
    assert request.headers.get("Content-Encoding") == encoding
    assert len(json.loads(body_of(request))["batch"]) == count


def test_each_attempt_has_a_sent_at_of_its_own() -> None:
    """
    The messages of a retry are the same to the byte, the moment is not.
    """
    seen: list[bytes] = []

    def busy(request: httpx.Request) -> httpx.Response:
        seen.append(body_of(request))
        until = datetime.now(UTC) + timedelta(milliseconds=1)
        while datetime.now(UTC) <= until:
            pass
        return answered(503 if len(seen) < 3 else 200)

    with client(busy) as tracking:
        tracking.post(MESSAGES)

    messages, moments = zip(*(body.split(b'"sentAt"') for body in seen), strict=True)
    assert len(set(messages)) == 1
    assert len(set(moments)) == 3
    assert list(moments) == sorted(moments)


def test_the_key_and_the_messages_are_in_no_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """
    Not in a log of any library, not in an answer, not in the client's own picture.
    """
    caplog.set_level(logging.DEBUG)
    secrets = [KEY, base64.b64encode(f"{KEY}:".encode()).decode(), "u1"]
    echo = {"code": KEY, "message": MESSAGES[0].decode(), "error": KEY}
    network = Network(httpx.LocalProtocolError, answered(500, None, echo))

    with client(network) as tracking:
        answers = [tracking.post(MESSAGES), repr(tracking), str(vars(tracking))]
    refused = Network(answered(400, None, echo))
    with client(refused) as tracking:
        answers.append(tracking.post(MESSAGES))

    assert "tracking.batch_posted" in caplog.text
    assert not [one for one in secrets if one in caplog.text + str(answers)]


def test_a_refusal_is_named_by_its_code() -> None:
    """
    The code of the error body is told; its text, which may quote, is not.
    """
    error = {"code": "invalid_json", "message": "near u1", "error": "near u1"}
    network = Network(answered(400, None, error))

    with client(network) as tracking:
        answer = tracking.post(MESSAGES)

    assert answer.reason == "Bad Request (invalid_json)"


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(400, text="<html>no</html>"),
        httpx.Response(400, json=["code"]),
        httpx.Response(400, json={"code": 7}),
    ],
    ids=["html", "list", "number"],
)
def test_an_error_body_of_any_shape_is_survived(response: httpx.Response) -> None:
    """
    A proxy on the way answers as it likes.
    """
    with client(Network(response)) as tracking:
        answer = tracking.post(MESSAGES)

    assert answer.reason == "Bad Request"


def test_each_attempt_is_one_line_of_log(caplog: pytest.LogCaptureFixture) -> None:
    """
    Counts only: messages, bytes, status and attempt.
    """
    caplog.set_level(logging.INFO, logger="tracking")
    network = Network(answered(503), answered(200))

    with client(network) as tracking:
        tracking.post(MESSAGES)

    size = len(body_of(network.requests[0]))
    assert [line for line in caplog.messages if line.startswith("tracking.")] == [
        f"tracking.batch_posted messages=1 bytes={size} status=503 attempt=1",
        f"tracking.batch_posted messages=1 bytes={size} status=200 attempt=2",
    ]


@pytest.mark.parametrize(
    "endpoint",
    [
        "api.segment.io",
        "ftp://api.segment.io",
        f"https://{KEY}@api.segment.io",
        "",
        "http://host:port",
    ],
)
def test_an_address_that_is_none_is_refused_at_once(endpoint: str) -> None:
    """
    Before the first message, and without repeating what may hold a key.
    """
    with pytest.raises(ValueError, match="regions") as refusal:
        TrackingClient(endpoint, KEY)

    assert KEY not in str(refusal.value)


@pytest.mark.parametrize("endpoint", [ENDPOINT, f"{ENDPOINT}/"])
def test_a_slash_at_the_end_of_the_address_does_not_matter(endpoint: str) -> None:
    """
    Both spellings are in use.
    """
    network = Network(answered(200))

    with TrackingClient(
        endpoint, KEY, transport=httpx.MockTransport(network)
    ) as tracking:
        tracking.post(MESSAGES)

    assert network.requests[0].url.path == "/v1/batch"


@pytest.mark.parametrize(("scheme", "checks"), [("https", True), ("http", False)])
def test_certificates_are_read_only_where_there_are_any(
    monkeypatch: pytest.MonkeyPatch, scheme: str, checks: bool
) -> None:
    """
    To read them all takes as long as thousands of messages.
    """
    asked: dict[str, object] = {}
    monkeypatch.setattr(httpx, "Client", lambda **words: asked.update(words))

    TrackingClient(f"{scheme}://localhost", KEY)

    assert asked["verify"] is checks
