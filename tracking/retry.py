"""Decide whether, when and how often to send again what may not have arrived."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic

import stamina

from tracking.answers import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """
    How long to go on after an answer that leaves one unsure.

    No wait begins once the budget is spent, and none that a server asks for begins if
    it would outlast the budget.
    """

    attempts: int = 10
    budget_seconds: float = 600.0
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


def attempts(retry: Retry) -> Iterable[stamina.Attempt]:
    """
    Attempts to make in turn, with the waits between them; each may raise Unsure.

    Meant for one post: the budget begins now. The last Unsure is let through.
    """
    return stamina.retry_context(
        on=_wait_within(retry.budget_seconds),
        attempts=retry.attempts,
        timeout=retry.budget_seconds,
        wait_initial=retry.first_wait_seconds,
        wait_max=retry.longest_wait_seconds,
        wait_jitter=retry.jitter_seconds,
    )


def _wait_within(budget_seconds: float) -> Callable[[Exception], bool | float]:
    deadline = monotonic() + budget_seconds

    def wait_after(error: Exception) -> bool | float:
        if not isinstance(error, Unsure):
            return False
        if error.retry_after is None:
            return True
        fits = monotonic() + error.retry_after < deadline
        return error.retry_after if fits else False

    return wait_after
