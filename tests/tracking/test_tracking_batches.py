"""No body is ever too large, and no message is lost on the way into one."""

import json
from datetime import UTC, datetime, timedelta, timezone
from itertools import count, islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking import MessageTooLarge, batch_body, batches
from tracking.batches import ENVELOPE_BYTES

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def message(size: int) -> bytes:
    """A JSON text of exactly that many bytes."""
    return b'"' + b"x" * (size - 2) + b'"'


@given(
    sizes=st.lists(st.integers(2, 60), max_size=80),
    room=st.integers(60, 200),
    max_count=st.integers(1, 12),
    sent_at=st.datetimes(timezones=st.just(UTC)),
)
def test_every_body_keeps_the_limits_and_nothing_is_lost(
    sizes: list[int], room: int, max_count: int, sent_at: datetime
) -> None:
    """
    Order is kept, each body fits, and a batch ends only where the next did not fit.
    """
    messages = [message(size) for size in sizes]
    max_bytes = ENVELOPE_BYTES + room

    cut = list(batches(messages, size=len, max_bytes=max_bytes, max_count=max_count))

    assert [one for batch in cut for one in batch] == messages
    assert all(0 < len(batch) <= max_count for batch in cut)
    assert all(len(batch_body(batch, sent_at)) <= max_bytes for batch in cut)
    for batch, following in pairwise(cut):
        with_one_more = len(batch_body([*batch, following[0]], sent_at))
        assert len(batch) == max_count or with_one_more > max_bytes


def test_a_body_may_be_as_large_as_the_limit_to_the_byte() -> None:
    """
    Two messages that fill the body exactly travel together; one byte more parts them.
    """
    pair = [message(40), message(50)]
    exact = len(batch_body(pair, NOON))

    assert list(batches(pair, size=len, max_bytes=exact)) == [pair]
    assert list(batches(pair, size=len, max_bytes=exact - 1)) == [pair[:1], pair[1:]]


def test_a_body_is_json_with_the_moment_in_utc() -> None:
    """
    The messages stand in the body as they were, and sentAt is in UTC wherever we are.
    """
    in_india = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))

    body = json.loads(batch_body([b'{"a":1}', b'{"b":2}'], in_india))

    assert body == {"batch": [{"a": 1}, {"b": 2}], "sentAt": "2026-11-22T12:00:00.000Z"}


def test_a_batch_is_cut_before_the_stream_ends() -> None:
    """
    A stream without an end is read one message beyond the first batch.
    """
    source = (message(10) for _ in count())

    first = next(batches(source, size=len, max_count=3))

    assert first == [message(10)] * 3


def test_the_count_alone_can_end_a_batch() -> None:
    """
    Segment drops what is beyond 2,500 messages, however small they are.
    """
    sizes = [len(batch) for batch in batches([b"{}"] * 2_501, size=len)]

    assert sizes == [2_500, 1]


def test_a_message_that_fits_no_body_is_an_error() -> None:
    """
    What comes before it is still delivered: the error is raised in its place.
    """
    good, bad = message(50), message(51)
    cut = batches([good, bad], size=len, max_bytes=ENVELOPE_BYTES + 50)

    with pytest.raises(MessageTooLarge, match="51 bytes"):
        list(islice(cut, 2))
