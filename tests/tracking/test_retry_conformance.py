"""A retry conformance matrix, T01 to T22, as Segment keeps one for its libraries.

The rules are those of segment-analytics-python 2.4 and its siblings; the numbers are
ours. Time is a clock that the waits move, so twelve minutes take none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any

import httpx
import pytest

from tests.tracking.network import KEY
from tracking import Answer, Outcome, Retry, retry
from tracking.client import TrackingClient

MESSAGES = [b'{"type":"identify","userId":"u1","messageId":"m1"}']
STEADY = Retry(jitter_seconds=0)


@dataclass
class Story:
    """What a server says in turn, the last for ever, and what the sender then does."""

    name: str
    answers: Sequence[tuple[int, str | None] | None]
    outcome: Outcome
    attempts: int
    waits: Sequence[float] = ()
    rules: Retry = STEADY


A, R, S, U = Outcome.ACCEPTED, Outcome.REFUSED, Outcome.STOP, Outcome.UNSURE
DOUBLING = (0.5, 1, 2, 4, 8, 16, 32, 60, 60)

STORIES = [
    Story("T01 a success is not repeated", [(200, None)], A, 1),
    *(
        Story(f"T02 {s} is tried again", [(s, None), (200, None)], A, 2, (0.5,))
        for s in (408, 410, 429, 460, 500, 502, 503, 504, 508, 511, 529)
    ),
    *(Story(f"T03 {s} is final", [(s, None)], S, 1) for s in (501, 505)),
    *(Story(f"T04 {s} is no success", [(s, None)], S, 1) for s in (301, 302, 307)),
    *(Story(f"T05 {s} blames the batch", [(s, None)], R, 1) for s in (400, 413, 422)),
    *(Story(f"T06 {s} blames the key", [(s, None)], S, 1) for s in (401, 403, 404)),
    Story("T07 no answer is tried again", [None, (200, None)], A, 2, (0.5,)),
    Story("T08 the waits double up to 60 s", [(500, None)], U, 10, DOUBLING),
    Story("T09 no answer ever", [None], U, 10, DOUBLING),
    Story("T10 seconds", [(429, "7"), (200, None)], A, 2, (7,)),
    Story("T11 on every status", [(503, "7"), (200, None)], A, 2, (7,)),
    Story("T12 not on a final one", [(400, "7")], R, 1),
    Story("T13 at most 300 s", [(429, "9000"), (200, None)], A, 2, (300,)),
    Story("T14 unreadable", [(429, "soon"), (200, None)], A, 2, (0.5,)),
    Story("T15 nothing or past", [(429, "0"), (200, None)], A, 2, (0.5,)),
    Story("T16 far date", [(429, FAR := "Fri, 01 Jan 2100 00:00:00 GMT"), (200, None)],
          A, 2, (300,)),
    Story("T17 asked waits are no failures", [*[(429, "1")] * 12, (200, None)], A, 13,
          (1,) * 12),
    Story("T18 asked waits have a budget", [(429, "300")], U, 7, (300,) * 6),
    Story("T19 backing off has a budget", [(500, None)], U, 5, DOUBLING[:4],
          Retry(jitter_seconds=0, budget_seconds=7)),
    Story("T20 after an asked wait the doubling goes on",
          [(429, "5"), (500, None), (200, None)], A, 3, (5, 1)),
    Story("T21 a mixture ends", [(429, "3"), None, (400, None)], R, 3, (3, 1)),
]  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_sender_conforms(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Outcome, number of attempts and every wait are those of the matrix.
    """
    answer, requests, waits = played(story, monkeypatch)

    assert (answer.outcome, answer.attempts) == (story.outcome, story.attempts)
    assert len(requests) == story.attempts
    assert waits == list(story.waits)


def test_a_retry_says_which_one_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    T22: X-Retry-Count is on retries only, and counts every one.
    """
    story = Story("T22", [(503, None), (429, "1"), None, (200, None)], A, 4)

    _, requests, _ = played(story, monkeypatch)

    counts = [request.headers.get("X-Retry-Count") for request in requests]
    assert counts == [None, "1", "2", "3"]


def played(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> tuple[Answer, list[httpx.Request], list[float]]:
    """The answer, the requests and the waits of one story."""
    requests: list[httpx.Request] = []
    waits: list[float] = []
    clock = 0.0

    def server(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        said = story.answers[min(len(requests), len(story.answers)) - 1]
        if said is None:
            raise httpx.ReadError("gone")
        status, retry_after = said
        headers: dict[str, Any] = {"Retry-After": retry_after} if retry_after else {}
        return httpx.Response(status, headers=headers, json={})

    def wait_for(seconds: float, _: Event) -> None:
        nonlocal clock
        clock += seconds
        waits.append(seconds)

    monkeypatch.setattr(retry, "wait_for", wait_for)
    monkeypatch.setattr(retry, "monotonic", lambda: clock)
    transport = httpx.MockTransport(server)
    with TrackingClient(
        "https://api.segment.io", KEY, retry=story.rules, transport=transport
    ) as client:
        return client.post(MESSAGES), requests, waits
