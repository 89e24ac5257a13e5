"""Python's search for garbage: late, seldom, and never among what was imported."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

# What a command imports, and more. None of it is garbage.
FIRST_OBJECTS = 500_000
# About a chunk of rows, none of which is part of a cycle. Requests are, and hold what
# they sent: with ten times as many a run of a million rows took 90 MB more.
NEW_OBJECTS = 10_000

_USUAL = gc.get_threshold()


def start_uncollected() -> None:
    """
    Look for no cycles before the command is imported: a tenth of its start.

    Whatever makes more objects than that is searched as usual from then on.
    """
    gc.set_threshold(FIRST_OBJECTS)
    gc.callbacks.append(_collect_as_usual)


def _collect_as_usual(_phase: str, _found: Mapping[str, int]) -> None:
    gc.callbacks.remove(_collect_as_usual)
    gc.set_threshold(*_USUAL)


@contextmanager
def rarely_collected() -> Iterator[None]:
    """
    Look for cycles seldom, and never among what was imported.

    With Python's own 700 objects that search was a tenth of a run's CPU time.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, *_USUAL[1:])
    try:
        yield
    finally:
        gc.set_threshold(*_USUAL)
        gc.unfreeze()
