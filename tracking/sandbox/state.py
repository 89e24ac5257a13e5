"""What one sandbox is made of, and how a route finds it."""

from collections import Counter
from typing import Any

from starlette.requests import Request

from tracking.sandbox.clock import Clock
from tracking.sandbox.faults import Faults
from tracking.sandbox.inbox import Inbox


class Sandbox:
    """One Segment: its inbox, its clock, and how it is made to fail."""

    def __init__(self, *, latency_seconds: float = 0.0) -> None:
        self.clock = Clock()
        self.faults = Faults()
        self.latency_seconds = latency_seconds
        self.reset()

    def reset(self, *, missed_repeats: float = 0.0) -> None:
        """
        Forget all messages and their ids, all profiles, suppressions and faults.

        `missed_repeats` is the share of message ids that are not recognised again.
        """
        self.inbox = Inbox(self.clock, missed_repeats=missed_repeats)
        self.faults.clear()
        self.answers: Counter[str] = Counter()

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
