"""Requests in flight: how many, in which order, and what is settled meanwhile."""

import threading
from collections.abc import Callable, Iterator

import httpx
import orjson

from sync.deliver import Delivery
from sync.outgoing import Outgoing
from tests.eventually import eventually
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
    segment: Handler, outgoing: list[Outgoing], *, connections: int, batch: int = 1
) -> list[int]:
    """Deliver in batches of this size; the positions that were checkpointed."""
    recorded: list[int] = []
    with TrackingClient(
        "https://api.segment.io",
        "N8Qm2vXc7LrT4pWz9KdB6yHs3JfG5aUe",
        gzip=False,
        connections=connections,
        transport=httpx.MockTransport(segment),
    ) as client:
        Delivery(
            client,
            connections=connections,
            pace=BatchesOf(batch),
            settled_through=0,
            checkpoint=lambda through, _: recorded.append(through),
            checkpoint_seconds=0,
        ).run(outgoing)
    return recorded


class BatchesOf(Pace):
    """No pace but for the size of a batch."""

    def __init__(self, messages: int) -> None:
        super().__init__()
        self._messages = messages

    def most_messages(self, at_most: int) -> int:
        return min(self._messages, at_most)


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
    cleared = threading.Event()
    order: list[tuple[int, bool]] = []

    def segment(request: httpx.Request) -> httpx.Response:
        (number,) = numbers_of(request)
        order.append((number, cleared.is_set()))
        if number == 2:
            # Nothing else comes, however long this one takes.
            assert not threading.Event().wait(0.05)
            cleared.set()
        return accepted()

    deliver(segment, rows("removed", "removed", "added", "changed"), connections=4)

    assert {number for number, is_after in order if is_after} == {3, 4}


def test_the_watermark_leaves_no_gap_behind() -> None:
    """
    The first request is answered last: until then nothing counts as settled.
    """
    others = threading.Semaphore(0)

    def segment(request: httpx.Request) -> httpx.Response:
        (number,) = numbers_of(request)
        if number == 1:
            for _ in range(3):
                assert others.acquire(timeout=30)
        else:
            others.release()
        return accepted()

    recorded = deliver(segment, rows(*["added"] * 4), connections=4)

    assert set(recorded) <= {0, 1, 2, 3, 4}
    assert recorded == sorted(recorded)
    assert recorded[-1] == 4


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
        target=lambda: deliver(segment, outgoing(), connections=2)  # type: ignore[arg-type]
    )
    thread.start()
    eventually(lambda: len(rendered) >= 5)
    before = len(rendered)
    blocked.set()
    thread.join(30)

    assert before <= 2 * 2 + 2
    assert len(rendered) == 100
