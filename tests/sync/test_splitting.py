"""A batch that Segment refuses, a destination that comes and goes, sizes at random."""

import gzip
import random
import threading

import httpx
import orjson
import pytest

from sync.delivery.flight import Delivery
from sync.errors import DeliveryStopped
from sync.payload.outgoing import Outgoing
from sync.plan.checks import Counts
from tests.sync.world import World, fault, many
from tests.tracking.network import KEY
from tracking.client import TrackingClient
from tracking.limits import MESSAGE_BYTES, REQUEST_MESSAGES, SENDER_REQUEST_BYTES


@pytest.mark.parametrize("poisoned", [0, 1_234, 2_499])
def test_one_poison_message_among_2500(world: World, poisoned: int) -> None:
    """
    Wherever it stands: 2,499 delivered, one rejection, at most 24 requests more.
    """
    world.model(many(2_500))
    quiet = world.run(world.sync("quiet", call="identify"))
    world.sandbox.faults([fault(400, matches=f'"userId":"u{poisoned}"', times=1_000)])

    report = world.run(world.identify())

    assert (report.counts, report.rejected) == (Counts(added=2_499), 1)
    assert report.requests - quiet.requests <= 24
    assert world.sql("select reason, detail from t_ledger.sync_rejections") == [
        ("refused_400", "Segment answered 400: Bad Request (fault)")
    ]


def test_a_destination_that_refuses_everything_from_half_way_stops_the_run(
    world: World,
) -> None:
    """
    What was accepted stays, and the rest is no thousand rejections.
    """
    world.model(many(5_000))
    world.sandbox.faults([fault(400, after=1, times=100_000)])

    with pytest.raises(DeliveryStopped):
        world.run(world.identify())

    assert world.sandbox.summary()["requests"] < 1_500
    assert world.sql("select count(*) from t_ledger.sync_rejections") == [(0,)]
    world.sandbox.clear_faults()
    world.run(world.identify())
    assert len(world.traits()) == 5_000


@pytest.mark.parametrize("wants_gzip", [True, False])
def test_10_000_messages_of_any_size_keep_every_limit(wants_gzip: bool) -> None:
    """
    No request is over a limit and no message is lost, though far more of them wait
    than may be in flight.
    """
    chance = random.Random(7)
    sizes = [int(MESSAGE_BYTES ** chance.uniform(0.3, 1)) for _ in range(10_000)]
    sizes[:3] = [MESSAGE_BYTES, MESSAGE_BYTES, 20]
    rows = [Outgoing(n, "added", str(n), body(n, size)) for n, size in enumerate(sizes)]
    seen: list[int] = []
    lock = threading.Lock()

    def segment(request: httpx.Request) -> httpx.Response:
        content = request.read()
        if request.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        batch = orjson.loads(content)["batch"]
        assert len(content) <= SENDER_REQUEST_BYTES
        assert len(batch) <= REQUEST_MESSAGES
        with lock:
            seen.extend(message["n"] for message in batch)
        return httpx.Response(200, json={"success": True})

    recorded: list[int] = []
    with TrackingClient(
        "https://api.segment.io",
        KEY,
        gzip=wants_gzip,
        transport=httpx.MockTransport(segment),
    ) as client:
        progress = Delivery(
            client,
            connections=4,
            settled_through=-1,
            checkpoint=lambda through, _: recorded.append(through),
        ).run(rows)

    assert sorted(seen) == list(range(10_000))
    assert progress.accepted.total() == 10_000
    assert recorded[-1] == 9_999


def body(number: int, size: int) -> bytes:
    """A JSON object of exactly that many bytes, if it can be so short."""
    bare = b'{"n":%d,"p":""}' % number
    return b'{"n":%d,"p":"%s"}' % (number, b"x" * (size - len(bare)))
