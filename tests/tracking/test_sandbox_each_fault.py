"""Each way in which Segment, or the way to it, can fail, asked of the sandbox by name.

Over a real connection, and what our own client makes of it. It waits for nobody: a wait
is written down and over.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from tests.tracking.network import KEY
from tracking import Answer, Outcome, Retry, retry
from tracking.client import Timeouts, TrackingClient
from tracking.sandbox.inspection import Inspection

MESSAGES = [b'{"type":"identify","userId":"u1","messageId":"m1"}']
ONE_RETRY = Retry(attempts=2, jitter_seconds=0)

PASSING = (408, 410, 429, 460, 500, 502, 503, 504, 511, 529)
BLAMED = {
    400: Outcome.REFUSED,
    401: Outcome.STOP,
    403: Outcome.STOP,
    404: Outcome.STOP,
    413: Outcome.REFUSED,
    501: Outcome.STOP,
    505: Outcome.STOP,
}


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the client would have waited, each time."""
    seconds: list[float] = []
    monkeypatch.setattr(retry, "wait_for", lambda wait, _: seconds.append(wait))
    return seconds


def headers_of(status: int, retry_after: str | None) -> dict[str, str]:
    """Segment names both where it limits a rate, and Retry-After alone elsewhere."""
    if retry_after is None:
        return {}
    limit = {"X-RateLimit-Reset": "100"} if status == 429 else {}
    return {"Retry-After": retry_after, **limit}


def sent(url: str, timeouts: Timeouts | None = None) -> Answer:
    """One message on its way, with one retry."""
    with TrackingClient(
        url, KEY, retry=ONE_RETRY, timeouts=timeouts or Timeouts()
    ) as client:
        return client.post(MESSAGES)


@pytest.mark.parametrize("status", [*PASSING, *BLAMED])
@pytest.mark.parametrize("retry_after", [None, "100", "date"])
def test_any_status_comes_with_the_headers_it_was_given(
    http: httpx.Client, sandbox: Inspection, status: int, retry_after: str | None
) -> None:
    """
    To the letter, with an error that libraries can read, once; then all is well.
    """
    headers = headers_of(status, http_date() if retry_after == "date" else retry_after)
    sandbox.faults([{"status": status, "headers": headers}])

    failed = http.post("/v1/batch", content=b"{}")
    after = http.post("/v1/batch", json={"batch": []})

    assert failed.status_code == status
    assert set(failed.json()) == {"code", "message", "error"}
    assert of_interest(failed.headers) == headers
    assert (after.status_code, of_interest(after.headers)) == (200, {})


@pytest.mark.parametrize("status", PASSING)
@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [(None, 0.5), ("100", 100.0), ("date", 100.0)],
    ids=["without", "seconds", "date"],
)
def test_what_passes_is_sent_again_when_segment_says(
    sandbox_url: str,
    sandbox: Inspection,
    waits: list[float],
    status: int,
    retry_after: str | None,
    wait: float,
) -> None:
    """
    As long as it asks for, in either spelling; without a word after half a second.
    """
    headers = headers_of(status, http_date() if retry_after == "date" else retry_after)
    sandbox.faults([{"status": status, "headers": headers}])

    answer = sent(sandbox_url)

    assert (answer.outcome, answer.attempts) == (Outcome.ACCEPTED, 2)
    assert waits == [pytest.approx(wait, abs=3 if retry_after == "date" else 0)]
    assert sandbox.summary()["answers"] == {str(status): 1, "200": 1}


@pytest.mark.parametrize(("status", "outcome"), BLAMED.items())
def test_what_is_final_is_not_sent_again(
    sandbox_url: str,
    sandbox: Inspection,
    waits: list[float],
    status: int,
    outcome: Outcome,
) -> None:
    """
    Whatever it says of a later time.
    """
    sandbox.faults([{"status": status, "headers": {"Retry-After": "100"}}])

    answer = sent(sandbox_url)

    assert (answer.outcome, answer.attempts, waits) == (outcome, 1, [])
    assert sandbox.summary()["received"] == 0


def test_a_slow_answer_is_an_answer(sandbox_url: str, sandbox: Inspection) -> None:
    """
    Within the client's patience, and kept once.
    """
    sandbox.faults([{"status": 200, "store": True, "delay_seconds": 0.3}])

    answer = sent(sandbox_url)

    assert (answer.outcome, answer.attempts) == (Outcome.ACCEPTED, 1)
    assert kept(sandbox) == (1, 0)


@pytest.mark.parametrize("is_stored", [False, True], ids=["before", "after"])
def test_a_connection_is_reset_before_or_after_the_store(
    http: httpx.Client,
    sandbox_url: str,
    sandbox: Inspection,
    waits: list[float],
    *,
    is_stored: bool,
) -> None:
    """
    Reset, not closed: nothing comes any more, and the sender cannot tell the two apart.
    """
    sandbox.faults([{"status": None, "store": is_stored, "times": 2}])
    with pytest.raises(httpx.ReadError):
        http.post("/v1/identify", json={"userId": "u2", "messageId": "m2"})

    answer = sent(sandbox_url)

    assert (answer.outcome, answer.attempts) == (Outcome.ACCEPTED, 2)
    assert waits == [0.5]
    assert kept(sandbox) == ((2, 1) if is_stored else (1, 0))


def test_what_is_accepted_may_be_answered_too_late(
    sandbox_url: str, sandbox: Inspection, waits: list[float]
) -> None:
    """
    The message is there already when it comes again.
    """
    sandbox.faults([{"status": 200, "store": True, "delay_seconds": 30}])

    answer = sent(sandbox_url, Timeouts(read=0.2))

    assert (answer.outcome, answer.attempts) == (Outcome.ACCEPTED, 2)
    assert waits == [0.5]
    assert kept(sandbox) == (1, 1)


def http_date() -> str:
    """A hundred seconds from now, as HTTP writes it."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)


def of_interest(headers: Mapping[str, str]) -> dict[str, str]:
    names = ("Retry-After", "X-RateLimit-Reset")
    return {name: headers[name] for name in names if name in headers}


def kept(sandbox: Inspection) -> tuple[int, int]:
    """Accepted and deduplicated."""
    summary = sandbox.summary()
    return summary["accepted"], summary["deduplicated"]
