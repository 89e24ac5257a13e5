"""What becomes of a message in the sandbox, without HTTP."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.sandbox.clock import Clock
from tracking.sandbox.entries import Stage
from tracking.sandbox.envelope import Envelope, Refused, open_envelope
from tracking.sandbox.inbox import Inbox

KEY = "a-write-key-for-tests"
DAY = 24 * 60 * 60


class StoppedClock(Clock):
    """A clock that goes only where it is moved."""

    def now(self) -> datetime:
        """Noon."""
        return datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def age_seconds(self) -> float:
        """What it was advanced by."""
        return self._advanced


@pytest.fixture
def clock() -> StoppedClock:
    """Noon, until moved."""
    return StoppedClock()


@pytest.fixture
def inbox(clock: StoppedClock) -> Inbox:
    """An empty inbox under that clock."""
    return Inbox(clock)


def track(**fields: object) -> dict[str, object]:
    """A good track call, and what is to be different about it."""
    return {"type": "track", "userId": "u1", "event": "E", "messageId": "m1"} | fields


def send(inbox: Inbox, *messages: object, **shared: Any) -> None:
    """One batch request with these messages."""
    inbox.take(Envelope(write_key=KEY, messages=list(messages), **shared))


def delivered(inbox: Inbox, stage: Stage = Stage.ACCEPTED) -> list[dict[str, Any]]:
    """The messages that came so far, as Segment passes them on."""
    return [orjson.loads(entry.message) for entry in inbox.find(stage=stage)]


def counts(inbox: Inbox) -> tuple[int, int]:
    """Accepted and deduplicated."""
    return inbox.stages[Stage.ACCEPTED], inbox.stages[Stage.DEDUPLICATED]


def test_an_id_is_remembered_for_24_hours_and_no_longer(
    inbox: Inbox, clock: StoppedClock
) -> None:
    """
    A repetition does not renew the 24 hours; a new acceptance begins them again.
    """
    seen = []
    for seconds in (0, DAY - 1, 1, DAY - 1, 1):
        clock.advance(seconds)
        send(inbox, track())
        seen.append(counts(inbox))

    assert seen == [(1, 0), (1, 1), (2, 1), (2, 2), (3, 2)]


def test_ids_are_remembered_across_write_keys(inbox: Inbox) -> None:
    """
    As at Segment, where the id of another customer can be in the way.
    """
    inbox.take(Envelope(write_key="the-key-of-one", messages=[track()]))
    inbox.take(Envelope(write_key="the-key-of-another", messages=[track(event="F")]))

    assert counts(inbox) == (1, 1)


def test_a_dropped_message_leaves_its_id_free(inbox: Inbox) -> None:
    """
    The corrected message may come under the same id.
    """
    send(inbox, track(userId=17))
    send(inbox, track(userId="17"))

    assert counts(inbox) == (1, 0)


def test_a_message_without_an_id_is_given_one(inbox: Inbox) -> None:
    """
    So a retry of it is not recognised: both are kept.
    """
    nameless = track(messageId=None)
    send(inbox, nameless, nameless)

    first, second = delivered(inbox)
    assert first["messageId"]
    assert first["messageId"] != second["messageId"]


def test_only_the_good_messages_of_a_batch_are_published(inbox: Inbox) -> None:
    """
    Segment calls such a request a multi_user_error, and a wholly bad one empty.
    """
    send(inbox, track(), track(event=5, messageId="m2"), "no message", None)
    send(inbox, track(userId=""))

    assert inbox.summary()["dropped"] == {
        "event_not_string": 1,
        "bad_request": 2,
        "id_not_string": 1,
    }
    assert inbox.summary()["request_codes"] == {
        "multi_user_error": 1,
        "empty_batch_result": 1,
    }
    assert [message["messageId"] for message in delivered(inbox)] == ["m1"]


def test_context_and_integrations_of_a_batch_reach_each_message(inbox: Inbox) -> None:
    """
    What a message says of itself outweighs what the batch says.
    """
    send(
        inbox,
        track(context={"ip": "10.0.0.1"}, integrations={"Mixpanel": False}),
        track(messageId="m2"),
        context={"ip": "0.0.0.0", "locale": "de-DE"},
        integrations={"All": True, "Mixpanel": True},
    )

    first, second = delivered(inbox)
    assert first["context"] == {"ip": "10.0.0.1", "locale": "de-DE"}
    assert first["integrations"] == {"All": True, "Mixpanel": False}
    assert second["context"] == {"ip": "0.0.0.0", "locale": "de-DE"}
    assert second["integrations"] == {"All": True, "Mixpanel": True}


@pytest.mark.parametrize(
    ("written", "sent_at", "timestamp"),
    [
        # The sender's clock is right: time of writing.
        ("2026-11-20T08:00:00Z", "2026-11-22T12:00:00Z", "2026-11-20T08:00:00.000Z"),
        # Its clock is an hour fast, and so was the time of writing.
        ("2026-11-22T12:50:00Z", "2026-11-22T13:00:00Z", "2026-11-22T11:50:00.000Z"),
        # Python's spelling, and another zone.
        (
            "2026-11-22T12:00:00.250+01:00",
            "2026-11-22T12:00:00.000000+00:00",
            "2026-11-22T11:00:00.250Z",
        ),
        # Without sentAt there is nothing to correct by.
        ("2026-11-20T08:00:00Z", None, "2026-11-20T08:00:00.000Z"),
        ("2026-11-20T08:00:00Z", "yesterday", "2026-11-20T08:00:00.000Z"),
        # Without a time of writing it is the arrival.
        (None, "2026-11-22T13:00:00Z", "2026-11-22T12:00:00.000Z"),
        ("yesterday", "2026-11-22T13:00:00Z", "2026-11-22T12:00:00.000Z"),
        # What would leave the calendar stays as it is.
        ("0001-01-01T00:00:00Z", "2026-11-22T13:00:00Z", "0001-01-01T00:00:00.000Z"),
    ],
)
def test_the_timestamp_is_corrected_by_the_senders_clock(
    inbox: Inbox, written: str | None, sent_at: str | None, timestamp: str
) -> None:
    """
    timestamp = receivedAt - (sentAt - originalTimestamp); received at noon.
    """
    send(inbox, track(timestamp=written), sent_at=sent_at)

    (message,) = delivered(inbox)
    assert message["timestamp"] == timestamp
    assert message["receivedAt"] == "2026-11-22T12:00:00.000Z"
    assert message.get("sentAt") == sent_at


def test_the_callers_time_is_kept_as_it_was(inbox: Inbox) -> None:
    """
    The caller's timestamp becomes originalTimestamp, to the letter.
    """
    send(inbox, track(timestamp="2026-11-20T08:00:00+01:00"))

    (message,) = delivered(inbox)
    assert message["originalTimestamp"] == "2026-11-20T08:00:00+01:00"


def test_a_write_key_is_kept_nowhere(inbox: Inbox) -> None:
    """
    Of a key only its fingerprint stays, whoever wrote it into a message.
    """
    send(inbox, track(writeKey=KEY))

    (entry,) = inbox.find()
    assert KEY.encode() not in entry.line()
    assert len(entry.write_key_fingerprint) == 16


def identify(
    traits: Mapping[str, object] | None, **fields: object
) -> dict[str, object]:
    """An identify call with an id of its own."""
    return {"type": "identify", "userId": "u1", "traits": traits} | fields


def test_traits_are_folded_in_order_of_arrival(inbox: Inbox) -> None:
    """
    A later value replaces, null removes, silence leaves as it was.
    """
    send(inbox, identify({"plan": "free", "band": "high", "score": 80}))
    send(inbox, identify({"plan": "pro", "band": None}), identify(None))
    send(inbox, identify({"score": 5}, messageId="x"), identify({}, messageId="x"))
    send(inbox, identify({"page": "/"}, userId=None, anonymousId="a1"))
    send(inbox, identify({"seats": 9}, type="group", groupId="g1"))
    send(inbox, identify({"score": 1}, userId=17), track())

    assert list(inbox.profiles.rows()) == [
        {"user_id": "u1", "traits": {"plan": "pro", "score": 5}},
        {"anonymous_id": "a1", "traits": {"page": "/"}},
        {"group_id": "g1", "traits": {"seats": 9}},
    ]


def test_a_profile_is_spared_what_unify_leaves_out(inbox: Inbox) -> None:
    """
    An identify with 300 traits is accepted, and no profile shows it.
    """
    send(inbox, identify({f"trait_{number}": 1 for number in range(300)}))

    assert counts(inbox) == (1, 0)
    assert list(inbox.profiles.rows()) == []


SCALAR = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text()
)
ANYTHING = st.recursive(
    SCALAR,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
TIME = st.sampled_from(["0001-01-01", "9999-12-31T23:59:59-12:00", "2026-11-22"])
FIELDS = dict.fromkeys(
    ("userId", "anonymousId", "messageId", "groupId", "event", "name"), ANYTHING
) | {
    "type": st.sampled_from(["identify", "track", "page", "group", "alias", 1, None]),
    "traits": ANYTHING,
    "properties": ANYTHING,
    "context": ANYTHING,
    "timestamp": TIME | ANYTHING,
    "sentAt": TIME | ANYTHING,
}


@given(
    items=st.lists(st.fixed_dictionaries({}, optional=FIELDS) | ANYTHING, max_size=4),
    shared=st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("context", "sentAt"), FIELDS["sentAt"])
    ),
)
def test_no_json_is_too_strange(items: list[object], shared: dict[str, object]) -> None:
    """
    Each message has exactly one end, whatever it is, and each profile has an id.
    """
    body = orjson.dumps({"batch": items, "writeKey": KEY, **shared})
    inbox = Inbox(StoppedClock())

    try:
        inbox.take(open_envelope("batch", {}, body))
    except Refused:
        assert len(body) > 32_768
        return

    summary = inbox.summary()
    ends = (
        summary["accepted"] + summary["deduplicated"] + sum(summary["dropped"].values())
    )
    assert ends == summary["received"] == len(items)
    for row in inbox.profiles.rows():
        assert len(row) == 2
        assert isinstance(next(iter(row.values())), str)
