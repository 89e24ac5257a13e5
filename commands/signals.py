"""Ctrl-C and TERM: one way to stop, which leaves the work to be resumed."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import typer

from commands.screen import aside

RESUMABLE = 5


@contextmanager
def interruptible() -> Iterator[None]:
    """
    Let TERM do what Ctrl-C does, and end with the exit code of what can be resumed.
    """
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except KeyboardInterrupt:
        aside.print(
            "Stopped. What is settled is on record; the next run goes on with it."
        )
        raise typer.Exit(RESUMABLE) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
