"""Python's search for garbage, while millions of rows pass by."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# About a chunk of rows, none of which is part of a cycle. Requests are, and hold what
# they sent: with ten times as many a run of a million rows took 90 MB more.
NEW_OBJECTS = 10_000


@contextmanager
def rarely_collected() -> Iterator[None]:
    """
    Look for cycles seldom, and never among what was imported.

    With Python's own 700 objects that search was a tenth of a run's CPU time.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
