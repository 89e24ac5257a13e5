"""Accepted messages -> the endpoints that want them, signed and retried as by Segment.

One sender a webhook. Its waits are measured by the sandbox's clock, which a test may
move: four hours of retries need no four hours.
"""

import asyncio
import hashlib
import hmac
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from tracking.sandbox.clock import Clock
from tracking.sandbox.entries import Stage
from tracking.sandbox.inbox import Inbox
from tracking.sandbox.regulations import Regulations
from tracking.sandbox.webhook_retries import RETRY_SECONDS, WebhookRetries

# Documented (Webhooks): what does not answer within this is tried again.
ANSWER_SECONDS = 5.0
# Documented (Webhooks (Actions)), and the most for one request.
MOST_IN_A_BATCH = 4_000
# How often the clock is looked at, in real time.
_LOOK_SECONDS = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """
    Where to, and how.

    `batch_size` 0 sends each event alone, as an object; anything above sends arrays.
    Deletions are told of only alone: Segment's newer webhook does not forward them.
    """

    url: str
    secret: str = ""
    batch_size: int = 0
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class _Delivery:
    """One request, until it is answered or given up."""

    events: Sequence[bytes]
    since: float
    due: float
    attempts: int = 0


def signature(secret: str, first: bytes) -> str:
    """
    X-Signature: of one event, all of it; of a batch, its first element and no other.
    """
    return hmac.new(secret.encode(), first, hashlib.sha1).hexdigest()


class WebhookSender:
    """Sends what one inbox accepts to one webhook, in order of arrival."""

    def __init__(
        self, webhook: Webhook, inbox: Inbox, regulations: Regulations, clock: Clock
    ) -> None:
        self._webhook = webhook
        self._inbox = inbox
        self._regulations = regulations
        self._clock = clock
        # What came before a webhook was set up is not sent.
        self._read = len(inbox.entries)
        self._told = sum(1 for _ in regulations.deletions())
        self._waiting: deque[_Delivery] = deque()
        self._counts: Counter[str] = Counter()
        self._attempts: list[dict[str, Any]] = []
        self._retries = WebhookRetries()

    def summary(self) -> dict[str, Any]:
        """Events by what became of them, and each attempt with the clock's age."""
        return {
            "delivered": self._counts["delivered"],
            "given_up": self._counts["given_up"],
            "waiting": sum(len(delivery.events) for delivery in self._waiting),
            "attempts": self._attempts,
        }

    async def run(self) -> None:
        """Send until cancelled."""
        timeout = httpx.Timeout(ANSWER_SECONDS)
        async with httpx.AsyncClient(timeout=timeout, trust_env=False) as client:
            while True:
                self._collect()
                now = self._clock.age_seconds()
                due = [d for d in self._waiting if d.due <= now]
                for delivery in due:
                    await self._attempt(client, delivery)
                if not due:
                    await asyncio.sleep(_LOOK_SECONDS)

    def _collect(self) -> None:
        now = self._clock.age_seconds()
        for events in self._requests(self._events()):
            self._waiting.append(_Delivery(events=events, since=now, due=now))

    def _events(self) -> list[bytes]:
        entries = self._inbox.entries[self._read :]
        self._read += len(entries)
        events = [e.message for e in entries if e.stage is Stage.ACCEPTED]
        if not self._webhook.batch_size:
            deletions = list(self._regulations.deletions())[self._told :]
            self._told += len(deletions)
            events += [orjson.dumps(deletion) for deletion in deletions]
        return events

    def _requests(self, events: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
        size = max(1, min(self._webhook.batch_size, MOST_IN_A_BATCH))
        for start in range(0, len(events), size):
            yield events[start : start + size]

    async def _attempt(self, client: httpx.AsyncClient, delivery: _Delivery) -> None:
        # The clock may have been moved past the last moment for it.
        if self._clock.age_seconds() - delivery.since > RETRY_SECONDS:
            self._end(delivery, "given_up")
            return
        status = await self._post(client, delivery.events)
        delivery.attempts += 1
        now = self._clock.age_seconds()
        self._attempts.append(
            {"age_seconds": now, "status": status, "events": len(delivery.events)}
        )
        if status is not None and status < 300:
            self._end(delivery, "delivered")
            return
        due = self._retries.next_try(
            status, attempts=delivery.attempts, since=delivery.since, now=now
        )
        if due is None:
            self._end(delivery, "given_up")
        else:
            delivery.due = due

    def _end(self, delivery: _Delivery, word: str) -> None:
        self._waiting.remove(delivery)
        self._counts[word] += len(delivery.events)

    async def _post(
        self, client: httpx.AsyncClient, events: Sequence[bytes]
    ) -> int | None:
        is_batch = self._webhook.batch_size > 0
        body = b"[" + b",".join(events) + b"]" if is_batch else events[0]
        headers = {
            **self._webhook.headers,
            "Content-Type": "application/json",
            "User-Agent": "Segment (Actions)" if is_batch else "Segment.io/1.0",
        }
        if self._webhook.secret:
            headers["X-Signature"] = signature(self._webhook.secret, events[0])
        try:
            response = await client.post(
                self._webhook.url, content=body, headers=headers
            )
        except httpx.RequestError:
            return None
        return response.status_code
