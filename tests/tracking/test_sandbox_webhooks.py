"""The sandbox's webhooks, received by a real HTTP server."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import httpx
import orjson
import pytest

from tests.eventually import eventually
from tests.tracking.tracking_calls import send
from tracking.sandbox.inspection import Inspection
from tracking.sandbox.webhook_retries import WebhookRetries

SECRET = "shared"
HOUR = 60 * 60


@dataclass
class Endpoint:
    """What came, and what is to be answered next: 200 if nothing else is said."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    otherwise: int = 200
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    there = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            there.requests.append((headers, body))
            self.send_response(
                there.statuses.pop(0) if there.statuses else there.otherwise
            )
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    there.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield there
    server.shutdown()
    server.server_close()
    thread.join()


def event(name: str) -> dict[str, Any]:
    return {"type": "track", "event": name, "userId": "ann", "properties": {"é": 1e-7}}


def signed(body: bytes) -> str:
    return hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()


def test_an_event_is_signed_in_full(
    sandbox: Inspection, sandbox_url: str, endpoint: Endpoint
) -> None:
    """The signature is of the body as it is on the wire."""
    sandbox.send_to(endpoint.url, secret=SECRET, headers={"X-Ours": "yes"})
    send(sandbox_url, event("A"))

    eventually(lambda: len(endpoint.requests) == 1)
    headers, body = endpoint.requests[0]
    assert orjson.loads(body)["event"] == "A"
    assert headers["x-signature"] == signed(body)
    assert headers["x-ours"] == "yes"


def test_of_a_batch_only_the_first_is_signed(
    sandbox: Inspection, sandbox_url: str, endpoint: Endpoint
) -> None:
    """So whoever saw one such request can forge all elements but the first."""
    sandbox.send_to(endpoint.url, secret=SECRET, batch_size=3)
    send(sandbox_url, *(event(name) for name in "ABCD"))

    eventually(lambda: len(endpoint.requests) == 2)
    headers, body = endpoint.requests[0]
    assert [each["event"] for each in orjson.loads(body)] == ["A", "B", "C"]
    text = body.decode()
    first = text[1 : json.JSONDecoder().raw_decode(text, 1)[1]].encode()
    assert orjson.loads(first)["event"] == "A"
    assert headers["x-signature"] == signed(first)
    assert headers["x-signature"] != signed(body)


def test_what_fails_is_tried_again_as_time_passes(
    sandbox: Inspection, sandbox_url: str, endpoint: Endpoint
) -> None:
    """Not before; and the same event again."""
    endpoint.statuses = [503, 429]
    sandbox.send_to(endpoint.url)
    send(sandbox_url, event("A"))
    eventually(lambda: attempts(sandbox) == [503])

    sandbox.advance(10)
    eventually(lambda: attempts(sandbox) == [503, 429])
    sandbox.advance(10)
    eventually(lambda: attempts(sandbox) == [503, 429, 200])

    assert len({body for _, body in endpoint.requests}) == 1
    assert sandbox.webhooks()[0]["delivered"] == 1


def test_the_waits_grow_for_four_hours() -> None:
    """
    From a second to ten minutes, none of them regular, and the last attempt within
    the time.
    """
    retries = WebhookRetries()
    tries = [0.0]
    while due := retries.next_try(503, attempts=len(tries), since=0.0, now=tries[-1]):
        tries.append(due)

    waits = [later - earlier for earlier, later in pairwise(tries)]
    longest = [min(2**n, 600) for n in range(len(waits))]
    assert all(
        0.5 * most <= wait <= 1.5 * most
        for wait, most in zip(waits, longest, strict=True)
    )
    assert len(set(waits)) == len(waits)
    assert 4 * HOUR - 900 < tries[-1] <= 4 * HOUR


@pytest.mark.parametrize("status", [None, 429, 500, 503, 599, 200 + 100, 400, 410])
def test_only_what_may_pass_is_tried_again(status: int | None) -> None:
    """
    No answer, too many requests, and what is the server's own fault.
    """
    due = WebhookRetries().next_try(status, attempts=1, since=0.0, now=0.0)

    may_pass = status is None or status == 429 or status >= 500
    assert (due is not None) == may_pass


def test_it_is_given_up_after_four_hours(
    sandbox: Inspection, sandbox_url: str, endpoint: Endpoint
) -> None:
    """Of the sandbox's clock."""
    endpoint.otherwise = 500
    sandbox.send_to(endpoint.url)
    send(sandbox_url, event("A"))

    while not sandbox.webhooks()[0]["given_up"]:
        before = len(attempts(sandbox))
        sandbox.advance(HOUR / 4)
        eventually(
            lambda before=before: (
                len(attempts(sandbox)) > before or sandbox.webhooks()[0]["given_up"]
            )
        )

    ages = [attempt["age_seconds"] for attempt in sandbox.webhooks()[0]["attempts"]]
    assert 3 * HOUR < ages[-1] - ages[0] <= 4 * HOUR
    assert sandbox.webhooks()[0]["waiting"] == 0


def test_what_is_refused_is_not_tried_again(
    sandbox: Inspection, sandbox_url: str, endpoint: Endpoint
) -> None:
    """A 400 is final; the next event is sent all the same."""
    endpoint.statuses = [400]
    sandbox.send_to(endpoint.url)
    send(sandbox_url, event("A"))
    eventually(lambda: sandbox.webhooks()[0]["given_up"] == 1)
    send(sandbox_url, event("B"))

    eventually(lambda: attempts(sandbox) == [400, 200])


def test_only_what_is_accepted_from_then_on_is_sent(
    sandbox: Inspection, sandbox_url: str, endpoint: Endpoint
) -> None:
    """Nothing that came before, and nothing that was dropped or a repetition."""
    send(sandbox_url, event("Before"))
    sandbox.send_to(endpoint.url)
    once = {**event("A"), "messageId": "m1"}
    send(sandbox_url, once, once, {"type": "track", "userId": "u1"}, event("B"))

    eventually(lambda: sandbox.webhooks()[0]["delivered"] == 2)
    sent = [orjson.loads(body)["event"] for _, body in endpoint.requests]
    assert sent == ["A", "B"]


def test_a_deletion_is_told(
    sandbox: Inspection, sandbox_url: str, endpoint: Endpoint
) -> None:
    """Of each user, and only where the deletion is not internal."""
    sandbox.send_to(endpoint.url, secret=SECRET)
    for kind, user in (("DELETE_INTERNAL", "ann"), ("SUPPRESS_WITH_DELETE", "bob")):
        body = {
            "regulationType": kind,
            "subjectType": "USER_ID",
            "subjectIds": [user],
        }
        headers = {"Authorization": "Bearer t"}
        httpx.post(
            f"{sandbox_url}/regulations", json=body, headers=headers, trust_env=False
        )

    eventually(lambda: len(endpoint.requests) == 1)
    headers, raw = endpoint.requests[0]
    told = orjson.loads(raw)
    assert (told["type"], told["userId"]) == ("delete", "bob")
    assert headers["x-signature"] == signed(raw)


def attempts(sandbox: Inspection) -> list[int | None]:
    return [attempt["status"] for attempt in sandbox.webhooks()[0]["attempts"]]
