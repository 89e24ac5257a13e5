"""Python's search for garbage, while millions of rows pass by."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# A chunk of rows is some ten thousand tuples, and none of them is part of a cycle.
NEW_OBJECTS = 100_000


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
