"""Requests in flight: how many, in which order, and what is settled meanwhile."""

import threading
from collections.abc import Callable, Iterable, Iterator

import httpx
import orjson
import pytest

from sync.delivery.connection import client_of
from sync.delivery.flight import Delivery
from sync.destination.address import Destination
from sync.options import DeliverySettings
from sync.payload.outgoing import Outgoing
from tests.eventually import eventually
from tests.tracking.network import KEY
from tracking import Pace
from tracking.client import TrackingClient

Handler = Callable[[httpx.Request], httpx.Response]


def rows(*changes: str) -> list[Outgoing]:
    """A message for each change, numbered from 1."""
    return [
        Outgoing(number, change, str(number), b'{"n":%d}' % number)
        for number, change in enumerate(changes, start=1)
    ]


def numbers_of(request: httpx.Request) -> list[int]:
    return [message["n"] for message in orjson.loads(request.read())["batch"]]


def accepted() -> httpx.Response:
    return httpx.Response(200, json={"success": True})


def deliver(
    segment: Handler,
    outgoing: Iterable[Outgoing],
    *,
    connections: int,
    recorded: list[int] | None = None,
) -> None:
    """Deliver each message alone; record which positions are checkpointed."""
    checkpoints = [] if recorded is None else recorded
    with TrackingClient(
        "https://api.segment.io",
        KEY,
        gzip=False,
        connections=connections,
        transport=httpx.MockTransport(segment),
    ) as client:
        Delivery(
            client,
            connections=connections,
            pace=OneByOne(),
            settled_through=0,
            checkpoint=lambda through, _: checkpoints.append(through),
            checkpoint_seconds=0,
        ).run(outgoing)


class OneByOne(Pace):
    """No pace, but batches of one message."""

    def most_messages(self, at_most: int) -> int:
        return min(1, at_most)


def test_no_more_requests_are_under_way_than_connections() -> None:
    """
    And as many as that at once, since Segment may be far away.
    """
    together = threading.Barrier(3, timeout=30)
    lock = threading.Lock()
    under_way, most = 0, 0

    def segment(_: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        together.wait()
        with lock:
            under_way -= 1
        return accepted()

    deliver(segment, rows(*["added"] * 12), connections=3)

    assert most == 3


def test_what_is_forgotten_is_settled_before_what_is_remembered() -> None:
    """
    An id that left one row for another is cleared first, however slow the answer is.
    """
    cleared, too_early = threading.Event(), threading.Event()
    order: list[tuple[int, bool]] = []

    def segment(request: httpx.Request) -> httpx.Response:
        (number,) = numbers_of(request)
        order.append((number, cleared.is_set()))
        if number == 2:
            # However long this one takes, nothing else comes.
            too_early.wait(0.05)
            cleared.set()
        elif number > 2:
            too_early.set()
        return accepted()

    deliver(segment, rows("removed", "removed", "added", "changed"), connections=4)

    assert {number for number, is_after in order if is_after} == {3, 4}


def test_the_watermark_leaves_no_gap_behind() -> None:
    """
    Until the first request is answered nothing counts as settled, though later ones
    are, as the eighth shows: it leaves when others before it are done.
    """
    eighth = threading.Event()
    recorded: list[int] = []
    before: list[int] = []

    def segment(request: httpx.Request) -> httpx.Response:
        (number,) = numbers_of(request)
        if number == 1:
            assert eighth.wait(30)
            before.extend(recorded)
        elif number == 8:
            eighth.set()
        return accepted()

    deliver(segment, rows(*["added"] * 8), connections=4, recorded=recorded)

    assert not any(before)
    assert recorded == sorted(recorded)
    assert recorded[-1] == 8


def test_rows_are_rendered_as_they_are_needed() -> None:
    """
    Of a plan of any length, little is in memory: twice what is under way.
    """
    blocked = threading.Event()
    rendered: list[int] = []

    def outgoing() -> Iterator[Outgoing]:
        for row in rows(*["added"] * 100):
            rendered.append(row.position)
            yield row

    def segment(_: httpx.Request) -> httpx.Response:
        assert blocked.wait(30)
        return accepted()

    thread = threading.Thread(
        target=lambda: deliver(segment, outgoing(), connections=2)
    )
    thread.start()
    eventually(lambda: len(rendered) >= 5)
    before = len(rendered)
    blocked.set()
    thread.join(30)

    assert before <= 2 * 2 + 2
    assert len(rendered) == 100


@pytest.mark.parametrize(("wanted", "encoding"), [("true", "gzip"), ("false", None)])
def test_the_environment_says_whether_requests_are_compressed(
    monkeypatch: pytest.MonkeyPatch, wanted: str, encoding: str | None
) -> None:
    """
    For whoever looks at them on their way through a proxy.
    """
    seen: list[str | None] = []

    def answer(_: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("Content-Encoding"))
        return accepted()

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", answer)
    monkeypatch.setenv("RELYV_DELIVERY_GZIP", wanted)
    segment = Destination(
        source="web", region="us", endpoint="https://api.segment.io", write_key=KEY
    )

    with client_of(segment, DeliverySettings(), Pace()) as client:
        client.post([row.body for row in rows(*["added"] * 500)])

    assert seen == [encoding]
