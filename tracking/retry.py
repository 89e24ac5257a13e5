"""Decide whether, when and how often to send again what may not have arrived."""

from dataclasses import dataclass
from threading import Event
from time import monotonic

import tenacity
from tenacity.wait import wait_exponential_jitter

from tracking.answers import Answer
from tracking.pace import wait_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """
    How long to go on after an answer that leaves one unsure.

    A wait that the server asks for (Retry-After) is no failed attempt: it counts
    against `rate_limit_seconds` alone, as in Segment's own libraries. No wait begins
    that would outlast it, and no other begins once `budget_seconds` are spent.
    """

    attempts: int = 10
    budget_seconds: float = 600.0
    rate_limit_seconds: float = 1_800.0
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 60.0
    jitter_seconds: float = 0.5


DEFAULT_RETRY = Retry()


class Unsure(Exception):
    """An attempt whose end nobody knows; it never leaves the client."""

    def __init__(self, answer: Answer, retry_after: float | None) -> None:
        super().__init__(answer.reason)
        self.answer = answer
        self.retry_after = retry_after


def attempts(retry: Retry, stopping: Event) -> tenacity.Retrying:
    """
    Attempts to make in turn, with the waits between them; each may raise Unsure.

    Meant for one post: the budgets begin now. The last Unsure is let through, and a
    wait ends with Stopped as soon as somebody wants to stop.
    """
    budget = _Budget(retry)
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(Unsure),
        wait=budget.seconds_to_wait,
        stop=budget.is_spent,
        sleep=lambda seconds: wait_for(seconds, stopping),
        reraise=True,
    )


class _Budget:
    """What one post may still spend."""

    def __init__(self, retry: Retry) -> None:
        self._retry = retry
        self._began = monotonic()
        self._asked_to_wait = 0
        self._backoff = wait_exponential_jitter(
            multiplier=retry.first_wait_seconds,
            max=retry.longest_wait_seconds,
            jitter=retry.jitter_seconds,
        )

    def seconds_to_wait(self, state: tenacity.RetryCallState) -> float:
        retry_after = _unsure(state).retry_after
        if retry_after is None:
            return self._backoff(state)
        self._asked_to_wait += 1
        return retry_after

    def is_spent(self, state: tenacity.RetryCallState) -> bool:
        spent = monotonic() - self._began
        if _unsure(state).retry_after is not None:
            return spent + state.upcoming_sleep > self._retry.rate_limit_seconds
        failed = state.attempt_number - self._asked_to_wait
        return failed >= self._retry.attempts or spent > self._retry.budget_seconds


def _unsure(state: tenacity.RetryCallState) -> Unsure:
    assert state.outcome is not None
    error = state.outcome.exception()
    assert isinstance(error, Unsure)
    return error
