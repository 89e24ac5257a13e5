"""How long the client waits before it tries again, and when it does not."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from tests.tracking.network import MESSAGES, Network, answered, client
from tracking import Outcome, Retry, retry
from tracking.retry_after import retry_after_seconds


class Waited(Exception):
    """Raised in place of a wait, with its length."""


@pytest.fixture
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every wait between attempts raises Waited instead."""

    def refuse(seconds: float, _: object) -> None:
        raise Waited(seconds)

    monkeypatch.setattr(retry, "wait_for", refuse)


def wait_after(response: httpx.Response) -> float:
    """How long the client wants to wait after this answer."""
    with client(Network(response), rules=Retry()) as one, pytest.raises(Waited) as wait:
        one.post(MESSAGES)
    seconds: float = wait.value.args[0]
    return seconds


@pytest.mark.usefixtures("no_wait")
@pytest.mark.parametrize("status", [408, 410, 429, 460, 500, 503, 529])
def test_a_server_says_how_long_to_wait(status: int) -> None:
    """
    Retry-After counts on every status that may be tried again, in both spellings.
    """
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)

    assert wait_after(answered(status, {"Retry-After": "7"})) == 7
    assert wait_after(answered(status, {"Retry-After": soon})) == pytest.approx(
        99, abs=2
    )
    assert wait_after(answered(status, {"Retry-After": "86400"})) == 300


@pytest.mark.usefixtures("no_wait")
def test_without_a_word_of_the_server_the_first_wait_is_short() -> None:
    """
    Half a second, and up to half a second of chance on top.
    """
    assert 0.5 <= wait_after(answered(500)) <= 1.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1", 1.0),
        ("300", 300.0),
        ("301", 300.0),
        ("0", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 12:00:30 -0000", 30.0),
        ("Sun, 22 Nov 2026 13:30:00 GMT", 300.0),
        ("Sun, 22 Nov 2026 11:59:59 GMT", None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(text: str, seconds: float | None) -> None:
    """
    What cannot be read, or has passed, is as if it were not there.
    """
    noon = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    assert retry_after_seconds({"Retry-After": text}, now=noon) == seconds


def test_a_wait_beyond_the_budget_does_not_begin() -> None:
    """
    To come back sooner than the server asked would be one more request for nothing.
    """
    network = Network(answered(429, {"Retry-After": "120"}))

    with client(network, rules=Retry(rate_limit_seconds=60)) as tracking:
        answer = tracking.post(MESSAGES)

    assert (answer.outcome, answer.attempts) == (Outcome.UNSURE, 1)
