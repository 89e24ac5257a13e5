"""A network that answers as a test tells it, and a client of it."""

import gzip
from collections.abc import Callable

import httpx

from tracking import Retry
from tracking.client import TrackingClient

KEY = "N8Qm2vXc7LrT4pWz9KdB6yHs3JfG5aUe"
ENDPOINT = "https://api.segment.io"
MESSAGES = [b'{"type":"identify","userId":"u1","messageId":"m1"}']

AT_ONCE = Retry(
    attempts=3, first_wait_seconds=0, longest_wait_seconds=0, jitter_seconds=0
)

Handler = Callable[[httpx.Request], httpx.Response]


class Network:
    """Answers in turn, the last one for ever, and keeps what was asked."""

    def __init__(self, *answers: httpx.Response | type[httpx.RequestError]) -> None:
        self.requests: list[httpx.Request] = []
        self._answers = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers[min(len(self.requests), len(self._answers)) - 1]
        if isinstance(answer, httpx.Response):
            return answer
        raise answer(f"Illegal header value {request.headers['Authorization']}")


def client(network: Handler, *, rules: Retry = AT_ONCE) -> TrackingClient:
    """A client of that network."""
    return TrackingClient(
        ENDPOINT, KEY, retry=rules, transport=httpx.MockTransport(network)
    )


def answered(
    status: int, headers: dict[str, str] | None = None, json: object = None
) -> httpx.Response:
    """An answer with a body, as Segment has one."""
    return httpx.Response(status, headers=headers, json=json or {"success": True})


def body_of(request: httpx.Request) -> bytes:
    """The body as it was before compression."""
    if request.headers.get("Content-Encoding") == "gzip":
        return gzip.decompress(request.content)
    return request.content
