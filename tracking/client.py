"""Post batches to a Tracking API and say what became of them.

The one module that speaks HTTP to Segment. Knows bytes, not messages: what it posts is
serialised, checked and cut to size already.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from threading import Event
from types import TracebackType
from typing import Self

from isal import igzip

from tracking.answers import Answer, Outcome, outcome_of
from tracking.batches import batch_body
from tracking.http import httpx
from tracking.pace import Pace, Stopped, wait_for
from tracking.retry import DEFAULT_RETRY, Retry, Unsure, attempts
from tracking.retry_after import retry_after_seconds
from tracking.sockets import Sockets

_log = logging.getLogger("tracking")

_GZIP_FROM_BYTES = 1_024

# Lower case only, so that a code can never be a write key that a server echoes.
_ERROR_CODE = re.compile(r"[a-z]+(?:_[a-z]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """The seconds after which one step of one attempt is given up."""

    connect: float = 5.0
    read: float = 30.0
    write: float = 30.0
    pool: float = 60.0


DEFAULT_TIMEOUTS = Timeouts()


class TrackingClient:
    """
    A client of one Tracking API with one write key.

    May be shared by threads; `connections` of them are served at once. Raises nothing
    that the network does: each post ends in an Answer.
    """

    def __init__(
        self,
        endpoint: str,
        write_key: str,
        *,
        connections: int = 4,
        gzip: bool = True,
        retry: Retry = DEFAULT_RETRY,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        pace: Pace | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = _batch_url(endpoint)
        self._gzip = gzip
        self._retry = retry
        self._pace = pace or Pace()
        self._stopping = Event()
        self._sockets = Sockets()
        self._http = httpx.Client(
            auth=httpx.BasicAuth(write_key, ""),
            headers={
                "Content-Type": "application/json",
                "User-Agent": f"relyv-segment/{version('relyv-segment')}",
            },
            timeout=httpx.Timeout(
                connect=timeouts.connect,
                read=timeouts.read,
                write=timeouts.write,
                pool=timeouts.pool,
            ),
            limits=httpx.Limits(
                max_connections=connections, max_keepalive_connections=connections
            ),
            follow_redirects=False,
            # To read all certificates takes 40 ms, and http:// uses none.
            verify=self._url.scheme == "https",
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections. The client is of no use afterwards."""
        self._http.close()

    def stop(self) -> None:
        """
        Begin no further attempt, and end every wait before one.

        A request on its way may still be answered; the others end as unsure.
        """
        self._stopping.set()

    def cut(self) -> None:
        """Stop, and give up the requests on their way: they end as unsure."""
        self.stop()
        self._sockets.cut()

    def post(self, messages: Sequence[bytes]) -> Answer:
        """
        Send one batch, again and again while it is unsure whether it arrived.

        Each message is JSON. The same messages leave in each attempt, under a sentAt of
        that attempt: Segment takes a late sentAt for a slow clock.
        """
        made = 0
        try:
            for attempt in attempts(self._retry, self._stopping):
                with attempt:
                    wait_for(self._pace.book(len(messages)), self._stopping)
                    made += 1
                    return self._attempt(messages, made)
        except Unsure as unsure:
            return unsure.answer
        except Stopped:
            return Answer(
                outcome=Outcome.UNSURE, status=None, attempts=made, reason="stopped"
            )
        raise AssertionError("the last attempt returns or raises")

    def _attempt(self, messages: Sequence[bytes], number: int) -> Answer:
        body = batch_body(messages, datetime.now(UTC))
        answer, retry_after = self._exchange(body, number)
        _log.info(
            "tracking.batch_posted messages=%d bytes=%d status=%s attempt=%d",
            len(messages),
            len(body),
            answer.status or answer.reason,
            number,
        )
        if answer.outcome is Outcome.UNSURE:
            raise Unsure(answer, retry_after)
        return answer

    def _exchange(self, body: bytes, number: int) -> tuple[Answer, float | None]:
        content, headers = self._encoded(body)
        if number > 1:
            headers["X-Retry-Count"] = str(number - 1)
        try:
            response = self._http.post(
                self._url,
                content=content,
                headers=headers,
                extensions={"trace": self._sockets.trace},
            )
        except httpx.RequestError as error:
            return _no_answer(error, number), None
        return _answer(response, number), retry_after_seconds(response.headers)

    def _encoded(self, body: bytes) -> tuple[bytes, dict[str, str]]:
        if not self._gzip or len(body) < _GZIP_FROM_BYTES:
            return body, {}
        compressed = igzip.compress(body, compresslevel=1, mtime=0)
        return compressed, {"Content-Encoding": "gzip"}


def _no_answer(error: httpx.RequestError, attempts: int) -> Answer:
    # Only the class of the error is told: some of httpx's texts quote a header.
    return Answer(
        outcome=Outcome.UNSURE,
        status=None,
        attempts=attempts,
        reason=type(error).__name__,
    )


def _answer(response: httpx.Response, attempts: int) -> Answer:
    outcome = outcome_of(response.status_code)
    return Answer(
        outcome=outcome,
        status=response.status_code,
        attempts=attempts,
        reason="" if outcome is Outcome.ACCEPTED else _reason(response),
    )


def _reason(response: httpx.Response) -> str:
    """The status in words, and the error's code where the body has one."""
    phrase = httpx.codes.get_reason_phrase(response.status_code) or "no known status"
    try:
        code = response.json()["code"]
    except (ValueError, KeyError, TypeError):
        return phrase
    if isinstance(code, str) and _ERROR_CODE.fullmatch(code):
        return f"{phrase} ({code})"
    return phrase


def _batch_url(endpoint: str) -> httpx.URL:
    try:
        url = httpx.URL(endpoint)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo:
        raise ValueError(
            "A Tracking API's address is http:// or https:// and a host, with no user "
            "in it. tracking/regions.py has those of Segment."
        )
    return url.copy_with(path=url.path.rstrip("/") + "/v1/batch", query=None)
