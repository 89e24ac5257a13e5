"""What one sandbox is made of, and how a route finds it."""

import asyncio
from collections import Counter
from typing import Any

from starlette.requests import Request

from tracking.sandbox.clock import Clock
from tracking.sandbox.faults import Faults
from tracking.sandbox.inbox import Inbox
from tracking.sandbox.regulations import Regulations
from tracking.sandbox.requests_a_while import Allowance
from tracking.sandbox.unify_space import UnifySpace
from tracking.sandbox.webhooks import Webhook, WebhookSender

# Documented: the Profile API's a space, and the Public API's for regulations.
PROFILE_REQUESTS_A_SECOND = 100
REGULATION_REQUESTS_A_MINUTE = 600


class Sandbox:
    """One Segment: its inbox, its clock, and how it is made to fail."""

    def __init__(self, *, latency_seconds: float = 0.0) -> None:
        self.clock = Clock()
        self.faults = Faults()
        self.latency_seconds = latency_seconds
        self._sending: list[tuple[WebhookSender, asyncio.Task[None]]] = []
        self.reset()

    def reset(self, *, missed_repeats: float = 0.0) -> None:
        """
        Forget all messages and their ids, all profiles, regulations and suppressions,
        faults and webhooks.

        `missed_repeats` is the share of message ids that are not recognised again.
        """
        self.inbox = Inbox(self.clock, missed_repeats=missed_repeats)
        self.space = UnifySpace(self.inbox)
        self.regulations = Regulations(self.clock, self.inbox)
        self.profile_requests = Allowance(self.clock, PROFILE_REQUESTS_A_SECOND, 1)
        self.regulation_requests = Allowance(
            self.clock, REGULATION_REQUESTS_A_MINUTE, 60
        )
        self.faults.clear()
        for _, task in self._sending:
            task.cancel()
        self._sending = []
        self.answers: Counter[str] = Counter()

    def send_to(self, webhook: Webhook) -> None:
        """Pass on to this webhook, too, what is accepted from now on."""
        sender = WebhookSender(webhook, self.inbox, self.regulations, self.clock)
        self._sending.append((sender, asyncio.create_task(sender.run())))

    def webhooks(self) -> list[dict[str, Any]]:
        """What became of the events of each webhook."""
        return [sender.summary() for sender, _ in self._sending]

    def summary(self) -> dict[str, Any]:
        """The counts of the inbox, and those of the requests by answer."""
        return {
            "requests": self.answers.total(),
            "answers": dict(self.answers),
            **self.inbox.summary(),
        }


def sandbox_of(request: Request) -> Sandbox:
    """The sandbox behind the application that serves this request."""
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox
