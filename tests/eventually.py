"""Waiting for what another process or thread brings about."""

from collections.abc import Callable

import stamina


def eventually(condition: Callable[[], bool]) -> None:
    """
    Ask until it is so.

    Raises:
        AssertionError: It was not within a minute.
    """
    for attempt in stamina.retry_context(
        on=AssertionError, attempts=None, timeout=60, wait_initial=0.02, wait_max=0.1
    ):
        with attempt:
            assert condition()
