"""So many a second, and a way out of every wait."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.network import KEY
from tracking import Outcome, Pace, Retry
from tracking.client import TrackingClient
from tracking.sandbox.inspection import Inspection


@given(sizes=st.lists(st.integers(1, 1_000), min_size=60, max_size=200))
def test_no_second_carries_more_than_the_rate(sizes: list[int]) -> None:
    """
    1,000 messages a second within 2%, whatever the sizes of the requests are.
    """
    now = 0.0
    pace = Pace(events_per_second=1_000, clock=lambda: now)

    for size in sizes:
        now += pace.book(size)

    sent = sum(sizes[:-1])
    assert sent / now == pytest.approx(1_000, rel=0.02)


def test_a_pause_is_not_made_up_for() -> None:
    """
    After an idle minute the next second is as full as any other.
    """
    now = 0.0
    pace = Pace(events_per_second=1_000, requests_per_second=5, clock=lambda: now)
    pace.book(500)
    now = 60.0

    departures = [pace.book(500), pace.book(1), pace.book(1)]

    assert departures == pytest.approx([0.0, 0.5, 0.7])


def test_a_request_is_no_burst() -> None:
    """
    At 100 a second no request carries 2,500.
    """
    assert Pace(events_per_second=100).most_messages(2_500) == 100
    assert Pace(events_per_second=0.5).most_messages(2_500) == 1
    assert Pace().most_messages(2_500) == 2_500


@pytest.mark.slow
def test_a_real_sender_keeps_the_pace(sandbox: Inspection, sandbox_url: str) -> None:
    """
    10,000 messages at 1,000 a second take 10 seconds, by the wall's clock.
    """
    batch = [b'{"type":"identify","userId":"u%d"}' % n for n in range(100)]
    pace = Pace(events_per_second=1_000)
    with TrackingClient(sandbox_url, KEY, connections=4, pace=pace) as client:
        client.post(batch)
        began = monotonic()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(client.post, [batch] * 100))
        spent = monotonic() - began

    assert sandbox.summary()["received"] == 10_100
    assert 10_000 / spent == pytest.approx(1_000, rel=0.02)


def test_a_wait_before_a_retry_ends_at_once() -> None:
    """
    Five minutes of Retry-After do not hold up somebody who wants to stop.
    """
    answered = threading.Event()

    def busy(_: httpx.Request) -> httpx.Response:
        answered.set()
        return httpx.Response(429, headers={"Retry-After": "300"}, json={})

    transport = httpx.MockTransport(busy)
    with (
        TrackingClient("https://api.segment.io", KEY, transport=transport) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        answer = pool.submit(client.post, [b"{}"])
        answered.wait(10)
        client.stop()
        ended = answer.result(timeout=10)

    assert (ended.outcome, ended.reason, ended.attempts) == (
        Outcome.UNSURE,
        "stopped",
        1,
    )


def test_a_request_on_its_way_is_cut() -> None:
    """
    A server that never answers holds nobody for the 30 seconds of a timeout.
    """
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        ThreadPoolExecutor(1) as pool,
    ):
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with TrackingClient(url, KEY, retry=Retry(attempts=5)) as client:
            answer = pool.submit(client.post, [b"{}"])
            accepted, _ = silent.accept()
            assert accepted.recv(10)
            client.cut()
            ended = answer.result(timeout=10)
            accepted.close()

    assert ended.outcome is Outcome.UNSURE
