"""The client and the sandbox together: what a sender meets, and what is left."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import orjson
import pytest

from tests.tracking.network import KEY
from tracking import Outcome, Retry, batches
from tracking.client import Timeouts, TrackingClient
from tracking.sandbox.inspection import Inspection
from tracking.sandbox.process import SandboxFailed, sandbox_process

AT_ONCE = Retry(
    attempts=4, first_wait_seconds=0, longest_wait_seconds=0, jitter_seconds=0
)


def identifies(count: int) -> list[bytes]:
    """That many messages, each with a user and an id of its own."""
    return [
        orjson.dumps(
            {
                "type": "identify",
                "userId": f"u{number}",
                "messageId": f"m{number}",
                "timestamp": "2026-11-22T12:00:00Z",
                "traits": {"score": number},
            }
        )
        for number in range(count)
    ]


def stages(sandbox: Inspection) -> tuple[int, int]:
    """Accepted and deduplicated."""
    summary = sandbox.summary()
    return summary["accepted"], summary["deduplicated"]


def test_threads_share_one_client(sandbox_url: str, sandbox: Inspection) -> None:
    """
    Every message arrives once, whichever thread sends it.
    """
    cut = list(batches(identifies(2_000), size=len, max_count=50))

    with TrackingClient(sandbox_url, KEY) as tracking, ThreadPoolExecutor(8) as pool:
        outcomes = {answer.outcome for answer in pool.map(tracking.post, cut)}

    assert outcomes == {Outcome.ACCEPTED}
    assert stages(sandbox) == (2_000, 0)
    scores = {row["user_id"]: row["traits"]["score"] for row in sandbox.profiles()}
    assert scores == {f"u{number}": number for number in range(2_000)}


def test_a_connection_lost_after_the_store_loses_and_doubles_nothing(
    sandbox_url: str, sandbox: Inspection
) -> None:
    """
    The sender cannot know that it arrived; the same ids make the retry harmless.
    """
    sandbox.faults([{"status": None, "store": True}])

    with TrackingClient(sandbox_url, KEY, retry=AT_ONCE) as tracking:
        answer = tracking.post(identifies(3))

    assert (answer.outcome, answer.attempts) == (Outcome.ACCEPTED, 2)
    assert stages(sandbox) == (3, 3)
    assert sandbox.summary()["answers"] == {"none": 1, "200": 1}


def test_an_answer_that_comes_too_late_is_no_answer(
    sandbox_url: str, sandbox: Inspection
) -> None:
    """
    Accepted, then silence: the client gives the attempt up and sends again.
    """
    sandbox.faults([{"status": 200, "store": True, "delay_seconds": 30}])

    with TrackingClient(
        sandbox_url, KEY, retry=AT_ONCE, timeouts=Timeouts(read=0.2)
    ) as tracking:
        answer = tracking.post(identifies(3))

    assert (answer.outcome, answer.attempts) == (Outcome.ACCEPTED, 2)
    assert stages(sandbox) == (3, 3)


def test_faults_come_in_order_and_end(sandbox_url: str, sandbox: Inspection) -> None:
    """
    Each is served as often as asked, and then Segment is itself again.
    """
    sandbox.faults(
        [
            {"status": 503, "times": 2},
            {"status": 429, "headers": {"Retry-After": "0"}, "store": True},
        ]
    )

    with TrackingClient(sandbox_url, KEY, retry=AT_ONCE) as tracking:
        answer = tracking.post(identifies(1))

    assert (answer.outcome, answer.attempts) == (Outcome.ACCEPTED, 4)
    assert stages(sandbox) == (1, 1)
    assert sandbox.summary()["answers"] == {"503": 2, "429": 1, "200": 1}


def test_a_fault_has_the_headers_it_was_given(
    sandbox_url: str, sandbox: Inspection
) -> None:
    """
    As Segment limits a rate: with both headers, in seconds.
    """
    headers = {"Retry-After": "9", "X-RateLimit-Reset": "9"}
    sandbox.faults([{"status": 429, "headers": headers}])

    answer = httpx.post(f"{sandbox_url}/v1/identify", json={}, trust_env=False)

    assert answer.status_code == 429
    assert {name: answer.headers[name] for name in headers} == headers


def test_a_key_that_segment_would_refuse_is_a_refusal(
    sandbox_url: str, sandbox: Inspection
) -> None:
    """
    Very short keys are answered with 400, and the reason has its code.
    """
    with TrackingClient(sandbox_url, "abc123") as tracking:
        answer = tracking.post(identifies(1))

    assert answer.outcome is Outcome.REFUSED
    assert answer.reason == "Bad Request (invalid_write_key)"


def test_a_day_can_pass_at_once(sandbox_url: str, sandbox: Inspection) -> None:
    """
    Within 24 hours a message is recognised; after them it is news.
    """
    with TrackingClient(sandbox_url, KEY) as tracking:
        seen = []
        for seconds in (0, 86_000, 401):
            sandbox.advance(seconds)
            tracking.post(identifies(2))
            seen.append(stages(sandbox))

    assert seen == [(2, 0), (2, 2), (4, 2)]


def test_history_keeps_its_time(sandbox_url: str, sandbox: Inspection) -> None:
    """
    A sentAt of the moment leaves the timestamp where it was, but for the journey.
    """
    with TrackingClient(sandbox_url, KEY) as tracking:
        tracking.post(identifies(1))

    (line,) = sandbox.messages()
    assert line["message"]["originalTimestamp"] == "2026-11-22T12:00:00Z"
    assert "2026-11-22T12:00:00" <= line["message"]["timestamp"] < "2026-11-22T12:00:30"


def test_starting_afresh_forgets_everything(
    sandbox_url: str, sandbox: Inspection
) -> None:
    """
    Messages, ids, profiles and faults to come.
    """
    with TrackingClient(sandbox_url, KEY, retry=AT_ONCE) as tracking:
        tracking.post(identifies(2))
        sandbox.faults([{"status": 503, "times": 100}])
        sandbox.reset()
        assert sandbox.summary()["requests"] == 0
        tracking.post(identifies(2))

    assert stages(sandbox) == (2, 0)


@pytest.fixture(scope="module")
def slow_sandbox_url() -> Any:
    """A sandbox that takes its time for each tracking call."""
    with sandbox_process(latency_seconds=0.25) as url:
        yield url


def test_latency_delays_calls_and_no_looks(slow_sandbox_url: str) -> None:
    """
    Calls in flight together wait together.
    """
    cut = [[message] for message in identifies(4)]

    with (
        TrackingClient(slow_sandbox_url, KEY) as tracking,
        ThreadPoolExecutor(4) as pool,
        Inspection(slow_sandbox_url) as sandbox,
    ):
        began = time.monotonic()
        outcomes = {answer.outcome for answer in pool.map(tracking.post, cut)}
        took = time.monotonic() - began
        accepted = sandbox.summary()["accepted"]

    assert outcomes == {Outcome.ACCEPTED}
    assert accepted == 4
    assert took >= 0.25


def test_a_sandbox_is_gone_when_its_block_ends() -> None:
    """
    Its port is free again, for the next sandbox that asks for it.
    """
    with sandbox_process() as url, Inspection(url) as sandbox:
        assert sandbox.answers()
    with Inspection(url) as sandbox:
        assert not sandbox.answers()

    port = httpx.URL(url).port
    with sandbox_process(port) as again:
        assert again == url
        with pytest.raises(OSError, match="in use"), sandbox_process(port):
            pass


def test_a_sandbox_that_cannot_start_says_why() -> None:
    """
    At once, with what the process wrote: not after a time limit.
    """
    never = sandbox_process(latency_seconds="soon")  # type: ignore[arg-type]
    began = time.monotonic()

    with pytest.raises(SandboxFailed, match="latency-seconds"), never:
        pass

    assert time.monotonic() - began < 15


@pytest.mark.parametrize("status", [200, 204, 304])
def test_an_answer_without_a_body_can_be_asked_for(
    sandbox_url: str, sandbox: Inspection, status: int
) -> None:
    """
    Some statuses forbid a body; they are served without one.
    """
    sandbox.faults([{"status": status}])

    with TrackingClient(sandbox_url, KEY) as tracking:
        answer = tracking.post(identifies(1))

    assert (answer.status, answer.attempts) == (status, 1)
    assert sandbox.summary()["received"] == 0
